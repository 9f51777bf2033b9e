//! The state of the screen: view, selection, order, filter, popups and questions. It draws nothing.
//!
//! Start at [`UiState::update`].

pub mod axis;
mod commands;
pub mod example;
mod export;
mod mouse;
pub mod names;
pub mod palette;
pub mod race;
mod trail;

use std::sync::Arc;

use ratatui::crossterm::event::{Event as TerminalEvent, KeyEvent};
use tui_input::backend::crossterm::EventHandler;

use crate::control::{Abilities, Command, Playback, ReplayCommand};
use crate::event::cause::Cause;
use crate::event::{EndpointId, JobId, Micros, Offset};
use crate::model::Model;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, FileContent, Leave};
use crate::tui::keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::rows::list::{List, is_over};
use crate::tui::rows::{rows_of, waterfall};
use crate::tui::state::axis::TimeAxis;
use crate::tui::state::commands::{is_applied, step_down, step_up};
use crate::tui::state::example::Opened;
use crate::tui::state::names::Names;
use crate::tui::state::palette::Palette;
use crate::tui::state::trail::TrailStep;
use crate::tui::views::View;

/// The state of the screen.
#[derive(Debug, Default)]
pub struct UiState {
    /// What is looked at.
    pub view: View,
    /// The rows of each view, with selection and scroll position.
    lists: [List; View::ALL.len()],
    /// How wide the endpoints' names are.
    pub names: Names,
    /// Which stretch of time the waterfall shows.
    pub axis: TimeAxis,
    /// The steps from row to row that led here, the last one last.
    trail: Vec<TrailStep>,
    /// The program receives mouse events.
    pub has_mouse: bool,
    /// The row that was clicked last: a second click opens it.
    clicked: Option<(View, usize)>,
    /// The filter is being typed.
    pub is_typing: bool,
    /// Latencies of one endpoint in even steps, not on a log scale.
    pub is_linear: bool,
    /// Latencies of the last ten seconds only.
    pub is_recent: bool,
    /// The list of keys lies open, scrolled to this row.
    pub help: Option<usize>,
    /// The furthest row it can be scrolled to, when it was last drawn.
    help_end: usize,
    /// The list of what can be done lies open.
    pub palette: Option<Palette>,
    /// Where the run is recorded, as it may be shown.
    pub recording: Option<Arc<str>>,
    /// The working behind the verdict lies open, scrolled to this row.
    pub working: Option<usize>,
    /// The furthest row it can be scrolled to, when it was last drawn.
    working_end: usize,
    /// The example of a failure that lies open.
    pub example: Option<Opened>,
    /// The question that lies open.
    asking: Option<Asking>,
    /// The time at which the screen is frozen.
    pub frozen: Option<Offset>,
    /// The last command that has not taken effect yet.
    pub pending: Option<Command>,
    /// A remark in the footer, and when it disappears.
    pub remark: Option<(String, Offset)>,
    /// How a recording is played, where it is one.
    pub playback: Option<Playback>,
    /// The menu of what can be saved is open.
    pub has_export_menu: bool,
}

/// How much fits on the screen, as the layout has measured it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Rows of the view's table.
    pub rows: usize,
    /// The furthest row that the list of keys can be scrolled to.
    pub help_end: usize,
    /// The furthest row that the working can be scrolled to.
    pub working_end: usize,
    /// The furthest line that the failure sample can be scrolled to.
    pub example_end: usize,
}

/// An open question to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asking {
    /// How to leave, with work under way?
    Leave,
    /// Skip this endpoint, of which there is more? Its row, and its id at the source.
    Skip(usize, EndpointId),
    /// End this job, which is in flight?
    Cancel(JobId),
    /// Send the jobs again that failed for this?
    Repeat(Cause),
}

impl UiState {
    /// How long a remark is shown in the footer.
    const REMARK_LIFETIME: Micros = Micros(2_500_000);

