//! How wide the names of all endpoints are, so that a table's columns do not move with the rows in sight.
//!
//! Measured once for each name: ten thousand of them a picture would cost more than the picture. Start at
//! [`Names::refresh`].

use crate::model::Model;
use crate::tui::text_fit::width_of;

/// What is known of the names.
#[derive(Debug, Default)]
pub struct Names {
    /// How many have been measured.
    n: usize,
    widest: u16,
}

impl Names {
    /// Measures those that have come since.
    pub(super) fn refresh(&mut self, model: &Model) {
        if model.endpoints.len() < self.n {
            // A replay that has gone back to its start.
            *self = Self::default();
        }
        let new = model.endpoints.iter().skip(self.n).map(|endpoint| width_of(&endpoint.name));
        self.widest = new.max().unwrap_or(0).max(self.widest);
        self.n = model.endpoints.len();
    }

    /// Cells that the widest takes.
    pub fn widest(&self) -> u16 {
        self.widest
    }
}
