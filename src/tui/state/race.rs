//! The state of the lab's screen: what is open and how far it is scrolled.
//!
//! Start at [`RaceUi::update`].

use crate::control::Abilities;
use crate::control::LabCommand;
use crate::event::{Micros, Offset};
use crate::model::race::Race;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::effect::{Effect, FileContent, Leave};
use crate::tui::input::event::Keystroke;
use crate::tui::keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::state::axis::TimeAxis;
use crate::tui::state::commands::{step_down, step_up};
use crate::tui::state::palette::Palette;

/// The state of the lab's screen.
#[derive(Debug, Default)]
pub struct RaceUi {
    /// How far help is scrolled, while it lies open.
    pub help: Option<usize>,
    /// How far the lesson is scrolled, while it lies open.
    pub lesson: Option<usize>,
    /// The palette, while it is open.
    pub palette: Option<Palette>,
    /// The furthest that what lies open can be scrolled.
    pub sheet_end: usize,
    /// The first request in sight, from 0.
    pub scroll: usize,
    /// Rows of requests that are in sight, as last drawn.
    pub rows: usize,
    /// A remark in the footer, and when it disappears.
    pub remark: Option<(String, Offset)>,
    /// The stretch of time that all lanes share. It only ever grows, until all is measured.
    pub axis: TimeAxis,
    /// Whether clicks and the wheel belong to the lab.
    pub has_mouse: bool,
}

/// Rows that one notch of the wheel scrolls.
const NOTCH: isize = 3;
/// The shortest and the longest delay that keys lead to.
const DELAYS: (Micros, Micros) = (Micros(1_000), Micros(10_000_000));

impl RaceUi {
    /// How long a remark is shown.
    const REMARK_LIFETIME: Micros = Micros(2_500_000);

    /// Applies an action: changes the state and returns what the live loop must do.
    pub fn update(&mut self, action: Action, race: &Race, now: Offset) -> Vec<Effect> {
        self.remark = None;
        let control = |turn: Option<LabCommand>| turn.map(Effect::ControlLab).into_iter().collect();
        match action {
            _ if let Some(reason) = Self::refusal(action, race) => self.say(reason, now),
            Action::Pause => return control(Some(LabCommand::Pause)),
            Action::Restart => return control(Some(LabCommand::Restart)),
            Action::NextProgram => return control(Some(LabCommand::Next)),
            Action::LimitDown => return control(self.limit(race, step_down, now)),
            Action::LimitUp => return control(self.limit(race, step_up, now)),
            Action::LimitHalf => return control(self.limit(race, |limit, _| (limit / 2).max(1), now)),
            Action::LimitDouble => return control(self.limit(race, |limit, _| limit.saturating_mul(2), now)),
            Action::DelayDown => return control(self.delay(race, Micros(race.delay.0 / 2), now)),
            Action::DelayUp => return control(self.delay(race, Micros(race.delay.0 * 2), now)),
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            Action::PageUp => self.step(-self.page()),
            Action::PageDown => self.step(self.page()),
            Action::Top => self.step(isize::MIN),
            Action::Bottom => self.step(isize::MAX),
            Action::Why => {
                self.help = None;
                self.lesson = if self.lesson.is_some() { None } else { Some(0) };
            }
            Action::Help => {
                self.lesson = None;
                self.help = if self.help.is_some() { None } else { Some(0) };
            }
            Action::Palette => {
                (self.help, self.lesson) = (None, None);
                self.palette = Some(Palette::over(Context::Race, Abilities::FULL));
            }
            Action::Choose => {
                let chosen = self.palette.take().and_then(|palette| palette.chosen());
                return chosen.map_or_else(Vec::new, |action| self.update(action, race, now));
            }
            Action::Back if self.palette.is_some() => self.palette = None,
            Action::Back => (self.help, self.lesson) = (None, None),
            Action::Mouse => {
                self.has_mouse = !self.has_mouse;
                self.say(if self.has_mouse { "mouse on: shift-drag selects text" } else { "mouse off" }, now);
            }
            Action::Theme => return vec![Effect::NextTheme],
            Action::Redraw => return vec![Effect::Redraw],
            Action::Export => return vec![Effect::SaveFile(FileContent::PictureSvg)],
            Action::Quit => return vec![Effect::Leave(Leave::Now)],
            Action::QuitKeep => return vec![Effect::Leave(Leave::KeepPicture)],
            Action::Interrupt => return vec![Effect::Interrupt],
            Action::Suspend => return vec![Effect::Suspend],
            // What has no place in the lab has no key there.
            Action::LimitReset
            | Action::Repeat
            | Action::Rerun
            | Action::SaveSvg
            | Action::SaveText
            | Action::SaveCurl
            | Action::Copy
            | Action::LimitAuto
            | Action::SetHostAside
            | Action::SkipEndpoint
            | Action::CancelOne
            | Action::RetryLater
            | Action::Confirm
            | Action::Filter
            | Action::Sort
            | Action::SortReverse
            | Action::Show(_)
            | Action::ViewNext
            | Action::ViewPrev
            | Action::Open
            | Action::Follow
            | Action::Left
            | Action::Right
            | Action::ZoomIn
            | Action::ZoomOut
            | Action::GroupBy
            | Action::SiblingPrev
            | Action::SiblingNext
            | Action::LogScale
            | Action::Keep
            | Action::Freeze
            | Action::Window
            | Action::SeekBack
            | Action::SeekOn
            | Action::Slower
            | Action::Faster
            | Action::Drain
            | Action::Stop => {}
        }
        Vec::new()
    }

