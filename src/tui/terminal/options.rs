//! What the interface uses of the terminal apart from frames.
//!
//! Start at [`TerminalOptions`].

/// What to use of the terminal apart from frames.
#[derive(Clone, Copy, Debug, Default)]
pub struct TerminalOptions {
    /// Query its background.
    pub background: bool,
    /// Set the window's title.
    pub title: bool,
    /// Show a progress bar in its tab.
    pub bar: bool,
}
