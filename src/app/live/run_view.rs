//! The view of a run or of a replay.
//!
//! Start at [`RunView`].

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::appearance::Appearance;
use crate::app::live::attention::Attention;
use crate::app::live::live_view::{AfterInterrupt, LastFrame, LiveView};
use crate::app::live::pacing::Motion;
use crate::app::live::title::WindowTitle;
use crate::app::live::watched::{ViewClock, Watched};
use crate::app::stop::Stop;
use crate::app::wakeups::Signal;
use crate::event::Offset;
use crate::model::{Model, Stage};
use crate::text::output_lines::OutputLines;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::effect::{Effect, Leave};
use crate::tui::input::event::Keystroke;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::entry::Context;
use crate::tui::output_pane::OutputPane;
use crate::tui::setting::{ScreenSetting, SettingRow};
use crate::tui::state::UiState;
use crate::tui::state::expectations::LiveExpectations;
use crate::tui::terminal::DrawResult;
use crate::tui::terminal::screen::{Area, Screen};
use crate::tui::view;
use crate::tui::view::scene::ViewScene;
use crate::tui::window_status::{TabProgress, WindowStatus};

/// How long a remark is shown while a recording is played.
const REMARK_SHOWN_FOR: Duration = Duration::from_millis(2_500);

/// The view of a run or of a replay.
pub struct RunView<'a> {
    watched: Watched<'a>,
    stop: &'a mut Stop,
    ui: UiState,
    /// The model of the frozen picture.
    frozen_model: Option<Box<Model>>,
    /// When the remark in the footer was made, by the loop's clock.
    remark_made: Option<Instant>,
    title: WindowTitle,
    attention: Attention,
    now: Instant,
}

impl<'a> RunView<'a> {
    /// A view at its start.
    pub fn new(watched: Watched<'a>, stop: &'a mut Stop, appearance: &Appearance) -> Self {
        let mut ui = UiState::default();
        ui.has_mouse = appearance.has_mouse;
        ui.privacy.is_on = appearance.has_privacy;
        ui.window = appearance.window;
        ui.themes = appearance.theme_names();
        ui.expectations = LiveExpectations::new(watched.expect);
        ui.recording = watched.recording.map(Arc::from);
        ui.suggests_exit = matches!(watched.clock, ViewClock::Live(_)) && !watched.exits;
        let (title, attention, now) = (WindowTitle::default(), Attention::new(appearance), Instant::now());
        Self { watched, stop, ui, frozen_model: None, remark_made: None, title, attention, now }
    }

    /// Adds the view of what a watched program prints.
    pub fn show_output(&mut self, lines: OutputLines) {
        self.ui.output = OutputPane::new(lines);
    }

    /// The time in the run.
    fn offset(&self) -> Offset {
        match self.watched.clock {
            ViewClock::Live(time) => time.at(self.now),
            ViewClock::Replay(position) => position.now(),
        }
    }

