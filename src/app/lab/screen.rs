//! The lab's screen: wakes for keys and for news, draws when something has changed.
//!
//! The lanes do what they like with their own threads; this one is never theirs. Start at [`run`].

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use crate::app::appearance::Appearance;
use crate::app::lab::lesson;
use crate::app::lab::news::News;
use crate::app::screen::{await_background, eprint_picture};
use crate::app::signals::{self, Signal, Wake};
use crate::error::code;
use crate::event::{Micros, Offset};
use crate::lab::controls::Controls;
use crate::lab::run::LabRun;
use crate::lab::scenario::Scenario;
use crate::model::race::Race;
use crate::output::streams;
use crate::text::sanitize::sanitize;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, FileContent, Leave};
use crate::tui::input::event::{Keystroke, TerminalInput};
use crate::tui::picture::{self, Picture, svg};
use crate::tui::save_file;
use crate::tui::state::race::RaceUi;
use crate::tui::terminal::options::TerminalOptions;
use crate::tui::terminal::{DrawResult, Guard};
use crate::tui::view::race;
use crate::tui::view::race::scene::LabScene;

/// How often the picture moves while lanes run.
const STEP: Duration = Duration::from_millis(100);
/// How often we wake when nothing moves.
const REST: Duration = Duration::from_secs(1);

/// How the screen was left.
#[derive(Debug)]
pub struct Left {
    /// What the lanes had come to.
    pub race: Race,
    /// The exit code of whoever ended it from outside.
    pub stopped: Option<u8>,
}

/// Shows a scenario until the person leaves, or the terminal goes; until it has ended, where somebody
/// waits for the result.
pub fn run(scenario: Scenario, dials: Controls, mut appearance: Appearance, leaves_at_end: bool) -> io::Result<Left> {
    let (wake, woken) = mpsc::channel();
    signals::listen(wake.clone())?;
    let on_input = {
        let wake = wake.clone();
        // It only fails when nobody listens any more.
        move |input| _ = wake.send(Wake::Input(input))
    };
    let asks_background = appearance.asks_background;
    let options = TerminalOptions { background: asks_background, ..TerminalOptions::default() };
    let mut guard = Guard::enter(io::stderr().as_fd(), options, Arc::new(on_input))?;
    if asks_background {
        await_background(&woken, &wake, &mut appearance);
    }
    let news = News::new(wake);
    let trial = news.start(scenario, dials)?;
    let mut screen = Screen {
        trial,
        dials,
        news,
        appearance,
        ui: RaceUi::default(),
        opened: Instant::now(),
        is_dirty: true,
        leave: None,
        wants_export: false,
        drawn_at: None,
        leaves_at_end,
    };
    let ended = screen.turn(&mut guard, &woken);
    guard.leave();
    let race = screen.trial.race();
    let (stopped, picture) = ended?;
    if let Some(picture) = picture {
        eprint_picture(&picture::lines(&picture));
    }
    for message in guard.postponed() {
        streams::say(&message);
    }
    Ok(Left { race, stopped })
}

/// The loop's own state.
pub(super) struct Screen {
    pub(super) trial: LabRun,
    pub(super) dials: Controls,
    pub(super) news: News,
    appearance: Appearance,
    pub(super) ui: RaceUi,
    /// When the screen was opened: remarks stand by this clock.
    opened: Instant,
    is_dirty: bool,
    /// How the user wants to leave.
    leave: Option<Leave>,
    /// The next picture is to be saved.
    wants_export: bool,
    drawn_at: Option<Instant>,
    leaves_at_end: bool,
}

impl Screen {
    /// Turns until the end; gives back the exit code of whoever asked for it from outside, and the last
    /// picture where it is to stay.
    fn turn(&mut self, guard: &mut Guard, woken: &Receiver<Wake>) -> io::Result<(Option<u8>, Option<Picture>)> {
        loop {
            if self.is_due() {
                self.news.heard();
                let picture = self.draw(guard)?;
                self.export(picture.as_ref());
            }
            // We hold a sender ourselves: it only ever takes too long.
            let first = woken.recv_timeout(self.patience()).ok();
            for woken in first.into_iter().chain(woken.try_iter()) {
                if let Some(code) = self.wake(&woken, guard)? {
                    return Ok((Some(code), None));
                }
            }
            if guard.is_gone() {
                return Ok((Some(code::HUNG_UP), None));
            }
            match self.leave {
                Some(Leave::KeepPicture) => return Ok((None, self.draw(guard)?)),
                Some(Leave::Now | Leave::WhenEnded | Leave::Again) => return Ok((None, None)),
                None if self.leaves_at_end && self.trial.is_over() => return Ok((None, None)),
                None => {}
            }
        }
    }

    /// Takes in one reason to wake; gives back the exit code if it is a reason to end.
    fn wake(&mut self, woken: &Wake, guard: &mut Guard) -> io::Result<Option<u8>> {
        self.is_dirty = true;
        match woken {
            Wake::Signal(Signal::Interrupt) => return Ok(Some(code::INTERRUPTED)),
            Wake::Signal(Signal::Terminate) => return Ok(Some(code::TERMINATED)),
            Wake::Signal(Signal::HangUp) | Wake::Input(TerminalInput::Gone) => return Ok(Some(code::HUNG_UP)),
            Wake::Input(TerminalInput::Key(key)) => return self.press(*key, guard),
            Wake::Input(TerminalInput::Background(Some(variant))) => self.appearance.set_background(*variant),
            Wake::Input(TerminalInput::Resize) => guard.redraw(),
            Wake::Signal(Signal::Status)
            | Wake::Changed
            | Wake::Input(
                TerminalInput::Paste(_)
                | TerminalInput::Mouse(_)
                | TerminalInput::Continued
                | TerminalInput::Background(None),
            ) => {}
        }
        Ok(None)
    }

