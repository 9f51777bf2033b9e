//! What the sockets of all processes show: the level of those without a probe, and a check of those with one.
//!
//! Start at [`ObservedSockets::change`].

use std::collections::{HashMap, HashSet};

use crate::event::program::ThreadWaits;
use crate::event::{Micros, Offset};
use crate::text::units;
use crate::watch::passive::process::ProcessId;
use crate::watch::passive::socket_levels::LevelChange;

/// So many sockets more than requests are a sign of another client. One may be a matter of timing.
const EXCESS: i64 = 2;
/// For so long.
const LASTS: Micros = Micros(300_000);
/// How often it is reported what threads do.
const THREADS_EVERY: Micros = Micros(1_000_000);

/// The sockets of all processes.
#[derive(Debug, Default)]
pub struct ObservedSockets {
    /// Processes with a probe.
    probed: HashSet<ProcessId>,
    /// What each process has in flight, and what of it is beyond doubt.
    levels: HashMap<ProcessId, [i32; 2]>,
    reported: u32,
    excess_since: Option<Offset>,
    is_excess_reported: bool,
    waits: ThreadWaits,
    waits_since: Offset,
}

impl ObservedSockets {
    /// A probe in this process reports its requests.
    pub fn join(&mut self, process: ProcessId) {
        self.probed.insert(process);
    }

    /// Applies a change; returns the new level of all processes without a probe, if that has changed.
    pub fn change(&mut self, change: &LevelChange) -> Option<u32> {
        self.levels.entry(change.process).or_default()[usize::from(change.is_certain)] += change.by;
        let level: i64 = self.sum(false);
        let level = u32::try_from(level).unwrap_or(0);
        let has_changed = std::mem::replace(&mut self.reported, level) != level;
        has_changed.then_some(level)
    }

    /// Compares the sockets of processes with a probe with the requests that it knows: warns once, if many more sockets than
    /// requests are in flight for a while.
    pub fn compare(&mut self, at: Offset, requests: usize) -> Option<String> {
        let sockets = self.sum(true);
        if self.is_excess_reported || sockets < i64::try_from(requests).unwrap_or(i64::MAX).saturating_add(EXCESS) {
            self.excess_since = None;
            return None;
        }
        let since = *self.excess_since.get_or_insert(at);
        self.is_excess_reported = at.since(since) >= LASTS;
        self.is_excess_reported.then(|| {
            let sockets = units::plural(sockets.unsigned_abs(), "socket");
            format!(
                "a client that is not hooked is sending, too: {sockets} in flight, but the probe knows of {requests}"
            )
        })
    }

    /// Adds what main threads do; returns what those of processes without a probe did, from time to time.
    pub fn add_threads(&mut self, at: Offset, threads: &[(ProcessId, ThreadWaits)]) -> Option<ThreadWaits> {
        for (_, waits) in threads.iter().filter(|(process, _)| !self.probed.contains(process)) {
            self.waits += *waits;
        }
        (at.since(self.waits_since) >= THREADS_EVERY).then(|| self.take_threads(at)).flatten()
    }

    /// What threads did since the last report, if anything.
    pub fn take_threads(&mut self, at: Offset) -> Option<ThreadWaits> {
        self.waits_since = at;
        Some(std::mem::take(&mut self.waits)).filter(|waits| *waits != ThreadWaits::default())
    }

    /// What is in flight in all processes with a probe beyond doubt, or without one.
    fn sum(&self, is_probed: bool) -> i64 {
        let whose = self.levels.iter().filter(|(process, _)| self.probed.contains(process) == is_probed);
        whose.map(|(_, level)| i64::from(level[usize::from(is_probed)])).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::ObservedSockets;
    use crate::event::Offset;
    use crate::watch::passive::socket_levels::LevelChange;

    fn open(process: u32, by: i32) -> [LevelChange; 2] {
        [false, true].map(|is_certain| LevelChange { at: Offset(0), process, by, is_certain })
    }

    #[test]
    fn only_processes_without_a_probe_have_a_level() {
        let mut sockets = ObservedSockets::default();
        sockets.join(1);
        let changes = [open(1, 1), open(2, 1), open(2, 1), open(1, -1), open(2, -1)].concat();
        let levels: Vec<_> = changes.iter().filter_map(|change| sockets.change(change)).collect();
        assert_eq!(levels, [1, 2, 1]);
    }

    #[test]
    fn a_client_that_the_probe_does_not_know_is_reported_once_when_it_lasts() {
        let mut sockets = ObservedSockets::default();
        sockets.join(1);
        for change in [open(1, 1), open(1, 1), open(1, 1)].concat() {
            sockets.change(&change);
        }
        let mut compare = |ms: u64, requests| sockets.compare(Offset(ms * 1_000), requests);
        assert_eq!([(0, 1), (200, 1), (250, 2), (300, 1), (599, 1)].map(|(ms, n)| compare(ms, n)), [const { None }; 5]);
        let warning = compare(600, 1).unwrap();
        assert!(warning.ends_with("3 sockets in flight, but the probe knows of 1"), "{warning}");
        assert_eq!([compare(900, 0), compare(1_500, 0)], [None, None]);
    }
}
