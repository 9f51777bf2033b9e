//! The adaptive controller of a lane, with its last answer.
//!
//! The schedule asks a lane often, and must not change it by that. So the controller is asked after each change, and
//! again when the moment has come that it gave. Start at [`AdaptiveLane::ask`].

use crate::event::adaptive::{AdaptiveMode, Learned};
use crate::event::{Fact, HostId, Micros, Offset};
use crate::source::pool::adapt::gentle::AdaptiveStart;
use crate::source::pool::adapt::history::StartId;
use crate::source::pool::adapt::{Adapt, NextStart};
use crate::source::pool::throttle::stated::Stated;

/// The shortest wait that is reported.
const SHORTEST_WAIT: Micros = Micros(1_000_000);

/// A wait that ends this much earlier or later than reported is reported again.
const WAIT_SLACK: Micros = Micros(100_000);

/// The adaptive controller of a lane, with its last answer.
#[derive(Debug)]
pub struct AdaptiveLane {
    adapt: Adapt,
    next: NextStart,
    /// When the controller was last asked.
    asked_at: Offset,
    /// What was last offered as a setting.
    offered: Option<Learned>,
    /// The end of the last wait that was reported.
    reported: Offset,
}

/// What an adaptive controller learns from the end of an attempt.
#[derive(Clone, Copy, Debug, Default)]
pub struct AttemptEvidence {
    /// How it ended.
    pub end: Acceptance,
    /// What the server stated.
    pub stated: Stated,
}

/// Whether the server accepted an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acceptance {
    /// The server answered it, with any status.
    Accepted,
    /// The server asked us to slow down, and perhaps to wait.
    Refused(Option<Micros>),
    /// It timed out, broke, or was cancelled.
    #[default]
    Unknown,
}

impl AdaptiveLane {
    /// A controller that has not been asked yet.
    pub fn new(adapt: Adapt) -> Self {
        Self { adapt, next: NextStart::At(Offset::ZERO), asked_at: Offset::ZERO, offered: None, reported: Offset::ZERO }
    }

    /// Whether the server has refused something or announced a limit.
    pub fn has_findings(&self) -> bool {
        self.adapt.has_findings()
    }

    /// Whether the host is known to limit attempts in flight.
    pub fn is_crowded(&self) -> bool {
        self.adapt.is_crowded()
    }

    /// Whether the moment has come at which the controller wants to be asked again.
    pub fn is_due(&self, now: Offset) -> bool {
        matches!(self.next, NextStart::At(at) if at <= now && at > self.asked_at)
    }

    /// Asks when the next attempt may start.
    pub fn ask(&mut self, now: Offset, in_flight: u32) {
        (self.next, self.asked_at) = (self.adapt.next_start(now, in_flight), now);
    }

    /// Whether an attempt must end before the next one starts.
    pub fn is_full(&self) -> bool {
        self.next == NextStart::AfterAnEnd
    }

    /// The moment before which nothing starts.
    pub fn opens_at(&self) -> Offset {
        match self.next {
            NextStart::At(at) => at,
            NextStart::AfterAnEnd => Offset::ZERO,
        }
    }

    /// Counts a start while so many others are in flight.
    pub fn start(&mut self, now: Offset, others: u32) -> StartId {
        self.adapt.start(now, others)
    }

    /// Learns from the end of an attempt.
    pub fn observe(&mut self, id: StartId, evidence: &AttemptEvidence, now: Offset) {
        match evidence.end {
            Acceptance::Accepted => self.adapt.accepted(id, now, &evidence.stated),
            Acceptance::Refused(wait) => self.adapt.refused(id, now, wait, &evidence.stated),
            Acceptance::Unknown => self.adapt.forget(id),
        }
    }

    /// Bounds what the controller may allow.
    pub fn set_cap(&mut self, cap: u32) {
        self.adapt.set_cap(cap);
    }

    /// The moment before which nothing starts, if it is far off and has not been reported yet.
    pub fn take_wait(&mut self, now: Offset) -> Option<Offset> {
        let at = self.opens_at();
        let is_news = at.since(now) >= SHORTEST_WAIT && at.0.abs_diff(self.reported.0) > WAIT_SLACK.0;
        is_news.then(|| {
            self.reported = at;
            at
        })
    }

    /// Takes what has changed since the last call, as facts about this host.
    pub fn take_facts(&mut self, host: HostId) -> impl Iterator<Item = Fact> + use<> {
        let step = self.adapt.take_step().map(|step| {
            let (limit, gap, window) = (step.to.limit, step.to.gap, step.to.window);
            Fact::Adapted { host, limit, gap, window, why: step.to_string().into() }
        });
        let learned = self.adapt.learned();
        let differs = !is_about_same(self.offered, learned);
        if differs {
            self.offered = learned;
        }
        step.into_iter().chain(differs.then_some(Fact::LimitLearned { host, learned }))
    }
}

/// Whether an offer need not change: a rate creeps by less than a fiftieth.
fn is_about_same(offered: Option<Learned>, learned: Option<Learned>) -> bool {
    match (offered, learned) {
        (Some(Learned::Gap(before)), Some(Learned::Gap(after))) => before.0.abs_diff(after.0) <= before.0 / 50,
        _ => offered == learned,
    }
}

/// The controller of a host, if limits adapt.
pub fn controller(mode: AdaptiveMode, cap: u32) -> Option<Adapt> {
    let start = match mode {
        AdaptiveMode::Off => return None,
        AdaptiveMode::WhenRefused => AdaptiveStart::AtLimit,
        AdaptiveMode::On => AdaptiveStart::Slow,
    };
    Some(Adapt::new(cap, start))
}