    fn press(&mut self, key: Keystroke, guard: &mut Guard) -> io::Result<Option<u8>> {
        let Some(action) = self.appearance.keymap.action(self.ui.context(), key) else { return Ok(None) };
        let effects = match action {
            // It waits for no model.
            Action::Interrupt => vec![Effect::Interrupt],
            _ => self.ui.update(action, &self.trial.race(), self.now()),
        };
        for effect in effects {
            if let Some(code) = self.perform(effect, guard)? {
                return Ok(Some(code));
            }
        }
        Ok(None)
    }

    fn perform(&mut self, effect: Effect, guard: &mut Guard) -> io::Result<Option<u8>> {
        match effect {
            // Nothing of the lab is worth draining.
            Effect::Interrupt if self.trial.is_over() => return Ok(Some(0)),
            Effect::Interrupt => return Ok(Some(code::INTERRUPTED)),
            Effect::Suspend => {
                // A stop of ours is not lateness of theirs.
                let was_paused = self.trial.is_paused();
                self.trial.pause(true);
                let suspended = guard.suspend();
                self.trial.pause(was_paused);
                suspended?;
            }
            Effect::ControlLab(turn) => self.obey(turn)?,
            Effect::NextTheme => {
                self.appearance.next_theme();
                let now = self.now();
                self.ui.say(&format!("theme {}", sanitize(self.appearance.theme.name())), now);
            }
            Effect::Redraw => guard.redraw(),
            Effect::SaveFile(content) => self.wants_export = content == FileContent::PictureSvg,
            Effect::Leave(leave) => self.leave = Some(leave),
            // The lab has no source, no recording and no request to copy.
            Effect::Send(_) | Effect::Travel(_) | Effect::Copy(_) => {}
        }
        Ok(None)
    }

    /// Draws one picture, unless the terminal is still busy with the last one; gives it back where it is
    /// wanted.
    fn draw(&mut self, guard: &mut Guard) -> io::Result<Option<Picture>> {
        let race = self.trial.race();
        let area = guard.area();
        self.ui.forget(self.now());
        self.ui.fit(&race, race::rows_in_sight(area, race.lanes.len()));
        let lesson = lesson::paragraphs(self.trial.scenario(), &race);
        self.ui.sheet_end = race::sheet_end(area, &self.ui, &self.appearance.keymap, &lesson);
        let held: Vec<_> = self.trial.lanes().iter().map(|lane| lane.follow().model()).collect();
        let models: Vec<_> = held.iter().map(|model| &**model).collect();
        let stage = LabScene {
            race: &race,
            models: &models,
            is_paused: self.trial.is_paused(),
            lesson: &lesson,
            ui: &self.ui,
            theme: &self.appearance.theme,
            keymap: &self.appearance.keymap,
            charset: self.appearance.capabilities.charset,
            now: if race.is_over() { race.end() } else { self.trial.now() },
        };
        let is_wanted = self.wants_export || self.leave == Some(Leave::KeepPicture);
        let mut picture = None;
        let drawn = guard.draw(area, |frame| {
            race::render(frame, &stage);
            picture = is_wanted.then(|| frame.buffer_mut().clone());
        })?;
        self.drawn_at = Some(Instant::now());
        self.is_dirty = drawn == DrawResult::Skipped;
        Ok(picture)
    }

    /// Writes the picture as SVG, where that was asked for, and says where.
    fn export(&mut self, picture: Option<&Picture>) {
        let Some(picture) = picture else { return };
        if !std::mem::take(&mut self.wants_export) {
            return;
        }
        let said = match save_file::save_new("svg", &svg::svg(picture, &self.appearance.theme)) {
            Ok(path) => format!("saved as {}", path.display()),
            Err(error) => format!("cannot save it: {error}"),
        };
        let now = self.now();
        self.ui.say(&sanitize(&said), now);
        self.is_dirty = true;
    }

    /// Whether it is time for a picture.
    fn is_due(&self) -> bool {
        let Some(drawn_at) = self.drawn_at else { return true };
        let since = drawn_at.elapsed();
        if self.is_dirty { since >= self.frame() } else { self.step().is_some_and(|step| since >= step) }
    }

    /// How long to wait for a reason to wake.
    fn patience(&self) -> Duration {
        let since = self.drawn_at.map_or(Duration::MAX, |at| at.elapsed());
        match if self.is_dirty { Some(self.frame()) } else { self.step() } {
            Some(step) => step.saturating_sub(since).min(REST),
            // Only a key could be a reason.
            None => Duration::MAX,
        }
    }

    fn frame(&self) -> Duration {
        Duration::from_secs(1) / self.appearance.frames_per_second.max(1)
    }

    /// How often the picture changes by time alone.
    fn step(&self) -> Option<Duration> {
        match (self.trial.is_over(), self.ui.remark.is_some()) {
            (false, _) => Some(if self.appearance.has_motion { STEP } else { REST }),
            (true, true) => Some(REST),
            (true, false) => None,
        }
    }

    /// Time since the screen was opened.
    fn now(&self) -> Offset {
        Offset(Micros::from(self.opened.elapsed()).0)
    }
}
