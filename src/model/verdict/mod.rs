//! The verdict: conclusions about what limits a run.
//!
//! A pure function of the model, so recordings can test it. There is no finding if the facts cannot show whether a
//! pattern is intended. Start at [`findings`].

pub mod evidence;
pub mod explanation;
pub mod figures;
pub mod headline;
mod levels;
pub mod rules;
pub mod sentence;
pub mod thresholds;
pub mod working;

use crate::event::{Micros, Offset};
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
<<<<<<< HEAD
=======
use crate::model::verdict::rules::change::ChangeFinding;
use crate::model::verdict::rules::experiment::ExperimentFinding;
use crate::model::verdict::rules::failures::FailureFinding;
use crate::model::verdict::rules::held_back::HeldBackFinding;
use crate::model::verdict::rules::held_back::long_wait::LongWaitFinding;
use crate::model::verdict::rules::outage::BurstFinding;
use crate::model::verdict::rules::pauses::PauseFinding;
use crate::model::verdict::rules::phase::PhaseFinding;
use crate::model::verdict::rules::place::{PlaceFinding, SlowTarget};
use crate::model::verdict::rules::queue::QueueFinding;
use crate::model::verdict::rules::refusals::RefusalFinding;
use crate::model::verdict::rules::timeouts::TimeoutFinding;
>>>>>>> main
use crate::model::verdict::rules::{
    change, churn, convoy, experiment, failures, held_back, hosts, outage, own_machine, pauses, phase, place, queue,
    refusals, retries, serial, stragglers, timeouts, waves,
};
use crate::model::verdict::sentence::VerdictSentence;
use crate::model::{Model, Stage};

/// A conclusion, with its figures.
<<<<<<< HEAD
=======
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// This machine lacks the resources for the load.
    OwnMachine {
        /// The cut of the limit, from and to.
        cut: Option<(u32, u32)>,
        /// Attempts that failed for lack of local resources.
        failed: u64,
    },
    /// A host did not answer for a while, and its jobs waited.
    Outage(OutageFinding),
    /// A host asked for a long wait, or was given up because it refused everything.
    LongWait(LongWaitFinding),
    /// Answers with status 403 look like those of a limiter.
    Forbidden {
        /// Number of the host, if it is known.
        host: Option<usize>,
        /// Number of these answers.
        n: u64,
        /// Number of expected answers before the first of them.
        before: u64,
    },
    /// Jobs failed because a name has no address.
    UnknownName(UnknownName),
    /// Failures fell into one span of the run.
    Burst(BurstFinding),
    /// A host refuses part of the load.
    LimitedUpstream(RefusalFinding),
    /// Cooldowns that servers asked for took much of the time.
    HeldBack(HeldBackFinding),
    /// A notable share of all jobs failed.
    Failures(FailureFinding),
    /// Time-outs take the slots.
    Timeouts(TimeoutFinding),
    /// The upstream works on fewer attempts than are in flight.
    Queue(QueueFinding),
    /// What a changed limit changed.
    Experiment(ExperimentFinding),
    /// Answers became slower.
    Change(ChangeFinding),
    /// The upstream pauses from time to time.
    Pauses(PauseFinding),
    /// One host or endpoint takes most of the slot time.
    SlowPlace(PlaceFinding),
    /// One phase takes much of the time.
    SlowPhase(PhaseFinding),
    /// Retries mostly fail, and add load to a failing upstream.
    Retries {
        /// Tries per job.
        ratio: f64,
        /// Number of retries.
        retries: u64,
        /// Jobs that succeeded after a retry.
        saved: u64,
    },
    /// Several attempts ended together, just after the event loop was blocked.
    Convoy {
        /// How many.
        n: u64,
        /// How long the event loop was blocked.
        lasted: Micros,
        /// What blocked it; foreign text.
        place: Option<Arc<str>>,
        /// 95th percentile of latency, as measured and without the stalls.
        p95: (Micros, Micros),
    },
    /// Attempts run one after the other.
    Serial {
        /// Effective concurrency.
        mean: f64,
        /// Median pause from an end to the next start.
        gap: Micros,
    },
    /// Attempts run in waves, and each wave waits for its slowest attempt.
    Waves {
        /// Number of waves.
        n: u64,
        /// Peak of attempts in flight.
        size: u32,
        /// Share of slot time that was idle within the waves.
        idle: f64,
        /// The gain with a sliding window.
        what_if: WhatIf,
    },
    /// A few attempts are still in flight when all others are done.
    Stragglers {
        /// How long the end of the run waited for them.
        tail: Micros,
        /// Length of the whole run.
        span: Micros,
        /// Number of these attempts.
        n: u64,
        /// The longest of them: service time, and method and masked URL; foreign text.
        longest: Vec<(Micros, Arc<str>)>,
        /// What would shorten the end of the run.
        remedy: Remedy,
    },
    /// Nearly every attempt opens a new connection.
    Churn {
        /// Index of the host.
        host: usize,
        /// The share of answers on a new connection.
        share: f64,
        /// Mean time to open a connection.
        connecting: Micros,
    },
}

