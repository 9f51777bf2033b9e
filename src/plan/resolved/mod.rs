//! A plan as it would be run: every value that is in force, and who said it.
//!
//! It is made to be read and draws no job; secrets are masked. What is found out about this machine is
//! added by whoever knows it. Start at [`Resolved::of`].

mod endpoint;
mod run;
pub mod value;
pub mod warnings;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::plan::Plan;
use crate::plan::address::{PRACTICE, name_in_key};
use crate::plan::cursor::Cursor;
use crate::plan::resolved::value::Value;
use crate::plan::said::{Flagged, Said, Words};
use crate::text::sanitize::sanitize;

/// A plan, every value decided.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What the run is called.
    pub name: String,
    /// How many jobs there are in all, where that is known; of one round, where there are several.
    pub jobs: Option<u64>,
    /// What concerns the whole run, table by table.
    pub groups: Vec<Group>,
    /// Endpoints and lists, in plan order.
    pub endpoints: Vec<Endpoint>,
    /// Hosts that are known before anything is drawn, in the order in which they are met.
    pub hosts: Vec<Host>,
}

/// Values that belong together.
#[derive(Clone, Debug)]
pub struct Group {
    /// As the plan calls its table.
    pub title: Cow<'static, str>,
    /// The values.
    pub items: Vec<Item>,
}

/// One value, and who said it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The plan's name for it.
    pub key: Cow<'static, str>,
    /// What is in force.
    pub value: Value,
    /// Who said so.
    pub said: Said,
}

/// An endpoint, or a list of them.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its name; of a list, the file it is in, or its URL.
    pub name: String,
    /// Whether it is a list of which each host, or each name, is an endpoint.
    pub is_list: bool,
    /// Whether rows may name their endpoints themselves.
    pub has_names: bool,
    /// The key of the one host it asks, where it is one.
    pub host: Option<String>,
    /// What it asks, whom, and how often.
    pub asks: Vec<Item>,
    /// How it asks and the rules it is run by, the same keys in the same order for all.
    pub rules: Vec<Item>,
    /// What its requests carry, secrets masked; a header's name is the key.
    pub headers: Vec<Item>,
}

/// A host that jobs go to.
#[derive(Clone, Debug)]
pub struct Host {
    /// `scheme://name:port`, as `host_key` says it.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// What holds there.
    pub items: Vec<Item>,
}

impl Resolved {
    /// What a plan comes to under these flags; `cursor` stands before its first job.
    pub fn of(plan: &Plan, cursor: &Cursor, flags: &[Flagged]) -> Self {
        let words = Words::new(&plan.file, &plan.written, flags);
        let endpoints = (0..).zip(&plan.sources).map(|(i, source)| endpoint::endpoint(plan, source, i, cursor, &words));
        let mut met = HashSet::new();
        let keys = (0..cursor.sources()).filter_map(|source| cursor.host_of(source)).filter(|key| met.insert(*key));
        Self {
            name: plan.name.clone(),
            jobs: cursor.jobs(),
            groups: run::groups(plan, &words),
            endpoints: endpoints.collect(),
            hosts: keys.map(|key| host(plan, key, &words)).collect(),
        }
    }
}

impl Item {
    /// A value and who said it.
    pub fn new(key: impl Into<Cow<'static, str>>, value: Value, said: Said) -> Self {
        Self { key: key.into(), value, said }
    }
}

/// What holds at a host.
fn host(plan: &Plan, key: &str, words: &Words<'_>) -> Host {
    let (limit, gap) = plan.limits.of_host(key);
    let rule = plan.limits.rule_of(key);
    let said = |own: &str, for_all: &str, is_own: bool| match rule.filter(|_| is_own) {
        Some(rule) => words.of(&format!("host.{}.{own}", rule.pattern)),
        None => words.of(for_all),
    };
    let has = |which: fn(&crate::plan::HostRule) -> bool| rule.is_some_and(which);
    let limit = Value::or_nothing(limit.map(|limit| Value::Count(limit.get().into())), "no limit of its own");
    let gap = Value::or_nothing((!gap.is_zero()).then_some(Value::Length(gap)), "none");
    Host {
        key: key.to_owned(),
        name: host_shown(key),
        items: vec![
            Item::new("concurrency", limit, said("concurrency", "limits.per_host", has(|rule| rule.limit.is_some()))),
            Item::new("gap", gap, said("gap", "limits.per_host_gap", has(|rule| rule.gap.is_some()))),
        ],
    }
}

/// A host's key as people write it: a practice host has no port before its upstream is started.
fn host_shown(key: &str) -> String {
    if key.split(':').nth(1).is_some_and(|name| name.ends_with(PRACTICE)) {
        return format!("practice://{}", sanitize(name_in_key(key)));
    }
    sanitize(key).into_owned()
}
