//! The registry of endpoints: those of the plan first, then one for each host or name in a list.
//!
//! Their number is bounded: hosts beyond the bound share one endpoint. An id never changes. Start at [`EndpointRegistry::endpoint_of`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::event::EndpointId;
use crate::plan::defaults::MAX_FOUND_ENDPOINTS;
use crate::plan::request::BuiltRequest;
use crate::plan::request::address::host_key;
use crate::text::sanitize::sanitize;

/// An endpoint of the plan, or one that a list leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedEndpoint {
    /// Its name on screen and in reports.
    pub name: Arc<str>,
    /// The number of its jobs, if it is known.
    pub jobs: Option<u64>,
}

/// The endpoint of invalid rows.
const BAD_ROWS: &str = "(bad rows)";
/// The endpoint of hosts beyond the bound.
const OTHER_HOSTS: &str = "(other hosts)";
/// The endpoint of named rows beyond the bound.
const OTHER_NAMES: &str = "(other names)";

/// All endpoints so far.
#[derive(Default)]
pub(super) struct EndpointRegistry {
    endpoints: Vec<PlannedEndpoint>,
    taken: HashSet<Arc<str>>,
    by_host: HashMap<String, EndpointId>,
    by_name: HashMap<String, EndpointId>,
}

impl EndpointRegistry {
    pub(super) fn endpoints(&self) -> &[PlannedEndpoint] {
        &self.endpoints
    }

    /// The endpoint of a row without one: found by the name in the row, or else by its host.
    pub(super) fn endpoint_of(&mut self, made: &BuiltRequest) -> EndpointId {
        if let Some(name) = &made.name {
            return match self.by_name.get(name) {
                Some(id) => *id,
                None if self.is_full() => self.shared(OTHER_NAMES),
                None => {
                    let id = self.add(&Arc::from(sanitize(name).as_ref()), None);
                    self.by_name.insert(name.clone(), id);
                    id
                }
            };
        }
        let key = host_key(&made.address.url);
        match self.by_host.get(&*key) {
            Some(id) => *id,
            None if self.is_full() => self.shared(OTHER_HOSTS),
            None => {
                let short: Arc<str> = made.address.host_shown().into();
                // Two schemes of one host are two endpoints: the name of the second has the scheme.
                let name = if self.taken.contains(&short) {
                    format!("{}://{short}", made.address.url.scheme()).into()
                } else {
                    short
                };
                let id = self.add(&name, None);
                self.by_host.insert(key.into_owned(), id);
                id
            }
        }
    }

    /// The endpoint of invalid rows.
    pub(super) fn bad_rows(&mut self) -> EndpointId {
        self.shared(BAD_ROWS)
    }

    fn is_full(&self) -> bool {
        self.by_host.len() + self.by_name.len() >= MAX_FOUND_ENDPOINTS
    }

    /// An endpoint that many hosts or names share; it does not count towards the bound.
    fn shared(&mut self, name: &'static str) -> EndpointId {
        if let Some(id) = self.by_name.get(name) {
            return *id;
        }
        let id = self.add(&Arc::from(name), None);
        self.by_name.insert(name.to_owned(), id);
        id
    }

    /// Adds an endpoint. A name that is taken gets a number.
    pub(super) fn add(&mut self, name: &Arc<str>, jobs: Option<u64>) -> EndpointId {
        let mut free = Arc::clone(name);
        let mut n = 1;
        while !self.taken.insert(Arc::clone(&free)) {
            n += 1;
            free = format!("{name} ({n})").into();
        }
        let id = EndpointId(u32::try_from(self.endpoints.len()).unwrap_or(u32::MAX));
        self.endpoints.push(PlannedEndpoint { name: free, jobs });
        id
    }
}
