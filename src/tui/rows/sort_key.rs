//! The keys that rows are sorted by.
//!
//! Start at [`SortKey`].

use std::cmp::Reverse;
use std::sync::Arc;

/// What a row is sorted by; the smallest key comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// By number, the smallest first.
    Least(u64),
    /// By number, the largest first.
    Most(Reverse<u64>),
    /// By rank; within a rank by number, the largest first.
    Ranked(u64, Reverse<u64>),
    /// By rank; within a rank by number, the smallest first.
    Within(u64, u64),
    /// By name, from A on.
    Name(Arc<str>),
}

impl SortKey {
    /// By number, the largest first.
    pub fn most(n: impl Into<u64>) -> Self {
        Self::Most(Reverse(n.into()))
    }
}
