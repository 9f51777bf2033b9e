//! The live screen's loop: wakes for keys and for news, draws when something has changed.
//!
//! Nothing is drawn that has not changed; at rest it wakes once a second at most. Start at [`run`].

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::app::look::Looks;
use crate::app::signals::{Signal, Wake};
use crate::app::stop::Stop;
use crate::control::Abilities;
use crate::event::{Micros, Offset};
use crate::model::{Model, Stage};
use crate::pump::Follow;
use crate::shown::shown;
use crate::source::replay::position::Position;
use crate::tui::action::Action;
use crate::tui::input::{Input, Key};
use crate::tui::keymap::Keymap;
use crate::tui::picture::{self, Picture};
use crate::tui::state::{Leave, UiState};
use crate::tui::terminal::{Drawn, Guard};
use crate::tui::view::{self, Scene, help};

/// How long the terminal may take to tell its background before the first picture.
const GROUND_PATIENCE: Duration = Duration::from_millis(20);
/// How often the clock moves while attempts are under way and nothing else changes.
const CLOCK_STEP: Duration = Duration::from_millis(100);
/// How often we wake when nothing moves.
const REST: Duration = Duration::from_secs(1);
/// How long a remark stands while a recording is played.
const REMARK_STANDS: Duration = Duration::from_millis(2_500);

/// How the screen ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The person left, or the run ended and nobody was to look at it.
    Left,
    /// The terminal went away; the run may still be under way.
    Gone,
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
}

/// Whose time the screen tells.
#[derive(Clone, Copy, Debug)]
pub enum Clock<'a> {
    /// A run's that began then.
    Live(Instant),
    /// A recording's.
    Replay(&'a Position),
}

/// Shows a run until the person leaves, it is over, or the terminal goes.
pub fn run(
    watched: Watched<'_>,
    mut looks: Looks,
    stop: &mut Stop,
    wakes: &Receiver<Wake>,
    wake: &Sender<Wake>,
) -> io::Result<Ended> {
    let hear = {
        let wake = wake.clone();
        move |input| drop(wake.send(Wake::Input(input)))
    };
    let is_told = Arc::new(AtomicBool::new(false));
    watched.follow.on_change({
        let (wake, is_told) = (wake.clone(), Arc::clone(&is_told));
        // One piece of news waits at most, however much has happened.
        move || {
            if !is_told.swap(true, Ordering::AcqRel) {
                drop(wake.send(Wake::Changed));
            }
        }
    });
    let asks_ground = looks.asks_ground;
    let mut guard = Guard::enter(io::stderr().as_fd(), asks_ground, Arc::new(hear))?;
    if asks_ground {
        await_ground(wakes, wake, &mut looks);
    }
    let mut screen = Screen {
        watched,
        keymap: looks.keymap.clone(),
        looks,
        ui: UiState::default(),
        still: None,
        said_at: None,
        is_dirty: true,
        drawn_at: None,
    };
    let ended = screen.turn(&mut guard, stop, wakes, &is_told);
    guard.leave();
    if let Ok((_, Some(picture))) = &ended {
        eprint_picture(picture);
    }
    for message in guard.postponed() {
        crate::output::streams::say(&message);
    }
    ended.map(|(ended, _)| ended)
}

