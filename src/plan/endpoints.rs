//! The registry of endpoints: those of the plan first, then one for each host or name in a list.
//!
//! Their number is bounded: all hosts beyond the bound share one endpoint. Ids never change. Start at
//! [`EndpointRegistry::endpoint_of`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::event::EndpointId;
use crate::plan::defaults::MAX_FOUND_ENDPOINTS;
use crate::plan::request::BuiltRequest;
use crate::text::sanitize::sanitize;

/// An endpoint of the plan, or one that was found in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedEndpoint {
    /// The name on screen and in reports.
    pub name: Arc<str>,
    /// The number of its jobs, if known.
    pub jobs: Option<u64>,
}

/// The endpoint of invalid rows.
const BAD_ROWS: &str = "(bad rows)";
/// The endpoint of hosts beyond the bound.
const OTHER_HOSTS: &str = "(other hosts)";
/// The endpoint of named rows beyond the bound.
const OTHER_NAMES: &str = "(other names)";

/// All endpoints that are known so far.
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

    /// Returns the endpoint of a row from a list, by the name in the row or else by its host.
    pub(super) fn endpoint_of(&mut self, request: &BuiltRequest) -> EndpointId {
        if let Some(name) = &request.name {
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
        let key = request.address.url.host_key();
        match self.by_host.get(&*key) {
            Some(id) => *id,
            None if self.is_full() => self.shared(OTHER_HOSTS),
            None => {
                let short: Arc<str> = request.address.host_shown().into();
                // `http` and `https` of one host are two endpoints. The name of the second includes the scheme.
                let name = if self.taken.contains(&short) {
                    format!("{}://{short}", request.address.url.scheme()).into()
                } else {
                    short
                };
                let id = self.add(&name, None);
                self.by_host.insert(key.into_owned(), id);
                id
            }
        }
    }

    /// Changes the number of an endpoint's jobs.
    pub(super) fn set_jobs(&mut self, id: EndpointId, jobs: Option<u64>) {
        if let Some(endpoint) = self.endpoints.get_mut(id.0 as usize) {
            endpoint.jobs = jobs;
        }
    }

    /// Returns the endpoint of invalid rows.
    pub(super) fn bad_rows(&mut self) -> EndpointId {
        self.shared(BAD_ROWS)
    }

    fn is_full(&self) -> bool {
        self.by_host.len() + self.by_name.len() >= MAX_FOUND_ENDPOINTS
    }

    /// Returns an endpoint that many hosts or names share. It does not count towards the bound.
    fn shared(&mut self, name: &'static str) -> EndpointId {
        if let Some(id) = self.by_name.get(name) {
            return *id;
        }
        let id = self.add(&Arc::from(name), None);
        self.by_name.insert(name.to_owned(), id);
        id
    }

    /// Adds an endpoint. A number is appended to a name that is taken.
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
