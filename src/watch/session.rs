//! A watched program from its start to its end: the thread that makes events of what arrives.
//!
//! Start at [`WatchSession::start`].

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;

use crate::event::program::ProgramFact;
use crate::event::reasons::{RunEnd, WarningSource};
use crate::event::{Event, Fact, Offset};
use crate::watch::in_order::HELD;
use crate::watch::listener::{Incoming, listen};
use crate::watch::passive::sampler;
use crate::watch::probe_folder::{ProbeFolder, UsualVariables};
use crate::watch::program::{ProgramSettings, ProgramStreams, WatchedProgram, run_name};
use crate::watch::steering::shares::GateNews;
use crate::watch::steering::{self, Steering};
use crate::watch::translator::Translator;

/// Chunks of lines that may wait. A probe whose chunk finds no room waits in its own thread.
const CHUNKS_AHEAD: usize = 256;
/// Events that may be in the channel to the pump.
pub const EVENTS_AHEAD: usize = 4_096;
/// How often events are released while nothing arrives.
const STEP: Duration = Duration::from_millis(20);
/// A probe reports at once, so after this time there is none.
const PROBE_PATIENCE: Duration = Duration::from_secs(2);
/// How long what a program wrote may take to arrive after its end. A process that it left behind may go on for ever.
const END_PATIENCE: Duration = Duration::from_secs(1);

/// What is watched, and how.
#[derive(Debug)]
pub struct SessionSettings<'a> {
    /// The program and its arguments.
    pub words: &'a [OsString],
    /// The variables that find the probe, as they are without it.
    pub usual: UsualVariables,
    /// Whether the program reads this process's standard input.
    pub reads_input: bool,
    /// Where it prints to.
    pub streams: ProgramStreams,
    /// The folder that paths are shown relative to.
    pub folder: PathBuf,
    /// Whether it may be held back.
    pub steer: Option<Steer>,
}

/// How a program is held back from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steer {
    /// The limit of requests in flight, if there is one at the start.
    pub limit: Option<u32>,
}

/// A watched program.
#[derive(Debug)]
pub struct WatchSession {
    /// The program.
    pub program: WatchedProgram,
    /// When it was started.
    pub started: Instant,
    thread: JoinHandle<io::Result<ExitStatus>>,
}

impl WatchSession {
    /// Starts the program, and sends the events of its run.
    pub fn start(settings: SessionSettings<'_>, events: Sender<Event>) -> io::Result<Self> {
        let folder = ProbeFolder::create()?;
        let (to, arrivals) = mpsc::sync_channel(CHUNKS_AHEAD);
        listen(&folder.socket(), to.clone())?;
        let (started, zero) = (Instant::now(), monotonic());
        let mut variables: Vec<_> = folder.variables(&settings.usual).into();
        variables.extend(settings.steer.map(|_| (steering::VARIABLE, "1".into())));
        let program = ProgramSettings {
            words: settings.words,
            variables,
            reads_input: settings.reads_input,
            streams: settings.streams,
        };
        let name = run_name(settings.words);
        let program = WatchedProgram::start(program, to.clone())?;
        let has_sampler =
            sampler::start(program.process(), started, move |sample| to.send(Incoming::Sampled(sample)).is_ok())
                .is_ok();
        let translator = Translator::new(zero, settings.folder);
        let steer = settings.steer;
        let steering = steer.map(|steer| Steering::new(steer.limit));
        let watcher = Watcher {
            started,
            arrivals,
            events,
            translator,
            steering,
            batch: Vec::new(),
            open: 0,
            has_sampler,
            is_sampling: has_sampler,
            exited: None,
        };
        let run = move || {
            let status = watcher.run(&name, steer);
            // The probe loads parts of itself while the program runs.
            folder.remove();
            status
        };
        let thread = thread::Builder::new().name("watch".into()).spawn(run)?;
        Ok(Self { program, started, thread })
    }

    /// The time in the run.
    pub fn now(&self) -> Offset {
        since(self.started)
    }

    /// Waits for the last event; returns how the program ended.
    pub fn join(self) -> io::Result<ExitStatus> {
        self.thread.join().map_err(|_| io::Error::other("its thread panicked, which is a bug in inflight"))?
    }
}

/// The thread's own state.
struct Watcher {
    started: Instant,
    arrivals: Receiver<Incoming>,
    events: Sender<Event>,
    translator: Translator,
    steering: Option<Steering>,
    batch: Vec<Event>,
    /// Open connections.
    open: usize,
    /// Whether the sockets of the program are watched.
    has_sampler: bool,
    /// Whether more samples of them may arrive.
    is_sampling: bool,
    exited: Option<(Instant, io::Result<ExitStatus>)>,
}