    /// Applies an action: changes the state and returns what the live loop must do.
    ///
    /// The loop calls [`UiState::fit`] afterwards: the next action may come before the next picture.
    pub fn update(&mut self, action: Action, model: &Model, can: Abilities, now: Offset) -> Vec<Effect> {
        if let Some(refusal) = keymap::entry(action).and_then(|entry| entry.needs.refusal(can)) {
            self.say(refusal, now);
            return Vec::new();
        }
        self.clicked = None;
        let send = |command: Option<Command>| command.map(Effect::Send).into_iter().collect();
        match action {
            Action::Pause if can.travel => return vec![Effect::Travel(ReplayCommand::TogglePause)],
            Action::Top if self.is_travelling(can) => return vec![Effect::Travel(ReplayCommand::Start)],
            Action::Bottom if self.is_travelling(can) => return vec![Effect::Travel(ReplayCommand::End)],
            Action::SeekBack => return vec![Effect::Travel(ReplayCommand::Back)],
            Action::SeekOn => return vec![Effect::Travel(ReplayCommand::Forward)],
            Action::Slower => return vec![Effect::Travel(ReplayCommand::Slower)],
            Action::Faster => return vec![Effect::Travel(ReplayCommand::Faster)],
            Action::Pause => return send(self.pause_or_resume(model, now)),
            Action::LimitDown => return send(self.turn(model, step_down, now)),
            Action::LimitUp => return send(self.turn(model, step_up, now)),
            Action::LimitHalf => return send(self.turn(model, |limit, _| (limit / 2).max(1), now)),
            Action::LimitDouble => return send(self.turn(model, |limit, _| limit.saturating_mul(2), now)),
            Action::LimitReset => return send(self.turn(model, |limit, first| first.unwrap_or(limit), now)),
            Action::LimitAuto => return send(Some(self.remember(Command::SetAdaptive(!model.is_adaptive)))),
            Action::SetHostAside => return send(self.put_aside(model, now)),
            Action::RetryLater => return send(self.retry_later(model, now)),
            Action::Confirm => return send(self.sure()),
            Action::SkipEndpoint => self.ask_to_skip(model, now),
            Action::CancelOne => match self.chosen_job(model) {
                Some(job) => self.asking = Some(Asking::Cancel(job)),
                None => self.say("nothing is selected", now),
            },
            Action::Repeat => self.ask_to_repeat(model, now),
            Action::Rerun if is_over(model) => return vec![Effect::Leave(Leave::Again)],
            Action::Rerun => self.say("the run is not over", now),
            Action::Filter => self.is_typing = true,
            Action::Sort => self.sort("sorted", now),
            Action::SortReverse => {
                let list = self.list_mut();
                list.is_reversed = !list.is_reversed;
                list.upset();
            }
            Action::Follow => self.follow(),
            Action::Left => self.pan(-1, now),
            Action::Right => self.pan(1, now),
            Action::ZoomIn => self.zoom(true, model, now),
            Action::ZoomOut => self.zoom(false, model, now),
            Action::GroupBy => self.sort("grouped", now),
            Action::Show(view) => self.show(view),
            Action::ViewNext => self.show(self.view.after(1)),
            Action::ViewPrev => self.show(self.view.after(View::ALL.len() - 1)),
            Action::Open => self.open(model, now),
            Action::LogScale => self.is_linear = !self.is_linear,
            Action::SiblingPrev if self.example.is_some() => self.turn_example(-1, model),
            Action::SiblingNext if self.example.is_some() => self.turn_example(1, model),
            Action::Up | Action::SiblingPrev => self.step(-1),
            Action::Down | Action::SiblingNext => self.step(1),
            Action::PageUp => self.step(-self.list().page_step()),
            Action::PageDown => self.step(self.list().page_step()),
            Action::Top => self.step(isize::MIN),
            Action::Bottom => self.step(isize::MAX),
            Action::Keep => self.is_typing = false,
            Action::Back => self.go_back(),
            Action::Freeze => self.frozen = if self.frozen.is_some() { None } else { Some(now) },
            Action::Window => self.is_recent = !self.is_recent,
            Action::Theme => return vec![Effect::NextTheme],
            Action::Mouse => {
                self.has_mouse = !self.has_mouse;
                self.say(if self.has_mouse { "mouse on: shift-drag selects text" } else { "mouse off" }, now);
            }
            Action::Redraw => return vec![Effect::Redraw],
            Action::Copy => return self.copy(model, now),
            Action::Export => self.has_export_menu = true,
            Action::SaveSvg => return self.save(FileContent::PictureSvg),
            Action::SaveText => return self.save(FileContent::PictureText),
            Action::SaveCurl => return self.save_command(model, now),
            Action::Why => self.working = if self.working.is_some() { None } else { Some(0) },
            Action::Help => self.help = if self.help.is_some() { None } else { Some(0) },
            Action::Palette => {
                (self.help, self.working) = (None, None);
                let under = if self.example.is_some() { Context::Example } else { Context::At(self.view) };
                self.palette = Some(Palette::over(under, can));
            }
            Action::Choose => {
                let chosen = self.palette.take().and_then(|palette| palette.chosen());
                return chosen.map_or_else(Vec::new, |action| self.update(action, model, can, now));
            }
            // Only work that would be lost is worth a question.
            Action::Quit if is_over(model) || !can.stop => return vec![Effect::Leave(Leave::Now)],
            Action::QuitKeep if is_over(model) || !can.stop => return vec![Effect::Leave(Leave::KeepPicture)],
            Action::Quit | Action::QuitKeep => self.asking = Some(Asking::Leave),
            Action::Drain => return self.stop(Command::Drain),
            Action::Stop => return self.stop(Command::Cancel),
            Action::Interrupt => return vec![Effect::Interrupt],
            Action::Suspend => return vec![Effect::Suspend],
            // The lab has a state of its own.
            Action::Restart | Action::DelayDown | Action::DelayUp | Action::NextProgram => {}
        }
        Vec::new()
    }

