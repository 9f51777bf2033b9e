//! The use of slots, waiting time and connections by one host, for the verdict.
//!
//! Start at [`HostUsage`].

use crate::event::outcome::{Outcome, PhaseTimes};
use crate::event::waits::WaitTimes;
use crate::event::{Micros, Offset};

/// The use of slots, waiting time and connections by one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostUsage {
    /// When its first and its last attempt started.
    pub starts: Option<(Offset, Offset)>,
    /// Attempts that ended.
    pub ended: u64,
    /// The sum of their service times.
    pub service: Micros,
    /// The time that its attempts waited, by reason.
    pub waits: WaitTimes,
    /// The longest time that one attempt waited for a slot of the run.
    pub longest_wait: Micros,
    /// The peak of attempts in flight in the whole run at a start of this host. The host never needed more
    /// connections than this at once.
    pub peak: u32,
    /// Answers whose connection is known.
    pub measured: u64,
    /// Answers on a new connection.
    pub connected: u64,
    /// The sum of the times to open those connections, TLS handshakes included.
    pub connecting: Micros,
}

impl HostUsage {
    pub(in crate::model) fn start(&mut self, at: Offset, in_flight: u32, waited: &WaitTimes) {
        self.starts = Some((self.starts.map_or(at, |(first, _)| first), at));
        self.peak = self.peak.max(in_flight);
        self.waits += *waited;
        self.longest_wait = self.longest_wait.max(waited.slot);
    }

    pub(in crate::model) fn end(&mut self, service: Micros, outcome: &Outcome, spent: &PhaseTimes) {
        self.ended += 1;
        self.service += service;
        let is_measured = spent.first_byte.is_some() || spent.connect.is_some();
        if is_measured && matches!(outcome, Outcome::Answered { .. }) {
            self.measured += 1;
            if let Some(connect) = spent.connect {
                self.connected += 1;
                self.connecting += connect + spent.tls.unwrap_or_default();
            }
        }
    }

    /// Adds the use of another host.
    pub(super) fn merge(&mut self, other: &Self) {
        self.starts = match (self.starts, other.starts) {
            (Some((first, last)), Some((other_first, other_last))) => {
                Some((first.min(other_first), last.max(other_last)))
            }
            (starts, None) | (None, starts) => starts,
        };
        self.ended += other.ended;
        self.service += other.service;
        self.waits += other.waits;
        self.longest_wait = self.longest_wait.max(other.longest_wait);
        self.peak = self.peak.max(other.peak);
        self.measured += other.measured;
        self.connected += other.connected;
        self.connecting += other.connecting;
    }
}
