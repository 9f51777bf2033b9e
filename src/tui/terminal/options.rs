//! The terminal features that the interface uses in addition to frames.
//!
//! Start at [`TerminalOptions`].

/// The terminal features to use in addition to frames.
#[derive(Clone, Copy, Debug, Default)]
pub struct TerminalOptions {
    /// Query its background.
    pub background: bool,
    /// Set the window's title.
    pub title: bool,
    /// Show a progress bar in its tab.
    pub bar: bool,
}
