//! The state of the screen: view, selection, order, filter, popups and questions. It draws nothing.
//!
//! Start at [`UiState::update`].

pub mod axis;
pub mod card;
mod choice;
mod commands;
pub mod expectations;
mod export;
pub mod headline;
pub mod key_list;
pub mod moments;
mod mouse;
mod moves;
pub mod names;
pub mod palette;
mod prompt;
mod question;
pub mod race;
mod race_popups;
pub mod settings_menu;
mod trail;

use std::sync::Arc;

use crate::control::{Abilities, Command, Playback};
use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::window::TimeWindow;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::effect::{Effect, FileContent, Leave};
use crate::tui::keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::output_pane::OutputPane;
use crate::tui::privacy::Privacy;
use crate::tui::rows::grouping::Grouping;
use crate::tui::rows::list::{List, is_over};
use crate::tui::rows::listing::Listing;
use crate::tui::rows::{rows_of, waterfall};
use crate::tui::setting::SettingStep;
use crate::tui::state::axis::TimeAxis;
use crate::tui::state::card::{Card, SlowAttempt};
use crate::tui::state::commands::{is_applied, step_down, step_up};
use crate::tui::state::expectations::LiveExpectations;
use crate::tui::state::headline::Headline;
use crate::tui::state::key_list::KeyList;
use crate::tui::state::moments::{Comparison, Moments};
use crate::tui::state::names::Names;
use crate::tui::state::palette::Palette;
use crate::tui::state::prompt::PromptHistory;
use crate::tui::state::question::Question;
use crate::tui::state::race::toggled;
use crate::tui::state::settings_menu::SettingsMenu;
use crate::tui::state::trail::TrailStep;
use crate::tui::views::View;

/// The state of the screen.
#[derive(Debug, Default)]
pub struct UiState {
    /// The current view.
    pub view: View,
    /// What one row of the overview is, and what the user has chosen.
    grouping: Grouping,
    chosen_grouping: Option<Grouping>,
    /// The rows of each view, with selection and scroll position.
    lists: [List; View::ALL.len()],
    /// The width of the endpoints' names.
    pub names: Names,
    /// The sentence that says how the run goes.
    pub headline: Headline,
    /// The time axis of the waterfall.
    pub axis: TimeAxis,
    /// The steps into details that led here, oldest first.
    trail: Vec<TrailStep>,
    /// The program receives mouse events.
    pub has_mouse: bool,
    /// The row that was clicked last. A second click opens it.
    clicked: Option<ClickTarget>,
    /// The filter is being typed.
    pub is_typing: bool,
    /// The filters and the searches of the palette that were typed before.
    filters: PromptHistory,
    searches: PromptHistory,
    /// The endpoint view uses a linear latency scale instead of a logarithmic one.
    pub is_linear: bool,
    /// The plan's expectations, and since when each is met or not.
    pub expectations: LiveExpectations,
    /// The overview shows latencies as a heat map over time instead of as a histogram.
    pub has_heat_map: bool,
    /// The time that the key figures cover.
    pub window: TimeWindow,
    /// Whether hosts and paths are hidden.
    pub privacy: Privacy,
    /// The list of keys, while it is open.
    pub help: Option<KeyList>,
    /// The palette, while it is open.
    pub palette: Option<Palette>,
    /// The names of the themes, which the palette finds.
    pub themes: Vec<String>,
    /// The path of the recording, safe to show.
    pub recording: Option<Arc<str>>,
    /// The scroll position of the verdict's derivation, while it is open.
    pub working: Option<usize>,
    /// The maximum scroll position of the derivation in the last picture.
    working_end: usize,
    /// The open card of a request.
    pub card: Option<Card>,
    /// The one of an endpoint's slowest attempts that was selected last.
    slow: Option<SlowAttempt>,
    /// Number of an endpoint's slowest attempts in the last picture.
    slow_rows: usize,
    /// The open question.
    question: Option<Question>,
    /// The time at which the screen is frozen.
    pub frozen: Option<Offset>,
    /// The last command that has not taken effect yet.
    pub pending: Option<Command>,
    /// A remark in the footer, and when it disappears.
    pub remark: Option<(String, Offset)>,
    /// The playback state, if this is a replay.
    pub playback: Option<Playback>,
    /// What a watched program prints.
    pub output: OutputPane,
    /// The marked moments, and what a recording contains when.
    pub moments: Moments,
    /// The comparison of a marked moment with now, while it is open.
    pub comparison: Option<Comparison>,
    /// The user has pressed no key yet, so the finished screen says how it closes by itself.
    pub suggests_exit: bool,
    has_suggested_exit: bool,
    /// The settings menu, while it is open.
    pub settings: Option<SettingsMenu>,
    /// The export menu is open.
    pub has_export_menu: bool,
}

