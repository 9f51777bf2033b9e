//! The verdict: conclusions about what limits a run.
//!
//! A pure function of the model, so recordings can test it. There is no finding if the facts cannot show whether a
//! pattern is intended. Start at [`findings`].

mod derivation;
pub mod evidence;
pub mod explanation;
pub mod figures;
pub mod headline;
mod host_sentences;
mod levels;
pub mod rules;
pub mod sentences;
pub mod thresholds;
pub mod working;

use std::sync::Arc;

use crate::event::{Micros, Offset};
use crate::model::verdict::figures::RunFigures;
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
use crate::model::verdict::rules::{
    change, churn, convoy, experiment, failures, held_back, hosts, outage, own_machine, pauses, phase, place, queue,
    refusals, retries, serial, stragglers, timeouts, waves,
};
use crate::model::{Model, Stage};

/// A conclusion, with its figures.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutageFinding {
    /// Number of the host that was down longest.
    pub host: usize,
    /// Since when it has been down, if it still is.
    pub since: Option<Offset>,
    /// How long it was down in all.
    pub lasted: Micros,
    /// Number of its outages.
    pub n: u64,
    /// How it failed; foreign text.
    pub why: Arc<str>,
    /// Number of hosts that were down, including this one.
    pub hosts: u64,
    /// Whether jobs failed because a host was down for too long.
    pub is_given_up: bool,
}

/// A name without an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The name, as in the first job that failed for it; foreign text.
    pub name: String,
    /// Number of jobs that failed because a name has no address.
    pub n: u64,
    /// Whether they have one endpoint in common, so that there is probably only one such name.
    pub is_only: bool,
    /// Whether no DNS server answered, so that nothing is known about the name.
    pub is_unanswered: bool,
}

/// The measured time, and an estimate for the same attempts in another order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// The time that it took.
    pub was: Micros,
    /// The time that it would take.
    pub would: Micros,
    /// The attempts in flight that the estimate assumes.
    pub at_once: u32,
}

/// What would shorten the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Start the jobs that time out first: the end of the run only waited for them.
    Order {
        /// The estimated length of the run.
        would: Micros,
    },
    /// Start these jobs first.
    First {
        /// Whether `--order slow-first` would recognize these jobs as slow.
        is_detectable: bool,
        /// Whether they timed out, so that a shorter time-out helps, too.
        is_timeout: bool,
    },
    /// Use a shorter time-out: these jobs timed out, and started early enough.
    Timeout,
}

impl Finding {
    /// Its name in JSON.
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
}

/// All findings, the most important first. The screen shows the first one; the details list the others.
///
/// The order is fixed: first local problems and outages, which make other figures unreliable, then refusals and
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
