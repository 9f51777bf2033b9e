//! The state of the lab's screen: what is open, how far it is scrolled, and which lanes are shown.
//!
//! Start at [`RaceUi::update`].

use crate::control::LabCommand;
use crate::event::{Micros, Offset};
use crate::model::race::Race;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::effect::{Effect, FileContent, Leave};
use crate::tui::keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::state::axis::TimeAxis;
use crate::tui::state::commands::{step_down, step_up};
use crate::tui::state::key_list::KeyList;
use crate::tui::state::palette::Palette;

/// The state of the lab's screen.
#[derive(Debug, Default)]
pub struct RaceUi {
    /// The list of keys, while it is open.
    pub help: Option<KeyList>,
    /// The scroll position of the lesson, while it is open.
    pub lesson: Option<usize>,
    /// The palette, while it is open.
    pub palette: Option<Palette>,
    /// The maximum scroll position of the lesson.
    popup_end: usize,
    /// The first visible request, from 0.
    pub scroll: usize,
    /// The number of visible requests in the last picture.
    pub rows: usize,
    /// A remark in the footer, and when it disappears.
    pub remark: Option<(String, Offset)>,
    /// The time axis that all lanes share. It only grows until all lanes have ended.
    pub axis: TimeAxis,
    /// The lab receives mouse events.
    pub has_mouse: bool,
    /// The lanes that are shown alone, by their index: one, two, or none for all.
    alone: Vec<usize>,
    /// The names of the themes, which the palette finds.
    pub themes: Vec<String>,
    /// The names of the programs, which the palette finds.
    pub programs: Vec<&'static str>,
}

/// The rows that one notch of the wheel scrolls.
const NOTCH: isize = 3;
/// The most lanes that are shown alone.
const MOST_ALONE: usize = 2;
/// The shortest and the longest delay that keys can set.
const DELAYS: (Micros, Micros) = (Micros(1_000), Micros(10_000_000));

impl RaceUi {
    /// How long a remark is shown.
    const REMARK_LIFETIME: Micros = Micros(2_500_000);

    /// Applies an action: changes the state and returns what the live loop must do.
    pub fn update(&mut self, action: Action, race: &Race, now: Offset) -> Vec<Effect> {
        self.remark = None;
        // The last key may have changed the search text, and the last picture may be older.
        self.refresh_palette(race);
        let had_themes = self.palette.as_ref().is_some_and(|palette| palette.is_of_themes);
        match action {
            _ if let Some(reason) = Self::refusal(action, race) => self.show_remark(reason, now),
            Action::Pause
            | Action::Restart
            | Action::NextProgram
            | Action::LimitDown
            | Action::LimitUp
            | Action::LimitHalf
            | Action::LimitDouble
            | Action::DelayDown
            | Action::DelayUp => return self.command(action, race, now).map(Effect::ControlLab).into_iter().collect(),
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            Action::PageUp => self.step(-self.page()),
            Action::PageDown => self.step(self.page()),
            Action::Top => self.step(isize::MIN),
            Action::Bottom => self.step(isize::MAX),
            Action::Lane(lane) => self.toggle_lane(lane.into(), race, now),
            Action::Why => (self.help, self.lesson) = (None, toggled(self.lesson)),
            Action::Help => (self.help, self.lesson) = (KeyList::toggled(self.help.is_some()), None),
            Action::Filter => self.start_search(now),
            Action::Keep => self.stop_search(),
            Action::Palette => self.open_palette(),
            Action::Choose => return self.choose(race, now),
            Action::Back => self.go_back(),
            Action::Mouse => self.toggle_mouse(now),
            Action::Theme => return vec![Effect::NextTheme],
            Action::Themes => return vec![Effect::OpenThemes],
            Action::Redraw => return vec![Effect::Redraw],
            Action::Export => return vec![Effect::SaveFile(FileContent::PictureSvg)],
            Action::Quit => return vec![Effect::Leave(Leave::Now)],
            Action::QuitKeep => return vec![Effect::Leave(Leave::KeepPicture)],
            Action::Interrupt => return vec![Effect::Interrupt],
            Action::Suspend => return vec![Effect::Suspend],
            // The others have no key in the lab.
            _ => {}
        }
        Palette::preview(had_themes, self.palette.as_ref())
    }

    /// The command of an action that controls the lanes.
    fn command(&mut self, action: Action, race: &Race, now: Offset) -> Option<LabCommand> {
        match action {
            Action::Pause => Some(LabCommand::Pause),
            Action::Restart => Some(LabCommand::Restart),
            Action::NextProgram => Some(LabCommand::Next),
            Action::LimitDown => self.change_limit(race, step_down, now),
            Action::LimitUp => self.change_limit(race, step_up, now),
            Action::LimitHalf => self.change_limit(race, |limit, _| (limit / 2).max(1), now),
            Action::LimitDouble => self.change_limit(race, |limit, _| limit.saturating_mul(2), now),
            Action::DelayDown => self.change_delay(race, Micros(race.delay.0 / 2), now),
            Action::DelayUp => self.change_delay(race, Micros(race.delay.0 * 2), now),
            _ => None,
        }
    }

    /// Shows a lane alone, or with the one that is already shown alone; or no longer.
    fn toggle_lane(&mut self, lane: usize, race: &Race, now: Offset) {
        let all = race.lanes.len();
        if lane >= all {
            return self.show_remark(&format!("there are only {all} lanes"), now);
        }
        match self.alone.iter().position(|shown| *shown == lane) {
            Some(at) => drop(self.alone.remove(at)),
            None => self.alone.push(lane),
        }
        // A third lane takes the place of the first one.
        let from = self.alone.len().saturating_sub(MOST_ALONE);
        self.alone.drain(..from);
        if self.alone.len() == all {
            self.alone.clear();
        }
    }