/// The layout's measurements: how much fits on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// The visible rows of the view's table.
    pub rows: usize,
    /// The maximum scroll position of the key list.
    pub help_end: usize,
    /// The maximum scroll position of the verdict's derivation.
    pub working_end: usize,
    /// The maximum scroll position of the card.
    pub card_end: usize,
    /// The visible ones of an endpoint's slowest attempts.
    pub slow_rows: usize,
    /// The maximum scroll position of the comparison.
    pub comparison_end: usize,
}

impl UiState {
    /// How long a remark is shown in the footer.
    const REMARK_LIFETIME: Micros = Micros(2_500_000);

    /// Applies an action: changes the state and returns what the live loop must do.
    ///
    /// The loop calls [`UiState::fit`] afterwards: the next action may come before the next picture.
    pub fn update(&mut self, action: Action, model: &Model, can: Abilities, now: Offset) -> Vec<Effect> {
        if let Some(refusal) = keymap::entry(action).and_then(|entry| entry.needs.refusal(can)) {
            self.show_remark(refusal, now);
            return Vec::new();
        }
        self.clicked = None;
        // The last key may have changed the search text, and the last picture may be older.
        self.refresh_palette(model);
        let had_themes = self.palette.as_ref().is_some_and(|palette| palette.is_of_themes);
        let send = |command: Option<Command>| command.map(Effect::Send).into_iter().collect();
        if let Some(effects) = self.change_moment(action, model, can, now) {
            return effects;
        }
        match action {
            Action::Pause => return send(self.pause_or_resume(model, now)),
            Action::LimitDown => return send(self.change_limit(model, step_down, now)),
            Action::LimitUp => return send(self.change_limit(model, step_up, now)),
            Action::LimitHalf => return send(self.change_limit(model, |limit, _| (limit / 2).max(1), now)),
            Action::LimitDouble => return send(self.change_limit(model, |limit, _| limit.saturating_mul(2), now)),
            Action::LimitReset => return send(self.change_limit(model, |limit, first| first.unwrap_or(limit), now)),
            Action::LimitAuto => return send(self.next_adaptive_mode(model, now)),
            Action::TryHost => return self.try_hosts(model, now),
            Action::SetHostAside => return send(self.toggle_quarantine(model, now)),
            Action::RetryLater => return send(self.retry_later(model, now)),
            Action::Confirm => return send(self.confirm(model, now)),
            Action::SkipEndpoint => self.ask_to_skip(model, now),
            Action::CancelOne => self.ask_to_cancel(model, now),
            Action::Repeat => self.ask_to_repeat(model, now),
            Action::Rerun if is_over(model) => return vec![Effect::Leave(Leave::Again)],
            Action::Rerun => self.show_remark("the run is not over", now),
            Action::Filter => self.start_typing(now),
            Action::Sort => self.sort("sorted", now),
            Action::SortReverse => self.reverse(now),
            Action::Follow => self.follow(now),
            Action::Left => self.pan(-1, now),
            Action::Right => self.pan(1, now),
            Action::ZoomIn => self.zoom(true, model, now),
            Action::ZoomOut => self.zoom(false, model, now),
            Action::GroupBy if self.view == View::Overview => self.regroup(model, now),
            Action::GroupBy => self.sort("grouped", now),
            Action::Show(view) => self.show_if_there(view, model, now),
            Action::ViewNext => self.show_next(1, model),
            Action::ViewPrev => self.show_next(View::ALL.len() - 1, model),
            Action::Open => self.open(model, now),
            Action::LogScale => self.change_scale(now),
            Action::HeatMap => self.has_heat_map = !self.has_heat_map,
            Action::SiblingPrev if self.card.is_some() => self.step_card(-1, model, now),
            Action::SiblingNext if self.card.is_some() => self.step_card(1, model, now),
            Action::Up if self.moves_among_slow() => self.step_slow(-1, model),
            Action::Down if self.moves_among_slow() => self.step_slow(1, model),
            Action::Up if self.step_history(-1) => {}
            Action::Down if self.step_history(1) => {}
            Action::Up | Action::SiblingPrev => self.step(-1),
            Action::Down | Action::SiblingNext => self.step(1),
            Action::PageUp => self.step(-self.list().page_step()),
            Action::PageDown => self.step(self.list().page_step()),
            Action::Top | Action::Start => self.step(isize::MIN),
            Action::Bottom | Action::End => self.step(isize::MAX),
            Action::Keep => self.keep_filter(now),
            Action::Back => self.go_back(),
            Action::Freeze => self.frozen = if self.frozen.is_some() { None } else { Some(now) },
            Action::Window => self.next_window(now),
            Action::Privacy => self.toggle_privacy(now),
            Action::Theme => return vec![Effect::NextTheme],
            Action::Themes => return vec![Effect::OpenThemes],
            Action::Settings => return vec![Effect::OpenSettings],
            Action::SettingPrev => return self.step_setting(SettingStep::Previous),
            Action::SettingNext => return self.step_setting(SettingStep::Next),
            Action::SaveSettings => return self.save_settings(),
            Action::Mouse => {
                self.has_mouse = !self.has_mouse;
                self.show_remark(if self.has_mouse { "mouse on: shift-drag selects text" } else { "mouse off" }, now);
            }
            Action::Redraw => return vec![Effect::Redraw],
            Action::Copy => return self.copy(model, now),
            Action::Export => self.has_export_menu = true,
            Action::SaveSvg => return self.save(FileContent::PictureSvg),
            Action::SaveText => return self.save(FileContent::PictureText),
            Action::SaveCurl => return self.save_command(model, now),
            // One popup replaces the other: no key changes what another popup hides.
            Action::Why => (self.help, self.working) = (None, toggled(self.working)),
            Action::Help => (self.help, self.working) = (KeyList::toggled(self.help.is_some()), None),
            Action::Palette => self.open_palette(can),
            Action::Choose => return self.choose(model, can, now),
            // The question is needed only if work would be lost.
            Action::Quit if is_over(model) || !can.stop => return vec![Effect::Leave(Leave::Now)],
            Action::QuitKeep if is_over(model) || !can.stop => return vec![Effect::Leave(Leave::KeepPicture)],
            Action::Quit | Action::QuitKeep => self.question = Some(Question::Leave),
            Action::Drain => return self.stop(Command::Drain),
            Action::Stop => return self.stop(Command::Cancel),
            Action::Interrupt => return vec![Effect::Interrupt],
            Action::Suspend => return vec![Effect::Suspend],
            // Only `change_moment` answers these.
            Action::SeekBack | Action::SeekOn | Action::SeekTo | Action::Slower | Action::Faster |
            Action::NextEvent | Action::PrevEvent | Action::Mark | Action::Compare |
            // The lab has its own state, `RaceUi`.
            Action::Restart | Action::DelayDown | Action::DelayUp | Action::NextProgram | Action::Lane(_) => {}
        }
        Palette::preview(had_themes, self.palette.as_ref())
    }

