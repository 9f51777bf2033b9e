//! Reasons why a ready job waits for a slot, and the time waited by reason.
//!
//! Start at [`WaitTimes`].

use std::ops::{AddAssign, Sub};

use serde::{Deserialize, Serialize};

use crate::event::Micros;

/// What a job waits for. At each moment one reason applies; reasons of its host take precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// A free slot of the run, or its turn to take one.
    Slot,
    /// The limit of its host.
    HostLimit,
    /// The gap between two starts at its host.
    Gap,
    /// The run's rate of starts.
    Rate,
    /// The end of a cooldown that the server asked for.
    Cooldown,
    /// Its host, which is down.
    Outage,
    /// The backoff before a retry.
    Backoff,
    /// The user, who has paused the run or quarantined its host.
    Paused,
}

impl WaitReason {
    /// All reasons, in display order.
    pub const ALL: [Self; 8] =
        [Self::Slot, Self::HostLimit, Self::Gap, Self::Rate, Self::Cooldown, Self::Outage, Self::Backoff, Self::Paused];

    /// The reason as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Slot => "slot",
            Self::HostLimit => "host limit",
            Self::Gap => "gap between starts",
            Self::Rate => "rate",
            Self::Cooldown => "cooldown",
            Self::Outage => "host down",
            Self::Backoff => "backoff",
            Self::Paused => "paused",
        }
    }

    /// The reason as scripts read it. Part of the summary's schema, so it never changes.
    pub fn key(self) -> &'static str {
        match self {
            Self::Slot => "slot",
            Self::HostLimit => "host_limit",
            Self::Gap => "gap_between_starts",
            Self::Rate => "rate",
            Self::Cooldown => "cooldown",
            Self::Outage => "outage",
            Self::Backoff => "backoff",
            Self::Paused => "paused",
        }
    }
}

/// Time waited, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WaitTimes {
    /// [`WaitReason::Slot`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub slot: Micros,
    /// [`WaitReason::HostLimit`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub host_limit: Micros,
    /// [`WaitReason::Gap`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub gap: Micros,
    /// [`WaitReason::Rate`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub rate: Micros,
    /// [`WaitReason::Cooldown`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub cooldown: Micros,
    /// [`WaitReason::Outage`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub outage: Micros,
    /// [`WaitReason::Backoff`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub backoff: Micros,
    /// [`WaitReason::Paused`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub paused: Micros,
}

impl WaitTimes {
    /// No waiting.
    pub const NONE: Self = Self {
        slot: Micros::ZERO,
        host_limit: Micros::ZERO,
        gap: Micros::ZERO,
        rate: Micros::ZERO,
        cooldown: Micros::ZERO,
        outage: Micros::ZERO,
        backoff: Micros::ZERO,
        paused: Micros::ZERO,
    };

    /// Whether there was no waiting.
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    /// The time waited for one reason.
    pub fn get(&self, why: WaitReason) -> Micros {
        match why {
            WaitReason::Slot => self.slot,
            WaitReason::HostLimit => self.host_limit,
            WaitReason::Gap => self.gap,
            WaitReason::Rate => self.rate,
            WaitReason::Cooldown => self.cooldown,
            WaitReason::Outage => self.outage,
            WaitReason::Backoff => self.backoff,
            WaitReason::Paused => self.paused,
        }
    }

    /// The time waited for all reasons together.
    pub fn total(&self) -> Micros {
        WaitReason::ALL.into_iter().fold(Micros::ZERO, |sum, why| sum + self.get(why))
    }
}

impl AddAssign for WaitTimes {
    fn add_assign(&mut self, other: Self) {
        self.slot += other.slot;
        self.host_limit += other.host_limit;
        self.gap += other.gap;
        self.rate += other.rate;
        self.cooldown += other.cooldown;
        self.outage += other.outage;
        self.backoff += other.backoff;
        self.paused += other.paused;
    }
}

impl Sub for WaitTimes {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            slot: self.slot - other.slot,
            host_limit: self.host_limit - other.host_limit,
            gap: self.gap - other.gap,
            rate: self.rate - other.rate,
            cooldown: self.cooldown - other.cooldown,
            outage: self.outage - other.outage,
            backoff: self.backoff - other.backoff,
            paused: self.paused - other.paused,
        }
    }
}
