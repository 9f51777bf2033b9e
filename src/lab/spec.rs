//! What defines a scenario: its name, its approaches with their programs, its defaults and its lesson.
//!
//! Each file under `programs` fills in one [`ScenarioSpec`]. Start there.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use crate::lab::lesson::Lesson;
use crate::lab::workload::{Workload, WorkloadSpec};
use crate::model::race::RaceMeasure;

/// The definition of a scenario.
pub struct ScenarioSpec {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows, as a sentence without a period.
    pub sentence: &'static str,
    /// The measure of its result.
    pub measure: RaceMeasure,
    /// The settings that apply by default.
    pub defaults: DefaultControls,
    /// What the delay means, as the start of `each takes 1 s`.
    pub delay_label: &'static str,
    /// The path and query of a request.
    pub path: fn(u64, &WorkloadSpec) -> String,
    /// The wrong approach first, the right one second, then others for comparison.
    pub approaches: &'static [Approach],
    /// What it teaches.
    pub lesson: &'static Lesson,
}

/// The default settings of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultControls {
    /// Requests of each lane.
    pub requests: u64,
    /// The delay that the scenario is about.
    pub delay: Duration,
    /// The limit of the lanes that have one.
    pub limit: u32,
}

/// One approach to the same work.
#[derive(Debug)]
pub struct Approach {
    /// A few words that name it.
    pub caption: &'static str,
    /// Whether it is right.
    pub is_right: bool,
    /// What limits its requests in flight.
    pub cap: Cap,
    /// The code that it runs.
    pub program: Program,
}

/// What limits the requests in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    /// Nothing.
    None,
    /// The limit that the user set.
    Limit,
    /// The adaptive limit.
    Adaptive,
}

/// The code that a lane runs.
#[derive(Clone, Copy, Debug)]
pub enum Program {
    /// A program of the scenario.
    Own(fn(Workload) -> ProgramFuture),
    /// The pool that runs every plan.
    Pool,
}

/// A running program. It stays on its thread.
pub type ProgramFuture = Pin<Box<dyn Future<Output = ()>>>;

impl fmt::Debug for ScenarioSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScenarioSpec").field("name", &self.name).finish_non_exhaustive()
    }
}
