//! The view of the lab's lanes.
//!
//! The lanes run on their own threads; this view only draws them. Start at [`LabView`].

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
use crate::tui::effect::{Effect, Leave};
use crate::tui::input::event::Keystroke;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::entry::Context;
use crate::tui::state::race::RaceUi;
use crate::tui::terminal::DrawResult;
use crate::tui::terminal::screen::{Area, Screen};
use crate::tui::view::race;
use crate::tui::view::race::scene::LabScene;
use crate::tui::window_status::WindowStatus;

/// The view of the lab's lanes.
pub(super) struct LabView {
    lab: LabRun,
    controls: Controls,
    notifier: ChangeNotifier,
    ui: RaceUi,
    leaves_at_end: bool,
    exits: bool,
    /// The exit code of the signal or the Ctrl-C that ended the lab.
    exit_code: Option<u8>,
    opened: Instant,
    now: Instant,
}

impl LabView {
    /// Starts a scenario, whose lanes wake the main thread.
    pub(super) fn start(
        scenario: Scenario,
        controls: Controls,
        notifier: ChangeNotifier,
        appearance: &Appearance,
        leaves_at_end: bool,
    ) -> io::Result<Self> {
        let lab = start_watched(scenario, controls, &notifier)?;
        let now = Instant::now();
        let mut ui = RaceUi::default();
        ui.has_mouse = appearance.has_mouse;
        ui.themes = appearance.theme_names();
        ui.programs = Scenario::ALL.iter().map(|scenario| scenario.spec().name).collect();
        let exits = appearance.exits;
        Ok(Self { lab, controls, notifier, ui, leaves_at_end, exits, exit_code: None, opened: now, now })
    }

    /// The results of the lanes so far.
    pub(super) fn race(&self) -> Race {
        self.lab.race()
    }

    /// The exit code of the signal or the Ctrl-C that ended the lab.
    pub(super) fn exit_code(&self) -> Option<u8> {
        self.exit_code
    }

    fn restart(&mut self, scenario: Scenario) -> io::Result<()> {
        // The old lanes end when they are replaced.
        self.lab = start_watched(scenario, self.controls, &self.notifier)?;
        self.ui.reset();
        Ok(())
    }

    /// Starts another scenario, with its own controls.
    fn switch_to(&mut self, scenario: Scenario) -> io::Result<()> {
        self.controls = Controls { speed: self.controls.speed, ..Controls::defaults(scenario) };
        self.ui.show_all_lanes();
        self.restart(scenario)
    }

    fn control_lanes(&mut self, command: LabCommand) -> io::Result<()> {
        let scenario = self.lab.scenario();
        match command {
            LabCommand::Pause => self.lab.pause(!self.lab.is_paused()),
            LabCommand::Limit(limit) => {
                self.controls.limit = limit;
                self.lab.set_limit(limit);
            }
            LabCommand::Restart => self.restart(scenario)?,
            LabCommand::Delay(delay) => {
                self.controls.delay = delay.into();
                self.restart(scenario)?;
            }
            LabCommand::Next => self.switch_to(scenario.next())?,
            LabCommand::Show(number) => {
                if let Some(scenario) = Scenario::ALL.get(number) {
                    self.switch_to(*scenario)?;
                }
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
        self.ui.update(action, &self.lab.race(), self.offset())
    }

    fn edit(&mut self, key: Keystroke) {
        // A held key would repeat the answer.
        if self.context() == Context::Race && key.is_press() {
            return self.say(&format!("`{}` does nothing here", Chord::from(key)));
        }
        self.ui.edit(key);
    }

    fn paste(&mut self, text: &str) {
        self.ui.paste(text);
    }

    fn click(&mut self, target: ClickTarget) -> Option<Action> {
        self.ui.click(target)
    }

    fn scroll(&mut self, is_up: bool) {
        self.ui.scroll_wheel(is_up);
    }

    fn has_mouse(&self) -> bool {
        self.ui.has_mouse
    }

    fn say(&mut self, remark: &str) {
        self.ui.show_remark(remark, self.offset());
    }

    fn show_themes(&mut self, names: &[String], current: &str) {
        self.ui.show_themes(names, current);
    }

    fn control(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::ControlLab(command) => self.control_lanes(command),
            // The lab has neither a pool nor a recording.
            _ => Ok(()),
        }
    }

    fn interrupt(&mut self, signal: Signal) -> AfterInterrupt {
        // The lab has no work that would be lost, so it does not drain.
        self.exit_code = match signal {
            Signal::Interrupt if self.lab.is_over() => Some(0),
            Signal::Interrupt | Signal::Status => Some(code::INTERRUPTED),
            Signal::Terminate => Some(code::TERMINATED),
            Signal::HangUp => Some(code::HUNG_UP),
        };
        AfterInterrupt::Leave
    }

    fn suspend(&mut self, stop: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
        // The time while the process is stopped must not count as a delay of the lanes.
        let was_paused = self.lab.is_paused();
        self.lab.pause(true);
        let stopped = stop();
        self.lab.pause(was_paused);
        stopped
    }

    fn is_frozen(&self) -> bool {
        false
    }

    fn motion(&self) -> Option<Motion> {
        match (self.lab.is_over(), self.ui.remark.is_some()) {
            (false, _) => Some(Motion::Clock),
            (true, true) => Some(Motion::Slow),
            (true, false) => None,
        }
    }

    fn is_over(&self) -> bool {
        self.lab.is_over()
    }

    fn closes_itself(&self) -> Option<Leave> {
        match self.lab.is_over() {
            true if self.leaves_at_end => Some(Leave::Now),
            true if self.exits => Some(Leave::KeepPicture),
            _ => None,
        }
    }

    fn draw(
        &mut self,
        screen: &mut impl Screen,
        appearance: &Appearance,
        last: &mut LastFrame,
    ) -> io::Result<DrawResult> {
        let race = self.lab.race();
        let area = screen.area();
        self.ui.expire_remark(self.offset());
        self.ui.fit(&race, race::visible_rows(area, &race, &self.ui, appearance.capabilities.charset));
        let lesson = lesson::paragraphs(self.lab.scenario(), &race);
        self.ui.fit_popup(race::popup_end(area, &self.ui, &appearance.keymap, &lesson));
        let guards: Vec<_> = self.lab.lanes().iter().map(|lane| lane.follow().model()).collect();
        let models: Vec<_> = guards.iter().map(|model| &**model).collect();
        let scene = LabScene {
            race: &race,
            models: &models,
            is_paused: self.lab.is_paused(),
            lesson: &lesson,
            ui: &self.ui,
            theme: &appearance.theme,
            keymap: &appearance.keymap,
            charset: appearance.capabilities.charset,
            now: if race.is_over() { race.end() } else { self.lab.now() },
        };
        screen.set_window_status(WindowStatus { mouse: self.ui.has_mouse, ..WindowStatus::default() });
        screen.draw(area, |frame| {
            let targets = race::render(frame, &scene);
            last.record(frame, targets);
        })
    }
}
