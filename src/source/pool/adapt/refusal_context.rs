//! What else is known when a paced attempt is refused.
//!
//! Start at [`RefusalContext`].

use crate::source::pool::adapt::history::History;
use crate::source::pool::adapt::seconds::Seconds;

/// What else is known when a paced attempt is refused.
#[derive(Clone, Copy, Debug)]
pub struct RefusalContext<'a> {
    /// When the attempt started.
    pub started: Seconds,
    /// Now.
    pub now: Seconds,
    /// The history of the host.
    pub history: &'a History,
    /// The longest stated wait; zero if there was none.
    pub wait: Seconds,
    /// How many the host takes at once after a pause, if that is known.
    pub depth: Option<u32>,
    /// Whether it takes no two at once: a bucket without a burst.
    pub is_strict: bool,
}
