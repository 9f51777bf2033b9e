//! The progress bar in the terminal's tab, while lines are printed instead of a screen.
//!
//! Start at [`ProgressBar::show`].

use crate::output::streams;
use crate::tui::window_status::TabProgress;

/// The bar that the tab shows. Dropping this removes it from the tab.
#[derive(Debug, Default)]
pub struct ProgressBar {
    shown: TabProgress,
}

impl ProgressBar {
    /// Shows a bar, if the tab does not show it already.
    pub fn show(&mut self, bar: TabProgress) {
        if bar != self.shown {
            self.shown = bar;
            streams::send_control(&bar.to_string());
        }
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        self.show(TabProgress::NONE);
    }
}
