//! From samples of sockets to changes of the number in flight, each at its own time.
//!
//! A sample is a snapshot, but it says when each socket last sent and received. So a start and an end are placed between
//! two samples, to the kernel's few milliseconds. Pure: it reads no clock. Start at [`SocketLevels::sample`].

use std::collections::{BTreeMap, HashMap};

use crate::event::{Micros, Offset};
use crate::watch::passive::process::ProcessId;

/// An answer that arrives in parts is not over before this much silence.
const SILENCE: Micros = Micros(30_000);
/// Changes are held back so long, because the next sample may find an earlier one.
const HELD: Micros = Micros(60_000);

/// A socket of a process at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketSample {
    /// Its inode.
    pub inode: u32,
    /// The process that holds it.
    pub process: ProcessId,
    /// When it last sent data.
    pub sent: Offset,
    /// When it last received data, if it has.
    pub received: Option<Offset>,
    /// How often it has sent and received data.
    pub counts: (u32, u32),
}

/// The number in flight of a process has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelChange {
    /// When.
    pub at: Offset,
    /// Whose.
    pub process: ProcessId,
    /// By how much.
    pub by: i32,
    /// Whether it is beyond doubt. A send and a receive of the same moment may have come in either order.
    pub is_certain: bool,
}

/// The sockets of the last sample.
#[derive(Debug, Default)]
pub struct SocketLevels {
    at: Offset,
    sockets: HashMap<(u32, ProcessId), SocketState>,
    /// Changes that are held back, in order.
    held: BTreeMap<(Offset, u64), LevelChange>,
    n: u64,
}

#[derive(Clone, Copy, Debug)]
struct SocketState {
    sent: Offset,
    counts: (u32, u32),
    /// Whether it counts as in flight, and whether that is beyond doubt.
    is_open: [bool; 2],
}

impl SocketLevels {
    /// Takes all sockets that have ever sent, and returns the changes that are certain to be in order.
    pub fn sample(&mut self, at: Offset, sockets: &[SocketSample]) -> Vec<LevelChange> {
        let before = std::mem::take(&mut self.sockets);
        for socket in sockets {
            let key = (socket.inode, socket.process);
            let state = self.follow(at, socket, before.get(&key));
            self.sockets.insert(key, state);
        }
        for ((inode, process), gone) in before {
            if !self.sockets.contains_key(&(inode, process)) {
                // It was closed after the last sample: at the latest when it received for the last time.
                for is_certain in [false, true] {
                    if gone.is_open[usize::from(is_certain)] {
                        self.change(self.at.max(gone.sent), process, -1, is_certain);
                    }
                }
            }
        }
        self.at = at;
        self.release(Offset(at.0.saturating_sub(HELD.0)))
    }

    /// The program has ended: everything is over.
    pub fn finish(&mut self, at: Offset) -> Vec<LevelChange> {
        let mut changes = self.sample(at, &[]);
        changes.extend(self.release(Offset(u64::MAX)));
        changes
    }

    fn follow(&mut self, at: Offset, socket: &SocketSample, before: Option<&SocketState>) -> SocketState {
        let (has_sent, has_received) = before
            .map_or((true, true), |before| (socket.counts.0 > before.counts.0, socket.counts.1 > before.counts.1));
        // What was found idle at the last sample has begun since.
        let begin = before.map_or(socket.sent, |_| socket.sent.max(self.at));
        let mut is_open = before.map_or([false; 2], |before| before.is_open);
        for (is_certain, is_open) in [false, true].into_iter().zip(&mut is_open) {
            let is_answer =
                |received: &Offset| if is_certain { *received >= socket.sent } else { *received > socket.sent };
            let answered = socket.received.filter(is_answer);
            let is_next = *is_open && has_sent && has_received && answered.is_none();
            if let Some(received) = socket.received.filter(|_| is_next) {
                // An answer has arrived since, and the next request was sent.
                self.change(received.min(begin), socket.process, -1, is_certain);
                self.change(begin, socket.process, 1, is_certain);
            }
            if !*is_open && has_sent {
                self.change(begin, socket.process, 1, is_certain);
                *is_open = true;
            }
            // Until then, the rest of the answer may still arrive.
            if let Some(received) = answered.filter(|received| *is_open && at.since(*received) >= SILENCE) {
                self.change(received.max(socket.sent), socket.process, -1, is_certain);
                *is_open = false;
            }
        }
        SocketState { sent: socket.sent, counts: socket.counts, is_open }
    }

    fn change(&mut self, at: Offset, process: ProcessId, by: i32, is_certain: bool) {
        self.n += 1;
        self.held.insert((at, self.n), LevelChange { at, process, by, is_certain });
    }

    fn release(&mut self, until: Offset) -> Vec<LevelChange> {
        let later = self.held.split_off(&(until, u64::MAX));
        std::mem::replace(&mut self.held, later).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{SocketLevels, SocketSample};
    use crate::event::Offset;

    /// Samples every 20 ms: for each socket the times of its last send and receive, in ms; returns the changes.
    fn changes(samples: &[&[(u32, u64, Option<u64>)]]) -> Vec<(u64, i32)> {
        let mut levels = SocketLevels::default();
        let ms = |at: u64| Offset(at * 1_000);
        let mut all = Vec::new();
        for (i, sample) in samples.iter().enumerate() {
            let sockets: Vec<_> = sample
                .iter()
                .map(|&(inode, sent, received)| SocketSample {
                    inode,
                    process: 7,
                    sent: ms(sent),
                    received: received.map(ms),
                    counts: (u32::try_from(sent).unwrap(), u32::try_from(received.unwrap_or(0)).unwrap()),
                })
                .collect();
            all.extend(levels.sample(ms(20 * (i as u64 + 1)), &sockets));
        }
        all.extend(levels.finish(ms(10_000)));
        all.iter().filter(|change| !change.is_certain).map(|change| (change.at.0 / 1_000, change.by)).collect()
    }

    #[test]
    fn an_exchange_begins_with_its_send_and_ends_with_its_last_receive() {
        let one = (1, 5, None);
        assert_eq!(
            changes(&[&[one], &[one], &[(1, 5, Some(52))], &[(1, 5, Some(66))], &[(1, 5, Some(66))], &[]]),
            [(5, 1), (66, -1)]
        );
    }

    #[test]
    fn the_next_request_of_a_connection_is_an_exchange_of_its_own() {
        let samples = changes(&[&[(1, 5, None)], &[(1, 31, Some(30))], &[(1, 31, Some(30))], &[(1, 31, Some(70))]]);
        assert_eq!(samples, [(5, 1), (30, -1), (31, 1), (80, -1)]);
    }

    #[test]
    fn a_socket_that_is_closed_does_not_overlap_with_the_next() {
        let first = (1, 5, None);
        assert_eq!(
            changes(&[&[first], &[(2, 33, None)], &[(2, 33, None)], &[]]),
            [(5, 1), (20, -1), (33, 1), (60, -1)]
        );
    }

    #[test]
    fn an_exchange_between_two_samples_is_not_missed() {
        assert_eq!(changes(&[&[(1, 1, Some(2))], &[(1, 1, Some(2))], &[(1, 1, Some(2))], &[]]), [(1, 1), (2, -1)]);
    }
}
