//! The view of the lab's lanes.
//!
//! The lanes run on threads of their own; this one only draws them. Start at [`LabView`].

use std::io;
use std::time::Instant;

use crate::app::appearance::Appearance;
use crate::app::lab::lesson;
use crate::app::lab::start_watched;
use crate::app::live::live_view::{AfterInterrupt, LastFrame, LiveView};
use crate::app::live::pacing::Motion;
use crate::app::wakeups::{ChangeNotifier, Signal};
use crate::control::LabCommand;
use crate::error::code;
use crate::event::{Micros, Offset};
use crate::lab::controls::Controls;
use crate::lab::run::LabRun;
use crate::lab::scenario::Scenario;
use crate::model::race::Race;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::effect::Effect;
use crate::tui::input::event::Keystroke;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::state::race::RaceUi;
use crate::tui::terminal::DrawResult;
use crate::tui::terminal::screen::{Area, Screen};
use crate::tui::view::race;
use crate::tui::view::race::scene::LabScene;
use crate::tui::window_status::WindowStatus;

/// The view of the lab's lanes.
pub(super) struct LabView {
    controls: LabRun,
    dials: Controls,
    notifier: ChangeNotifier,
    ui: RaceUi,
    leaves_at_end: bool,
    /// The exit code of the signal or the Ctrl-C that ended it.
    exit_code: Option<u8>,
    opened: Instant,
    now: Instant,
}

impl LabView {
    /// Starts a scenario, whose lanes wake the main thread.
    pub(super) fn start(
        scenario: Scenario,
        dials: Controls,
        notifier: ChangeNotifier,
        has_mouse: bool,
        leaves_at_end: bool,
    ) -> io::Result<Self> {
        let controls = start_watched(scenario, dials, &notifier)?;
        let now = Instant::now();
        let ui = RaceUi { has_mouse, ..RaceUi::default() };
        Ok(Self { controls, dials, notifier, ui, leaves_at_end, exit_code: None, opened: now, now })
    }

    /// The results of the lanes so far.
    pub(super) fn race(&self) -> Race {
        self.controls.race()
    }

    /// The exit code of the signal or the Ctrl-C that ended it.
    pub(super) fn exit_code(&self) -> Option<u8> {
        self.exit_code
    }

    fn restart(&mut self, scenario: Scenario) -> io::Result<()> {
        // The old lanes end when they are replaced.
        self.controls = start_watched(scenario, self.dials, &self.notifier)?;
        self.ui.start_again();
        Ok(())
    }

    fn control_lanes(&mut self, turn: LabCommand) -> io::Result<()> {
        let scenario = self.controls.scenario();
        match turn {
            LabCommand::Pause => self.controls.pause(!self.controls.is_paused()),
            LabCommand::Limit(limit) => {
                self.dials.limit = limit;
                self.controls.set_limit(limit);
            }
            LabCommand::Restart => self.restart(scenario)?,
            LabCommand::Delay(delay) => {
                self.dials.delay = delay.into();
                self.restart(scenario)?;
            }
            LabCommand::Next => {
                let next = scenario.next();
                self.dials = Controls { speed: self.dials.speed, ..Controls::defaults(next) };
                self.restart(next)?;
            }
        }
        Ok(())
    }

    /// Time since the screen was opened: remarks expire by this clock.
    fn offset(&self) -> Offset {
        Offset(Micros::from(self.now.saturating_duration_since(self.opened)).0)
    }
}

impl LiveView for LabView {
    fn tick(&mut self, now: Instant) {
        self.now = now;
    }

    fn context(&self) -> Context {
        self.ui.context()
    }

    fn update(&mut self, action: Action, _: &Keymap, _: Area) -> Vec<Effect> {
        self.ui.update(action, &self.controls.race(), self.offset())
    }

    fn edit(&mut self, key: Keystroke) {
        self.ui.edit(key);
    }

    fn paste(&mut self, text: &str) {
        self.ui.paste(text);
    }

    fn click(&mut self, target: ClickTarget) -> Option<Action> {
        self.ui.click(target)
    }

    fn scroll(&mut self, is_up: bool) {
        self.ui.turn_wheel(is_up);
    }

    fn has_mouse(&self) -> bool {
        self.ui.has_mouse
    }

    fn say(&mut self, remark: &str) {
        self.ui.say(remark, self.offset());
    }

    fn control(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::ControlLab(turn) => self.control_lanes(turn),
            // The lab has neither a pool nor a recording.
            _ => Ok(()),
        }
    }

    fn interrupt(&mut self, signal: Signal) -> AfterInterrupt {
        // Nothing of the lab is worth draining.
        self.exit_code = match signal {
            Signal::Interrupt if self.controls.is_over() => Some(0),
            Signal::Interrupt | Signal::Status => Some(code::INTERRUPTED),
            Signal::Terminate => Some(code::TERMINATED),
            Signal::HangUp => Some(code::HUNG_UP),
        };
        AfterInterrupt::Leave
    }

    fn suspend(&mut self, stop: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
        // The time that the process is stopped is no delay of the lanes.
        let was_paused = self.controls.is_paused();
        self.controls.pause(true);
        let stopped = stop();
        self.controls.pause(was_paused);
        stopped
    }

    fn is_frozen(&self) -> bool {
        false
    }

    fn motion(&self) -> Option<Motion> {
        match (self.controls.is_over(), self.ui.remark.is_some()) {
            (false, _) => Some(Motion::Clock),
            (true, true) => Some(Motion::Slow),
            (true, false) => None,
        }
    }

    fn is_over(&self) -> bool {
        self.controls.is_over()
    }

    fn closes_itself(&self) -> bool {
        self.leaves_at_end && self.controls.is_over()
    }

    fn draw(
        &mut self,
        screen: &mut impl Screen,
        appearance: &Appearance,
        last: &mut LastFrame,
    ) -> io::Result<DrawResult> {
        let race = self.controls.race();
        let area = screen.area();
        self.ui.forget(self.offset());
        self.ui.fit(&race, race::rows_in_sight(area, race.lanes.len()));
        let lesson = lesson::paragraphs(self.controls.scenario(), &race);
        self.ui.sheet_end = race::sheet_end(area, &self.ui, &appearance.keymap, &lesson);
        let guards: Vec<_> = self.controls.lanes().iter().map(|lane| lane.follow().model()).collect();
        let models: Vec<_> = guards.iter().map(|model| &**model).collect();
        let scene = LabScene {
            race: &race,
            models: &models,
            is_paused: self.controls.is_paused(),
            lesson: &lesson,
            ui: &self.ui,
            theme: &appearance.theme,
            keymap: &appearance.keymap,
            charset: appearance.capabilities.charset,
            now: if race.is_over() { race.end() } else { self.controls.now() },
        };
        screen.set_window_status(WindowStatus { mouse: self.ui.has_mouse, ..WindowStatus::default() });
        screen.draw(area, |frame| {
            let targets = race::render(frame, &scene);
            last.record(frame, targets);
        })
    }
}