    /// Shows figures of the next window.
    fn next_window(&mut self, now: Offset) {
        self.window = self.window.next();
        self.show_remark(&format!("figures: {}", self.window.name()), now);
    }

    /// Hides hosts and paths, or shows them again.
    fn toggle_privacy(&mut self, now: Offset) {
        self.privacy.is_on = !self.privacy.is_on;
        self.show_remark(
            if self.privacy.is_on { "hosts and paths are hidden" } else { "hosts and paths are shown" },
            now,
        );
    }

    /// The context that decides what keys mean.
    pub fn context(&self) -> Context {
        if let Some(asking) = self.question {
            match asking {
                Question::Leave => Context::Question,
                Question::Skip(..) | Question::Cancel(_) | Question::Repeat(_) => Context::Confirm,
            }
        } else if self.has_export_menu {
            Context::Menu
        } else if self.settings.is_some() {
            Context::Settings
        } else if self.is_typing || self.help.as_ref().is_some_and(|list| list.is_typing) {
            Context::Prompt
        } else if self.palette.is_some() {
            Context::Palette
        } else if self.help.is_some() || self.working.is_some() {
            Context::Help
        } else if self.comparison.is_some() {
            Context::Compare
        } else if self.card.is_some() {
            Context::Card
        } else {
            Context::At(self.view)
        }
    }

