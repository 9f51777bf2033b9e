//! The values that steps gave, as secrets: they are masked wherever a server repeats them.
//!
//! Start at [`StepSecrets`].

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::plan::template::interpolation::is_secret;

/// The most values that are remembered. An older one is hardly repeated.
const MOST: usize = 64;

/// The values that steps gave, the newest last.
#[derive(Default)]
pub struct StepSecrets(Mutex<Vec<Box<str>>>);

impl StepSecrets {
    /// Adds a value.
    pub fn add(&self, value: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_secret(value) && !all.iter().any(|known| **known == *value) {
            all.push(value.into());
            let n_old = all.len().saturating_sub(MOST);
            all.drain(..n_old);
        }
    }

    /// Returns all of them.
    pub fn all(&self) -> Vec<Box<str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for StepSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StepSecrets({})", self.all().len())
    }
}
