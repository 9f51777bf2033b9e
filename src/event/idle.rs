//! Reasons for idle slots, and the idle time of a run by reason.
//!
//! Start at [`Idle`].

use serde::{Deserialize, Serialize};

use crate::event::Micros;

/// Why slots are idle. At each moment, one reason applies to all idle slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdleReason {
    /// Every host with pending jobs has reached its own limit.
    HostLimit,
    /// Every host with pending jobs is in cooldown.
    Cooldown,
    /// Every host with pending jobs is down.
    Outage,
    /// Hosts with pending jobs keep a gap between two starts.
    Gap,
    /// The run keeps its rate of starts.
    Rate,
    /// All remaining jobs wait for a retry.
    Backoff,
    /// The plan's input arrives too slowly.
    Input,
    /// The run is paused.
    Paused,
    /// The next round has not started.
    Round,
    /// Each page of a row names the next one, so the row waits for it.
    Pages,
    /// The run is draining: no attempt starts any more.
    Draining,
    /// No job is left to start.
    #[default]
    NoWork,
}

impl IdleReason {
    /// All reasons, in display order.
    pub const ALL: [Self; 12] = [
        Self::HostLimit,
        Self::Cooldown,
        Self::Outage,
        Self::Gap,
        Self::Rate,
        Self::Backoff,
        Self::Input,
        Self::Paused,
        Self::Round,
        Self::Pages,
        Self::Draining,
        Self::NoWork,
    ];

    /// The reason as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::NoWork => "no work left",
            Self::Input => "input too slow",
            Self::HostLimit => "host limit",
            Self::Gap => "gap between starts",
            Self::Rate => "rate",
            Self::Cooldown => "cooldown",
            Self::Outage => "host down",
            Self::Backoff => "backoff",
            Self::Paused => "paused",
            Self::Round => "next round",
            Self::Pages => "next page",
            Self::Draining => "draining",
        }
    }

    /// The reason as scripts read it. Part of the summary's schema, so it never changes.
    pub fn key(self) -> &'static str {
        match self {
            Self::NoWork => "no_work_left",
            Self::Input => "input_too_slow",
            Self::HostLimit => "host_limit",
            Self::Gap => "gap_between_starts",
            Self::Rate => "rate",
            Self::Cooldown => "cooldown",
            Self::Outage => "outage",
            Self::Backoff => "backoff",
            Self::Paused => "paused",
            Self::Round => "next_round",
            Self::Pages => "next_page",
            Self::Draining => "draining",
        }
    }
}

/// Idle slots × time since the run started, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Idle {
    /// [`IdleReason::NoWork`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub no_work: Micros,
    /// [`IdleReason::Input`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub input: Micros,
    /// [`IdleReason::HostLimit`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub host_limit: Micros,
    /// [`IdleReason::Gap`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub gap: Micros,
    /// [`IdleReason::Rate`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub rate: Micros,
    /// [`IdleReason::Cooldown`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub cooldown: Micros,
    /// [`IdleReason::Outage`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub outage: Micros,
    /// [`IdleReason::Backoff`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub backoff: Micros,
    /// [`IdleReason::Paused`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub paused: Micros,
    /// [`IdleReason::Round`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub round: Micros,
    /// [`IdleReason::Pages`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub pages: Micros,
    /// [`IdleReason::Draining`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub draining: Micros,
}

impl Idle {
    /// The idle time for one reason.
    pub fn get(&self, why: IdleReason) -> Micros {
        // Copying allows one match for both reading and writing.
        let mut sums = *self;
        *sums.sum(why)
    }

    /// The idle time for one reason, to be changed.
    pub fn sum(&mut self, why: IdleReason) -> &mut Micros {
        match why {
            IdleReason::NoWork => &mut self.no_work,
            IdleReason::Input => &mut self.input,
            IdleReason::HostLimit => &mut self.host_limit,
            IdleReason::Gap => &mut self.gap,
            IdleReason::Rate => &mut self.rate,
            IdleReason::Cooldown => &mut self.cooldown,
            IdleReason::Outage => &mut self.outage,
            IdleReason::Backoff => &mut self.backoff,
            IdleReason::Paused => &mut self.paused,
            IdleReason::Round => &mut self.round,
            IdleReason::Pages => &mut self.pages,
            IdleReason::Draining => &mut self.draining,
        }
    }

    /// The idle time for all reasons together.
    pub fn total(&self) -> Micros {
        IdleReason::ALL.into_iter().fold(Micros::ZERO, |sum, why| sum + self.get(why))
    }

    /// The sum of both, reason by reason.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for why in IdleReason::ALL {
            *self.sum(why) += other.get(why);
        }
        self
    }
}
