//! A snapshot of the upstream's counts, for tests and `GET /_tally`.
//!
//! It never changes. `ledger` updates the counts. Start at [`Tally`].

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::Micros;

/// The most hosts, and also the most paths, that are counted by name.
pub const N_NAMES: usize = 16_384;

/// The number of arrivals that are recorded: the first ones.
pub const N_ARRIVALS: usize = 10_000;

/// The name under which names beyond [`N_NAMES`] are counted.
pub const OTHERS: &str = "(others)";

/// The upstream's counts since it started, or since they were reset.
///
/// `requests` = `in_flight` + `answers` + `resets` + `closed_early` + `garbled` + `abandoned`, unless the
/// tally was reset while requests were in flight. Those stay in flight, and their ends are not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Requests whose head was read.
    pub requests: u64,
    /// Requests whose head was read, but whose response is not completely written to the socket.
    pub in_flight: u64,
    /// The most that were in flight at once.
    pub peak: u64,
    /// Complete responses by status.
    pub answers: BTreeMap<u16, u64>,
    /// Requests whose connection was reset.
    pub resets: u64,
    /// Requests whose connection was closed before the response was complete.
    pub closed_early: u64,
    /// Requests that were answered with bytes that are not HTTP.
    pub garbled: u64,
    /// Requests that ended early, because the client disconnected or the upstream stopped.
    pub abandoned: u64,
    /// Requests that were never answered; they end as `abandoned`.
    pub hangs: u64,
    /// Connections, including those of requests for the tally.
    pub connections: Connections,
    /// Requests by path, without query.
    pub paths: BTreeMap<String, u64>,
    /// Requests by host: the name in lower case, without port and without `.practice`.
    pub hosts: BTreeMap<String, HostTally>,
}

/// Connections since the upstream started, or since its tally was reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connections {
    /// Accepted connections.
    pub accepted: u64,
    /// Open connections.
    pub open: u64,
    /// The most that were open at once.
    #[serde(default)]
    pub peak: u64,
    /// Failures to accept a connection, such as for lack of descriptors.
    pub failed: u64,
}

/// The counts of one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostTally {
    /// Requests whose head was read.
    pub requests: u64,
    /// Requests in flight.
    pub in_flight: u64,
    /// The most that were in flight at once.
    pub peak: u64,
}

/// The arrival of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The time at which its head was read, since the upstream started or its tally was reset.
    pub at: Micros,
    /// The requested host.
    pub host: Arc<str>,
    /// The path, without query.
    pub path: Arc<str>,
}
