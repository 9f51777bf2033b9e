//! Quotas that a server announces, what is left of them, and the waits and limits that follow.
//!
//! Start at [`Quotas`].

use std::cmp::{Ordering, Reverse};

use crate::event::Micros;
use crate::source::pool::throttle::{Hint, Remaining};

/// The quotas in one family of fields.
#[derive(Debug, Default)]
pub struct Quotas {
    /// What the server allows.
    pub policies: Vec<QuotaPolicy>,
    /// What is left of it.
    pub levels: Vec<QuotaLevel>,
}

/// What a server allows.
#[derive(Debug, Default)]
pub struct QuotaPolicy {
    /// The name by which `RateLimit` refers to it.
    pub name: Option<PolicyName>,
    /// So many units.
    pub quota: u64,
    /// What is counted.
    pub unit: Unit,
    /// The window in which they are counted; never 0.
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
pub struct QuotaLevel {
    /// Of which policy.
    pub name: Option<PolicyName>,
    /// So many units.
    pub remaining: Option<u64>,
    /// From receipt until it is full again.
    pub resets: Option<Micros>,
}

/// A policy's name, and the partition that it applies to.
#[derive(Debug)]
pub struct PolicyName {
    /// The name.
    pub policy: String,
    /// The partition key.
    pub key: Option<Vec<u8>>,
}

impl Quotas {
    /// How long a refused client must wait, if the server gives a time.
    ///
    /// A quota's reset counts only if nothing remains of the quota, or the server does not report what remains.
    /// GitHub's secondary limit refuses while the hourly quota is nearly full: then its reset is irrelevant.
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

    /// How many may be in flight: the least that a policy allows.
    pub fn at_once(&self) -> Option<Hint> {
        let quotas = self.policies.iter().filter(|policy| policy.unit == Unit::AtOnce && policy.quota > 0);
        let least = quotas.map(|policy| policy.quota).min()?;
        Some(Hint::AtOnce(u32::try_from(least).unwrap_or(u32::MAX)))
    }

    /// How many may start in each window: of the policy whose quota runs out first, or else, of the
    /// one that allows the lowest rate.
    pub fn per_window(&self) -> Option<Hint> {
        let named = self.tightest().and_then(|level| self.policy(level)).and_then(QuotaPolicy::rate);
        let slowest = || self.policies.iter().filter_map(QuotaPolicy::rate).min_by(|&a, &b| compare(a, b));
        let (quota, window) = named.or_else(slowest)?;
        Some(Hint::PerWindow { quota, window })
    }

    /// The quota of requests with the least left; of equals, the one that resets last.
    fn tightest(&self) -> Option<&QuotaLevel> {
        let known = self.levels.iter().filter(|level| level.remaining.is_some() && self.counts_requests(level));
        known.min_by_key(|level| (level.remaining, Reverse(level.resets)))
    }

    fn counts_requests(&self, level: &QuotaLevel) -> bool {
        self.policy(level).is_none_or(|policy| policy.unit == Unit::Requests)
    }

    fn policy(&self, level: &QuotaLevel) -> Option<&QuotaPolicy> {
        let name = level.name.as_ref()?;
        self.policies.iter().find(|policy| policy.name.as_ref().is_some_and(|other| other.means(name)))
    }
}

impl QuotaPolicy {
    /// Requests and the window they are counted in.
    fn rate(&self) -> Option<(u64, Micros)> {
        let window = self.window?;
        (self.unit == Unit::Requests && self.quota > 0).then_some((self.quota, window))
    }
}

impl PolicyName {
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
