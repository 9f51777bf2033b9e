//! The reason why the program stopped watching a run. Start at [`WatchEnd`].

/// Why a run is no longer watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WatchEnd {
    /// The run ended, or the user left.
    Left,
    /// The user wants to run the whole batch again.
    Rerun,
    /// The third Ctrl-C: everything is dropped, with the run under way.
    Dropped,
    /// The run ended, but the screen's code panicked before.
    ScreenBroke,
}
