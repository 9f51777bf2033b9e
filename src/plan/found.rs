//! Endpoints as they are found: declared ones first, then one for each host a list leads to.
//!
//! Their number is bounded: what a list leads to beyond that shares one endpoint. Ids are places in
//! the order of first sight and never change. Start at [`Found::endpoint_of`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::event::EndpointId;
use crate::plan::address::host_key;
use crate::plan::defaults::MAX_FOUND_ENDPOINTS;
use crate::plan::request::Made;
use crate::text::sanitize::sanitize;

/// The endpoint of rows that lead nowhere.
const BAD_ROWS: &str = "(bad rows)";
/// The endpoint of hosts beyond the bound.
const OTHER_HOSTS: &str = "(other hosts)";
/// The endpoint of named rows beyond the bound.
const OTHER_NAMES: &str = "(other names)";

/// One named row of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name on screen and in reports.
    pub name: Arc<str>,
    /// How many jobs it yields, where that is known.
    pub jobs: Option<u64>,
}

/// Every endpoint so far.
#[derive(Default)]
pub(super) struct Found {
    endpoints: Vec<Endpoint>,
    taken: HashSet<Arc<str>>,
    by_host: HashMap<String, EndpointId>,
    by_name: HashMap<String, EndpointId>,
}

impl Found {
    pub(super) fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The endpoint of a row that has none yet: by the name it gives itself, else by its host.
    pub(super) fn endpoint_of(&mut self, made: &Made) -> EndpointId {
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
                // Two schemes of one host are two endpoints: the second says which it is.
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

    /// The endpoint of rows that lead nowhere.
    pub(super) fn bad_rows(&mut self) -> EndpointId {
        self.shared(BAD_ROWS)
    }

    fn is_full(&self) -> bool {
        self.by_host.len() + self.by_name.len() >= MAX_FOUND_ENDPOINTS
    }

    /// An endpoint that many share; it is kept beyond the bound.
    fn shared(&mut self, name: &'static str) -> EndpointId {
        if let Some(id) = self.by_name.get(name) {
            return *id;
        }
        let id = self.add(&Arc::from(name), None);
        self.by_name.insert(name.to_owned(), id);
        id
    }

    /// Adds an endpoint; if its name is taken it gets a number.
    pub(super) fn add(&mut self, name: &Arc<str>, jobs: Option<u64>) -> EndpointId {
        let mut free = Arc::clone(name);
        let mut n = 1;
        while !self.taken.insert(Arc::clone(&free)) {
            n += 1;
            free = format!("{name} ({n})").into();
        }
        let id = EndpointId(u32::try_from(self.endpoints.len()).unwrap_or(u32::MAX));
        self.endpoints.push(Endpoint { name: free, jobs });
        id
    }
}
