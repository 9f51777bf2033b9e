//! The verdict: conclusions about what limits a run.
//!
//! A pure function of the model, so recordings can test it. There is no finding if the facts cannot show whether a
//! pattern is intended. Start at [`findings`].

mod cost;
pub mod evidence;
mod host_sentences;
mod hosts;
mod limits;
mod order;
pub mod sentences;
pub mod thresholds;
pub mod working;

use std::sync::Arc;

use crate::event::waits::WaitReason;
use crate::event::{Micros, Offset};
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
    /// The upstream refuses part of the load.
    LimitedUpstream {
        /// Number of the host that refused first.
        host: usize,
        /// Number of refusals.
        refused: u64,
        /// Number of answers and refusals together.
        of: u64,
        /// Attempts in flight at the first refusal.
        in_flight: Option<u32>,
        /// The fewest attempts in flight at any refusal.
        least: Option<u32>,
        /// Answers accepted per second while it refused others.
        per_second: Option<f64>,
        /// Cooldown and backoff as a share of all waiting.
        waiting: f64,
    },
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
    /// One slow host uses the slots that others wait for.
    OneHost {
        /// Index of the host.
        host: usize,
        /// Its share of the slots.
        share: f64,
        /// Its mean service time, and the others' median.
        service: (Micros, Micros),
        /// The longest time that an attempt of another host waited for a slot.
        waited: Micros,
    },
    /// Attempts run one after the other.
    Serial {
        /// Effective concurrency.
        mean: f64,
        /// Median pause from an end to the next start.
        gap: Micros,
        /// The gain with more attempts at once.
        what_if: WhatIf,
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
    /// A limit of the plan slows the run down, and no host refuses.
    LimitedByUs {
        /// The reason for waiting that the limit causes.
        why: WaitReason,
        /// Index of the host that the limit belongs to; `None` for the whole run.
        host: Option<usize>,
        /// Its share of all waiting.
        share: f64,
        /// The value of the limit.
        setting: LimitSetting,
        /// The gain with a higher limit.
        what_if: WhatIf,
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

/// The measured time, and an estimate for another concurrency if answers stay as fast.
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
    /// Start these jobs first, or give them a shorter time-out.
    OrderOrTimeout {
        /// Whether `--order slow-first` would recognize these jobs as slow.
        is_detectable: bool,
    },
    /// Use a shorter time-out: these jobs started early enough.
    Timeout,
}

/// The value of a limit that the user can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitSetting {
    /// The limit of attempts in flight.
    Limit(u32),
    /// The time between two starts.
    StartGap(Micros),
}

impl Finding {
    /// Its name in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OwnMachine { .. } => "own-machine",
            Self::Outage(_) => "outage",
            Self::Forbidden { .. } => "forbidden",
            Self::UnknownName(_) => "unknown-name",
            Self::LimitedUpstream { .. } => "limited-by-upstream",
            Self::Retries { .. } => "retries",
            Self::Convoy { .. } => "convoy",
            Self::OneHost { .. } => "one-host",
            Self::Serial { .. } => "serial",
            Self::Waves { .. } => "waves",
            Self::Stragglers { .. } => "stragglers",
            Self::LimitedByUs { .. } => "limited-by-us",
            Self::Churn { .. } => "connections",
        }
    }
}

/// All findings, the most important first. The screen shows the first one; the details list the others.
///
/// The order is fixed: first local problems and outages, which make other figures unreliable, then refusals, then
/// the shape of the run, then its limits.
pub fn findings(model: &Model) -> Vec<Finding> {
    let rules: [fn(&Model) -> Option<Finding>; 13] = [
        cost::own_machine,
        hosts::outage,
        hosts::forbidden,
        limits::by_upstream,
        hosts::unknown_name,
        cost::retries,
        cost::convoy,
        limits::by_one_host,
        order::serial,
        order::waves,
        order::stragglers,
        limits::by_us,
        cost::churn,
    ];
    rules.iter().filter_map(|rule| rule(model)).collect()
}

/// The time from the first start to the last end, or to now while attempts are in flight.
pub fn span(model: &Model) -> Micros {
    let evidence = &model.evidence;
    let until = if model.open.n() > 0 { model.last.max(evidence.last) } else { evidence.last };
    until.since(evidence.first.unwrap_or(Offset::ZERO))
}

/// The wanted limit, kept below the level at which the upstream has refused.
fn usable_limit(model: &Model, wanted: u32) -> u32 {
    let refused_at = model.evidence.refusals.least.map(|in_flight| in_flight.saturating_sub(1).max(1));
    refused_at.map_or(wanted, |most| most.min(wanted))
}

/// Whether nothing intervened in the run: no changed limit, no pause, no new round.
fn is_undisturbed(model: &Model) -> bool {
    let is_stopped = matches!(model.stage, Stage::Draining | Stage::Cancelling);
    model.evidence.interventions == 0 && !model.is_paused && !is_stopped
}

/// Whether so many attempts fail that higher concurrency would only hurt.
fn is_struggling(model: &Model) -> bool {
    let totals = &model.totals;
    let bad = totals.unexpected + totals.timed_out + totals.broken;
    bad as f64 >= thresholds::STRUGGLING * totals.ended.max(1) as f64
}
