//! The live screen's loop: wakes for keys and for news, draws when something has changed.
//!
//! Nothing is drawn that has not changed; it wakes once a second at most while the run is paused, and
//! not at all once it is over. Start at [`run`].

mod due;
mod export;
mod heading;

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::app::appearance::Appearance;
use crate::app::screen::due::{Due, Moves};
use crate::app::screen::heading::Heading;
use crate::app::signals::{Signal, Wake};
use crate::app::stop::Stop;
use crate::control::Abilities;
use crate::event::Offset;
use crate::model::{Model, Stage};
use crate::pump::Follow;
use crate::source::pool::schedule::run_time::RunTime;
use crate::source::replay::position::Position;
use crate::text::sanitize::sanitize;
use crate::tui::action::Action;
use crate::tui::click_targets::Targets;
use crate::tui::effect::{Effect, FileContent, Leave};
use crate::tui::input::event::{Keystroke, Mouse, MouseAction, TerminalInput};
use crate::tui::keymap::Keymap;
use crate::tui::picture::{self, Picture};
use crate::tui::state::UiState;
use crate::tui::terminal::Guard;
use crate::tui::terminal::options::TerminalOptions;
use crate::tui::view;
use crate::tui::view::scene::Scene;
use crate::tui::window_status::{TabProgress, WindowStatus};

/// How long the terminal may take to tell its background before the first picture.
const GROUND_PATIENCE: Duration = Duration::from_millis(20);
/// How long a remark stands while a recording is played.
const REMARK_STANDS: Duration = Duration::from_millis(2_500);

/// How the screen ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The person left, or the run ended and nobody was to look at it.
    Left,
    /// The terminal went away; the run may still be under way.
    Gone,
    /// The run is over, and the person wants the whole batch once more.
    Again,
    /// A third Ctrl-C: everything is dropped.
    AtOnce,
}

/// The run that is watched.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// The model, as it follows the run.
    pub follow: &'a Follow,
    /// What time it is in it.
    pub clock: Clock<'a>,
    /// Leave as soon as the run is over: somebody waits for its result.
    pub leaves_at_end: bool,
    /// What the source can do.
    pub can: Abilities,
    /// Where the run is recorded, as it may be shown.
    pub recording: Option<&'a str>,
}

/// Whose time the screen tells.
#[derive(Clone, Copy, Debug)]
pub enum Clock<'a> {
    /// A run's own.
    Live(&'a RunTime),
    /// A recording's.
    Replay(&'a Position),
}

/// Shows a run until the person leaves, it is over, or the terminal goes.
pub fn run(
    watched: Watched<'_>,
    appearance: &mut Appearance,
    stop: &mut Stop,
    wakes: &Receiver<Wake>,
    wake: &Sender<Wake>,
) -> io::Result<Ended> {
    let on_input = {
        let wake = wake.clone();
        move |input| drop(wake.send(Wake::Input(input)))
    };
    let is_told = Arc::new(AtomicBool::new(false));
    watched.follow.on_change({
        let (wake, is_told, follow) = (wake.clone(), Arc::clone(&is_told), watched.follow.clone());
        // One piece of news waits at most, however much has happened; the end waits for no picture.
        move || {
            if !is_told.swap(true, Ordering::AcqRel) || follow.is_closed() {
                drop(wake.send(Wake::Changed));
            }
        }
    });
    let asks_background = appearance.asks_background;
    // Nothing is in progress where something is looked at again.
    let has_bar = appearance.has_progress && !watched.can.travel;
    let options = TerminalOptions { background: asks_background, title: appearance.has_title, bar: has_bar };
    let mut guard = Guard::enter(io::stderr().as_fd(), options, Arc::new(on_input))?;
    if asks_background {
        await_background(wakes, wake, appearance);
    }
    let mut ui = UiState::default();
    ui.has_mouse = appearance.has_mouse;
    ui.recording = watched.recording.map(Arc::from);
    let mut screen = Screen {
        watched,
        keymap: appearance.keymap.clone(),
        ui,
        due: Due::new(appearance),
        appearance,
        targets: Targets::default(),
        still: None,
        said_at: None,
        leave: None,
        saving: None,
        heading: Heading::default(),
    };
    let ended = screen.turn(&mut guard, stop, wakes, &is_told);
    guard.leave();
    // It holds the run that holds it.
    watched.follow.on_change(|| {});
    if let Ok((_, Some(picture))) = &ended {
        eprint_picture(picture);
    }
    for message in guard.postponed() {
        crate::output::streams::say(&message);
    }
    ended.map(|(ended, _)| ended)
}

/// Waits a moment for the background, and hands back what came instead.
pub fn await_background(wakes: &Receiver<Wake>, wake: &Sender<Wake>, appearance: &mut Appearance) {
    let until = Instant::now() + GROUND_PATIENCE;
    let mut others = Vec::new();
    while let Ok(woken) = wakes.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if let Wake::Input(TerminalInput::Background(variant)) = woken {
            if let Some(variant) = variant {
                appearance.set_background(variant);
            }
            break;
        }
        others.push(woken);
    }
    for woken in others {
        drop(wake.send(woken));
    }
}

