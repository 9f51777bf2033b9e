//! The width of the widest endpoint name, so that columns do not move when the table scrolls.
//!
//! Each name is measured once, because measuring ten thousand names would take longer than drawing. Start at
//! [`Names::refresh`].

use crate::model::Model;
use crate::tui::text_fit::width_of;

/// The names' measurements.
#[derive(Debug, Default)]
pub struct Names {
    /// The number of measured names.
    n: usize,
    widest: u16,
}

impl Names {
    /// Measures the names of new endpoints.
    pub(super) fn refresh(&mut self, model: &Model) {
        if model.endpoints.len() < self.n {
            // A replay has gone back to its start.
            *self = Self::default();
        }
        let new = model.endpoints.iter().skip(self.n).map(|endpoint| width_of(&endpoint.name));
        self.widest = new.max().unwrap_or(0).max(self.widest);
        self.n = model.endpoints.len();
    }

    /// The width of the widest name, in cells.
    pub fn widest(&self) -> u16 {
        self.widest
    }
}
