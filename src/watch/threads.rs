//! The threads that send requests for an event loop, in each process.
//!
//! A pool of threads that is full makes requests wait where nothing shows it. Start at [`Threads::send`].

use std::collections::{HashMap, HashSet};

use crate::watch::listener::Connection;

/// The threads of all processes.
#[derive(Debug, Default)]
pub struct Threads(HashMap<Connection, ProcessThreads>);

/// The threads of a process.
#[derive(Debug, Default)]
struct ProcessThreads {
    /// The most threads of the pool.
    workers: u32,
    loops: HashSet<u64>,
    senders: HashSet<u64>,
    is_reported: bool,
}

impl Threads {
    /// A process has joined, whose pool has so many threads at most.
    pub fn join(&mut self, connection: Connection, workers: u32) {
        self.0.entry(connection).or_default().workers = workers;
    }

    /// An event loop runs in a thread.
    pub fn run_loop(&mut self, connection: Connection, thread: u64) {
        self.0.entry(connection).or_default().loops.insert(thread);
    }

    /// A thread has sent a request. Returns the number of threads once, when the pool is found to be exhausted.
    pub fn send(&mut self, connection: Connection, thread: u64) -> Option<u32> {
        let process = self.0.entry(connection).or_default();
        let most = usize::try_from(process.workers).unwrap_or(usize::MAX);
        if process.is_reported || process.loops.is_empty() || process.senders.len() > most {
            return None;
        }
        if !process.loops.contains(&thread) {
            process.senders.insert(thread);
        }
        process.is_reported = most > 1 && process.senders.len() == most;
        process.is_reported.then_some(process.workers)
    }
}

#[cfg(test)]
mod tests {
    use super::Threads;
    use crate::watch::listener::Connection;

    #[test]
    fn a_pool_is_exhausted_when_every_thread_of_it_has_sent_a_request_for_a_loop() {
        let (mut threads, process) = (Threads::default(), Connection(0));
        threads.join(process, 3);
        assert_eq!([1, 2, 3].map(|thread| threads.send(process, thread)), [None; 3], "without a loop it is no pool");
        threads.run_loop(process, 9);
        assert_eq!([9, 1, 2, 3, 1].map(|thread| threads.send(process, thread)), [None, None, None, Some(3), None]);
    }
}
