//! What stands beside the picture: the window's title, the progress in the terminal's tab, the mouse.
//!
//! Pure: bytes are made here and sent by the terminal's guard, or by whoever prints lines. Start at
//! [`WindowStatus::news`].

use std::fmt;

use anstyle_progress::{TermProgress, TermProgressStatus};

use crate::event::RunEnd;
use crate::model::{Model, Stage};
use crate::text::units;

/// Keeps the title that is there (XTWINOPS 22), and puts it back (23).
pub const PUSH_TITLE: &str = "\x1b[22;2t";
/// See [`PUSH_TITLE`].
pub const POP_TITLE: &str = "\x1b[23;2t";

/// What the terminal is to show and to do beside the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowStatus {
    /// The mouse is ours.
    pub mouse: bool,
    /// The window's title; none where it is left alone.
    pub title: Option<String>,
    /// The bar in the tab.
    pub bar: Bar,
}

/// A bar for those who see only the tab: how far it is, and whether it needs eyes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    state: State,
    /// Nothing while nobody knows how much there is.
    percent: Option<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// There is nothing to show.
    #[default]
    Gone,
    Going,
    Paused,
    /// A job has failed.
    Failed,
}

impl WindowStatus {
    /// What the terminal has to be told, which knows this much.
    pub fn news(&self, known: &Self) -> String {
        // Clicks and the wheel, and where: not every move, which crossterm would ask for as well.
        let last = if self.mouse { 'h' } else { 'l' };
        let mouse = (self.mouse != known.mouse).then(|| format!("\x1b[?1000{last}\x1b[?1006{last}"));
        let title = self.title.as_ref().filter(|_| self.title != known.title);
        let title = title.map(|title| format!("\x1b]2;{title}\x1b\\"));
        let bar = (self.bar != known.bar).then(|| self.bar.to_string());
        [mouse, title, bar].into_iter().flatten().collect()
    }
}

impl Bar {
    /// No bar any more.
    pub const GONE: Self = Self { state: State::Gone, percent: None };

    /// The bar of a run.
    pub fn of(model: &Model) -> Self {
        let state = match model.stage {
            Stage::Ready => return Self::GONE,
            _ if model.totals.jobs_failed > 0 => State::Failed,
            Stage::Ended(_) => return Self::GONE,
            Stage::Running | Stage::Draining | Stage::Cancelling if model.is_paused => State::Paused,
            Stage::Running | Stage::Draining | Stage::Cancelling => State::Going,
        };
        let percent = model.jobs.map(|jobs| model.totals.settled().saturating_mul(100) / jobs.max(1));
        Self { state, percent: percent.and_then(|percent| u8::try_from(percent.min(100)).ok()) }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = match self.state {
            State::Gone => TermProgressStatus::Removed,
            State::Going => TermProgressStatus::Normal,
            State::Paused => TermProgressStatus::Paused,
            State::Failed => TermProgressStatus::Error,
        };
        let bar = TermProgress::none().status(status);
        self.percent.map_or(bar, |percent| bar.percent(percent)).fmt(f)
    }
}

/// The title of a run: `inflight 63 % 24/32`. Nothing foreign is in it.
pub fn title(model: &Model) -> String {
    let settled = model.totals.settled();
    let percent = |jobs: u64| format!("{} %", settled.saturating_mul(100) / jobs.max(1));
    let far = model.jobs.map_or_else(|| units::count(settled), percent);
    let failed = model.totals.jobs_failed;
    let state = match model.stage {
        Stage::Ready => return "inflight".to_owned(),
        Stage::Ended(_) if failed > 0 => format!("{} failed", units::count(failed)),
        Stage::Ended(RunEnd::Finished) => "finished".to_owned(),
        Stage::Ended(RunEnd::Drained | RunEnd::Cancelled | RunEnd::FailedFast) => "stopped".to_owned(),
        Stage::Draining => "draining".to_owned(),
        Stage::Cancelling => "cancelling".to_owned(),
        Stage::Running if model.is_paused => "paused".to_owned(),
        Stage::Running => {
            let limit = model.limit.map_or_else(String::new, |limit| format!("/{limit}"));
            format!("{}{limit}", model.in_flight())
        }
    };
    format!("inflight {far} {state}")
}

#[cfg(test)]
mod tests {
    use super::{Bar, State, WindowStatus};

    #[test]
    fn the_terminal_is_told_what_it_does_not_know_yet() {
        let bar = Bar { state: State::Going, percent: Some(63) };
        let beside = WindowStatus { mouse: true, title: Some("inflight 63 % 24/32".into()), bar };
        let news = beside.news(&WindowStatus::default());
        assert_eq!(news, "\x1b[?1000h\x1b[?1006h\x1b]2;inflight 63 % 24/32\x1b\\\x1b]9;4;1;63\x1b\\");
        assert_eq!(beside.news(&beside), "");
        let other = WindowStatus { mouse: false, bar: Bar::GONE, ..beside.clone() };
        assert_eq!(other.news(&beside), "\x1b[?1000l\x1b[?1006l\x1b]9;4;0;\x1b\\");
        assert_eq!(WindowStatus::default().news(&WindowStatus::default()), "");
    }
}
