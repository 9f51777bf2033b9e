//! What is there to say of a lane, in a sentence or two? The first says what its scenario is about.
//!
//! Start at [`sentences`].

use crate::model::race::{LaneFigures, RaceMeasure, numbers};
use crate::text::units;
use crate::tui::theme::role::Role;
use crate::tui::view::race::scene::LaneScene;

/// The same twice: as a sentence, and in the fewest words for a narrow lane.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    pub(super) long: String,
    pub(super) short: String,
    pub(super) role: Role,
}

/// The sentences, the weightiest first.
pub(super) fn sentences(lane: &LaneScene<'_>) -> Vec<Sentence> {
    let figures = lane.figures;
    match lane.stage.race.measure {
        // Where one lane is refused, all of them say how it went.
        RaceMeasure::Time if lane.stage.race.lanes.iter().any(|lane| lane.upstream.refused > 0) => {
            vec![refused(figures), pulse(lane)]
        }
        RaceMeasure::Time => vec![pulse(lane), referee(figures)],
        RaceMeasure::Lost => vec![results(figures), calls(figures)],
        RaceMeasure::Sockets => vec![held(figures), pulse(lane)],
    }
}

/// The third number of a lane: what its scenario is about.
pub(super) fn third(lane: &LaneScene<'_>) -> (&'static str, String, Role) {
    let figures = lane.figures;
    let (label, n, is_bad) = match lane.stage.race.measure {
        RaceMeasure::Lost => ("LOST", figures.results.lost.len() as u64, true),
        RaceMeasure::Sockets => ("SOCKETS", figures.upstream.sockets, false),
        RaceMeasure::Time if lane.stage.race.lanes.iter().any(|lane| lane.upstream.refused > 0) => {
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
fn pulse(lane: &LaneScene<'_>) -> Sentence {
    let figures = lane.figures;
    let (blocked, worst) = (format!("{:.0} %", figures.blocked() * 100.0), lane.late());
    Sentence {
        long: format!("Thread blocked {blocked}. Timers late by {worst}."),
        short: format!("blocked {blocked}, late {worst}"),
        role: if figures.late.worst.0 < 100_000 { Role::TextDim } else { Role::Failed },
    }
}

/// `Upstream saw 10 requests, 1 at once.`
fn referee(figures: &LaneFigures) -> Sentence {
    let (requests, peak) = (units::plural(figures.upstream.requests, "request"), units::count(figures.upstream.peak));
    Sentence {
        long: format!("Upstream saw {requests}, {peak} at once."),
        short: format!("{requests}, {peak} at once"),
        role: Role::TextDim,
    }
}

/// `Upstream refused 660 of 780. Goodput 10.6/s.`
fn refused(figures: &LaneFigures) -> Sentence {
    let (refused, all) = (units::count(figures.upstream.refused), units::count(figures.upstream.requests));
    let goodput = units::significant(figures.goodput());
    Sentence {
        long: format!("Upstream refused {refused} of {all}. Goodput {goodput}/s."),
        short: format!("refused {refused} of {all}, {goodput}/s"),
        role: if figures.upstream.refused > 0 { Role::Limited } else { Role::TextDim },
    }
}

/// `Lost #5–#10. 3 kept, 1 error read.`
fn results(figures: &LaneFigures) -> Sentence {
    let results = &figures.results;
    let mut known = format!("{} kept", units::count(results.kept));
    if results.read > 0 {
        known = format!("{known}, {} read", units::plural(results.read, "error"));
    }
    if results.lost.is_empty() {
        return Sentence { long: format!("{known}."), short: known, role: Role::TextDim };
    }
    // What is lost comes first: it is what a narrow lane has room for.
    let lost = format!("Lost {}.", numbers(&results.lost));
    Sentence { long: format!("{lost} {known}."), short: lost, role: Role::Failed }
}

/// `10 futures made, 0 polled, 0 finished.`
fn calls(figures: &LaneFigures) -> Sentence {
    // Shown only if connections were opened and never used.
    let Some(calls) = figures.calls.filter(|calls| calls.polled < calls.created) else { return referee(figures) };
    let (made, polled, finished) = (calls.created, calls.polled, calls.finished);
    Sentence {
        long: format!("{made} futures made, {polled} polled, {finished} finished."),
        short: format!("made {made}, polled {polled}"),
        role: Role::TextDim,
    }
}

/// `300 tasks and 9.83 MB of bodies at once.`
fn held(figures: &LaneFigures) -> Sentence {
    let results = &figures.results;
    let (tasks, bytes) = (units::plural(results.tasks, "task"), units::bytes(results.bytes));
    Sentence {
        long: format!("{tasks} and {bytes} of bodies at once."),
        short: format!("{tasks}, {bytes} at once"),
        role: Role::Text,
    }
}
