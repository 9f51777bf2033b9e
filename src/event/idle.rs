//! Why slots stand unused: the words, and the sums over a run.
//!
//! Start at [`Idle`].

use serde::{Deserialize, Serialize};

use crate::event::Micros;

/// Why an unused slot is unused. At each moment there is one reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdleWhy {
    /// Every host with work has as much in flight as it may.
    HostLimit,
    /// Hosts with work asked for patience.
    Cooldown,
    /// Hosts with work wait for the time between two starts.
    Gap,
    /// The run waits for the time between two starts.
    Rate,
    /// All that is left waits to be tried again.
    Backoff,
    /// The plan's input is slower than we are.
    Input,
    /// The run is paused.
    Paused,
    /// The next round has not begun.
    Round,
    /// Nothing starts any more.
    Draining,
    /// Nothing is left to start.
    #[default]
    NoWork,
}

impl IdleWhy {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 10] = [
        Self::HostLimit,
        Self::Cooldown,
        Self::Gap,
        Self::Rate,
        Self::Backoff,
        Self::Input,
        Self::Paused,
        Self::Round,
        Self::Draining,
        Self::NoWork,
    ];

    /// The reason in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoWork => "no work left",
            Self::Input => "input too slow",
            Self::HostLimit => "host limit",
            Self::Gap => "gap between starts",
            Self::Rate => "rate",
            Self::Cooldown => "cooldown",
            Self::Backoff => "backoff",
            Self::Paused => "paused",
            Self::Round => "next round",
            Self::Draining => "draining",
        }
    }
}

/// Unused slots × time since the run started, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Idle {
    /// [`IdleWhy::NoWork`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub no_work: Micros,
    /// [`IdleWhy::Input`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub input: Micros,
    /// [`IdleWhy::HostLimit`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub host_limit: Micros,
    /// [`IdleWhy::Gap`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub gap: Micros,
    /// [`IdleWhy::Rate`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub rate: Micros,
    /// [`IdleWhy::Cooldown`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub cooldown: Micros,
    /// [`IdleWhy::Backoff`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub backoff: Micros,
    /// [`IdleWhy::Paused`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub paused: Micros,
    /// [`IdleWhy::Round`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub round: Micros,
    /// [`IdleWhy::Draining`]
    #[serde(skip_serializing_if = "Micros::is_zero")]
    pub draining: Micros,
}

impl Idle {
    /// The sum of one reason.
    pub fn of(&self, why: IdleWhy) -> Micros {
        // A copy, so that there is one list of fields for reading and for adding.
        let mut sums = *self;
        *sums.sum(why)
    }

    /// The sum of one reason, to add to.
    pub fn sum(&mut self, why: IdleWhy) -> &mut Micros {
        match why {
            IdleWhy::NoWork => &mut self.no_work,
            IdleWhy::Input => &mut self.input,
            IdleWhy::HostLimit => &mut self.host_limit,
            IdleWhy::Gap => &mut self.gap,
            IdleWhy::Rate => &mut self.rate,
            IdleWhy::Cooldown => &mut self.cooldown,
            IdleWhy::Backoff => &mut self.backoff,
            IdleWhy::Paused => &mut self.paused,
            IdleWhy::Round => &mut self.round,
            IdleWhy::Draining => &mut self.draining,
        }
    }

    /// All reasons together.
    pub fn total(&self) -> Micros {
        IdleWhy::ALL.into_iter().fold(Micros::ZERO, |sum, why| sum + self.of(why))
    }

    /// These and those.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for why in IdleWhy::ALL {
            *self.sum(why) += other.of(why);
        }
        self
    }
}
