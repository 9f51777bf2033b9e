//! A snapshot of the upstream's counts, as tests and `GET /_tally` show it.
//!
//! It does not change; `ledger` keeps the counts. Start at [`Tally`].

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::Micros;

/// How many different hosts, and how many different paths, are counted by name.
pub const N_NAMES: usize = 16_384;

/// How many arrivals are kept, the first ones.
pub const N_ARRIVALS: usize = 10_000;

/// Where names beyond [`N_NAMES`] are counted.
pub const OTHERS: &str = "(others)";

/// The upstream's counts since it started, or since they were reset.
///
/// `requests` = `in_flight` + `answers` + `resets` + `closed_early` + `garbled` + `abandoned`, unless a reset
/// fell among requests in flight: those stay in flight, and are no longer counted when they end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Requests whose head was read.
    pub requests: u64,
    /// Requests whose head was read, and whose answer's last byte has not been handed to the socket.
    pub in_flight: u64,
    /// The most that were in flight at once.
    pub peak: u64,
    /// Complete answers by status.
    pub answers: BTreeMap<u16, u64>,
    /// Requests that were answered with a reset.
    pub resets: u64,
    /// Requests whose connection was closed before the answer was complete.
    pub closed_early: u64,
    /// Requests that were answered with something that is not HTTP.
    pub garbled: u64,
    /// Requests whose client, or whose upstream, went away before the answer was complete.
    pub abandoned: u64,
    /// Requests that were left hanging; they end as `abandoned`.
    pub hangs: u64,
    /// Connections, those that ask for the tally included.
    pub connections: Connections,
    /// Requests by path, without query.
    pub paths: BTreeMap<String, u64>,
    /// Requests by host: the name in lower case, without port and without `.practice`.
    pub hosts: BTreeMap<String, HostTally>,
}

/// Connections since the upstream started, or since its tally was reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connections {
    /// How many were accepted.
    pub accepted: u64,
    /// How many are open.
    pub open: u64,
    /// The most that were open at once.
    #[serde(default)]
    pub peak: u64,
    /// How often accepting failed, such as for want of descriptors.
    pub failed: u64,
}

/// One host's share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostTally {
    /// Requests whose head was read.
    pub requests: u64,
    /// Requests in flight.
    pub in_flight: u64,
    /// The most that were in flight at once.
    pub peak: u64,
}

/// One request's arrival.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// When its head was read, since the upstream started or its tally was reset.
    pub at: Micros,
    /// The host it asked for.
    pub host: Arc<str>,
    /// The path, without query.
    pub path: Arc<str>,
}