    /// What lies open, and so what keys mean.
    pub fn context(&self) -> Context {
        if self.palette.is_some() {
            Context::Palette
        } else if self.help.is_some() || self.lesson.is_some() {
            Context::Help
        } else {
            Context::Race
        }
    }

    /// Takes in the picture to come: the time that is shown, and how much of what there is.
    pub fn fit(&mut self, race: &Race, rows: usize) {
        self.rows = rows;
        let most = usize::try_from(race.requests).unwrap_or(usize::MAX).saturating_sub(rows);
        self.scroll = self.scroll.min(most);
        let needed = race.horizon();
        if needed > self.axis.length || race.is_over() {
            self.axis = TimeAxis::over(needed);
        }
    }

    /// All lanes start again: time does too.
    pub fn start_again(&mut self) {
        self.axis = TimeAxis::default();
        self.scroll = 0;
    }

    /// Makes a remark.
    pub fn say(&mut self, remark: &str, now: Offset) {
        self.remark = Some((remark.to_owned(), now + Self::REMARK_LIFETIME));
    }

    /// Drops a remark whose time is over.
    pub fn forget(&mut self, now: Offset) {
        self.remark.take_if(|(_, until)| *until <= now);
    }

    fn limit(&mut self, race: &Race, to: impl Fn(u32, Option<u32>) -> u32, now: Offset) -> Option<LabCommand> {
        let from = race.limit?;
        let limit = to(from, None).clamp(1, 1_000);
        let ended = race.lanes.iter().filter(|lane| lane.limit.is_some()).all(|lane| lane.is_over);
        let again = if ended { ", R to run with it" } else { "" };
        self.say(&format!("limit {from} → {limit}{again}"), now);
        Some(LabCommand::Limit(limit))
    }

    fn delay(&mut self, race: &Race, to: Micros, now: Offset) -> Option<LabCommand> {
        let delay = to.clamp(DELAYS.0, DELAYS.1);
        if delay == race.delay {
            self.say("no further", now);
            return None;
        }
        Some(LabCommand::Delay(delay))
    }

    /// Why an action has no effect now, if it has none.
    pub fn refusal(action: Action, race: &Race) -> Option<&'static str> {
        match action {
            Action::Pause if race.is_over() => Some("all lanes have ended"),
            Action::LimitDown | Action::LimitUp | Action::LimitHalf | Action::LimitDouble if race.limit.is_none() => {
                Some("no lane has a limit here")
            }
            _ => None,
        }
    }

    /// Edits the search text of the palette.
    pub fn edit(&mut self, key: Keystroke) {
        if let Some(palette) = &mut self.palette {
            palette.edit(key);
        }
    }

    /// Pastes the first line into the search text of the palette.
    pub fn paste(&mut self, text: &str) {
        if let Some(palette) = &mut self.palette {
            palette.paste(text.lines().next().unwrap_or_default());
        }
    }

    /// Selects what was clicked; returns the action that the click means here, if it has one.
    pub fn click(&mut self, target: ClickTarget) -> Option<Action> {
        let action = match target {
            ClickTarget::Hint(action) => action,
            ClickTarget::Choice(row) => {
                self.palette.as_mut()?.at = row;
                Action::Choose
            }
            ClickTarget::Tab(_) | ClickTarget::Head(_) | ClickTarget::Row(_) | ClickTarget::Sheet => return None,
        };
        keymap::entry(action).is_some_and(|entry| entry.contexts.contains(&self.context())).then_some(action)
    }

    /// Scrolls by one notch of the wheel.
    pub fn turn_wheel(&mut self, is_up: bool) {
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
        let end = self.sheet_end;
        let moved = |from: usize| from.saturating_add_signed(by);
        match (&mut self.help, &mut self.lesson) {
            (Some(row), _) | (None, Some(row)) => *row = moved(*row).min(end),
            (None, None) => self.scroll = moved(self.scroll),
        }
    }
}
