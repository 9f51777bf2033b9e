//! The quotas of a server and their remainders, and the resulting waits and limits.
//!
//! Start at [`Quotas`].

use std::cmp::{Ordering, Reverse};

use crate::event::Micros;
use crate::source::pool::throttle::{Hint, Remaining};

/// The quotas in one family of fields.
#[derive(Debug, Default)]
pub struct Quotas {
    /// The announced quotas.
    pub policies: Vec<QuotaPolicy>,
    /// Their remainders.
    pub levels: Vec<QuotaLevel>,
}

/// A quota that a server announces.
#[derive(Debug, Default)]
pub struct QuotaPolicy {
    /// The name by which `RateLimit` refers to it.
    pub name: Option<PolicyName>,
    /// The number of units.
    pub quota: u64,
    /// The counted unit.
    pub unit: Unit,
    /// The window of time; never 0.
    pub window: Option<Micros>,
}

/// The unit of a quota.
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

/// The remainder of a quota.
#[derive(Debug, Default)]
pub struct QuotaLevel {
    /// The name of the policy.
    pub name: Option<PolicyName>,
    /// The number of units.
    pub remaining: Option<u64>,
    /// The time from receipt until the quota is full again.
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
    /// Returns the time for which a refused client must wait, if given.
    ///
    /// The reset of a quota counts only if nothing remains, or if the remainder is unknown. GitHub's secondary limit
    /// refuses requests while the hourly quota is nearly full, so the reset of that quota is irrelevant.
    pub fn wait(&self) -> Option<Micros> {
        let spent = self.levels.iter().filter(|level| level.remaining.is_none_or(|left| left == 0));
        spent.filter_map(|level| level.resets).max()
    }

    /// Whether any quota is exhausted.
    pub fn is_exhausted(&self) -> bool {
        self.levels.iter().any(|level| level.remaining == Some(0))
    }

    /// Returns the remainder of the request quota that runs out first.
    pub fn remaining(&self) -> Option<Remaining> {
        let level = self.tightest()?;
        Some(Remaining { requests: level.remaining?, resets: level.resets })
    }

    /// Returns the lowest limit on requests in flight.
    pub fn at_once(&self) -> Option<Hint> {
        let quotas = self.policies.iter().filter(|policy| policy.unit == Unit::AtOnce && policy.quota > 0);
        let least = quotas.map(|policy| policy.quota).min()?;
        Some(Hint::AtOnce(u32::try_from(least).unwrap_or(u32::MAX)))
    }

    /// Returns the number of requests that may start in each window.
    ///
    /// It is that of the policy whose quota runs out first, or else of the policy with the lowest rate.
    pub fn per_window(&self) -> Option<Hint> {
        let named = self.tightest().and_then(|level| self.policy(level)).and_then(QuotaPolicy::rate);
        let slowest = || self.policies.iter().filter_map(QuotaPolicy::rate).min_by(|&a, &b| compare(a, b));
        let (quota, window) = named.or_else(slowest)?;
        Some(Hint::PerWindow { quota, window })
    }

    /// Returns the number of requests per window, of the quota that runs out first, or else of the smallest one.
    pub fn quota(&self) -> Option<u64> {
        let counts = |policy: &&QuotaPolicy| policy.unit == Unit::Requests && policy.quota > 0;
        let named = self.tightest().and_then(|level| self.policy(level)).filter(counts);
        let smallest = || self.policies.iter().filter(counts).min_by_key(|policy| policy.quota);
        named.or_else(smallest).map(|policy| policy.quota)
    }

    /// Returns the request quota with the smallest remainder, or of equal ones the one that resets last.
    fn tightest(&self) -> Option<&QuotaLevel> {
        let known = self.levels.iter().filter(|level| level.remaining.is_some() && self.counts_requests(level));
        known.min_by_key(|level| (level.remaining, Reverse(level.resets)))
    }

    fn counts_requests(&self, level: &QuotaLevel) -> bool {
        self.policy(level).is_none_or(|policy| policy.unit == Unit::Requests)
    }

    fn policy(&self, level: &QuotaLevel) -> Option<&QuotaPolicy> {
        let name = level.name.as_ref()?;
        self.policies.iter().find(|policy| policy.name.as_ref().is_some_and(|other| other.matches(name)))
    }
}

impl QuotaPolicy {
    /// Returns the number of requests, and their window.
    fn rate(&self) -> Option<(u64, Micros)> {
        let window = self.window?;
        (self.unit == Unit::Requests && self.quota > 0).then_some((self.quota, window))
    }
}

impl PolicyName {
    /// Whether both refer to the same policy. A missing key matches any.
    fn matches(&self, other: &Self) -> bool {
        self.policy == other.policy && (self.key.is_none() || other.key.is_none() || self.key == other.key)
    }
}

/// Compares rates without dividing.
fn compare((quota, window): (u64, Micros), (other_quota, other_window): (u64, Micros)) -> Ordering {
    let product = |quota, window: Micros| u128::from(quota) * u128::from(window.0);
    product(quota, other_window).cmp(&product(other_quota, window))
}
