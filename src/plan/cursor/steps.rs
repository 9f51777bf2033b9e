//! The steps before the batch, as requests.
//!
//! Start at [`Cursor::take_steps`].

use std::mem;

use crate::plan::Plan;
use crate::plan::before::{BeforeStep, StepRequest};
use crate::plan::cursor::Cursor;
use crate::plan::error::PlanError;

impl Cursor {
    /// Takes the steps before the batch.
    pub fn take_steps(&mut self) -> Vec<StepRequest> {
        mem::take(&mut self.steps)
    }
}

/// Makes the requests of all steps.
pub(super) fn step_requests(plan: &Plan, practice_port: Option<u16>) -> Result<Vec<StepRequest>, PlanError> {
    let request = |step: &BeforeStep| {
        let help = "check the URL and the headers of the step";
        step.request(practice_port).map_err(|why| PlanError::in_file(&plan.file, why, help))
    };
    plan.before.iter().map(request).collect()
}