/// The outages of the host that was down longest, and how many others were down.
>>>>>>> main
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name in JSON.
<<<<<<< HEAD
    pub kind: &'static str,
    /// What it means for the run.
    pub gravity: Gravity,
    /// What was found, where, and what to change.
    pub sentence: VerdictSentence,
    /// How it was found.
    pub explanation: Explanation,
=======
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OwnMachine { .. } => "own-machine",
            Self::Outage(_) => "outage",
            Self::LongWait(_) => "long-wait",
            Self::Forbidden { .. } => "forbidden",
            Self::UnknownName(_) => "unknown-name",
            Self::Burst(_) => "failures-in-one-span",
            Self::LimitedUpstream(_) => "limited-by-upstream",
            Self::HeldBack(_) => "held-back",
            Self::Failures(_) => "failures",
            Self::Timeouts(_) => "time-outs",
            Self::Queue(_) => "upstream-queues",
            Self::Experiment(_) => "experiment",
            Self::Change(_) => "slower",
            Self::Pauses(_) => "pauses",
            Self::SlowPlace(PlaceFinding { place: SlowTarget::Host(_), .. }) => "one-host",
            Self::SlowPlace(PlaceFinding { place: SlowTarget::Endpoint(_), .. }) => "one-endpoint",
            Self::SlowPhase(_) => "one-phase",
            Self::Retries { .. } => "retries",
            Self::Convoy { .. } => "convoy",
            Self::Serial { .. } => "serial",
            Self::Waves { .. } => "waves",
            Self::Stragglers { .. } => "stragglers",
            Self::Churn { .. } => "connections",
        }
    }
>>>>>>> main
}

/// What a finding means for the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// A host is down.
    Down,
    /// A server or this machine limits the run.
    Limited,
    /// Jobs fail.
    Failed,
    /// The run takes longer than it needs to.
    Slow,
    /// Nothing is wrong, but the figures need a word.
    Note,
    /// There is no finding.
    Good,
}

/// What a rule finds.
type Conclusion = (Gravity, VerdictSentence, Explanation);

/// A rule: the name of its finding, and how it is found.
type Rule = (&'static str, fn(&RunFigures<'_>) -> Option<Conclusion>);

