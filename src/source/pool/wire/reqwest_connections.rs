//! The connections of reqwest that have served a request, by their local addresses.
//!
//! reqwest does not name the connection that broke. It may take an idle one although it has begun to open another, so that
//! the beginning of a connection proves nothing. Start at [`ServedConnections::has_served`].

use std::cell::RefCell;
use std::error::Error;
use std::iter;
use std::net::SocketAddr;

use http::Extensions;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpInfo;
use rustc_hash::FxHashSet;

/// The number of addresses above which all are forgotten. A connection that is forgotten counts as new.
const MAX_KNOWN: usize = 16_384;

/// The connections that have served a request.
#[derive(Debug, Default)]
pub(super) struct ServedConnections(RefCell<FxHashSet<SocketAddr>>);

impl ServedConnections {
    /// Notes that a connection has answered.
    pub(super) fn note_answered(&self, response: &reqwest::Response) {
        let Some(address) = response.extensions().get().map(HttpInfo::local_addr) else { return };
        let mut known = self.0.borrow_mut();
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(address);
    }

    /// Whether the connection on which an error occurred has served a request before. It is forgotten, because the next
    /// one with its address is another connection.
    pub(super) fn has_served(&self, error: &reqwest::Error) -> bool {
        local_address(error).is_some_and(|address| self.0.borrow_mut().remove(&address))
    }
}

/// The local address of the connection on which an error occurred.
fn local_address(error: &reqwest::Error) -> Option<SocketAddr> {
    let mut chain = iter::successors(error.source(), |&link| link.source());
    let connected = chain.find_map(|link| link.downcast_ref::<legacy::Error>()?.connect_info())?;
    let mut extensions = Extensions::new();
    connected.get_extras(&mut extensions);
    extensions.get().map(HttpInfo::local_addr)
}
