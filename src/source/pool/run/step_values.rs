//! The steps before the batch, and the values that they gave last.
//!
//! It sends nothing. Start at [`BeforeSteps::current`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::event::{Micros, Offset};
use crate::plan::before::StepRequest;
use crate::plan::before::secrets::StepSecrets;
use crate::plan::late::LateValues;

/// How long no new values are asked for, once they did not help: the server refuses for another reason.
const IN_VAIN_FOR: Micros = Micros(30_000_000);

/// The steps before the batch, and the values that they gave last.
#[derive(Debug)]
pub struct BeforeSteps {
    pub(super) steps: Vec<StepRequest>,
    pub(super) secrets: Arc<StepSecrets>,
    /// Held while the steps are sent.
    pub(super) sending: tokio::sync::Mutex<()>,
    state: Mutex<StepState>,
}

#[derive(Debug, Default)]
struct StepState {
    /// How often the steps were sent.
    generation: u32,
    values: Arc<LateValues>,
    /// They failed, and are not sent again.
    has_failed: bool,
    /// Until when no new values are asked for.
    in_vain_until: Offset,
}

/// What must be done to have newer values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepNeed {
    /// Nothing: there are newer ones.
    Newer,
    /// Nothing: they would not help.
    InVain,
    /// The steps must be sent.
    Send,
}

impl BeforeSteps {
    /// The steps of a plan, if it has any.
    pub fn new(steps: Vec<StepRequest>, secrets: Arc<StepSecrets>) -> Option<Self> {
        let (sending, state) = (tokio::sync::Mutex::default(), Mutex::default());
        (!steps.is_empty()).then_some(Self { steps, secrets, sending, state })
    }

    /// The values that the steps gave last, and how often they were sent.
    pub fn current(&self) -> (u32, Arc<LateValues>) {
        let state = self.state();
        (state.generation, Arc::clone(&state.values))
    }

    /// The values that steps ever gave.
    pub fn secrets(&self) -> Vec<Box<str>> {
        self.secrets.all()
    }

    /// Notes that the newest values did not help.
    pub fn note_in_vain(&self, now: Offset) {
        self.state().in_vain_until = now + IN_VAIN_FOR;
    }

    /// What must be done to have newer values than those of `generation`.
    pub(super) fn need(&self, generation: u32, now: Offset) -> StepNeed {
        let state = self.state();
        if state.generation != generation {
            StepNeed::Newer
        } else if state.has_failed || now < state.in_vain_until {
            StepNeed::InVain
        } else {
            StepNeed::Send
        }
    }

    /// Sets the values, or that the steps failed.
    pub(super) fn set(&self, values: Option<LateValues>) {
        let mut state = self.state();
        match values {
            Some(values) => (state.generation, state.values) = (state.generation + 1, Arc::new(values)),
            None => state.has_failed = true,
        }
    }

    fn state(&self) -> MutexGuard<'_, StepState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