/// The loop's own state.
struct Screen<'a> {
    watched: Watched<'a>,
    appearance: &'a mut Appearance,
    ui: UiState,
    keymap: Keymap,
    /// What can be clicked on the last picture.
    targets: Targets,
    /// The model of the frozen picture.
    still: Option<Box<Model>>,
    /// When the remark in the footer was made, by our own clock.
    said_at: Option<Instant>,
    /// How the user wants to leave.
    leave: Option<Leave>,
    /// What is to be saved; a picture is saved once the next one has been drawn.
    saving: Option<FileContent>,
    heading: Heading,
    due: Due,
}

impl Screen<'_> {
    /// Turns until the end; gives back the last picture where it was asked for.
    fn turn(
        &mut self,
        guard: &mut Guard,
        stop: &mut Stop,
        wakes: &Receiver<Wake>,
        is_told: &AtomicBool,
    ) -> io::Result<(Ended, Option<Vec<String>>)> {
        loop {
            if self.due.is_now(self.moves()) {
                is_told.store(false, Ordering::Release);
                let picture = self.draw(guard)?;
                self.save(picture.as_ref());
            }
            let first = match wakes.recv_timeout(self.due.patience(self.moves(), self.is_over())) {
                Ok(woken) => Some(woken),
                Err(RecvTimeoutError::Timeout) => None,
                // We hold a sender ourselves.
                Err(RecvTimeoutError::Disconnected) => return Ok((Ended::Left, None)),
            };
            for woken in first.into_iter().chain(wakes.try_iter()) {
                if let Some(ended) = self.wake(woken, guard, stop)? {
                    return Ok((ended, None));
                }
            }
            stop.look_at_the_clock();
            if guard.is_gone() {
                return Ok((Ended::Gone, None));
            }
            match self.leaving() {
                Some(Leave::KeepPicture) => {
                    let picture = self.draw(guard)?;
                    return Ok((Ended::Left, picture.as_ref().map(picture::lines)));
                }
                Some(Leave::Now) => return Ok((Ended::Left, None)),
                Some(Leave::Again) => return Ok((Ended::Again, None)),
                Some(Leave::WhenEnded) | None => {}
            }
        }
    }

    /// Takes in one reason to wake.
    fn wake(&mut self, woken: Wake, guard: &mut Guard, stop: &mut Stop) -> io::Result<Option<Ended>> {
        match woken {
            Wake::Signal(Signal::Status) => {}
            Wake::Signal(Signal::HangUp) | Wake::Input(TerminalInput::Gone) => return Ok(Some(Ended::Gone)),
            Wake::Signal(signal) => return Ok(self.interrupt(signal, stop)),
            Wake::Input(TerminalInput::Key(key)) => return self.press(key, guard, stop),
            Wake::Input(TerminalInput::Mouse(mouse)) => return self.point(mouse, guard, stop),
            Wake::Input(TerminalInput::Paste(text)) if self.ui.context().takes_text() => {
                self.ui.paste(&text);
                self.due.at_once();
            }
            Wake::Input(TerminalInput::Background(variant)) => {
                if let Some(variant) = variant {
                    self.appearance.set_background(variant);
                }
                self.due.at_once();
            }
            Wake::Input(TerminalInput::Resize) => {
                guard.redraw();
                // Nothing is where it was.
                self.targets = Targets::default();
                self.due.at_once();
            }
            // News does not change a frozen picture.
            Wake::Changed if self.still.is_some() => {}
            Wake::Changed => self.due.has_news(),
            Wake::Input(TerminalInput::Paste(_) | TerminalInput::Continued) => self.due.at_once(),
        }
        Ok(None)
    }

    fn press(&mut self, key: Keystroke, guard: &mut Guard, stop: &mut Stop) -> io::Result<Option<Ended>> {
        self.due.at_once();
        let context = self.ui.context();
        let Some(action) = self.keymap.action(context, key) else {
            self.ui.edit(key);
            return Ok(None);
        };
        self.act(action, guard, stop)
    }

    /// Does what a click or the wheel means.
    fn point(&mut self, mouse: Mouse, guard: &mut Guard, stop: &mut Stop) -> io::Result<Option<Ended>> {
        // A report may come late.
        if !self.ui.has_mouse {
            return Ok(None);
        }
        self.due.at_once();
        let now = self.now();
        let action = match mouse.action {
            MouseAction::Click => self.targets.at(mouse.at).and_then(|target| self.ui.click(target, now)),
            MouseAction::WheelUp | MouseAction::WheelDown => {
                self.ui.turn_wheel(mouse.action == MouseAction::WheelUp);
                None
            }
        };
        self.said_at = Some(Instant::now());
        action.map_or(Ok(None), |action| self.act(action, guard, stop))
    }

    /// Does what a key means.
    fn act(&mut self, action: Action, guard: &mut Guard, stop: &mut Stop) -> io::Result<Option<Ended>> {
        // These wait for nothing, not even for the model.
        if action == Action::Interrupt {
            return Ok(self.interrupt(Signal::Interrupt, stop));
        }
        if action == Action::Suspend {
            guard.suspend()?;
            return Ok(None);
        }
        let now = self.now();
        let effects = {
            let model = self.watched.follow.model();
            let effects = self.ui.update(action, &model, self.watched.can, now);
            // The next key may come before the next picture.
            self.ui.fit(view::measure(&self.ui, &self.keymap, &model, guard.area()), &model, now);
            effects
        };
        self.said_at = Some(Instant::now());
        for effect in effects {
            if let Some(ended) = self.perform(effect, guard, stop)? {
                return Ok(Some(ended));
            }
        }
        self.freeze_or_thaw();
        Ok(None)
    }

    fn perform(&mut self, effect: Effect, guard: &mut Guard, stop: &mut Stop) -> io::Result<Option<Ended>> {
        match effect {
            Effect::Send(command) => stop.send(command),
            Effect::Travel(travel) => {
                if let Clock::Replay(position) = self.watched.clock {
                    position.travel(travel);
                }
            }
            Effect::Copy(line) => self.copy(&line, guard),
            Effect::SaveFile(content) => self.saving = Some(content),
            Effect::NextTheme => {
                self.appearance.next_theme();
                self.ui.say(&format!("theme {}", sanitize(self.appearance.theme.name())), self.now());
            }
            Effect::Redraw => guard.redraw(),
            Effect::Leave(leave) => self.leave = Some(leave),
            Effect::Interrupt => return Ok(self.interrupt(Signal::Interrupt, stop)),
            Effect::Suspend => guard.suspend()?,
            // The lab has a loop of its own.
            Effect::ControlLab(_) => {}
        }
        Ok(None)
    }

    /// Somebody asks for an end: leaves a run that is over, else goes one step further.
    fn interrupt(&mut self, signal: Signal, stop: &mut Stop) -> Option<Ended> {
        self.due.at_once();
        if self.is_over() {
            return Some(Ended::Left);
        }
        if !self.watched.can.stop {
            // There is no work that could be lost.
            stop.by(signal);
            return Some(Ended::Left);
        }
        if stop.by(signal) {
            return Some(Ended::AtOnce);
        }
        let in_flight = self.watched.follow.model().in_flight();
        let now = self.now();
        self.ui.dismiss_question();
        self.leave.get_or_insert(Leave::WhenEnded);
        let next = if stop.is_cancelling() {
            format!("cancelling {in_flight}, ctrl+c again to leave at once")
        } else {
            format!("draining {in_flight}, ctrl+c again to cancel")
        };
        self.ui.say(&next, now);
        None
    }

    fn freeze_or_thaw(&mut self) {
        match (self.ui.frozen, &self.still) {
            (Some(_), None) => self.still = Some(Box::new(self.watched.follow.model().clone())),
            (None, Some(_)) => self.still = None,
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    fn leaving(&self) -> Option<Leave> {
        let model = self.watched.follow.model();
        // A source that broke has nothing more to show; what it broke of is told afterwards.
        let is_broken = self.watched.follow.is_closed() && !matches!(model.stage, Stage::Ended(_));
        if is_broken || self.watched.leaves_at_end && self.watched.follow.is_closed() {
            return Some(Leave::Now);
        }
        match self.leave {
            Some(Leave::WhenEnded) if matches!(model.stage, Stage::Ended(_)) => Some(Leave::Now),
            leave => leave,
        }
    }

    /// Draws one picture, unless the terminal is still busy with the last one; gives it back.
    fn draw(&mut self, guard: &mut Guard) -> io::Result<Option<Picture>> {
        if let Some(took) = guard.take_write_time() {
            self.due.written(took);
        }
        let now = self.now();
        self.forget(now);
        let model;
        let (shown, now) = if let (Some(still), Some(at)) = (&self.still, self.ui.frozen) {
            (&**still, at)
        } else {
            model = self.watched.follow.model();
            (&*model, now)
        };
        guard.set_window_status(WindowStatus {
            mouse: self.ui.has_mouse,
            title: Some(self.heading.of(shown)),
            bar: TabProgress::from_model(shown),
        });
        let area = guard.area();
        self.ui.fit(view::measure(&self.ui, &self.keymap, shown, area), shown, now);
        let scene = Scene {
            model: shown,
            ui: &self.ui,
            theme: &self.appearance.theme,
            keymap: &self.keymap,
            can: self.watched.can,
            charset: self.appearance.capabilities.charset,
            now,
        };
        let is_wanted =
            self.leave == Some(Leave::KeepPicture) || self.saving.as_ref().is_some_and(FileContent::is_picture);
        let mut picture = None;
        let drawn = guard.draw(area, |frame| {
            self.targets = view::render(frame, &scene);
            picture = is_wanted.then(|| frame.buffer_mut().clone());
        })?;
        self.due.drawn(drawn);
        Ok(picture)
    }

    /// Takes in how a recording is played, and drops what has been said for long enough.
    fn forget(&mut self, now: Offset) {
        let Clock::Replay(position) = self.watched.clock else { return self.ui.forget(now) };
        self.ui.playback = Some(position.playback());
        // The recording's clock may stand still, and a remark must not.
        if self.said_at.is_none_or(|at| at.elapsed() >= REMARK_STANDS) {
            self.ui.remark = None;
        }
    }

    /// How the picture changes by time alone.
    fn moves(&self) -> Option<Moves> {
        let remark = self.ui.remark.is_some().then_some(Moves::Slowly);
        if self.ui.frozen.is_some() {
            return remark;
        }
        if let Clock::Replay(position) = self.watched.clock {
            let playback = position.playback();
            return if playback.is_held || playback.is_at_end { remark } else { Some(Moves::Clock) };
        }
        let model = self.watched.follow.model();
        match model.stage {
            Stage::Ended(_) => remark,
            Stage::Running if model.is_paused && model.in_flight() == 0 => Some(Moves::Slowly),
            Stage::Ready | Stage::Running | Stage::Draining | Stage::Cancelling => Some(Moves::Clock),
        }
    }

    fn is_over(&self) -> bool {
        // A pool that could go on is not closed by its end.
        self.watched.follow.is_closed() || matches!(self.watched.follow.model().stage, Stage::Ended(_))
    }

    fn now(&self) -> Offset {
        match self.watched.clock {
            Clock::Live(time) => time.now(),
            Clock::Replay(position) => position.now(),
        }
    }
}

/// Leaves the last picture in the scrollback.
pub fn eprint_picture(picture: &[String]) {
    for line in picture {
        crate::output::streams::say(line);
    }
}