    /// The list of the current view.
    pub fn list(&self) -> &List {
        &self.lists[self.view as usize]
    }

    /// What one row of the overview is.
    pub fn grouping(&self) -> Grouping {
        self.grouping
    }

    /// The rows of the current view.
    pub fn rows(&self) -> &'static dyn Listing {
        if self.view == View::Overview { self.grouping.rows() } else { rows_of(self.view) }
    }

    /// Records the layout's measurements, and updates order and selection.
    pub fn fit(&mut self, fit: Fit, model: &Model, now: Offset) {
        self.working_end = fit.working_end;
        if let Some(list) = &mut self.help {
            list.fit(fit.help_end);
        }
        self.fit_grouping(model);
        self.list_mut().page = fit.rows;
        if self.view == View::Output && self.frozen.is_none() {
            self.output.refresh(fit.rows, self.lists[View::Output as usize].filter.value());
        }
        self.slow_rows = fit.slow_rows;
        self.refresh(model, now);
        self.fit_card(fit.card_end, model, now);
        self.fit_comparison(fit.comparison_end);
    }

    /// Removes an expired remark. `now` is the real time, even while the screen is frozen.
    pub fn expire_remark(&mut self, now: Offset) {
        self.remark.take_if(|(_, until)| now >= *until);
    }

    /// Updates order and selection; called before each picture.
    fn refresh(&mut self, model: &Model, now: Offset) {
        if self.pending.is_some_and(|command| is_applied(command, model)) {
            self.pending = None;
        }
        // After the run, nothing is left to stop. Any other question stays open until the user has read it.
        self.question.take_if(|asking| is_over(model) && *asking == Question::Leave);
        self.names.refresh(model);
        self.moments.refresh(model, now);
        self.privacy.refresh(model);
        self.refresh_palette(model);
        self.expectations.refresh(model, now);
        if matches!(self.view, View::Overview | View::Waterfall) {
            let is_moving = !self.playback.is_some_and(|playback| playback.is_paused);
            self.headline.refresh(model, self.recording.as_deref(), is_moving, now);
        }
        let rows = self.rows();
        self.list_mut().refresh(rows, model, now);
        if self.view == View::Waterfall {
            let now = model.ended.unwrap_or(now);
            let rows = waterfall::visible_time(self.list(), model, now);
            self.axis.fit(rows, now);
        }
    }

    /// Shows a remark in the footer for a while.
    pub fn show_remark(&mut self, remark: &str, now: Offset) {
        self.remark = Some((remark.to_owned(), now + Self::REMARK_LIFETIME));
    }

    fn list_mut(&mut self) -> &mut List {
        &mut self.lists[self.view as usize]
    }
}
