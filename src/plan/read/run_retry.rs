//! The retry rules of the whole run.
//!
//! Start at [`RunRetry`].

use std::time::Duration;

use crate::plan::Limits;

/// The retry rules of the whole run, which only `[retry]` can set.
#[derive(Debug, Default)]
pub(super) struct RunRetry {
    pub(super) budget: Option<f64>,
    pub(super) outage: Option<Duration>,
    pub(super) unreachable: Option<Duration>,
}

impl RunRetry {
    /// Applies the rules that are present.
    pub(super) fn apply(self, limits: &mut Limits) {
        limits.retry_budget = self.budget.unwrap_or(limits.retry_budget);
        limits.outage = self.outage.unwrap_or(limits.outage);
        limits.unreachable = self.unreachable.unwrap_or(limits.unreachable);
    }
}