/// All rules, the most important first.
///
/// The order is fixed: first local problems and outages, which make other figures unreliable, then refusals and
<<<<<<< HEAD
/// failures, then how the upstream takes the load, then the shape of the run, then notes.
const RULES: [Rule; 25] = [
    ("own-machine", own_machine::lacks_resources),
    ("own-time-outs", own_machine::caused_failures),
    ("outage", outage::host_was_down),
    ("forbidden", hosts::forbidden),
    ("limited-by-upstream", refusals::limited_by_upstream),
    ("unknown-name", hosts::unknown_name),
    ("failures-in-one-span", outage::failures_in_one_span),
    ("failures", failures::jobs_fail),
    ("retries", retries::retries),
    ("held-back", held_back::held_back),
    ("convoy", convoy::convoy),
    ("experiment", experiment::limit_was_changed),
    ("slower", change::became_slower),
    ("upstream-queues", queue::upstream_queues),
    ("one-host", place::slow_host),
    ("one-endpoint", place::slow_endpoint),
    ("serial", serial::serial),
    ("waves", waves::waves),
    ("stragglers", stragglers::stragglers),
    ("time-outs", timeouts::timeouts_take_slots),
    ("pauses", pauses::upstream_pauses),
    ("connections", churn::churn),
    ("one-phase", phase::slow_phase),
    ("busy-machine", own_machine::was_busy),
    ("stood-still", own_machine::stood_still),
];

/// The names of all findings in JSON, the most important first.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    RULES.into_iter().map(|(kind, _)| kind)
}

/// All findings, the most important first. The screen shows the first one; the details list the others. `recording` is
/// the displayed path of the run's recording.
pub fn findings(model: &Model, recording: Option<&str>) -> Vec<Finding> {
    let figures = RunFigures::new(model, recording);
    let found = RULES.into_iter().filter_map(|(kind, rule)| Some((kind, rule(&figures)?)));
    found.map(|(kind, (gravity, sentence, explanation))| Finding { kind, gravity, sentence, explanation }).collect()
}

/// The text of the most important finding, if there is one.
pub fn finding_text(model: &Model) -> Option<String> {
    findings(model, None).first().map(|finding| finding.sentence.to_string())
=======
/// failures, then how the upstream takes the load, then the shape of the run.
pub fn findings(model: &Model) -> Vec<Finding> {
    let rules: [fn(&RunFigures<'_>) -> Option<Finding>; 22] = [
        own_machine::own_machine,
        outage::host_was_down,
        |figures| held_back::long_wait::long_wait(figures).map(Finding::LongWait),
        hosts::forbidden,
        |figures| refusals::limited_by_upstream(figures).map(Finding::LimitedUpstream),
        hosts::unknown_name,
        |figures| outage::failures_in_one_span(figures).map(Finding::Burst),
        |figures| failures::jobs_fail(figures).map(Finding::Failures),
        retries::retries,
        |figures| held_back::held_back(figures).map(Finding::HeldBack),
        convoy::convoy,
        |figures| experiment::limit_was_changed(figures).map(Finding::Experiment),
        |figures| change::became_slower(figures).map(Finding::Change),
        |figures| queue::upstream_queues(figures).map(Finding::Queue),
        |figures| place::slow_place(figures).map(Finding::SlowPlace),
        serial::serial,
        waves::waves,
        stragglers::stragglers,
        |figures| timeouts::timeouts_take_slots(figures).map(Finding::Timeouts),
        |figures| pauses::upstream_pauses(figures).map(Finding::Pauses),
        churn::churn,
        |figures| phase::slow_phase(figures).map(Finding::SlowPhase),
    ];
    let figures = RunFigures::new(model);
    rules.iter().filter_map(|rule| rule(&figures)).collect()
>>>>>>> main
}

/// The time from the first start to the last end, or to now while attempts are in flight.
pub fn span(model: &Model) -> Micros {
    let evidence = &model.evidence;
    let until = if model.open.n() > 0 { model.last.max(evidence.last) } else { evidence.last };
    until.since(evidence.first.unwrap_or(Offset::ZERO))
}

/// Whether nothing intervened in the run: no changed limit, no pause, no new round.
fn is_undisturbed(model: &Model) -> bool {
    let is_stopped = matches!(model.stage, Stage::Draining | Stage::Cancelling);
    model.evidence.interventions == 0 && !model.is_paused && !is_stopped
}
