//! The window's title over time: at most one a second, because others draw it.
//!
//! Start at [`Heading::of`].

use std::time::{Duration, Instant};

use crate::model::{Model, Stage};
use crate::tui::window_status;

/// How long a title stands while nothing but numbers changes.
const STANDS: Duration = Duration::from_secs(1);

/// The title that stands.
#[derive(Debug, Default)]
pub(super) struct Heading {
    text: String,
    of: Option<(Stage, bool, Instant)>,
}

impl Heading {
    /// The title of a run, or the one that was, if it is too soon for another.
    pub(super) fn of(&mut self, model: &Model) -> String {
        let (stage, is_paused) = (model.stage, model.is_paused);
        let stands = self.of.is_some_and(|of| (of.0, of.1) == (stage, is_paused) && of.2.elapsed() < STANDS);
        if !stands {
            self.of = Some((stage, is_paused, Instant::now()));
            self.text = window_status::title(model);
        }
        self.text.clone()
    }
}