/// Waits a moment for the background, and hands back what came instead.
pub fn await_ground(wakes: &Receiver<Wake>, wake: &Sender<Wake>, looks: &mut Looks) {
    let until = Instant::now() + GROUND_PATIENCE;
    let mut others = Vec::new();
    while let Ok(woken) = wakes.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if let Wake::Input(Input::Ground(variant)) = woken {
            if let Some(variant) = variant {
                looks.on_ground(variant);
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
    looks: Looks,
    ui: UiState,
    keymap: Keymap,
    /// The model of the frozen picture.
    still: Option<Box<Model>>,
    /// When the remark in the footer was made, by our own clock.
    said_at: Option<Instant>,
    is_dirty: bool,
    drawn_at: Option<Instant>,
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
            if self.is_due() {
                is_told.store(false, Ordering::Release);
                let picture = self.draw(guard)?;
                self.export(picture.as_ref());
            }
            let first = match wakes.recv_timeout(self.patience()) {
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
                Some(Leave::WhenEnded) | None => {}
            }
        }
    }

    /// Takes in one reason to wake.
    fn wake(&mut self, woken: Wake, guard: &mut Guard, stop: &mut Stop) -> io::Result<Option<Ended>> {
        match woken {
            Wake::Signal(Signal::Status) => {}
            Wake::Signal(Signal::HangUp) | Wake::Input(Input::Gone) => return Ok(Some(Ended::Gone)),
            Wake::Signal(signal) => return Ok(self.interrupt(signal, stop)),
            Wake::Input(Input::Key(key)) => return self.press(key, guard, stop),
            Wake::Input(Input::Paste(text)) if self.ui.is_typing => {
                self.ui.paste(&text);
                self.is_dirty = true;
            }
            Wake::Input(Input::Ground(variant)) => {
                if let Some(variant) = variant {
                    self.looks.on_ground(variant);
                }
                self.is_dirty = true;
            }
            Wake::Input(Input::Resize) => {
                guard.redraw();
                self.is_dirty = true;
            }
            // News does not change a frozen picture.
            Wake::Changed => self.is_dirty |= self.still.is_none(),
            Wake::Input(Input::Paste(_) | Input::Continued) => self.is_dirty = true,
        }
        Ok(None)
    }

    fn press(&mut self, key: Key, guard: &mut Guard, stop: &mut Stop) -> io::Result<Option<Ended>> {
        self.is_dirty = true;
        let context = self.ui.context();
        let Some(action) = self.keymap.action(context, key) else {
            self.ui.edit(key);
            return Ok(None);
        };
        match action {
            Action::Interrupt => return Ok(self.interrupt(Signal::Interrupt, stop)),
            Action::Suspend => guard.suspend()?,
            _ => {
                let now = self.now();
                let wish = {
                    let model = self.watched.follow.model();
                    self.ui.update(action, &model, self.watched.can, now)
                };
                if let Some(wish) = wish {
                    stop.send(wish);
                }
                self.said_at = Some(Instant::now());
                if let (Some(travel), Clock::Replay(position)) = (self.ui.take_travel(), self.watched.clock) {
                    position.travel(travel);
                }
                for _ in 0..self.ui.take_themes_wanted() {
                    self.looks.next_theme();
                    self.ui.say(&format!("theme {}", shown(self.looks.theme.name())), now);
                }
                if self.ui.take_redraw() {
                    guard.redraw();
                }
                self.freeze_or_thaw();
            }
        }
        Ok(None)
    }

    /// Somebody asks for an end: leaves a run that is over, else goes one step further.
    fn interrupt(&mut self, signal: Signal, stop: &mut Stop) -> Option<Ended> {
        self.is_dirty = true;
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
        self.ui.leave_when_ended();
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
        self.ui.leaving(&model)
    }

    /// Draws one picture, unless the terminal is still busy with the last one; gives it back.
    fn draw(&mut self, guard: &mut Guard) -> io::Result<Option<Picture>> {
        let now = self.now();
        self.forget(now);
        let model;
        let (shown, now) = if let (Some(still), Some(at)) = (&self.still, self.ui.frozen) {
            (&**still, at)
        } else {
            model = self.watched.follow.model();
            (&*model, now)
        };
        let area = guard.area();
        self.ui.measure(area, shown);
        if self.ui.help.is_some() {
            self.ui.help_end = help::last_row(area, &self.keymap);
        }
        self.ui.refresh(shown, now);
        let scene = Scene {
            model: shown,
            ui: &self.ui,
            theme: &self.looks.theme,
            keymap: &self.keymap,
            can: self.watched.can,
            charset: self.looks.look.charset,
            now,
        };
        let is_wanted = self.ui.keeps_picture() || self.ui.wants_export();
        let mut picture = None;
        let drawn = guard.draw(area, |frame| {
            view::render(frame, &scene);
            picture = is_wanted.then(|| frame.buffer_mut().clone());
        })?;
        self.drawn_at = Some(Instant::now());
        self.is_dirty = drawn == Drawn::Skipped;
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

    /// Writes the picture as SVG, where that was asked for, and says where.
    fn export(&mut self, picture: Option<&Picture>) {
        let (true, Some(picture)) = (self.ui.take_export(), picture) else { return };
        let now = self.now();
        let said = match picture::save(picture, &self.looks.theme) {
            Ok(path) => format!("picture saved as {}", path.display()),
            Err(error) => format!("cannot save a picture: {error}"),
        };
        self.ui.say(&shown(&said), now);
        self.is_dirty = true;
    }

    /// Whether it is time for a picture.
    fn is_due(&self) -> bool {
        let Some(drawn_at) = self.drawn_at else { return true };
        let since = drawn_at.elapsed();
        if self.is_dirty { since >= self.frame() } else { self.clock_step().is_some_and(|step| since >= step) }
    }

    /// How long to wait for a reason to wake.
    fn patience(&self) -> Duration {
        let since = self.drawn_at.map_or(Duration::MAX, |at| at.elapsed());
        let step = if self.is_dirty { Some(self.frame()) } else { self.clock_step() };
        step.map_or(REST, |step| step.saturating_sub(since)).min(REST)
    }

    fn frame(&self) -> Duration {
        Duration::from_secs(1) / self.looks.frames_per_second.max(1)
    }

    /// How often the picture changes by time alone.
    fn clock_step(&self) -> Option<Duration> {
        let remark = self.ui.remark.is_some().then_some(REST);
        if self.ui.frozen.is_some() {
            return remark;
        }
        if let Clock::Replay(position) = self.watched.clock {
            let playback = position.playback();
            return if playback.is_held || playback.is_at_end { remark } else { Some(CLOCK_STEP) };
        }
        let model = self.watched.follow.model();
        match model.stage {
            Stage::Ended(_) => remark,
            Stage::Running if model.is_paused && model.in_flight() == 0 => Some(REST),
            Stage::Ready | Stage::Running | Stage::Draining | Stage::Cancelling => Some(CLOCK_STEP),
        }
    }

    fn is_over(&self) -> bool {
        self.watched.follow.is_closed()
    }

    fn now(&self) -> Offset {
        match self.watched.clock {
            Clock::Live(start) => Offset(Micros::from(start.elapsed()).0),
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
