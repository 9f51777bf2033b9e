//! The plan's expectations during the run: what holds now, and since when.
//!
//! Start at [`LiveExpectations::refresh`].

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::expectation::{Checked, check};
use crate::plan::Expect;

/// The expectations, each with the moment since which it is met or not.
#[derive(Debug, Default)]
pub struct LiveExpectations {
    expect: Expect,
    since: Vec<(bool, Offset)>,
}

impl LiveExpectations {
    /// Those of a plan.
    pub fn new(expect: Expect) -> Self {
        Self { expect, since: Vec::new() }
    }

    /// Whether the plan has none.
    pub fn is_empty(&self) -> bool {
        self.expect == Expect::default()
    }

    /// The 95th percentile that is too slow.
    pub fn slow_from(&self) -> Option<Micros> {
        self.expect.p95_below.map(Micros::from)
    }

    /// Notes what has changed since the last picture.
    pub(super) fn refresh(&mut self, model: &Model, now: Offset) {
        let now = model.ended.unwrap_or(now);
        let measured = check(model, &self.expect);
        self.since.resize(measured.len(), (false, Offset::ZERO));
        for (checked, since) in measured.iter().zip(&mut self.since) {
            if checked.holds != since.0 {
                *since = (checked.holds, now);
            }
        }
    }

    /// Each expectation, and since when it is met or not.
    pub fn rows(&self, model: &Model) -> Vec<(Checked, Offset)> {
        let since = self.since.iter().map(|&(_, since)| since).chain(std::iter::repeat(Offset::ZERO));
        check(model, &self.expect).into_iter().zip(since).collect()
    }
}
