//! The verdict: what the numbers of a run mean, or nothing.
//!
//! A pure function of the model, so recordings test it. Each finding has its own guard; where the facts cannot show
//! whether something is intended, there is no finding. Start at [`findings`].

mod cost;
pub mod evidence;
mod limits;
mod order;
pub mod sentences;
pub mod thresholds;
pub mod working;

use std::sync::Arc;

use crate::event::waits::WaitReason;
use crate::event::{Micros, Offset};
use crate::model::{Model, Stage};

/// What can be concluded, with its figures.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// This machine has no room for what was asked.
    OwnMachine {
        /// The limit it has cut, from and to.
        cut: Option<(u32, u32)>,
        /// Attempts that failed for want of room.
        failed: u64,
    },
    /// The upstream refuses part of the load.
    LimitedUpstream {
        /// Number of the host that refused first.
        host: usize,
        /// Refusals.
        refused: u64,
        /// Answers and refusals.
        of: u64,
        /// In flight at the first one.
        in_flight: Option<u32>,
        /// The fewest in flight at any of them.
        least: Option<u32>,
        /// What it accepted a second while it refused.
        per_second: Option<f64>,
        /// Cooldown and backoff as a share of all waiting.
        waiting: f64,
    },
    /// Retries fail as well, and load an upstream that fails already.
    Retries {
        /// Tries for each job.
        ratio: f64,
        /// Retries.
        retries: u64,
        /// Jobs that they saved.
        saved: u64,
    },
    /// Several attempts ended together, right after the event loop stood still.
    Convoy {
        /// How many.
        n: u64,
        /// For how long it stood still.
        lasted: Micros,
        /// Where; foreign text.
        place: Option<Arc<str>>,
        /// 95th percentile, measured and without what stood still.
        p95: (Micros, Micros),
    },
    /// One slow host holds the slots that others wait for.
    OneHost {
        /// Index of the host.
        host: usize,
        /// Its share of the slots.
        share: f64,
        /// Its mean service time, and the others' median.
        service: (Micros, Micros),
        /// The longest that others waited for a slot.
        waited: Micros,
    },
    /// One after the other.
    Serial {
        /// Effective concurrency.
        mean: f64,
        /// Median pause from an end to the next start.
        gap: Micros,
        /// The run as it was, and with so many at once.
        what_if: WhatIf,
    },
    /// Batches that wait for their slowest.
    Waves {
        /// How many.
        n: u64,
        /// Most in flight.
        size: u32,
        /// Slots unused while they waited, as a share.
        idle: f64,
        /// The waves as they were, and with a sliding window.
        what_if: WhatIf,
    },
    /// A few attempts hold on when all others are done.
    Stragglers {
        /// For how long the end of the run waited for them.
        tail: Micros,
        /// Of a run so long.
        span: Micros,
        /// How many attempts.
        n: u64,
        /// The longest: how long, and what; foreign text.
        longest: Vec<(Micros, Arc<str>)>,
        /// What would make the end shorter.
        remedy: Remedy,
    },
    /// One of our limits holds the run back, and no host refuses.
    LimitedByUs {
        /// Which limit.
        why: WaitReason,
        /// Index of the host whose limit it is, where it is not the run's.
        host: Option<usize>,
        /// Its share of all waiting.
        share: f64,
        /// The limit, or how far apart starts were.
        setting: LimitSetting,
        /// The run as it was, and with the setting turned.
        what_if: WhatIf,
    },
    /// Nearly every attempt opens a connection of its own.
    Churn {
        /// Index of the host.
        host: usize,
        /// The share of answers that needed one.
        share: f64,
        /// Mean time to open one.
        connecting: Micros,
    },
}

/// What was, and what would be if answers took as long as they did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// How long it took.
    pub was: Micros,
    /// How long it would.
    pub would: Micros,
    /// With so many in flight.
    pub at_once: u32,
}

/// What would make the end of a run shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// It waited for time-outs alone, and would be shorter with those started first.
    Order {
        /// How long the run would be.
        would: Micros,
    },
    /// Another order or a shorter time-out.
    Either {
        /// Whether the jobs are found by themselves that had better be first: they are far above the usual.
        is_found: bool,
    },
    /// A shorter time-out: what holds on had started early enough.
    AttemptTimeout,
}

/// What the user could change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitSetting {
    /// At most so many in flight.
    Limit(u32),
    /// Starts so far apart.
    Apart(Micros),
}

impl Finding {
    /// Its name in documents for scripts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OwnMachine { .. } => "own-machine",
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

/// Everything that can be concluded, what matters most first. The first finding is shown as a sentence; the others
/// are in the working.
///
/// The order is fixed: what makes other figures suspect, then refusals, then the shape of the run, then its limits.
pub fn findings(model: &Model) -> Vec<Finding> {
    let rules: [fn(&Model) -> Option<Finding>; 10] = [
        cost::own_machine,
        limits::by_upstream,
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

/// From the first start until the last end, or until now while something is in flight.
pub fn span(model: &Model) -> Micros {
    let evidence = &model.evidence;
    let until = if model.open.n() > 0 { model.last.max(evidence.last) } else { evidence.last };
    until.since(evidence.first.unwrap_or(Offset::ZERO))
}

/// As many as wanted, but fewer than where the upstream has ever refused.
fn usable_limit(model: &Model, wanted: u32) -> u32 {
    let refused_at = model.evidence.refusals.least.map(|in_flight| in_flight.saturating_sub(1).max(1));
    refused_at.map_or(wanted, |most| most.min(wanted))
}

/// Whether the user did not shape the run: no limit was changed, nothing was paused, no round began.
fn is_undisturbed(model: &Model) -> bool {
    let is_stopped = matches!(model.stage, Stage::Draining | Stage::Cancelling);
    model.evidence.interventions == 0 && !model.is_paused && !is_stopped
}

/// Whether so many end badly that more at once would only hurt.
fn is_struggling(model: &Model) -> bool {
    let totals = &model.totals;
    let bad = totals.unexpected + totals.timed_out + totals.broken;
    bad as f64 >= thresholds::STRUGGLING * totals.ended.max(1) as f64
}
