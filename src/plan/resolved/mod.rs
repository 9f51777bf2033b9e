//! A resolved plan: every value that a run would use, and its provenance.
//!
//! Only [`row_check`] draws jobs, and secrets are masked. The caller adds facts about this machine. Start
//! at [`Resolved::new`].

mod endpoint;
mod network;
mod pages;
pub mod row_check;
mod run;
mod statuses;
pub mod value;
pub mod warnings;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::plan::Plan;
use crate::plan::cursor::Cursor;
use crate::plan::provenance::{FlagOverride, Provenance, ProvenanceIndex};
use crate::plan::request::address::PRACTICE;
use crate::plan::resolved::row_check::CheckedRows;
use crate::plan::resolved::value::Value;
use crate::plan::rows::Rows;
use crate::text::host_name::name_in_key;
use crate::text::sanitize::sanitize;

/// A plan with all its values.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The name of the run.
    pub name: String,
    /// The number of jobs of one round, if known.
    pub jobs: Option<u64>,
    /// The values of the whole run, by table.
    pub groups: Vec<Group>,
    /// Endpoints and lists, in plan order.
    pub endpoints: Vec<Endpoint>,
    /// Hosts that are known before the run, in plan order.
    pub hosts: Vec<Host>,
    /// What was found in the rows, once they were read.
    pub rows: Option<CheckedRows>,
}

/// A table of values.
#[derive(Clone, Debug)]
pub struct Group {
    /// The name of the table in the plan.
    pub title: Cow<'static, str>,
    /// The values.
    pub items: Vec<Item>,
}

/// One value and its provenance.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The key in the plan.
    pub key: Cow<'static, str>,
    /// The value that the run would use.
    pub value: Value,
    /// The origin of the value.
    pub provenance: Provenance,
}

/// An endpoint, or a list of them.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its name; for a list, its file or URL.
    pub name: String,
    /// Whether it is a list whose hosts or names become endpoints.
    pub is_list: bool,
    /// Whether rows may name their endpoints.
    pub has_names: bool,
    /// The key of its only host, if it has only one.
    pub host: Option<String>,
    /// Its URL, host and number of jobs.
    pub asks: Vec<Item>,
    /// Its method, body and rules: the same keys in the same order for all.
    pub rules: Vec<Item>,
    /// Its headers, secrets masked; the name is the key.
    pub headers: Vec<Item>,
}

/// A host that receives jobs.
#[derive(Clone, Debug)]
pub struct Host {
    /// Its key: `scheme://name:port`.
    pub key: String,
    /// Its name for the user.
    pub name: String,
    /// Its limits.
    pub items: Vec<Item>,
}

impl Resolved {
    /// Resolves a plan under these flags; `cursor` has drawn no job yet.
    pub fn new(plan: &Plan, cursor: &Cursor, flags: &[FlagOverride]) -> Self {
        let index = ProvenanceIndex::new(&plan.file, &plan.written, flags);
        let endpoints = (0..).zip(&plan.sources).map(|(i, source)| endpoint::endpoint(plan, source, i, cursor, &index));
        let mut known = HashSet::new();
        let keys = (0..cursor.sources()).filter_map(|source| cursor.host_of(source)).filter(|key| known.insert(*key));
        Self {
            name: plan.name.clone(),
            jobs: with_number(plan, cursor.jobs()),
            groups: run::groups(plan, &index),
            endpoints: endpoints.collect(),
            hosts: keys.map(|key| host(plan, key, &index)).collect(),
            rows: None,
        }
    }

    /// Adds what was found in the rows of the plan.
    pub fn add_rows(&mut self, plan: &Plan, rows: CheckedRows) {
        let is_shared = plan.limits.jobs.is_some() && plan.sources.len() > 1;
        for (endpoint, n_jobs) in self.endpoints.iter_mut().zip(&rows.by_source).filter(|_| !is_shared) {
            let jobs = endpoint.asks.iter_mut().find(|item| item.key == "jobs");
            if let (Some(item), Some(n_jobs)) = (jobs, n_jobs) {
                item.value = Value::Count(*n_jobs);
                if plan.limits.jobs.is_some() {
                    item.provenance = Provenance::Flag("-n");
                }
            }
        }
        let in_rows = rows.by_source.iter().try_fold(0_u64, |all, n_jobs| all.checked_add((*n_jobs)?));
        self.jobs = with_number(plan, in_rows);
        self.rows = plan.sources.iter().any(|source| !matches!(*source.rows, Rows::Repeat(_))).then_some(rows);
    }
}

/// The number of jobs: that of the rows, or the one of a flag to which they are repeated or cut.
fn with_number(plan: &Plan, in_rows: Option<u64>) -> Option<u64> {
    match plan.limits.jobs {
        Some(number) if plan.is_repeatable() => Some(number),
        Some(number) => in_rows.map(|jobs| jobs.min(number)),
        None => in_rows,
    }
}

impl Item {
    /// Returns a value with its provenance.
    pub fn new(key: impl Into<Cow<'static, str>>, value: Value, provenance: Provenance) -> Self {
        Self { key: key.into(), value, provenance }
    }
}

/// Resolves the limits of a host.
fn host(plan: &Plan, key: &str, index: &ProvenanceIndex<'_>) -> Host {
    let (limit, gap) = plan.limits.limits_for_host(key);
    let rule = plan.limits.rule_for_host(key);
    let provenance = |own: &str, for_all: &str, is_own: bool| match rule.filter(|_| is_own) {
        Some(rule) => index.key_provenance(&format!("host.{}.{own}", rule.pattern)),
        None => index.key_provenance(for_all),
    };
    let has = |which: fn(&crate::plan::HostRule) -> bool| rule.is_some_and(which);
    let limit = Value::or_nothing(limit.map(|limit| Value::Count(limit.get().into())), "no limit of its own");
    let gap = Value::or_nothing((!gap.is_zero()).then_some(Value::Length(gap)), "none");
    Host {
        key: key.to_owned(),
        name: host_shown(key),
        items: vec![
            Item::new(
                "concurrency",
                limit,
                provenance("concurrency", "limits.per_host", has(|rule| rule.limit.is_some())),
            ),
            Item::new("gap", gap, provenance("gap", "limits.per_host_gap", has(|rule| rule.gap.is_some()))),
        ],
    }
}

/// Returns a host's name for the user. A practice host has no port before its upstream starts.
fn host_shown(key: &str) -> String {
    if key.split(':').nth(1).is_some_and(|name| name.ends_with(PRACTICE)) {
        return format!("practice://{}", sanitize(name_in_key(key)));
    }
    sanitize(key).into_owned()
}
