//! The names of values that steps before the batch give.
//!
//! Start at [`StepNames::find`].

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::plan::late;
use crate::plan::template::interpolation::{BEFORE, VariableLookup};

/// The names of values that steps give, as far as the reader knows them.
#[derive(Default)]
pub(super) struct StepNames(RefCell<Vec<String>>);

impl StepNames {
    /// Looks a variable up: a value of a step, or one of the environment.
    pub(super) fn find(&self, name: &str, var: VariableLookup<'_>) -> Option<String> {
        match name.strip_prefix(BEFORE) {
            Some(name) => self.0.borrow().iter().any(|known| known == name).then(|| late::marker(name)),
            None => var(name),
        }
    }

    /// The names that may be used now.
    pub(super) fn all(&self) -> Vec<String> {
        self.0.borrow().clone()
    }

    /// Sets the names that may be used from now on.
    pub(super) fn set(&self, names: &[String]) {
        names.clone_into(&mut self.0.borrow_mut());
    }

    /// Makes the names of all steps known, before anything that may use them is read.
    pub(super) fn announce(&self, table: &DeTable<'_>) {
        let DeValue::Array(steps) = (match table.get("before") {
            Some(steps) => steps.get_ref(),
            None => return,
        }) else {
            return;
        };
        let mut all = Vec::new();
        for step in steps {
            let DeValue::Table(step) = step.get_ref() else { continue };
            if let Some(DeValue::Table(gives)) = step.get("gives").map(Spanned::get_ref) {
                all.extend(gives.iter().map(|(name, _)| name.get_ref().to_string()));
            }
        }
        self.set(&all);
    }
}
