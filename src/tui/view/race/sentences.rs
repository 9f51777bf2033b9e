//! The sentences below a lane. The first one is about the subject of the scenario.
//!
//! Start at [`sentences`].

use crate::event::Micros;
use crate::model::race::{LaneFigures, RaceMeasure, numbers};
use crate::model::verdict::sentence::VerdictSentence;
use crate::text::units;
use crate::tui::theme::role::Role;
use crate::tui::view::race::scene::LaneScene;

/// A thread that wakes this late was blocked.
const BLOCKED: Micros = Micros(100_000);

/// A sentence, and a short form for narrow lanes.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    pub(super) long: String,
    pub(super) short: String,
    pub(super) role: Role,
}

/// The sentences of a lane, most important first.
pub(super) fn sentences(lane: &LaneScene<'_>) -> Vec<Sentence> {
    let figures = lane.figures;
    match lane.scene.race.measure {
        // If the server refused one lane's requests, all lanes show their refusals.
        RaceMeasure::Time if lane.scene.race.lanes.iter().any(|lane| lane.upstream.refused > 0) => {
            vec![refusals(figures), heartbeat(lane)]
        }
        RaceMeasure::Time => vec![heartbeat(lane), server_counts(figures)],
        RaceMeasure::Lost => vec![lost_jobs(figures), futures(figures)],
        RaceMeasure::Sockets => vec![resources(figures), heartbeat(lane)],
    }
}

/// The headline of a lane whose thread is blocked before any request has started: it cannot say more.
pub(super) fn blocked_from_the_start(lane: &LaneScene<'_>) -> Option<VerdictSentence> {
    let (figures, lag) = (lane.figures, lane.figures.late.now);
    let is_blocked = lag >= BLOCKED && !figures.is_over && lane.model.totals.started == 0;
    is_blocked.then(|| {
        let place = format!("its thread has been blocked for {}", units::length(lag));
        VerdictSentence::new("Nothing in flight".to_owned(), place, "nothing can start".to_owned())
            .or_brief("its thread is blocked".to_owned(), "nothing can start")
    })
}

/// The label, value and role of the number that the scenario is about.
pub(super) fn key_figure(lane: &LaneScene<'_>) -> (&'static str, String, Role) {
    let figures = lane.figures;
    let (label, n, is_bad) = match lane.scene.race.measure {
        RaceMeasure::Lost => ("LOST", figures.results.lost.len() as u64, true),
        RaceMeasure::Sockets => ("SOCKETS", figures.upstream.sockets, false),
        RaceMeasure::Time if lane.scene.race.lanes.iter().any(|lane| lane.upstream.refused > 0) => {
            ("429", figures.upstream.refused, true)
        }
        RaceMeasure::Time => ("PEAK", figures.upstream.peak, false),
    };
    let role = match (n, is_bad) {
        (0, _) => Role::TextFaint,
        (_, true) => Role::Failed,
        (_, false) => Role::Title,
    };
    (label, units::count_or_nothing(n), role)
}

/// `Thread blocked 99 %. Timers late by 10.0 s.`
fn heartbeat(lane: &LaneScene<'_>) -> Sentence {
    let figures = lane.figures;
    let (blocked, worst) = (format!("{:.0} %", figures.blocked() * 100.0), lane.longest_delay());
    Sentence {
        long: format!("Thread blocked {blocked}. Timers late by {worst}."),
        short: format!("blocked {blocked}, late {worst}"),
        role: if figures.late.worst < BLOCKED { Role::TextDim } else { Role::Failed },
    }
}

/// `Upstream saw 10 requests, 1 at once.`
fn server_counts(figures: &LaneFigures) -> Sentence {
    let (requests, peak) = (units::plural(figures.upstream.requests, "request"), units::count(figures.upstream.peak));
    Sentence {
        long: format!("Upstream saw {requests}, {peak} at once."),
        short: format!("{requests}, {peak} at once"),
        role: Role::TextDim,
    }
}

/// `Upstream refused 660 of 780. Goodput 10.6/s.`
fn refusals(figures: &LaneFigures) -> Sentence {
    let (refused, all) = (units::count(figures.upstream.refused), units::count(figures.upstream.requests));
    let goodput = units::significant(figures.goodput());
    Sentence {
        long: format!("Upstream refused {refused} of {all}. Goodput {goodput}/s."),
        short: format!("refused {refused} of {all}, {goodput}/s"),
        role: if figures.upstream.refused > 0 { Role::Limited } else { Role::TextDim },
    }
}

/// `Lost #5–#10. 3 kept, 1 error read.`
fn lost_jobs(figures: &LaneFigures) -> Sentence {
    let results = &figures.results;
    let mut known = format!("{} kept", units::count(results.kept));
    if results.read > 0 {
        known = format!("{known}, {} read", units::plural(results.read, "error"));
    }
    if results.lost.is_empty() {
        return Sentence { long: format!("{known}."), short: known, role: Role::TextDim };
    }
    // The lost jobs come first, because a narrow lane shows only the start.
    let lost = format!("Lost {}.", numbers(&results.lost));
    Sentence { long: format!("{lost} {known}."), short: lost, role: Role::Failed }
}

/// `10 futures made, 0 polled, 0 finished.`
fn futures(figures: &LaneFigures) -> Sentence {
    // Shown only if connections were opened and never used.
    let Some(calls) = figures.calls.filter(|calls| calls.polled < calls.created) else { return server_counts(figures) };
    let (made, polled, finished) = (calls.created, calls.polled, calls.finished);
    Sentence {
        long: format!("{made} futures made, {polled} polled, {finished} finished."),
        short: format!("made {made}, polled {polled}"),
        role: Role::TextDim,
    }
}

/// `300 tasks and 9.83 MB of bodies at once.`
fn resources(figures: &LaneFigures) -> Sentence {
    let results = &figures.results;
    let (tasks, bytes) = (units::plural(results.tasks, "task"), units::bytes(results.bytes));
    Sentence {
        long: format!("{tasks} and {bytes} of bodies at once."),
        short: format!("{tasks}, {bytes} at once"),
        role: Role::Text,
    }
}
