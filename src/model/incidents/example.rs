//! One request with its details, as an example of a failure or of an endpoint.
//!
//! Start at [`Example`].

use std::sync::Arc;

use crate::event::failure_sample::FailureSample;
use crate::event::outcome::Outcome;
use crate::event::{Attempt, Micros, Offset};
use crate::model::timeline::Bar;

/// One request with its details.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// Index of its endpoint.
    pub endpoint: usize,
    /// The attempt, if the example is one.
    pub attempt: Option<Attempt>,
    /// Whether its job was never sent.
    pub is_unsent: bool,
    /// When it ended.
    pub at: Offset,
    /// How long it was in flight.
    pub took: Micros,
    /// Method and masked URL.
    pub target: Option<Arc<str>>,
    /// The message of the library or the operating system.
    pub detail: Option<Arc<str>>,
    /// The expectation of the plan that was not met.
    pub expected: Option<Arc<str>>,
    /// The answer, if it was sampled.
    pub answer: Option<Arc<FailureSample>>,
    /// The attempt with its waits and phases, if it was kept.
    pub bar: Option<Bar>,
}

impl Example {
    /// An example with the details of an outcome.
    pub fn from_outcome(outcome: &Outcome, target: Option<&Arc<str>>) -> Self {
        let (detail, expected) = match outcome {
            Outcome::Failed { detail, expected, .. } => (detail.clone(), expected.clone()),
            Outcome::Answered { .. }
            | Outcome::Redirected { .. }
            | Outcome::Throttled { .. }
            | Outcome::TimedOut { .. }
            | Outcome::Cancelled => (None, None),
        };
        Self { target: target.cloned(), detail, expected, ..Self::default() }
    }

    /// An attempt that has ended or is in flight.
    pub fn of_bar(bar: &Bar) -> Self {
        let end = bar.end.as_ref();
        let known = end.and_then(|end| end.outcome.as_ref()).map(|outcome| Self::from_outcome(outcome, None));
        Self {
            endpoint: bar.endpoint,
            attempt: Some(bar.attempt),
            at: end.map_or(bar.started, |end| end.at),
            took: bar.took(bar.started),
            target: Some(Arc::clone(&bar.target)),
            bar: Some(bar.clone()),
            ..known.unwrap_or_default()
        }
    }
}
