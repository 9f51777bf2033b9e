//! What a watched program does apart from its requests: counted by line, in bounded memory.
//!
//! Start at [`ProgramEvidence`].

use std::sync::Arc;

use crate::event::program::{BlockingLine, CodeLine, ProgramFact, StallDetails, ThreadWaits};
use crate::event::{Micros, Offset};

/// The lines of the program that a finding may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramEvidence {
    /// Processes with a probe.
    pub probes: u64,
    /// Whether some of them run Node.
    pub has_node: bool,
    /// How many requests each line has sent, at least.
    pub request_lines: LineCounts,
    /// Whether the program may be held back.
    pub is_steered: bool,
    /// When the first event loop started.
    pub loop_started: Option<Offset>,
    /// The most threads that sent requests for an event loop, if their pool has no more.
    pub threads: Option<u32>,
    /// The processor time of the probes' own threads.
    pub used: Micros,
    /// What the main threads of processes without a probe did while they had something in flight.
    pub thread_waits: ThreadWaits,
    /// What the probe cannot observe.
    pub lacks: Vec<Arc<str>>,
    /// Synchronous requests in threads that run an event loop, by line and library.
    pub waited: LineCounts,
    /// Blocks of event loops.
    pub blocks: Blocks,
    /// Coroutines that never ran, by line and name.
    pub never_awaited: LineCounts,
    /// The widest intent to run things at once.
    pub widest: Option<(u32, CodeLine)>,
    /// Gathers that raised.
    pub raised: Vec<RaisedGather>,
    /// Gathers that raised, all of them.
    pub n_raised: u64,
    /// Exceptions that were never retrieved, by line and type.
    pub lost: LineCounts,
    /// Tasks that still ran at the end, by line and coroutine.
    pub unfinished: LineCounts,
}

/// A gather that raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaisedGather {
    /// How many things it gathered.
    pub width: u32,
    /// How many results were lost.
    pub good: u32,
    /// How many still ran.
    pub running: u32,
    /// The type of the exception; foreign text.
    pub error: Arc<str>,
    /// Where they were gathered.
    pub code: CodeLine,
    /// Where the exception was raised.
    pub raised: Option<CodeLine>,
}

/// Blocks of event loops that delayed something: callbacks were ready, or a request was in flight for half of the time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// How many there were.
    pub n: u64,
    /// How long they lasted in all.
    pub lasted: Micros,
    /// The longest.
    pub longest: Micros,
    /// The most callbacks that were ready meanwhile.
    pub ready: u32,
    /// How long each line blocked, as far as samples show.
    pub lines: LineCounts,
}

/// Counts by line and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineCounts {
    /// The sum over all lines.
    pub n: u64,
    lines: Vec<LineCount>,
}

/// The count of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineCount {
    /// The line, if it is known.
    pub code: Option<CodeLine>,
    /// The library, coroutine or type of exception; foreign text.
    pub name: Arc<str>,
    /// How often.
    pub n: u64,
    /// For how long.
    pub lasted: Micros,
    /// How much of that it computed.
    pub computed: Option<Micros>,
}

impl ProgramEvidence {
    /// Gathers that are kept.
    const GATHERS: usize = 16;
    /// Missing hooks that are kept.
    const LACKS: usize = 16;

