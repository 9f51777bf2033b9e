//! Quotas, what is left of them, and what follows. Start at [`Quotas`].

use std::cmp::{Ordering, Reverse};

use crate::event::Micros;
use crate::source::pool::throttle::{Hint, Remaining};

/// What one family of fields says.
#[derive(Debug, Default)]
pub struct Quotas {
    /// What the server allows.
    pub policies: Vec<Policy>,
    /// What is left of it.
    pub levels: Vec<Level>,
}

/// What a server allows.
#[derive(Debug, Default)]
pub struct Policy {
    /// By this name `RateLimit` speaks of it.
    pub name: Option<Name>,
    /// So many units.
    pub quota: u64,
    /// Of what.
    pub unit: Unit,
    /// In each such stretch of time, which is never 0.
    pub window: Option<Micros>,
}

/// What a quota counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Requests.
    #[default]
    Requests,
    /// Requests in flight.
    AtOnce,
    /// Something else, such as bytes.
    Foreign,
}

/// What is left of a quota.
#[derive(Debug, Default)]
pub struct Level {
    /// Of which policy.
    pub name: Option<Name>,
    /// So many units.
    pub remaining: Option<u64>,
    /// From receipt until it is whole again.
    pub resets: Option<Micros>,
}

/// A policy's name, and whose share of it is meant.
#[derive(Debug)]
pub struct Name {
    /// The name.
    pub policy: String,
    /// The partition key.
    pub key: Option<Vec<u8>>,
}

impl Quotas {
    /// How long a refused client stays away, where the server says.
    ///
    /// A quota's reset asks for a wait only when nothing remains of it, or when the server does not
    /// tell what remains. GitHub's secondary limit refuses while its hourly quota, an hour from its
    /// reset, is nearly whole: there the reset says nothing.
    pub fn wait(&self) -> Option<Micros> {
        let spent = self.levels.iter().filter(|level| level.remaining.is_none_or(|left| left == 0));
        spent.filter_map(|level| level.resets).max()
    }

    /// Whether nothing remains of some quota.
    pub fn is_exhausted(&self) -> bool {
        self.levels.iter().any(|level| level.remaining == Some(0))
    }

    /// What is left of the quota of requests that runs out first.
    pub fn remaining(&self) -> Option<Remaining> {
        let level = self.tightest()?;
        Some(Remaining { requests: level.remaining?, resets: level.resets })
    }

    /// How many may be in flight: the least of what the policies say.
    pub fn at_once(&self) -> Option<Hint> {
        let quotas = self.policies.iter().filter(|policy| policy.unit == Unit::AtOnce && policy.quota > 0);
        let least = quotas.map(|policy| policy.quota).min()?;
        Some(Hint::AtOnce(u32::try_from(least).unwrap_or(u32::MAX)))
    }

    /// How many may start in each window: of the policy whose quota runs out first, or else, of the
    /// one that allows the lowest rate.
    pub fn per_window(&self) -> Option<Hint> {
        let named = self.tightest().and_then(|level| self.policy_of(level)).and_then(Policy::rate);
        let slowest = || self.policies.iter().filter_map(Policy::rate).min_by(|&a, &b| compare(a, b));
        let (quota, window) = named.or_else(slowest)?;
        Some(Hint::PerWindow { quota, window })
    }

    /// Of the quotas of requests, the one with the least left; of equals, the one that lasts longest.
    fn tightest(&self) -> Option<&Level> {
        let told = self.levels.iter().filter(|level| level.remaining.is_some() && self.counts_requests(level));
        told.min_by_key(|level| (level.remaining, Reverse(level.resets)))
    }

    fn counts_requests(&self, level: &Level) -> bool {
        self.policy_of(level).is_none_or(|policy| policy.unit == Unit::Requests)
    }

    fn policy_of(&self, level: &Level) -> Option<&Policy> {
        let name = level.name.as_ref()?;
        self.policies.iter().find(|policy| policy.name.as_ref().is_some_and(|other| other.means(name)))
    }
}

impl Policy {
    /// Requests and the window they are counted in.
    fn rate(&self) -> Option<(u64, Micros)> {
        let window = self.window?;
        (self.unit == Unit::Requests && self.quota > 0).then_some((self.quota, window))
    }
}

impl Name {
    /// Whether both mean the same: a key left out means any.
    fn means(&self, other: &Self) -> bool {
        self.policy == other.policy && (self.key.is_none() || other.key.is_none() || self.key == other.key)
    }
}

/// Compares rates without dividing.
fn compare((quota, window): (u64, Micros), (other_quota, other_window): (u64, Micros)) -> Ordering {
    let product = |quota, window: Micros| u128::from(quota) * u128::from(window.0);
    product(quota, other_window).cmp(&product(other_quota, window))
}