    /// What keys mean now.
    pub fn context(&self) -> Context {
        if let Some(asking) = self.asking {
            match asking {
                Asking::Leave => Context::Question,
                Asking::Skip(..) | Asking::Cancel(_) | Asking::Repeat(_) => Context::Confirm,
            }
        } else if self.has_export_menu {
            Context::Menu
        } else if self.is_typing {
            Context::Prompt
        } else if self.palette.is_some() {
            Context::Palette
        } else if self.help.is_some() || self.working.is_some() {
            Context::Help
        } else if self.example.is_some() {
            Context::Example
        } else {
            Context::At(self.view)
        }
    }

    /// The rows of the view that is looked at.
    pub fn list(&self) -> &List {
        &self.lists[self.view as usize]
    }

    /// Records what fits on the screen, and updates order and selection.
    pub fn fit(&mut self, fit: Fit, model: &Model, now: Offset) {
        (self.help_end, self.working_end) = (fit.help_end, fit.working_end);
        self.fit_example(fit.example_end);
        self.list_mut().page = fit.rows;
        self.refresh(model, now);
    }

    /// Drops a remark whose time is over; `now` is the clock's even while the picture is frozen.
    pub fn forget(&mut self, now: Offset) {
        self.remark.take_if(|(_, until)| now >= *until);
    }

    /// Brings order and selection up to date, before a picture is drawn.
    fn refresh(&mut self, model: &Model, now: Offset) {
        if self.pending.is_some_and(|command| is_applied(command, model)) {
            self.pending = None;
        }
        // Only what failed can still be sent again.
        self.asking.take_if(|asking| is_over(model) && !matches!(asking, Asking::Repeat(_)));
        if let Some(Asking::Cancel(job)) = self.asking
            && !model.open.holds(job)
        {
            self.asking = None;
            self.say(&format!("job #{} is in flight no more", job.0), now);
        }
        self.names.refresh(model);
        let rows = rows_of(self.view);
        self.list_mut().refresh(rows, model, now);
        if self.view == View::Waterfall {
            let now = model.ended.unwrap_or(now);
            let rows = waterfall::visible_time(self.list(), model, now);
            self.axis.fit(rows, now);
        }
    }