    /// Records a fact.
    pub(in crate::model) fn record(&mut self, at: Offset, fact: &ProgramFact) {
        match fact {
            ProgramFact::ProbeJoined { runtime, .. } => {
                self.probes += 1;
                self.has_node |= runtime.starts_with("Node");
            }
            ProgramFact::RequestLine { code, requests } => self.request_lines.set(code, *requests),
            ProgramFact::ProbeHooked { lacks, .. } => {
                for lack in lacks {
                    if self.lacks.len() < Self::LACKS && !self.lacks.contains(lack) {
                        self.lacks.push(Arc::clone(lack));
                    }
                }
            }
            ProgramFact::SteeringStarted => self.is_steered = true,
            ProgramFact::LoopStarted { .. } => {
                self.loop_started.get_or_insert(at);
            }
            ProgramFact::LoopWaited { client, code } => self.waited.count(code.as_ref(), client),
            ProgramFact::Gathered { width, code } => {
                if self.widest.as_ref().is_none_or(|(widest, _)| width > widest) {
                    self.widest = Some((*width, code.clone()));
                }
            }
            ProgramFact::GatherRaised { width, good, running, error, code, raised } => {
                self.n_raised += 1;
                if self.raised.len() < Self::GATHERS {
                    let (error, code, raised) = (Arc::clone(error), code.clone(), raised.clone());
                    let gather = RaisedGather { width: *width, good: *good, running: *running, error, code, raised };
                    self.raised.push(gather);
                }
            }
            ProgramFact::NeverAwaited { coroutine, code } => self.never_awaited.count(code.as_ref(), coroutine),
            ProgramFact::ErrorLost { error, code, .. } => self.lost.count(code.as_ref(), error),
            ProgramFact::TaskUnfinished { coroutine, code } => self.unfinished.count(code.as_ref(), coroutine),
            ProgramFact::ThreadsExhausted { threads } => self.threads = self.threads.max(Some(*threads)),
            ProgramFact::ThreadsSampled { waits } => self.thread_waits += *waits,
            ProgramFact::ProbeEnded { used } => self.used += *used,
            ProgramFact::LoopRan { .. } | ProgramFact::ProgramEnded { .. } => {}
        }
    }

    /// Records blocks of an event loop; `in_flight` is the mean number in flight meanwhile.
    pub(in crate::model) fn record_blocks(&mut self, lasted: Micros, details: &StallDetails, in_flight: f64) {
        const IN_FLIGHT_FROM: f64 = 0.5;
        // Without details, there may be no probe, and then no line to name.
        if details.lines.is_empty() && details.blocks.is_none() {
            return;
        }
        if details.ready == 0 && in_flight < IN_FLIGHT_FROM {
            return;
        }
        let blocks = &mut self.blocks;
        blocks.n = blocks.n.saturating_add(details.blocks.unwrap_or(1));
        blocks.lasted += lasted;
        blocks.longest = blocks.longest.max(if details.longest.is_zero() { lasted } else { details.longest });
        blocks.ready = blocks.ready.max(details.ready);
        for line in &details.lines {
            blocks.lines.block(line);
        }
    }
}

impl LineCounts {
    /// Lines that are kept.
    const LINES: usize = 64;

    /// The lines, the worst first: those that blocked longest, or else those that occurred most.
    pub fn worst_first(&self) -> Vec<&LineCount> {
        let mut lines: Vec<_> = self.lines.iter().collect();
        lines.sort_by_key(|line| std::cmp::Reverse((line.lasted, line.n)));
        lines
    }

    /// The worst line.
    pub fn worst(&self) -> Option<&LineCount> {
        self.worst_first().first().copied()
    }

    fn count(&mut self, code: Option<&CodeLine>, name: &Arc<str>) {
        self.n += 1;
        if let Some(line) = self.line(code, name) {
            line.n += 1;
        }
    }

    fn set(&mut self, code: &CodeLine, n: u64) {
        let Some(line) = self.line(Some(code), &Arc::default()) else { return };
        let more = n.saturating_sub(line.n);
        line.n += more;
        self.n = self.n.saturating_add(more);
    }

    fn block(&mut self, blocking: &BlockingLine) {
        self.n += 1;
        let Some(line) = self.line(Some(&blocking.code), &Arc::default()) else { return };
        line.n += 1;
        line.lasted += blocking.lasted;
        if let Some(computed) = blocking.computed {
            *line.computed.get_or_insert_default() += computed;
        }
    }

    /// The count of a line, if there is room for it.
    fn line(&mut self, code: Option<&CodeLine>, name: &Arc<str>) -> Option<&mut LineCount> {
        let known = self.lines.iter().position(|line| line.code.as_ref() == code && line.name == *name);
        let i = match known {
            Some(i) => i,
            None if self.lines.len() < Self::LINES => {
                let (code, name) = (code.cloned(), Arc::clone(name));
                self.lines.push(LineCount { code, name, n: 0, lasted: Micros::ZERO, computed: None });
                self.lines.len() - 1
            }
            None => return None,
        };
        self.lines.get_mut(i)
    }
}
