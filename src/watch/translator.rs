//! Turns the lines of probes and of other sources into events.
//!
//! Lines are read as they arrive; what they say is held until it is in order, and becomes events then. So slots and job
//! numbers are those of the order in which things happened. Start at [`Translator::read`] and [`Translator::release`].

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::event::origin::Origin;
use crate::event::program::{BlockingLine, ProgramFact, StallDetails};
use crate::event::reasons::WarningSource;
use crate::event::{Event, Fact, Micros, Offset};
use crate::watch::address::RequestAddress;
use crate::watch::code_line::CodeLines;
use crate::watch::exchange::outcome;
use crate::watch::in_order::InOrder;
use crate::watch::listener::Connection;
use crate::watch::observed_sockets::ObservedSockets;
use crate::watch::passive::sampler::Sample;
use crate::watch::passive::socket_levels::LevelChange;
use crate::watch::probe_line::{ProbeLine, ReportedEnd, ReportedPlace, micros};
use crate::watch::request_lines::RequestLines;
use crate::watch::requests::{EndedRequest, RequestStart, Requests};
use crate::watch::steering::shares::{GateNews, GateReport};
use crate::watch::threads::Threads;

/// The state of what was read.
#[derive(Debug)]
pub struct Translator {
    /// The monotonic clock of the machine when the run started, in seconds.
    zero: f64,
    order: InOrder<Moment>,
    code: CodeLines,
    requests: Requests,
    threads: Threads,
    sockets: ObservedSockets,
    has_joined: bool,
    hooks: BTreeSet<String>,
    lines: RequestLines,
    problems: u64,
    /// Lines that make no sense.
    malformed: u64,
    /// Whether requests have passed a closed gate.
    has_passed: bool,
    /// What gates have reported since they were asked last.
    gates: Vec<(Connection, GateNews)>,
}

/// What happened at one moment.
#[derive(Debug)]
enum Moment {
    Start(Connection, u64, Box<RequestStart>),
    Head(Connection, u64, u16),
    End(Connection, u64, EndedRequest),
    Closed(Connection),
    AllClosed,
    Sockets(LevelChange),
    Fact(Fact),
}

impl Translator {
    /// Nothing was read yet; `zero` is the machine's monotonic clock at the start, in seconds.
    pub fn new(zero: f64, folder: PathBuf) -> Self {
        Self {
            zero,
            order: InOrder::default(),
            code: CodeLines::within(folder),
            requests: Requests::default(),
            threads: Threads::default(),
            sockets: ObservedSockets::default(),
            has_joined: false,
            hooks: BTreeSet::new(),
            lines: RequestLines::default(),
            problems: 0,
            malformed: 0,
            has_passed: false,
            gates: Vec::new(),
        }
    }

    /// Whether a probe has reported.
    pub fn has_joined(&self) -> bool {
        self.has_joined
    }

    /// Lines that made no sense.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// Takes what gates have reported.
    pub fn take_gates(&mut self) -> Vec<(Connection, GateNews)> {
        std::mem::take(&mut self.gates)
    }

