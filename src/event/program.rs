//! Facts about a watched program: what its event loops and tasks do, and at which line.
//!
//! They come from a probe inside the program, or from the program itself. Start at [`ProgramFact`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::Micros;

/// What a watched program does apart from its requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ProgramFact {
    /// A probe runs in a process of the program.
    ProbeJoined {
        /// The number of the process.
        process: u32,
        /// The number of its parent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<u32>,
        /// The language and its version, as `Python 3.13.0`.
        runtime: Arc<str>,
    },
    /// The probe observes a library from here on.
    ProbeHooked {
        /// The library; absent if it cannot be observed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hook: Option<Arc<str>>,
        /// What it cannot observe there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lacks: Vec<Arc<str>>,
    },
    /// The program may be held back: by a limit and by a pause.
    SteeringStarted,
    /// An event loop runs.
    LoopStarted {
        /// Its implementation.
        name: Arc<str>,
    },
    /// A line of the program sends requests. Reported when the count doubles.
    RequestLine {
        /// The line.
        code: CodeLine,
        /// How many requests it has sent, at least.
        requests: u64,
    },
    /// What the thread of an event loop computed in the time before.
    LoopRan {
        /// The length of that time.
        lasted: Micros,
        /// How much of it the thread computed.
        ran: Micros,
    },
    /// A synchronous request was sent in a thread that runs an event loop, which waits meanwhile.
    LoopWaited {
        /// The library that sent it.
        client: Arc<str>,
        /// The line that called the library.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<CodeLine>,
    },
    /// The program intends to run so many things at once.
    Gathered {
        /// How many.
        width: u32,
        /// Where.
        code: CodeLine,
    },
    /// One of the things that were gathered raised an exception, which the caller receives instead of the results.
    GatherRaised {
        /// How many were gathered.
        width: u32,
        /// How many had a result, which is lost.
        good: u32,
        /// How many still ran, and go on unobserved.
        running: u32,
        /// The type of the exception.
        error: Arc<str>,
        /// Where they were gathered.
        code: CodeLine,
        /// Where the exception was raised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        raised: Option<CodeLine>,
    },
    /// A coroutine was dropped that never ran.
    NeverAwaited {
        /// Its name.
        coroutine: Arc<str>,
        /// The call that lacks an `await`, or where the coroutine is defined.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<CodeLine>,
    },
    /// The exception of a task was never retrieved.
    ErrorLost {
        /// The type of the exception.
        error: Arc<str>,
        /// The coroutine of the task.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coroutine: Option<Arc<str>>,
        /// Where it was raised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<CodeLine>,
    },
    /// A task still ran when its event loop ended, and was cancelled.
    TaskUnfinished {
        /// The coroutine of the task.
        coroutine: Arc<str>,
        /// Where it waited.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<CodeLine>,
    },
    /// So many threads of a pool sent requests for an event loop, and the pool has no more.
    ThreadsExhausted {
        /// How many.
        threads: u32,
    },
    /// What the main threads of processes without a probe did while they had something in flight, by samples. Reported
    /// about once a second, for the time since then.
    ThreadsSampled {
        /// How long they did what.
        #[serde(flatten)]
        waits: ThreadWaits,
    },
    /// A process ended normally.
    ProbeEnded {
        /// The processor time that the probe used in its own thread, or in Node the time in the program's.
        used: Micros,
    },
    /// The program has ended.
    ProgramEnded {
        /// Its exit code, if it was not ended by a signal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i32>,
        /// The signal that ended it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signal: Option<i32>,
    },
}

/// How long threads did what, by samples of their system calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadWaits {
    /// They slept for a time.
    #[serde(default, skip_serializing_if = "Micros::is_zero")]
    pub sleeping: Micros,
    /// They waited for one descriptor: a blocking read.
    #[serde(default, skip_serializing_if = "Micros::is_zero")]
    pub reading: Micros,
    /// They waited for any of many descriptors, as an event loop without work does.
    #[serde(default, skip_serializing_if = "Micros::is_zero")]
    pub looping: Micros,
    /// They waited for another thread.
    #[serde(default, skip_serializing_if = "Micros::is_zero")]
    pub locked: Micros,
    /// They ran, or waited for anything else.
    #[serde(default, skip_serializing_if = "Micros::is_zero")]
    pub running: Micros,
}

impl std::ops::AddAssign for ThreadWaits {
    fn add_assign(&mut self, more: Self) {
        self.sleeping += more.sleeping;
        self.reading += more.reading;
        self.looping += more.looping;
        self.locked += more.locked;
        self.running += more.running;
    }
}

/// A line of the program's code. All of it is foreign text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CodeLine {
    /// The path of the file.
    pub file: Arc<str>,
    /// The number of the line, from 1.
    pub line: u32,
    /// The function.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub function: Arc<str>,
    /// The line itself, secrets masked.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub text: Arc<str>,
}

/// The details of a stall of an event loop, if its source knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StallDetails {
    /// How many blocks this fact adds up: 0 for more time of one that was reported before. Absent: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<u64>,
    /// The longest of the blocks; absent if there is only one.
    #[serde(default, skip_serializing_if = "Micros::is_zero")]
    pub longest: Micros,
    /// How many callbacks were ready to run meanwhile, at most.
    #[serde(default, skip_serializing_if = "is_none")]
    pub ready: u32,
    /// The lines that blocked it, the worst first: at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<BlockingLine>,
}

/// A line that blocked an event loop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockingLine {
    /// The line.
    #[serde(flatten)]
    pub code: CodeLine,
    /// For how long, as far as samples show.
    pub lasted: Micros,
    /// How much of that it computed; the rest it waited. Absent if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed: Option<Micros>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none(count: &u32) -> bool {
    *count == 0
}
