//! What the server states about its quota, in the controller's units.
//!
//! Start at [`StatedQuota`].

use crate::event::Micros;
use crate::source::pool::adapt::seconds::{self, Seconds};
use crate::source::pool::adapt::tuning::MAX_STATED_WINDOW;
use crate::source::pool::throttle::stated::Stated;

/// What the server states about its quota, as the controller computes with it.
#[derive(Clone, Copy, Debug)]
pub struct StatedQuota {
    /// How many requests remain in this window.
    pub remaining: Option<u32>,
    /// The time until the quota is full again.
    pub resets: Option<Seconds>,
    /// Requests per window.
    pub quota: Option<u32>,
    /// The length of the window.
    pub window: Option<Seconds>,
}

impl From<&Stated> for StatedQuota {
    /// A quota whose window is longer than a minute is a budget, not a pace: then only what remains of it counts.
    fn from(stated: &Stated) -> Self {
        let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let window = stated.window.filter(|&window| window > Micros::ZERO).map(seconds::lasting);
        let is_budget = window.is_some_and(|window| window > MAX_STATED_WINDOW);
        Self {
            remaining: stated.remaining.map(count),
            resets: stated.resets.map(seconds::lasting),
            quota: stated.quota.filter(|&quota| quota > 0 && !is_budget).map(count),
            window: window.filter(|_| !is_budget),
        }
    }
}