    /// Keeps a copy of the model when the screen is frozen, and drops it when the screen is live again.
    fn keep_frozen_model(&mut self) {
        match (self.ui.frozen, &self.frozen_model) {
            (Some(_), None) => self.frozen_model = Some(Box::new(self.watched.follow.model().clone())),
            (None, Some(_)) => self.frozen_model = None,
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    /// Updates the playback state, and drops a remark that has been shown for long enough.
    fn refresh_footer(&mut self, now: Offset) {
        let ViewClock::Replay(position) = self.watched.clock else { return self.ui.expire_remark(now) };
        self.ui.playback = Some(position.playback());
        self.ui.moments.outline.get_or_insert_with(|| position.outline());
        // A remark must expire even while the recording's clock is paused.
        if self.remark_made.is_none_or(|at| self.now.saturating_duration_since(at) >= REMARK_SHOWN_FOR) {
            self.ui.remark = None;
        }
    }
}

impl LiveView for RunView<'_> {
    fn tick(&mut self, now: Instant) {
        self.now = now;
        self.stop.cancel_if_overdue(now);
    }

    fn context(&self) -> Context {
        self.ui.context()
    }

    fn update(&mut self, action: Action, keymap: &Keymap, area: Area) -> Vec<Effect> {
        let now = self.offset();
        let effects = {
            let model = self.watched.follow.model();
            let effects = self.ui.update(action, &model, self.watched.can, now);
            // The next key may come before the next frame.
            self.ui.fit(view::measure(&self.ui, keymap, &model, area), &model, now);
            effects
        };
        self.remark_made = Some(self.now);
        self.ui.suggests_exit = false;
        self.keep_frozen_model();
        effects
    }

    fn edit(&mut self, key: Keystroke) {
        // A held key would repeat the answer.
        if matches!(self.context(), Context::At(_)) && key.is_press() {
            return self.say(&format!("`{}` does nothing here", Chord::from(key)));
        }
        self.ui.edit(key);
    }

    fn paste(&mut self, text: &str) {
        self.ui.paste(text);
    }

    fn click(&mut self, target: ClickTarget) -> Option<Action> {
        self.remark_made = Some(self.now);
        self.ui.click(target, self.offset())
    }

    fn scroll(&mut self, is_up: bool) {
        self.ui.scroll_wheel(is_up);
    }

    fn has_mouse(&self) -> bool {
        self.ui.has_mouse
    }

    fn say(&mut self, remark: &str) {
        self.remark_made = Some(self.now);
        self.ui.show_remark(remark, self.offset());
    }

    fn show_settings(&mut self, rows: Vec<SettingRow>) {
        self.ui.show_settings(rows);
    }

    fn show_themes(&mut self, names: &[String], current: &str) {
        self.ui.show_themes(names, current);
    }

    fn apply_setting(&mut self, setting: ScreenSetting, appearance: &Appearance) {
        match setting {
            ScreenSetting::Mouse => self.ui.has_mouse = appearance.has_mouse,
            ScreenSetting::Exit => self.watched.exits = appearance.exits,
            ScreenSetting::Notify => self.attention.set(appearance),
            ScreenSetting::Privacy => self.ui.privacy.is_on = appearance.has_privacy,
            ScreenSetting::Window => self.ui.window = appearance.window,
            // The loop applies them to any view.
            ScreenSetting::Theme | ScreenSetting::Motion | ScreenSetting::Fps | ScreenSetting::Ascii => {}
        }
    }

    fn store_settings(&self, appearance: &mut Appearance) {
        appearance.has_mouse = self.ui.has_mouse;
        appearance.has_privacy = self.ui.privacy.is_on;
        appearance.window = self.ui.window;
    }

    fn hides_names(&self) -> bool {
        self.ui.privacy.is_on
    }

    fn control(&mut self, effect: Effect) -> io::Result<()> {
        match (effect, self.watched.clock) {
            (Effect::Send(command), _) => self.stop.send(command),
            (Effect::Travel(travel), ViewClock::Replay(position)) => position.travel(travel),
            // A run has no lanes, and it cannot seek.
            _ => {}
        }
        Ok(())
    }

    /// Closes the screen of a run that is over; otherwise takes the next step towards its end.
    fn interrupt(&mut self, signal: Signal) -> AfterInterrupt {
        if self.is_over() {
            return AfterInterrupt::Leave;
        }
        let leaves_at_once = self.stop.escalate(signal, self.now);
        if !self.watched.can.stop {
            // Leaving loses no work.
            return AfterInterrupt::Leave;
        }
        if leaves_at_once {
            return AfterInterrupt::LeaveAtOnce;
        }
        let in_flight = self.watched.follow.model().in_flight();
        self.ui.dismiss_question();
        let next = if self.stop.is_cancelling() {
            format!("cancelling {in_flight}, ctrl+c again to leave at once")
        } else {
            format!("draining {in_flight}, ctrl+c again to cancel")
        };
        self.say(&next);
        AfterInterrupt::WaitForEnd
    }

    fn is_frozen(&self) -> bool {
        self.frozen_model.is_some()
    }

    fn motion(&self) -> Option<Motion> {
        let remark = self.ui.remark.is_some().then_some(Motion::Slow);
        if self.ui.frozen.is_some() {
            return remark;
        }
        if let ViewClock::Replay(position) = self.watched.clock {
            return if position.playback().is_still() { remark } else { Some(Motion::Clock) };
        }
        let model = self.watched.follow.model();
        match model.stage {
            Stage::Ended(_) => remark,
            Stage::Running if model.is_paused && model.in_flight() == 0 => Some(Motion::Slow),
            Stage::Ready | Stage::Running | Stage::Draining | Stage::Cancelling => Some(Motion::Clock),
        }
    }

    fn is_over(&self) -> bool {
        // A pool that can send failed jobs again keeps its channel open at the end.
        self.watched.follow.is_closed() || matches!(self.watched.follow.model().stage, Stage::Ended(_))
    }

    fn closes_itself(&self) -> Option<Leave> {
        let Watched { follow, leaves_at_end, .. } = self.watched;
        // A source that broke has nothing more to show; the reason is printed afterwards.
        let has_ended = matches!(follow.model().stage, Stage::Ended(_));
        if follow.is_broken() || follow.is_closed() && (leaves_at_end || !has_ended) {
            return Some(Leave::Now);
        }
        (has_ended && self.watched.exits).then_some(Leave::KeepPicture)
    }

    fn draw(
        &mut self,
        screen: &mut impl Screen,
        appearance: &Appearance,
        last: &mut LastFrame,
    ) -> io::Result<DrawResult> {
        let now = self.offset();
        self.refresh_footer(now);
        let follow = self.watched.follow;
        screen.notify(&self.attention.take(&follow.model(), &self.ui.privacy, self.now));
        if self.ui.suggest_exit(&follow.model(), now) {
            self.remark_made = Some(self.now);
        }
        let model;
        let (shown, now) = if let (Some(frozen), Some(at)) = (&self.frozen_model, self.ui.frozen) {
            (&**frozen, at)
        } else {
            model = follow.model();
            (&*model, now)
        };
        screen.set_window_status(WindowStatus {
            mouse: self.ui.has_mouse,
            title: Some(self.title.update(shown, self.now)),
            bar: TabProgress::from_model(shown),
        });
        let area = screen.area();
        self.ui.fit(view::measure(&self.ui, &appearance.keymap, shown, area), shown, now);
        let scene = ViewScene {
            model: shown,
            ui: &self.ui,
            theme: &appearance.theme,
            keymap: &appearance.keymap,
            can: self.watched.can,
            charset: appearance.capabilities.charset,
            now,
        };
        screen.draw(area, |frame| {
            let targets = view::render(frame, &scene);
            last.record(frame, targets);
        })
    }
}