impl Watcher {
    fn run(mut self, name: &str, steer: Option<Steer>) -> io::Result<ExitStatus> {
        let limit = steer.and_then(|steer| steer.limit);
        let start = Fact::RunStarted { name: name.into(), limit, jobs: None, insecure: false, times: None };
        self.translator.add(Offset::ZERO, start);
        if steer.is_some() {
            self.translator.add(Offset::ZERO, Fact::Program(Box::new(ProgramFact::SteeringStarted)));
        }
        let mut may_warn = true;
        loop {
            match self.arrivals.recv_timeout(STEP) {
                Ok(arrival) => self.take(arrival),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            self.steer();
            // A probe that has not reported yet may have begun its work.
            if may_warn && self.started.elapsed() >= PROBE_PATIENCE {
                may_warn = false;
                self.warn_without_probe();
            }
            let is_all = self.open == 0 && !self.is_sampling;
            let is_over = self.exited.as_ref().is_some_and(|(at, _)| is_all || at.elapsed() >= END_PATIENCE);
            if is_over {
                return self.end(may_warn);
            }
            let now = self.now();
            self.send(Offset(now.0.saturating_sub(HELD.0)));
        }
    }

    fn take(&mut self, arrival: Incoming) {
        match arrival {
            Incoming::Opened(connection, writer) => {
                self.open += 1;
                if let Some(steering) = &mut self.steering {
                    steering.connect(connection, writer);
                }
            }
            Incoming::Lines(connection, lines) => self.translator.read(connection, &lines),
            Incoming::Closed(connection) => {
                self.open = self.open.saturating_sub(1);
                self.translator.close(self.now(), connection);
                if let Some(steering) = &mut self.steering {
                    steering.leave(connection);
                }
            }
            Incoming::Command(command) => {
                let fact = self.steering.as_mut().and_then(|steering| steering.apply(command));
                if let Some(fact) = fact {
                    self.translator.add(self.now(), fact);
                }
            }
            Incoming::Signalled => {
                if let Some(steering) = &mut self.steering {
                    steering.release();
                }
            }
            Incoming::Sampled(sample) => {
                self.translator.take_sample(&sample);
                self.is_sampling &= !sample.is_last;
            }
            Incoming::Exited(status) => self.exited = Some((Instant::now(), status)),
        }
    }

    /// Sends the gates what they may let through.
    fn steer(&mut self) {
        let now = self.now();
        let news = self.translator.take_gates();
        let Some(steering) = &mut self.steering else { return };
        for (connection, news) in news {
            match news {
                GateNews::Report(report) => steering.report(now, connection, report),
                GateNews::Opened => steering.leave(connection),
            }
        }
        steering.send(now);
    }

    fn warn_without_probe(&mut self) {
        if !self.translator.has_joined() {
            let then = if self.has_sampler { "watching its sockets only" } else { "nothing is known of its requests" };
            let message = format!(
                "not a Python or Node that takes a probe (`-I`, `-E` or `-S`, a frozen program, another language?); {then}"
            );
            let fact = Fact::Warned { about: WarningSource::Probe, message: message.into() };
            self.translator.add(self.now(), fact);
        }
    }

    /// Sends everything that is left, and the end of the run.
    fn end(mut self, may_warn: bool) -> io::Result<ExitStatus> {
        // A connection may have been accepted just before.
        while let Ok(arrival) = self.arrivals.try_recv() {
            self.take(arrival);
        }
        if may_warn {
            self.warn_without_probe();
        }
        let malformed = self.translator.malformed();
        let now = self.now();
        if malformed > 0 {
            let message = format!("{malformed} lines of the probe could not be read").into();
            self.translator.add(now, Fact::Warned { about: WarningSource::Probe, message });
        }
        let (_, status) = self.exited.take().unwrap_or((self.started, Err(io::ErrorKind::NotFound.into())));
        let ended = status
            .as_ref()
            .map_or((None, None), |status| (status.code(), std::os::unix::process::ExitStatusExt::signal(status)));
        let how = if ended.1.is_some() { RunEnd::Cancelled } else { RunEnd::Finished };
        let fact = ProgramFact::ProgramEnded { code: ended.0, signal: ended.1 };
        self.translator.add(now, Fact::Program(Box::new(fact)));
        self.translator.close_all(now);
        self.send(Offset(u64::MAX));
        self.batch.push(Event { at: now, origin: crate::event::origin::Origin::HERE, fact: Fact::RunEnded { how } });
        self.send(Offset(u64::MAX));
        status
    }

    fn send(&mut self, until: Offset) {
        self.translator.release(until, &mut self.batch);
        for event in self.batch.drain(..) {
            // Sending fails only when the pump has panicked, which it reports itself.
            drop(self.events.blocking_send(event));
        }
    }

    fn now(&self) -> Offset {
        since(self.started)
    }
}

fn since(started: Instant) -> Offset {
    Offset(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX))
}

/// The monotonic clock of the machine, in seconds. Every process reads the same.
fn monotonic() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}
