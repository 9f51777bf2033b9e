//! A scripted source of wake-ups with its own clock, for tests of the live loop.
//!
//! It sleeps nowhere: the clock jumps to the next step, or to the end of the loop's patience. Start at [`Script`].

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::app::wakeups::{Signal, Wakeup, WakeupSource};
use crate::event::origin::Origin;
use crate::event::{Event, Fact, Offset};
use crate::pump::Follow;
use crate::tui::input::event::{Keystroke, MouseAction, TerminalInput};
use crate::tui::terminal::memory_screen::{self, ScreenState, letter};

/// A clock that only the script moves.
pub type Clock = Rc<Cell<Instant>>;

/// What happens at one moment.
pub enum ScriptStep {
    /// The loop wakes.
    Wake(Wakeup),
    /// The run does something, and the loop is notified of it.
    Run(Fact),
    /// The run's channel closes.
    Close,
    /// The terminal is resized, goes away, stops reading or reads again.
    Screen(fn(&mut ScreenState)),
}

/// A key of one letter.
pub fn key(character: char) -> ScriptStep {
    press(letter(character))
}

/// Ctrl-C.
pub fn ctrl_c() -> ScriptStep {
    ScriptStep::Wake(Wakeup::Signal(Signal::Interrupt))
}

/// The terminal goes away, which ends every session that has no other end.
pub fn gone() -> ScriptStep {
    ScriptStep::Wake(Wakeup::Input(TerminalInput::Gone))
}

/// A key.
pub fn press(key: Keystroke) -> ScriptStep {
    ScriptStep::Wake(Wakeup::Input(TerminalInput::Key(key)))
}

/// A click, or one notch of the wheel, at a column and a row.
pub fn mouse(action: MouseAction, place: (u16, u16)) -> ScriptStep {
    ScriptStep::Wake(Wakeup::Input(TerminalInput::Mouse(memory_screen::mouse(action, place))))
}

/// The run that a script controls.
pub struct ScriptedRun {
    /// Its events; nothing once its channel is closed.
    pub events: Option<mpsc::Sender<Event>>,
    /// The model that follows it.
    pub follow: Follow,
}

impl ScriptedRun {
    /// Sends a fact, and waits until the model has applied it.
    pub fn send(&self, fact: Fact) {
        let at = Offset(self.follow.model().last.0 + 1);
        self.events.as_ref().unwrap().blocking_send(Event { at, origin: Origin::HERE, fact }).unwrap();
        while self.follow.model().last < at {
            std::thread::yield_now();
        }
    }
}

/// What wakes the loop, and when.
pub struct Script {
    clock: Clock,
    start: Instant,
    steps: VecDeque<(u64, ScriptStep)>,
    screen: Rc<Cell<ScreenState>>,
    run: Option<ScriptedRun>,
}

impl Script {
    /// A script of steps, each with its time in milliseconds; the last step has to end the loop.
    pub fn new(
        clock: &Clock,
        screen: &Rc<Cell<ScreenState>>,
        steps: Vec<(u64, ScriptStep)>,
        run: Option<ScriptedRun>,
    ) -> Self {
        Self { clock: Rc::clone(clock), start: clock.get(), steps: steps.into(), screen: Rc::clone(screen), run }
    }
}

impl WakeupSource for Script {
    fn now(&self) -> Instant {
        self.clock.get()
    }

    fn next(&mut self, patience: Duration) -> Option<Wakeup> {
        let now = self.clock.get() - self.start;
        assert!(now < Duration::from_secs(120), "the screen never closes");
        let until = now.saturating_add(patience);
        let is_due = self.steps.front().is_some_and(|(at, _)| Duration::from_millis(*at) <= until);
        if !is_due {
            assert!(patience < Duration::MAX, "the loop waits for ever");
            self.clock.set(self.start + until);
            return None;
        }
        let (at, step) = self.steps.pop_front()?;
        self.clock.set(self.start + now.max(Duration::from_millis(at)));
        match step {
            ScriptStep::Wake(wakeup) => return Some(wakeup),
            ScriptStep::Run(fact) => self.run.as_ref().unwrap().send(fact),
            ScriptStep::Close => {
                let run = self.run.as_mut().unwrap();
                run.events = None;
                while !run.follow.is_closed() {
                    std::thread::yield_now();
                }
            }
            ScriptStep::Screen(change) => {
                let mut state = self.screen.get();
                change(&mut state);
                self.screen.set(state);
            }
        }
        Some(Wakeup::Changed)
    }

    fn acknowledge_changes(&mut self) {}
}
