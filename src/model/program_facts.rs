//! The facts about a watched program: what they change in the model, and their texts in the log.
//!
//! Start at [`Model::record_program_fact`] and [`describe`].

use std::sync::Arc;

use crate::event::program::{CodeLine, ProgramFact, StallDetails};
use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::event_log::LogEvent;
use crate::text::units;

/// A fact in words. Foreign text in it is not sanitized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramFactText {
    /// The line of code, or else what the fact is about.
    pub place: String,
    /// What happened.
    pub text: String,
    /// Whether it is a mistake of the program.
    pub is_mistake: bool,
}

impl Model {
    /// Records what a watched program does apart from its requests.
    pub(super) fn record_program_fact(&mut self, at: Offset, fact: &ProgramFact) {
        match fact {
            ProgramFact::LoopStarted { .. } => self.loops.start(),
            ProgramFact::LoopRan { lasted, ran } => self.loops.run(at, *lasted, *ran),
            _ => {}
        }
        let before = (self.evidence.program.waited.n, self.evidence.program.widest.as_ref().map(|(width, _)| *width));
        self.evidence.program.record(at, fact);
        let is_news = match fact {
            // They are figures, and no events.
            ProgramFact::LoopRan { .. } | ProgramFact::RequestLine { .. } | ProgramFact::ThreadsSampled { .. } => false,
            // Either may happen for every request, and would fill the log.
            ProgramFact::LoopWaited { .. } => before.0 == 0,
            ProgramFact::Gathered { width, .. } => before.1 < Some(*width),
            _ => true,
        };
        if is_news {
            self.event_log.add(at, LogEvent::Program(Box::new(fact.clone())));
        }
    }

    /// Records blocks of an event loop.
    pub(super) fn record_stall(
        &mut self,
        at: Offset,
        lasted: Micros,
        place: Option<&Arc<str>>,
        details: &StallDetails,
    ) {
        let began = Offset(at.0.saturating_sub(lasted.0));
        let in_flight = self.level.mean_between(began, at, at).unwrap_or_default();
        self.evidence.program.record_blocks(lasted, details, in_flight);
        self.loops.block(at, lasted);
        // Several short blocks delay no attempt noticeably, and would fill the log.
        if details.blocks.is_none_or(|blocks| blocks == 1) {
            self.evidence.record_stall(at, lasted, place, &self.latency);
            self.event_log.add(at, LogEvent::Stalled(lasted, details.lines.first().map(|line| line.code.clone())));
        }
    }
}

/// The file and the number of a line.
pub fn place_of(code: &CodeLine) -> String {
    format!("{}:{}", code.file, code.line)
}

/// Describes a fact.
pub fn describe(fact: &ProgramFact) -> ProgramFactText {
    let about = |place: &str, text: String| ProgramFactText { place: place.to_owned(), text, is_mistake: false };
    let mistake = |code: Option<&CodeLine>, text: String| ProgramFactText {
        place: code.map_or_else(|| "program".to_owned(), place_of),
        text,
        is_mistake: true,
    };
    match fact {
        ProgramFact::ProbeJoined { process, runtime, .. } => about("probe", format!("in process {process}, {runtime}")),
        ProgramFact::ProbeHooked { hook, lacks } => {
            let observed = hook.as_ref().map(|hook| format!("observes {hook}"));
            let missing = (!lacks.is_empty()).then(|| format!("cannot observe {}", lacks.join(", ")));
            let parts: Vec<String> = observed.into_iter().chain(missing).collect();
            about("probe", parts.join("; "))
        }
        ProgramFact::SteeringStarted => about("steering", "the program may be held back".to_owned()),
        ProgramFact::LoopStarted { name } => about("event loop", format!("{name} runs")),
        ProgramFact::LoopRan { lasted, ran } => {
            about("event loop", format!("computed {} of {}", units::length(*ran), units::length(*lasted)))
        }
        ProgramFact::RequestLine { code, requests } => {
            about(&place_of(code), format!("sent {}", units::plural(*requests, "request")))
        }
        ProgramFact::ThreadsSampled { waits } => {
            about("threads", format!("blocked in reads for {}", units::length(waits.reading)))
        }
        ProgramFact::LoopWaited { client, code } => {
            mistake(code.as_ref(), format!("first synchronous request of {client} in the event loop"))
        }
        ProgramFact::Gathered { width, code } => about(&place_of(code), format!("gathers {width}")),
        ProgramFact::GatherRaised { width, good, running, error, code, .. } => {
            let lost = units::plural(u64::from(*good), "result");
            mistake(Some(code), format!("gather of {width} raised {error}: {lost} lost, {running} still running"))
        }
        ProgramFact::NeverAwaited { coroutine, code } => {
            mistake(code.as_ref(), format!("`{coroutine}` was never awaited"))
        }
        ProgramFact::ErrorLost { error, coroutine, code } => {
            let whose = coroutine.as_ref().map_or_else(String::new, |coroutine| format!(" of `{coroutine}`"));
            mistake(code.as_ref(), format!("{error}{whose} was never retrieved"))
        }
        ProgramFact::TaskUnfinished { coroutine, code } => {
            mistake(code.as_ref(), format!("`{coroutine}` still ran when the event loop ended"))
        }
        ProgramFact::ThreadsExhausted { threads } => {
            about("threads", format!("all {threads} of the pool have sent requests"))
        }
        ProgramFact::ProbeEnded { used } => about("probe", format!("ended; it used {}", units::length(*used))),
        ProgramFact::ProgramEnded { code: Some(code), .. } => about("program", format!("ended with exit code {code}")),
        ProgramFact::ProgramEnded { signal: Some(signal), .. } => about("program", format!("ended by signal {signal}")),
        ProgramFact::ProgramEnded { .. } => about("program", "ended".to_owned()),
    }
}
