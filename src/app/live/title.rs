//! The window's title over time: it changes once a second at most, because the terminal redraws it.
//!
//! Start at [`WindowTitle::update`].

use std::time::{Duration, Instant};

use crate::model::{Model, Stage};
use crate::tui::window_status;

/// How long a title is kept while nothing but numbers changes.
const KEPT_FOR: Duration = Duration::from_secs(1);

/// The title that the window has now.
#[derive(Debug, Default)]
pub(super) struct WindowTitle {
    text: String,
    /// The stage and the pause that it shows, and when it was made.
    made_for: Option<(Stage, bool, Instant)>,
}

impl WindowTitle {
    /// The title of a run, or the last one, if it is too soon for another.
    pub(super) fn update(&mut self, model: &Model, now: Instant) -> String {
        let (stage, is_paused) = (model.stage, model.is_paused);
        let is_current = self.made_for.is_some_and(|(last_stage, was_paused, at)| {
            (last_stage, was_paused) == (stage, is_paused) && now.saturating_duration_since(at) < KEPT_FOR
        });
        if !is_current {
            self.made_for = Some((stage, is_paused, now));
            self.text = window_status::title(model);
        }
        self.text.clone()
    }
}
