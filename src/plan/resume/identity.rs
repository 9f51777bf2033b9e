//! What a plan requests, as texts without secrets, so that two runs of it can be compared.
//!
//! Limits, time-outs, retries and outputs are no part of it: a run can go on with others. Start at [`PlanIdentity::new`].

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::plan::Plan;
use crate::plan::cursor::Cursor;
use crate::plan::resolved::{Item, Resolved};

/// The keys of an endpoint that decide what is requested, and what a good answer is.
const KEYS: [&str; 10] =
    ["url", "rows", "unique", "method", "body", "extract", "path_as_is", "allow_empty", "redirects", "downgrade"];
/// The most differences that are listed.
const MOST: usize = 10;

/// What a plan requests. Secrets are masked, so a new token makes no difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanIdentity {
    /// The number of jobs that a flag sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jobs: Option<NonZeroU64>,
    endpoints: Vec<EndpointIdentity>,
}

/// What an endpoint requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct EndpointIdentity {
    name: String,
    values: BTreeMap<String, String>,
}

impl PlanIdentity {
    /// The identity of a plan, of which nothing has been drawn yet.
    pub fn new(plan: &Plan, cursor: &Cursor) -> Self {
        let resolved = Resolved::new(plan, cursor, &[]);
        let value = |item: &Item| (item.key.clone().into_owned(), item.value.text());
        let endpoints = resolved.endpoints.iter().map(|endpoint| {
            let decides = |item: &&Item| KEYS.contains(&&*item.key) || item.key.starts_with("expect.");
            let mut values: BTreeMap<String, String> =
                endpoint.asks.iter().chain(&endpoint.rules).filter(decides).map(value).collect();
            values.extend(endpoint.headers.iter().map(value).map(|(name, value)| (format!("header {name}"), value)));
            EndpointIdentity { name: endpoint.name.clone(), values }
        });
        Self { jobs: plan.limits.jobs.and_then(NonZeroU64::new), endpoints: endpoints.collect() }
    }

    /// How this plan differs from an earlier one, each difference as a sentence.
    pub fn differences_from(&self, earlier: &Self) -> Vec<String> {
        let mut all = Vec::new();
        let count = |n: Option<NonZeroU64>| n.map_or_else(|| "no number of jobs".to_owned(), |n| format!("`-n {n}`"));
        if self.jobs != earlier.jobs {
            all.push(format!("it had {}, and has {}", count(earlier.jobs), count(self.jobs)));
        }
        if self.endpoints.len() != earlier.endpoints.len() {
            all.push(format!("it had {} endpoints, and has {}", earlier.endpoints.len(), self.endpoints.len()));
        }
        for (now, before) in self.endpoints.iter().zip(&earlier.endpoints) {
            if now.name != before.name {
                all.push(format!("endpoint `{}` was called `{}`", now.name, before.name));
            }
            let keys: std::collections::BTreeSet<&String> = now.values.keys().chain(before.values.keys()).collect();
            for key in keys.into_iter().filter(|key| now.values.get(*key) != before.values.get(*key)) {
                let [was, is] = [before, now].map(|side| side.values.get(key).map_or("absent", String::as_str));
                all.push(format!("`{key}` of `{}` was `{was}`, and is `{is}`", now.name));
            }
        }
        let more = all.len().saturating_sub(MOST);
        all.truncate(MOST);
        all.extend((more > 0).then(|| format!("and {more} more")));
        all
    }
}
