//! What a key means. Belongs to the screen alone: no action is a wish or a fact.
//!
//! Names, keys and explanations are in the one table of `tui/keymap`. Start at [`Action`].

use crate::tui::views::View;

/// What the person at the screen wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Start no attempt, or start attempts again; a replay stands still, or goes on.
    Pause,
    /// One step less in flight.
    LimitDown,
    /// One step more in flight.
    LimitUp,
    /// Half as many in flight.
    LimitHalf,
    /// Twice as many in flight.
    LimitDouble,
    /// As many in flight as the plan says.
    LimitReset,
    /// Find each host's limit by itself, or no longer.
    LimitAuto,
    /// Start nothing more at the selected host, or start there again.
    PutAside,
    /// Start nothing more of the selected endpoint.
    SkipEndpoint,
    /// End the selected job.
    CancelOne,
    /// End the selected attempt, and try its job again when there is nothing else to start.
    RetryLater,
    /// Send the jobs of the selected cause again.
    Repeat,
    /// Run the whole batch again.
    Rerun,
    /// Answer to the question: do it.
    Sure,
    /// Narrow the table down by a text.
    Filter,
    /// Sort by the next column.
    Sort,
    /// Sort the other way round.
    SortReverse,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// The first row.
    Top,
    /// The last row.
    Bottom,
    /// Go to a view.
    Show(View),
    /// Go to the view of the next tab.
    ViewNext,
    /// Go to the view of the tab before.
    ViewPrev,
    /// Go to what is behind the selected row.
    Open,
    /// Keep the newest in sight, or stop doing so.
    Follow,
    /// Look at an earlier time.
    Left,
    /// Look at a later time.
    Right,
    /// Look at less time.
    ZoomIn,
    /// Look at more time.
    ZoomOut,
    /// Put together what belongs together.
    GroupBy,
    /// The row before, without going back.
    SiblingPrev,
    /// The row after, without going back.
    SiblingNext,
    /// Latencies in even steps, or each step so many times the one before.
    LogScale,
    /// Keep what was typed.
    Keep,
    /// Close, clear or go back; never quits.
    Back,
    /// Let the picture stand still; work goes on.
    Freeze,
    /// The next span of time for charts and latencies.
    Window,
    /// Take the mouse, or leave it to the terminal.
    Mouse,
    /// The next theme.
    Theme,
    /// Draw everything anew.
    Redraw,
    /// Ask what to save.
    Export,
    /// Save the picture as SVG.
    SaveSvg,
    /// Save the picture as text.
    SaveText,
    /// Save the selected request as a command.
    SaveCurl,
    /// Copy the selected request as a command.
    Copy,
    /// Show the working behind the verdict.
    Why,
    /// Explain the keys.
    Help,
    /// List what can be done now, to be narrowed by typing.
    Palette,
    /// Do what is selected in that list.
    Choose,
    /// Leave, after a question if work would be lost.
    Quit,
    /// Leave, and let the last picture stay in the scrollback.
    QuitKeep,
    /// In a replay: a few seconds back.
    SeekBack,
    /// In a replay: a few seconds on.
    SeekOn,
    /// In a replay: half as fast.
    Slower,
    /// In a replay: twice as fast.
    Faster,
    /// In the lab: start all lanes again.
    Restart,
    /// In the lab: half the delay.
    DelayDown,
    /// In the lab: twice the delay.
    DelayUp,
    /// In the lab: the next mistake.
    NextProgram,
    /// Answer to the question: let what is in flight end.
    Drain,
    /// Answer to the question: end what is in flight.
    Stop,
    /// Ctrl-C: drain, then cancel, then leave at once.
    Interrupt,
    /// Ctrl-Z: give the terminal back until continued.
    Suspend,
}