    /// Whether a lane is shown.
    pub fn shows_lane(&self, lane: usize) -> bool {
        self.alone.is_empty() || self.alone.contains(&lane)
    }

    /// The number of lanes that are shown.
    pub fn n_shown(&self, race: &Race) -> usize {
        if self.alone.is_empty() { race.lanes.len() } else { self.alone.len() }
    }

    /// Shows all lanes again.
    pub fn show_all_lanes(&mut self) {
        self.alone.clear();
    }

    fn toggle_mouse(&mut self, now: Offset) {
        self.has_mouse = !self.has_mouse;
        self.show_remark(if self.has_mouse { "mouse on: shift-drag selects text" } else { "mouse off" }, now);
    }

    /// The context that decides what keys mean.
    pub fn context(&self) -> Context {
        if self.palette.is_some() {
            Context::Palette
        } else if self.help.as_ref().is_some_and(|list| list.is_typing) {
            Context::Prompt
        } else if self.help.is_some() || self.lesson.is_some() {
            Context::Help
        } else {
            Context::Race
        }
    }

    /// Fits scroll position and axis to the next picture.
    pub fn fit(&mut self, race: &Race, rows: usize) {
        self.rows = rows;
        self.refresh_palette(race);
        let most = usize::try_from(race.requests).unwrap_or(usize::MAX).saturating_sub(rows);
        self.scroll = self.scroll.min(most);
        let needed = race.horizon();
        if needed > self.axis.length || race.is_over() {
            self.axis = TimeAxis::from_start(needed);
        }
    }

    /// Records the maximum scroll position of the open popup in a picture.
    pub fn fit_popup(&mut self, end: usize) {
        self.popup_end = end;
        if let Some(list) = &mut self.help {
            list.fit(end);
        }
    }

    /// Resets axis and scroll position when all lanes restart.
    pub fn reset(&mut self) {
        self.axis = TimeAxis::default();
        self.scroll = 0;
    }

    /// Shows a remark in the footer for a while.
    pub fn show_remark(&mut self, remark: &str, now: Offset) {
        self.remark = Some((remark.to_owned(), now + Self::REMARK_LIFETIME));
    }

    /// Removes an expired remark.
    pub fn expire_remark(&mut self, now: Offset) {
        self.remark.take_if(|(_, until)| *until <= now);
    }

    fn change_limit(&mut self, race: &Race, to: impl Fn(u32, Option<u32>) -> u32, now: Offset) -> Option<LabCommand> {
        let from = race.limit?;
        let limit = to(from, None).clamp(1, 1_000);
        let ended = race.lanes.iter().filter(|lane| lane.limit.is_some()).all(|lane| lane.is_over);
        let again = if ended { ", R to restart with it" } else { "" };
        self.show_remark(&format!("limit {from} → {limit}{again}"), now);
        Some(LabCommand::Limit(limit))
    }

    fn change_delay(&mut self, race: &Race, to: Micros, now: Offset) -> Option<LabCommand> {
        let delay = to.clamp(DELAYS.0, DELAYS.1);
        if delay == race.delay {
            self.show_remark("the delay cannot go further", now);
            return None;
        }
        Some(LabCommand::Delay(delay))
    }

    /// The reason why an action is unavailable, if it is.
    pub fn refusal(action: Action, race: &Race) -> Option<&'static str> {
        match action {
            Action::Pause if race.is_over() => Some("all lanes have ended"),
            Action::LimitDown | Action::LimitUp | Action::LimitHalf | Action::LimitDouble if race.limit.is_none() => {
                Some("no lane has a limit here")
            }
            _ => None,
        }
    }

    /// Handles a click: selects what was clicked, and returns the action to perform, if any.
    pub fn click(&mut self, target: ClickTarget) -> Option<Action> {
        let action = match target {
            ClickTarget::Hint(action) => action,
            ClickTarget::Lane(lane) => Action::Lane(lane),
            ClickTarget::PaletteRow(row) => {
                self.palette.as_mut()?.selected = row;
                Action::Choose
            }
            ClickTarget::Tab(_)
            | ClickTarget::ColumnHeader(_)
            | ClickTarget::Row(_)
            | ClickTarget::SlowAttempt(..)
            | ClickTarget::Moment(_)
            | ClickTarget::Popup => return None,
        };
        let context = self.context();
        keymap::entry(action).is_some_and(|entry| entry.contexts.contains(&context)).then_some(action)
    }

    /// Scrolls by one notch of the wheel.
    pub fn scroll_wheel(&mut self, is_up: bool) {
        let notch = if self.palette.is_some() { 1 } else { NOTCH };
        self.step(if is_up { -notch } else { notch });
    }

    fn page(&self) -> isize {
        isize::try_from(self.rows.max(1)).unwrap_or(isize::MAX)
    }

    fn step(&mut self, by: isize) {
        if let Some(palette) = &mut self.palette {
            return palette.step(by);
        }
        match (&mut self.help, &mut self.lesson) {
            (Some(list), _) => list.step(by),
            (None, Some(row)) => *row = row.saturating_add_signed(by).min(self.popup_end),
            (None, None) => self.scroll = self.scroll.saturating_add_signed(by),
        }
    }
}

/// The scroll position of a popup after its key: closed if it was open, and otherwise at the top.
pub(super) fn toggled(popup: Option<usize>) -> Option<usize> {
    if popup.is_some() { None } else { Some(0) }
}