    /// A key that means no action here edits the line that is being typed.
    pub fn edit(&mut self, key: KeyEvent) {
        if let Some(palette) = &mut self.palette {
            palette.edit(key);
        } else if self.is_typing {
            let list = self.list_mut();
            list.filter.handle_event(&TerminalEvent::Key(key));
            list.refilter();
        }
    }

    /// A text that was pasted goes on where the line that is being typed ends.
    pub fn paste(&mut self, text: &str) {
        let line = text.lines().next().unwrap_or_default();
        if let Some(palette) = &mut self.palette {
            return palette.paste(line);
        }
        let list = self.list_mut();
        list.filter = format!("{}{line}", list.filter.value()).into();
        list.refilter();
    }

    /// Shows a remark in the footer for a while.
    pub fn say(&mut self, remark: &str, now: Offset) {
        self.remark = Some((remark.to_owned(), now + Self::REMARK_LIFETIME));
    }

    /// Closes the question that is open: an interrupt has answered it.
    pub fn dismiss_question(&mut self) {
        self.asking = None;
    }

    /// Whether first and last are those of a recording, and not of a list of lines that lies open.
    fn is_travelling(&self, can: Abilities) -> bool {
        can.travel && matches!(self.context(), Context::At(_))
    }

    fn sort(&mut self, how: &str, now: Offset) {
        let n = rows_of(self.view).columns().len();
        self.sort_by((self.list().column + 1) % n, how, now);
    }

    fn sort_by(&mut self, column: usize, how: &str, now: Offset) {
        let columns = rows_of(self.view).columns();
        let list = self.list_mut();
        list.column = column;
        list.is_reversed = false;
        list.upset();
        let by = columns.get(list.column).copied().unwrap_or_default();
        self.say(&format!("{how} by {by}"), now);
    }

    /// Toggles auto-scroll.
    fn follow(&mut self) {
        let list = self.list_mut();
        if list.column != 0 {
            // Only time has a newest.
            list.column = 0;
            list.is_reading = false;
            list.upset();
        } else {
            list.is_reading = !list.is_reading;
        }
        if self.list().is_reading { self.axis.stay() } else { self.axis.release() }
    }

    /// Pans to another time; that stops auto-scroll.
    fn pan(&mut self, quarters: i64, now: Offset) {
        self.axis.pan(quarters, now);
        self.list_mut().is_reading = true;
    }

    /// Zooms the time axis around the selected row or the newest.
    fn zoom(&mut self, is_in: bool, model: &Model, now: Offset) {
        let list = self.list();
        let around = match list.chosen().filter(|_| list.is_reading) {
            Some(row) => model.timeline.nth(row as u64).map(|bar| bar.started),
            None => Some(model.ended.unwrap_or(now)),
        };
        let is_followed = !list.is_reading;
        self.axis.zoom(is_in, around.unwrap_or(self.axis.from), is_followed);
    }

    fn step(&mut self, by: isize) {
        if let Some(palette) = &mut self.palette {
            return palette.step(by);
        }
        if let Some(row) = &mut self.help {
            *row = row.saturating_add_signed(by).min(self.help_end);
            return;
        }
        if let Some(row) = &mut self.working {
            *row = row.saturating_add_signed(by).min(self.working_end);
            return;
        }
        if let Some(example) = &mut self.example {
            return example.step(by);
        }
        let rows = rows_of(self.view);
        self.list_mut().step(by, rows);
    }

    fn list_mut(&mut self) -> &mut List {
        &mut self.lists[self.view as usize]
    }
}
