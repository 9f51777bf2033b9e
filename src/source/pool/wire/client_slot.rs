//! A client of reqwest that is built when it is first needed, and replaced once it has served many hosts.
//!
//! Start at [`ClientSlot::get`].

use std::cell::{Cell, RefCell};
use std::time::Duration;

use reqwest::Client;
use rustc_hash::FxHashSet;
use url::{Position, Url};

/// The most hosts of one client.
///
/// reqwest limits the idle connections of each host, but not their total. So a client with more hosts is replaced,
/// which closes its idle connections.
pub(super) const MAX_HOSTS: usize = 1_024;

/// A client, and the hosts that it has served.
#[derive(Debug, Default)]
pub(super) struct ClientSlot {
    client: RefCell<Option<Client>>,
    /// The time that it allows for a connection.
    connect: Cell<Duration>,
    hosts: RefCell<FxHashSet<Box<str>>>,
}

impl ClientSlot {
    /// Returns the client, or builds it.
    pub(super) fn get(
        &self,
        url: &Url,
        connect: Duration,
        build: impl FnOnce(Duration) -> Result<Client, String>,
    ) -> Result<Client, String> {
        let mut hosts = self.hosts.borrow_mut();
        let host = &url[Position::BeforeHost..Position::AfterPort];
        if !hosts.contains(host) {
            if hosts.len() == MAX_HOSTS {
                hosts.clear();
                self.client.replace(None);
            }
            hosts.insert(host.into());
        }
        // A longer time needs another client. Each attempt ends in its own time.
        if let Some(client) = &*self.client.borrow()
            && self.connect.get() >= connect
        {
            return Ok(client.clone());
        }
        let client = build(connect)?;
        self.connect.set(connect);
        self.client.replace(Some(client.clone()));
        Ok(client)
    }

    /// How many hosts its client has served.
    #[cfg(test)]
    pub(super) fn n_hosts(&self) -> usize {
        self.hosts.borrow().len()
    }
}
