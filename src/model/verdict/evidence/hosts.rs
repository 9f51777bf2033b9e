//! What each host held, waited for and cost in connections.
//!
//! Start at [`Hosts::get`].

use crate::event::outcome::{Outcome, PhaseTimes};
use crate::event::waits::WaitTimes;
use crate::event::{Micros, Offset};

/// Every host by its index in the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    all: Vec<Use>,
}

/// One host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// When its first attempt started, and its last.
    pub starts: Option<(Offset, Offset)>,
    /// Attempts that ended there.
    pub ended: u64,
    /// What they took together.
    pub service: Micros,
    /// What its attempts waited for.
    pub waits: WaitTimes,
    /// The longest that one of them waited for a slot of the run.
    pub longest_wait: Micros,
    /// The most in flight anywhere when one of its attempts started: more than this it has never needed
    /// connections at once.
    pub most: u32,
    /// Answers of which is known how they came.
    pub measured: u64,
    /// … that needed a connection of their own.
    pub connected: u64,
    /// What those connections took together.
    pub connecting: Micros,
}

impl Hosts {
    /// A host, once something is known of it.
    pub fn get(&self, host: usize) -> Option<&Use> {
        self.all.get(host)
    }

    /// All of them with their index.
    pub fn all(&self) -> impl Iterator<Item = (usize, &Use)> {
        self.all.iter().enumerate()
    }

    fn of(&mut self, host: usize) -> &mut Use {
        if host >= self.all.len() {
            self.all.resize(host + 1, Use::default());
        }
        &mut self.all[host]
    }

    pub(super) fn start(&mut self, host: usize, at: Offset, in_flight: u32) {
        let host = self.of(host);
        host.starts = Some((host.starts.map_or(at, |(first, _)| first), at));
        host.most = host.most.max(in_flight);
    }

    pub(super) fn wait(&mut self, host: usize, waited: &WaitTimes) {
        if waited.is_none() {
            return;
        }
        let host = self.of(host);
        host.waits += *waited;
        host.longest_wait = host.longest_wait.max(waited.slot);
    }

    pub(super) fn end(&mut self, host: usize, service: Micros, outcome: &Outcome, spent: &PhaseTimes) {
        let host = self.of(host);
        host.ended += 1;
        host.service += service;
        let is_measured = spent.first_byte.is_some() || spent.connect.is_some();
        if is_measured && matches!(outcome, Outcome::Answered { .. }) {
            host.measured += 1;
            if let Some(connect) = spent.connect {
                host.connected += 1;
                host.connecting += connect;
            }
        }
    }
}
