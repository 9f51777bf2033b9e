//! The thread that samples the sockets of a tree of processes every 20 ms.
//!
//! Start at [`start`].

use std::collections::{HashMap, HashSet};
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use crate::event::program::ThreadWaits;
use crate::event::{Micros, Offset};
#[cfg(not(target_os = "linux"))]
use crate::watch::passive::no_socket_table::NoSocketTable as SocketTable;
use crate::watch::passive::process::{self, ProcessId};
use crate::watch::passive::socket_levels::{LevelChange, SocketLevels, SocketSample};
#[cfg(target_os = "linux")]
use crate::watch::passive::socket_table::SocketTable;
use crate::watch::passive::system_call::ThreadState;
use crate::watch::passive::tcp_socket::SocketUse;

/// The time between two samples.
const EVERY: Duration = Duration::from_millis(20);

/// What a sample shows.
#[derive(Debug)]
pub struct Sample {
    /// Changes of what is in flight, in order.
    pub changes: Vec<LevelChange>,
    /// What the main thread of each process with something in flight did since the last sample.
    pub threads: Vec<(ProcessId, ThreadWaits)>,
    /// When the sample was taken.
    pub at: Offset,
    /// Whether the process has ended, so that there is no other sample.
    pub is_last: bool,
}

/// Samples a process and its descendants until it has ended, or nothing takes the samples any more. Fails where the
/// kernel does not show its sockets.
pub fn start(root: ProcessId, started: Instant, take: impl Fn(Sample) -> bool + Send + 'static) -> io::Result<()> {
    let table = SocketTable::open()?;
    let sampler = Sampler { root, started, table, levels: SocketLevels::default(), last: Offset::ZERO };
    thread::Builder::new().name("watch-sockets".into()).spawn(move || sampler.run(take))?;
    Ok(())
}

struct Sampler {
    root: ProcessId,
    started: Instant,
    table: SocketTable,
    levels: SocketLevels,
    last: Offset,
}

impl Sampler {
    fn run(mut self, take: impl Fn(Sample) -> bool) {
        loop {
            let is_running = process::is_running(self.root);
            let at = self.now();
            let sample = is_running.then(|| self.sample(at).ok()).flatten().unwrap_or_else(|| self.last_sample(at));
            let is_last = sample.is_last;
            let has_news = !sample.changes.is_empty() || !sample.threads.is_empty() || is_last;
            if has_news && !take(sample) || is_last {
                return;
            }
            thread::sleep(EVERY.saturating_sub(Duration::from_micros(self.now().since(at).0)));
        }
    }

    fn sample(&mut self, at: Offset) -> io::Result<Sample> {
        let mut owners: HashMap<u32, ProcessId> = HashMap::new();
        for process in process::tree(self.root) {
            for inode in process::sockets(process) {
                // A socket that was inherited belongs to the process that made it.
                owners.entry(inode).or_insert(process);
            }
        }
        let all = if owners.is_empty() { Vec::new() } else { self.table.read()? };
        let mine = || all.iter().filter_map(|socket| Some((socket, *owners.get(&socket.inode)?)));
        // What was accepted here belongs to a server: it receives first.
        let served: HashSet<u16> =
            mine().filter(|(one, _)| one.use_ == SocketUse::Listening).map(|one| one.0.port).collect();
        let ago = |ms: u32| Offset(at.0.saturating_sub(u64::from(ms) * 1_000));
        let sockets: Vec<SocketSample> = mine()
            .filter(|(socket, _)| !served.contains(&socket.port))
            .filter_map(|(socket, process)| {
                let SocketUse::Connected(activity) = socket.use_ else { return None };
                let counts = (activity.n_sent, activity.n_received);
                let (sent, received) = (ago(activity.sent), (counts.1 > 0).then(|| ago(activity.received)));
                (counts.0 > 0).then_some(SocketSample { inode: socket.inode, process, sent, received, counts })
            })
            .collect();
        let changes = self.levels.sample(at, &sockets);
        let lasted = at.since(self.last);
        self.last = at;
        let busy: HashSet<ProcessId> = sockets
            .iter()
            .filter(|socket| socket.received.is_none_or(|received| received <= socket.sent))
            .map(|socket| socket.process)
            .collect();
        let threads = busy.into_iter().filter_map(|process| Some((process, waits(process, lasted)?))).collect();
        Ok(Sample { changes, threads, at, is_last: false })
    }

    fn last_sample(&mut self, at: Offset) -> Sample {
        Sample { changes: self.levels.finish(at), threads: Vec::new(), at, is_last: true }
    }

    fn now(&self) -> Offset {
        Offset(u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// The time since the last sample, by what the main thread does now.
fn waits(process: ProcessId, lasted: Micros) -> Option<ThreadWaits> {
    let mut waits = ThreadWaits::default();
    let part = match ThreadState::of_main_thread(process)? {
        ThreadState::Running | ThreadState::Other => &mut waits.running,
        ThreadState::Sleeping => &mut waits.sleeping,
        ThreadState::Reading => &mut waits.reading,
        ThreadState::Idle => &mut waits.looping,
        ThreadState::Locked => &mut waits.locked,
    };
    *part = lasted;
    Some(waits)
}
