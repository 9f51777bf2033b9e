//! The window's title, the progress bar in the terminal's tab, and mouse reporting.
//!
//! Pure: it encodes control sequences and writes nothing. Start at [`WindowStatus::changes_since`].

use std::fmt;

use anstyle_progress::{TermProgress, TermProgressStatus};

use crate::event::reasons::RunEnd;
use crate::model::{Model, Stage};
use crate::text::units;

/// Saves the current window title (XTWINOPS 22).
pub const PUSH_TITLE: &str = "\x1b[22;2t";
/// Restores the saved window title (XTWINOPS 23).
pub const POP_TITLE: &str = "\x1b[23;2t";

/// The terminal's state apart from the frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowStatus {
    /// The terminal reports the mouse.
    pub mouse: bool,
    /// The window's title; `None` leaves it alone.
    pub title: Option<String>,
    /// The progress bar in the tab.
    pub bar: TabProgress,
}

/// A progress bar for a user who sees only the tab: the progress, and whether the run needs attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TabProgress {
    state: ProgressState,
    /// `None` while the number of jobs is unknown.
    percent: Option<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ProgressState {
    /// The tab shows no progress.
    #[default]
    Hidden,
    Running,
    Paused,
    /// A job has failed.
    Failed,
}

impl WindowStatus {
    /// The control sequences that bring a terminal from an earlier state to this one.
    pub fn changes_since(&self, earlier: &Self) -> String {
        // Clicks and the wheel with their position, but not every move, which crossterm would also enable.
        let last = if self.mouse { 'h' } else { 'l' };
        let mouse = (self.mouse != earlier.mouse).then(|| format!("\x1b[?1000{last}\x1b[?1006{last}"));
        let title = self.title.as_ref().filter(|_| self.title != earlier.title);
        let title = title.map(|title| format!("\x1b]2;{title}\x1b\\"));
        let bar = (self.bar != earlier.bar).then(|| self.bar.to_string());
        [mouse, title, bar].into_iter().flatten().collect()
    }
}

impl TabProgress {
    /// No progress bar.
    pub const NONE: Self = Self { state: ProgressState::Hidden, percent: None };

    /// The progress of a run.
    pub fn from_model(model: &Model) -> Self {
        let state = match model.stage {
            Stage::Ready => return Self::NONE,
            _ if model.totals.jobs_failed > 0 => ProgressState::Failed,
            Stage::Ended(_) => return Self::NONE,
            Stage::Running | Stage::Draining | Stage::Cancelling if model.is_paused => ProgressState::Paused,
            Stage::Running | Stage::Draining | Stage::Cancelling => ProgressState::Running,
        };
        let percent = model.jobs.map(|jobs| model.totals.settled().saturating_mul(100) / jobs.max(1));
        Self { state, percent: percent.and_then(|percent| u8::try_from(percent.min(100)).ok()) }
    }
}

impl fmt::Display for TabProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = match self.state {
            ProgressState::Hidden => TermProgressStatus::Removed,
            ProgressState::Running => TermProgressStatus::Normal,
            ProgressState::Paused => TermProgressStatus::Paused,
            ProgressState::Failed => TermProgressStatus::Error,
        };
        let bar = TermProgress::none().status(status);
        self.percent.map_or(bar, |percent| bar.percent(percent)).fmt(f)
    }
}

/// The window's title for a run, such as `inflight 63 % 24/32`. It contains no foreign text.
pub fn title(model: &Model) -> String {
    let settled = model.totals.settled();
    let percent = |jobs: u64| format!("{} %", settled.saturating_mul(100) / jobs.max(1));
    let progress = model.jobs.map_or_else(|| units::count(settled), percent);
    if model.stage == Stage::Ready {
        return "inflight".to_owned();
    }
    format!("inflight {progress} {}", state(model))
}

/// The state of a run in a word or two: `24/32`, `paused`, `3 failed`. It contains no foreign text.
pub fn state(model: &Model) -> String {
    let failed = model.totals.jobs_failed;
    match model.stage {
        Stage::Ready => "ready".to_owned(),
        Stage::Ended(_) if failed > 0 => format!("{} failed", units::count(failed)),
        Stage::Ended(RunEnd::Finished) => "finished".to_owned(),
        Stage::Ended(RunEnd::Drained | RunEnd::Cancelled | RunEnd::FailedFast | RunEnd::GivenUp) => {
            "stopped".to_owned()
        }
        Stage::Draining => "draining".to_owned(),
        Stage::Cancelling => "cancelling".to_owned(),
        Stage::Running if model.is_paused => "paused".to_owned(),
        Stage::Running => {
            let limit = model.limit.map_or_else(String::new, |limit| format!("/{limit}"));
            format!("{}{limit}", model.in_flight())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ProgressState, TabProgress, WindowStatus};

    #[test]
    fn only_changes_are_sent_to_the_terminal() {
        let bar = TabProgress { state: ProgressState::Running, percent: Some(63) };
        let status = WindowStatus { mouse: true, title: Some("inflight 63 % 24/32".into()), bar };
        let changes = status.changes_since(&WindowStatus::default());
        assert_eq!(changes, "\x1b[?1000h\x1b[?1006h\x1b]2;inflight 63 % 24/32\x1b\\\x1b]9;4;1;63\x1b\\");
        assert_eq!(status.changes_since(&status), "");
        let other = WindowStatus { mouse: false, bar: TabProgress::NONE, ..status.clone() };
        assert_eq!(other.changes_since(&status), "\x1b[?1000l\x1b[?1006l\x1b]9;4;0;\x1b\\");
        assert_eq!(WindowStatus::default().changes_since(&WindowStatus::default()), "");
    }
}