    /// Reads whole lines of a connection.
    pub fn read(&mut self, connection: Connection, lines: &[u8]) {
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(line) => self.take(connection, line),
                Err(_) => self.malformed += 1,
            }
        }
    }

    /// A connection was closed; what its process had in flight is over.
    pub fn close(&mut self, at: Offset, connection: Connection) {
        self.order.add(at, Moment::Closed(connection));
    }

    /// The program has ended, and everything that was in flight.
    pub fn close_all(&mut self, at: Offset) {
        if let Some(waits) = self.sockets.take_threads(at) {
            self.add(at, Fact::Program(Box::new(ProgramFact::ThreadsSampled { waits })));
        }
        self.order.add(at, Moment::AllClosed);
    }

    /// Adds a fact of the session itself.
    pub fn add(&mut self, at: Offset, fact: Fact) {
        self.order.add(at, Moment::Fact(fact));
    }

    /// Takes what the sockets of the program do.
    pub fn take_sample(&mut self, sample: &Sample) {
        for change in &sample.changes {
            self.order.add(change.at, Moment::Sockets(*change));
        }
        if let Some(waits) = self.sockets.add_threads(sample.at, &sample.threads) {
            self.add(sample.at, Fact::Program(Box::new(ProgramFact::ThreadsSampled { waits })));
        }
    }

    /// Takes the events that happened at `until` or before, in order.
    pub fn release(&mut self, until: Offset, events: &mut Vec<Event>) {
        while let Some((at, moment)) = self.order.release(until) {
            let mut push = |fact| events.push(Event { at, origin: Origin::HERE, fact });
            match moment {
                Moment::Fact(fact) => push(fact),
                Moment::Start(connection, id, start) => self.requests.start(at, (connection, id), &start, &mut push),
                Moment::Head(connection, id, status) => {
                    self.requests.answer(at, (connection, id), status, &mut push);
                }
                Moment::End(connection, id, end) => self.requests.end(at, (connection, id), &end, &mut push),
                Moment::Closed(connection) => self.requests.close(at, Some(connection), &mut push),
                Moment::AllClosed => self.requests.close(at, None, &mut push),
                Moment::Sockets(change) => {
                    if let Some(in_flight) = self.sockets.change(&change) {
                        push(Fact::LevelReported { in_flight });
                    }
                }
            }
            if let Some(message) = self.sockets.compare(at, self.requests.n_open()) {
                push(Fact::Warned { about: WarningSource::Probe, message: message.into() });
            }
        }
    }

    fn take(&mut self, connection: Connection, line: ProbeLine) {
        let fact = match line {
            ProbeLine::Hello { t, pid, parent, runtime, workers } => {
                self.has_joined = true;
                self.threads.join(connection, workers);
                self.sockets.join(pid);
                (t, ProgramFact::ProbeJoined { process: pid, parent, runtime: runtime.into() })
            }
            ProbeLine::Hook { t, name, lacks } => {
                // Every process has the same hooks, mostly.
                if !self.hooks.insert(format!("{name:?}{lacks:?}")) {
                    return;
                }
                let lacks = lacks.into_iter().map(Arc::from).collect();
                (t, ProgramFact::ProbeHooked { hook: name.map(Arc::from), lacks })
            }
            ProbeLine::Request { id, t, method, thread, url, place, in_loop, queued, end } => {
                if let Some(threads) = self.threads.send(connection, thread) {
                    let fact = ProgramFact::ThreadsExhausted { threads };
                    self.order.add(self.at(t), Moment::Fact(Fact::Program(Box::new(fact))));
                }
                let start = RequestStart { address: RequestAddress::parse(&method, &url), queued: micros(queued) };
                self.order.add(self.at(t), Moment::Start(connection, id, Box::new(start)));
                self.take_end(connection, id, &end);
                self.count_line(t, place.as_ref());
                let Some(client) = in_loop else { return };
                let code = place.map(|place| self.code.read(&place));
                (t, ProgramFact::LoopWaited { client: client.into(), code })
            }
            ProbeLine::Head { id, head, status } => {
                let at = self.at(head);
                return self.order.add(at, Moment::Head(connection, id, status));
            }
            ProbeLine::End { id, end } => return self.take_end(connection, id, &end),
            ProbeLine::Loop { t, thread, name } => {
                self.threads.run_loop(connection, thread);
                (t, ProgramFact::LoopStarted { name: name.into() })
            }
            ProbeLine::Ran { t, lasted, ran } => (t, ProgramFact::LoopRan { lasted: micros(lasted), ran: micros(ran) }),
            ProbeLine::Stall { t, lasted, n, longest, ready, parts } => {
                let fact = self.stall(lasted, (n, longest), ready, &parts);
                return self.order.add(self.at(t), Moment::Fact(fact));
            }
            ProbeLine::Gather { t, n, place } => (t, ProgramFact::Gathered { width: n, code: self.code.read(&place) }),
            ProbeLine::GatherRaised { t, n, good, running, error, place, raised } => {
                let (code, raised) = (self.code.read(&place), raised.map(|place| self.code.read(&place)));
                (t, ProgramFact::GatherRaised { width: n, good, running, error: error.into(), code, raised })
            }
            ProbeLine::NeverAwaited { t, coroutine, place, defined } => {
                let code = self.code.dropped_at(&coroutine, place.as_ref(), defined.as_ref());
                (t, ProgramFact::NeverAwaited { coroutine: coroutine.into(), code })
            }
            ProbeLine::LostError { t, error, coroutine, place } => {
                let code = place.map(|place| self.code.read(&place));
                (t, ProgramFact::ErrorLost { error: error.into(), coroutine: coroutine.map(Arc::from), code })
            }
            ProbeLine::Unfinished { t, coroutine, place } => {
                let code = place.map(|place| self.code.read(&place));
                (t, ProgramFact::TaskUnfinished { coroutine: coroutine.unwrap_or_default().into(), code })
            }
            ProbeLine::Gate { t, passed, report } => return self.take_gate(t, connection, report, passed),
            ProbeLine::GateOpened { t } => {
                self.gates.push((connection, GateNews::Opened));
                return self.warn(t, "inflight was silent for 5 s, so a process is no longer held back".into());
            }
            ProbeLine::Problem { t, place, error } => return self.take_problem(t, &place, &error),
            ProbeLine::Bye { t, dropped, used } => {
                if dropped > 0 {
                    self.warn(t, format!("the probe could not keep {dropped} events: figures are too low"));
                }
                (t, ProgramFact::ProbeEnded { used: micros(used) })
            }
        };
        self.order.add(self.at(fact.0), Moment::Fact(Fact::Program(Box::new(fact.1))));
    }

    /// Reports a line that sends requests each time that their number has doubled.
    fn count_line(&mut self, t: f64, place: Option<&ReportedPlace>) {
        if let Some((place, requests)) = place.and_then(|place| Some((place, self.lines.count(place)?))) {
            let fact = ProgramFact::RequestLine { code: self.code.read(place), requests };
            self.order.add(self.at(t), Moment::Fact(Fact::Program(Box::new(fact))));
        }
    }

    fn take_problem(&mut self, t: f64, place: &str, error: &str) {
        self.problems += 1;
        // One is enough to report that figures may be incomplete.
        if self.problems == 1 {
            self.warn(t, format!("the probe has a problem in `{place}`: {error}"));
        }
    }

    fn take_gate(&mut self, t: f64, connection: Connection, report: GateReport, passed: u64) {
        self.gates.push((connection, GateNews::Report(report)));
        if passed > 0 && !std::mem::replace(&mut self.has_passed, true) {
            self.warn(t, "synchronous requests in the event loop pass the limit: waiting would block it".into());
        }
    }

    fn take_end(&mut self, connection: Connection, id: u64, end: &ReportedEnd) {
        if let Some(over) = end.over {
            let head = end.head.map(|head| self.at(head));
            let ended = EndedRequest { head, outcome: outcome(end.status, end.error.as_deref()) };
            self.order.add(self.at(over), Moment::End(connection, id, ended));
        }
    }

    fn warn(&mut self, t: f64, message: String) {
        let fact = Fact::Warned { about: WarningSource::Probe, message: message.into() };
        self.order.add(self.at(t), Moment::Fact(fact));
    }

    fn stall(
        &mut self,
        lasted: f64,
        (n, longest): (u64, f64),
        ready: u32,
        parts: &[(ReportedPlace, f64, Option<f64>)],
    ) -> Fact {
        let lines: Vec<_> = parts
            .iter()
            .take(3)
            .map(|(place, lasted, computed)| BlockingLine {
                code: self.code.read(place),
                lasted: micros(*lasted),
                computed: computed.map(micros),
            })
            .collect();
        let place = lines.first().map(|line| format!("{}:{}", line.code.file, line.code.line).into());
        let (lasted, longest) = (micros(lasted), micros(longest));
        let longest = if n == 1 && longest == lasted { Micros::ZERO } else { longest };
        let details = StallDetails { blocks: Some(n), longest, ready, lines };
        Fact::Stalled { lasted, place, details: Box::new(details) }
    }

    /// The time in the run of a moment of the machine's clock.
    fn at(&self, t: f64) -> Offset {
        Offset(micros(t - self.zero).0)
    }
}
