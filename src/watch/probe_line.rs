//! The lines that a probe writes: JSON, one object a line, `ev` names its kind.
//!
//! Times are seconds of the machine's monotonic clock. Start at [`ProbeLine`].

use serde::Deserialize;

use crate::event::Micros;

use crate::watch::steering::shares::GateReport;

/// A line of a probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "ev", rename_all = "snake_case")]
pub enum ProbeLine {
    /// The first line of a process.
    Hello {
        /// The time.
        t: f64,
        /// The number of the process.
        pid: u32,
        /// The number of its parent.
        parent: Option<u32>,
        /// The language and its version.
        runtime: String,
        /// The most threads of the pool that `asyncio.to_thread` uses; 0 for other languages.
        #[serde(default)]
        workers: u32,
    },
    /// A library is observed from here on.
    Hook {
        /// The time.
        t: f64,
        /// The library; null if it cannot be observed.
        name: Option<String>,
        /// What cannot be observed there.
        #[serde(default)]
        lacks: Vec<String>,
    },
    /// A request began, and has perhaps ended.
    Request {
        /// Its number in the process.
        id: u64,
        /// When it was sent.
        t: f64,
        /// Its method.
        method: String,
        /// The thread that sent it.
        thread: u64,
        /// Its address, with secrets.
        url: String,
        /// The line that sent it.
        place: Option<ReportedPlace>,
        /// The library that made the event loop wait for it.
        in_loop: Option<String>,
        /// How long it waited for a connection.
        #[serde(default)]
        queued: f64,
        /// How it ended, if it has.
        #[serde(flatten)]
        end: ReportedEnd,
    },
    /// The head of an answer has arrived, and its body has not been read yet.
    Head {
        /// The number of the request in the process.
        id: u64,
        /// When.
        head: f64,
        /// The status.
        status: u16,
    },
    /// A request has ended.
    End {
        /// Its number in the process.
        id: u64,
        /// How it ended.
        #[serde(flatten)]
        end: ReportedEnd,
    },
    /// An event loop runs.
    Loop {
        /// The time.
        t: f64,
        /// The thread that it runs in.
        thread: u64,
        /// Its class.
        name: String,
    },
    /// What the thread of an event loop has computed.
    Ran {
        /// Until when.
        t: f64,
        /// The length of that time.
        lasted: f64,
        /// How much of it the thread computed.
        ran: f64,
    },
    /// An event loop was blocked.
    Stall {
        /// Until when.
        t: f64,
        /// For how long.
        lasted: f64,
        /// How many blocks this adds up.
        n: u64,
        /// The longest of them.
        longest: f64,
        /// How many callbacks were ready.
        ready: u32,
        /// Each line, for how long it was found there, and how much of that it computed.
        parts: Vec<(ReportedPlace, f64, Option<f64>)>,
    },
    /// Things were gathered.
    Gather {
        /// The time.
        t: f64,
        /// How many.
        n: u32,
        /// Where.
        place: ReportedPlace,
    },
    /// A gather raised.
    GatherRaised {
        /// The time.
        t: f64,
        /// How many were gathered.
        n: u32,
        /// How many had a result.
        good: u32,
        /// How many still ran.
        running: u32,
        /// The type of the exception.
        error: String,
        /// Where they were gathered.
        place: ReportedPlace,
        /// Where it was raised.
        raised: Option<ReportedPlace>,
    },
    /// A coroutine never ran.
    NeverAwaited {
        /// The time.
        t: f64,
        /// Its name.
        coroutine: String,
        /// What dropped it.
        place: Option<ReportedPlace>,
        /// Where it is defined.
        defined: Option<ReportedPlace>,
    },
    /// An exception was never retrieved.
    LostError {
        /// The time.
        t: f64,
        /// The type of the exception.
        error: String,
        /// The coroutine of the task.
        coroutine: Option<String>,
        /// Where it was raised.
        place: Option<ReportedPlace>,
    },
    /// A task still ran at the end.
    Unfinished {
        /// The time.
        t: f64,
        /// The coroutine of the task.
        coroutine: Option<String>,
        /// Where it waited.
        place: Option<ReportedPlace>,
    },
    /// What is under way at the gate of a process, and what waits there.
    Gate {
        /// The time.
        t: f64,
        /// What it reports.
        #[serde(flatten)]
        report: GateReport,
        /// Synchronous requests inside an event loop, which do not wait.
        #[serde(default)]
        passed: u64,
    },
    /// The gate has opened for good, because the monitor was silent.
    GateOpened {
        /// The time.
        t: f64,
    },
    /// The probe itself has a problem.
    Problem {
        /// The time.
        t: f64,
        /// In which function.
        #[serde(rename = "where")]
        place: String,
        /// The exception.
        error: String,
    },
    /// The last line of a process that ends normally.
    Bye {
        /// The time.
        t: f64,
        /// Events that it could not keep.
        #[serde(default)]
        dropped: u64,
        /// The processor time of its own thread, in seconds; in Node the time of the program's.
        #[serde(default)]
        used: f64,
    },
}

/// A file, a line and a function.
pub type ReportedPlace = (String, u32, String);

/// How a request ended, as far as is known.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ReportedEnd {
    /// When the head of the answer arrived.
    pub head: Option<f64>,
    /// The status.
    pub status: Option<u16>,
    /// When its body was complete, or the request failed.
    pub over: Option<f64>,
    /// The type of the exception, if it failed.
    pub error: Option<String>,
}

/// Seconds as microseconds; nothing is negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped; a cast saturates")]
pub fn micros(seconds: f64) -> Micros {
    Micros((seconds.max(0.0) * 1e6).round() as u64)
}
