//! Actions: what the user does with a key. An action is neither a command nor an event.
//!
//! Names, keys and help are in the key table, `tui/keymap`. Start at [`Action`].

use crate::tui::views::View;

/// An action of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Pause or resume starting attempts; pause or resume a replay.
    Pause,
    /// Lower the limit by a step.
    LimitDown,
    /// Raise the limit by a step.
    LimitUp,
    /// Halve the limit.
    LimitHalf,
    /// Double the limit.
    LimitDouble,
    /// Reset the limit to the plan's.
    LimitReset,
    /// Step to the next mode of adaptive limits.
    LimitAuto,
    /// Try hosts that are down now.
    TryHost,
    /// Set the selected host aside, or release it.
    SetHostAside,
    /// Skip the rest of the selected endpoint.
    SkipEndpoint,
    /// Cancel the selected job.
    CancelOne,
    /// Cancel the selected attempt, and retry its job after all others.
    RetryLater,
    /// Resend the jobs that failed for the selected cause.
    Repeat,
    /// Run the whole batch again.
    Rerun,
    /// Confirm a question.
    Confirm,
    /// Filter the rows.
    Filter,
    /// Sort by the next column.
    Sort,
    /// Reverse the sort order.
    SortReverse,
    /// Move up one row.
    Up,
    /// Move down one row.
    Down,
    /// Move up one page.
    PageUp,
    /// Move down one page.
    PageDown,
    /// Go to the first row.
    Top,
    /// Go to the last row.
    Bottom,
    /// Go to the start of a replay, or to the first row.
    Start,
    /// Go to the end of a replay, or to the last row.
    End,
    /// In a replay: go to the next moment of interest. In a run: to the next match of the filter.
    NextEvent,
    /// In a replay: go to the previous moment of interest. In a run: to the previous match of the filter.
    PrevEvent,
    /// Mark this moment.
    Mark,
    /// Compare a marked moment with now.
    Compare,
    /// In a replay: go to a moment that was clicked or typed.
    SeekTo,
    /// Show a view.
    Show(View),
    /// Show the next view.
    ViewNext,
    /// Show the previous view.
    ViewPrev,
    /// Show details of the selected row.
    Open,
    /// Toggle auto-scroll.
    Follow,
    /// Pan to an earlier time.
    Left,
    /// Pan to a later time.
    Right,
    /// Zoom in.
    ZoomIn,
    /// Zoom out.
    ZoomOut,
    /// Group by the next criterion.
    GroupBy,
    /// Show the previous detail.
    SiblingPrev,
    /// Show the next detail.
    SiblingNext,
    /// Toggle the logarithmic latency scale.
    LogScale,
    /// Toggle the heat map of latencies over time.
    HeatMap,
    /// Keep the typed filter.
    Keep,
    /// Close, clear or go back; never quits.
    Back,
    /// Freeze the screen while the run goes on.
    Freeze,
    /// Switch the time span of charts and latencies.
    Window,
    /// Hide hosts and paths, or show them.
    Privacy,
    /// Toggle the mouse.
    Mouse,
    /// Switch to the next theme.
    Theme,
    /// Choose a theme from a list.
    Themes,
    /// Open the settings menu.
    Settings,
    /// In that menu: the value before.
    SettingPrev,
    /// In that menu: the value after.
    SettingNext,
    /// In that menu: save what was changed.
    SaveSettings,
    /// Redraw the screen.
    Redraw,
    /// Open the export menu.
    Export,
    /// Save the screen as SVG.
    SaveSvg,
    /// Save the screen as text.
    SaveText,
    /// Save the selected request as a `curl` command, or the setting of a host.
    SaveCurl,
    /// Copy the selected request as a `curl` command, or the setting of a host.
    Copy,
    /// Show how the verdict was derived.
    Why,
    /// List the keys.
    Help,
    /// Open the action palette.
    Palette,
    /// Run the selected action of the palette.
    Choose,
    /// Quit, after a question if the run is unfinished.
    Quit,
    /// Quit, and keep the last screen in the scrollback.
    QuitKeep,
    /// In a replay: go back some seconds.
    SeekBack,
    /// In a replay: go forward some seconds.
    SeekOn,
    /// In a replay: halve the speed.
    Slower,
    /// In a replay: double the speed.
    Faster,
    /// In the lab: restart all lanes.
    Restart,
    /// In the lab: halve the delay.
    DelayDown,
    /// In the lab: double the delay.
    DelayUp,
    /// In the lab: switch to the next scenario.
    NextProgram,
    /// In the lab: show a lane alone, by its index.
    Lane(u8),
    /// Finish what is in flight, then quit.
    Drain,
    /// Cancel what is in flight, then quit.
    Stop,
    /// Ctrl-C: drain, then cancel, then quit at once.
    Interrupt,
    /// Ctrl-Z: suspend until continued.
    Suspend,
}
