//! The bar in the terminal's tab, while lines of text are printed instead of a screen.
//!
//! Start at [`Tab::show`].

use crate::output::streams;
use crate::tui::window_status::TabProgress;

/// The bar that is shown. It is taken away when this is dropped, whatever happens.
#[derive(Debug, Default)]
pub struct Tab {
    shown: TabProgress,
}

impl Tab {
    /// Shows another bar, if it is another.
    pub fn show(&mut self, bar: TabProgress) {
        if bar != self.shown {
            self.shown = bar;
            streams::send_control(&bar.to_string());
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.show(TabProgress::NONE);
    }
}
