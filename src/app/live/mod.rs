//! The live loop, shared by a run, a replay and the lab: it waits for wake-ups and draws what has changed.
//!
//! It knows neither its source nor its terminal: what it shows is a [`LiveView`], what it draws on a [`Screen`],
//! and what wakes it a [`WakeupSource`]. While nothing moves it wakes once a second, and not at all once the
//! work is over. Start at [`run`] and [`Live::run_loop`].

pub mod attention;
mod background;
mod effects;
pub mod live_view;
pub mod pacing;
pub mod run_view;
#[cfg(test)]
pub(super) mod script;
mod settings;
#[cfg(test)]
mod tests;
mod title;
pub mod watched;

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::appearance::Appearance;
use crate::app::live::live_view::{AfterInterrupt, LastFrame, LiveView};
use crate::app::live::pacing::FramePacing;
use crate::app::wakeups::{Signal, Wakeup, WakeupSource, Wakeups};
use crate::output::streams;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTargets;
use crate::tui::effect::{FileContent, Leave};
use crate::tui::input::event::{Keystroke, Mouse, MouseAction, TerminalInput};
use crate::tui::picture::{self, Picture};
use crate::tui::terminal::options::TerminalOptions;
use crate::tui::terminal::screen::Screen;
use crate::tui::terminal::{DrawResult, Guard};

/// How the screen was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScreenExit {
    /// The user left, or the work ended and another program waits for the result.
    Left,
    /// The terminal went away; the run may still be under way.
    TerminalGone,
    /// The run is over, and the user wants to run the whole batch again.
    Rerun,
    /// The third Ctrl-C: everything is dropped.
    AtOnce,
}

/// Takes the terminal for the loop, and asks it for its background where the theme depends on that.
pub fn enter(appearance: &mut Appearance, wakeups: &Wakeups, title: bool, bar: bool) -> io::Result<Guard> {
    let sender = wakeups.sender();
    // It only fails after the loop has ended.
    let on_input = move |input| drop(sender.send(Wakeup::Input(input)));
    let options = TerminalOptions { background: appearance.asks_background, title, bar };
    let guard = Guard::enter(io::stderr().as_fd(), options, Arc::new(on_input))?;
    if appearance.asks_background {
        background::wait_for_background(wakeups, appearance);
    }
    Ok(guard)
}

/// Shows a view until the user leaves, the work is over, or the terminal goes.
pub fn run(
    view: &mut impl LiveView,
    mut guard: Guard,
    appearance: &mut Appearance,
    wakeups: &mut Wakeups,
) -> io::Result<ScreenExit> {
    let ended = Live::new(view, &mut guard, appearance, wakeups.now()).run_loop(wakeups);
    guard.leave();
    let (exit, picture) = ended?;
    for line in picture.iter().flat_map(picture::lines).chain(guard.postponed()) {
        streams::say(&line);
    }
    Ok(exit)
}

/// The loop's state.
pub(super) struct Live<'a, V, S> {
    view: &'a mut V,
    screen: &'a mut S,
    appearance: &'a mut Appearance,
    pacing: FramePacing,
    last: LastFrame,
    /// How the user wants to leave, if so.
    leave: Option<Leave>,
    /// The content to save; a picture is saved after the next frame.
    saving: Option<FileContent>,
    now: Instant,
}

impl<'a, V: LiveView, S: Screen> Live<'a, V, S> {
    pub(super) fn new(view: &'a mut V, screen: &'a mut S, appearance: &'a mut Appearance, now: Instant) -> Self {
        let pacing = FramePacing::new(appearance.frames_per_second, appearance.has_motion);
        let last = LastFrame::default();
        Self { view, screen, appearance, pacing, last, leave: None, saving: None, now }
    }

    /// Draws and waits in turn until the end; returns the last picture where the user wants to keep it.
    pub(super) fn run_loop(&mut self, wakeups: &mut impl WakeupSource) -> io::Result<(ScreenExit, Option<Picture>)> {
        loop {
            self.tick(wakeups.now());
            if self.pacing.is_due(self.view.motion(), self.now) {
                wakeups.acknowledge_changes();
                let drawn = self.draw()?;
                self.pacing.frame_drawn(drawn, wakeups.now());
                let picture = self.last.picture.take();
                self.save(picture.as_ref());
            }
            let max_wait = self.pacing.max_wait(self.view.motion(), self.view.is_over(), wakeups.now());
            let mut next = wakeups.next(max_wait);
            self.tick(wakeups.now());
            while let Some(wakeup) = next {
                if let Some(exit) = self.handle(wakeup)? {
                    return Ok((exit, None));
                }
                next = wakeups.next(Duration::ZERO);
            }
            if self.screen.is_gone() {
                return Ok((ScreenExit::TerminalGone, None));
            }
            match self.requested_leave() {
                Some(Leave::KeepPicture) => {
                    let _ = self.draw()?;
                    return Ok((ScreenExit::Left, self.last.picture.take()));
                }
                Some(Leave::Now) => return Ok((ScreenExit::Left, None)),
                Some(Leave::Again) => return Ok((ScreenExit::Rerun, None)),
                Some(Leave::WhenEnded) | None => {}
            }
        }
    }

    fn tick(&mut self, now: Instant) {
        self.now = now;
        self.view.tick(now);
    }

    /// Handles one wake-up; returns how the screen is left, if it is a reason to leave at once.
    fn handle(&mut self, wakeup: Wakeup) -> io::Result<Option<ScreenExit>> {
        match wakeup {
            Wakeup::Signal(Signal::Status) => {}
            Wakeup::Signal(Signal::HangUp) | Wakeup::Input(TerminalInput::Gone) => {
                return Ok(Some(ScreenExit::TerminalGone));
            }
            Wakeup::Signal(signal) => return Ok(self.interrupt(signal)),
            Wakeup::Input(TerminalInput::Key(key)) => return self.handle_key(key),
            Wakeup::Input(TerminalInput::Mouse(mouse)) => return self.handle_mouse(mouse),
            Wakeup::Input(TerminalInput::Paste(text)) => {
                if self.view.context().takes_text() {
                    self.view.paste(&text);
                }
                self.pacing.draw_soon();
            }
            Wakeup::Input(TerminalInput::Background(variant)) => {
                if let Some(variant) = variant {
                    self.appearance.set_background(variant);
                }
                self.pacing.draw_soon();
            }
            Wakeup::Input(TerminalInput::Resize) => {
                self.screen.redraw();
                // The positions of the last frame are no longer valid.
                self.last.targets = ClickTargets::default();
                self.pacing.draw_soon();
            }
            Wakeup::Input(TerminalInput::Continued) => self.pacing.draw_soon(),
            Wakeup::Changed if self.view.is_frozen() => {}
            Wakeup::Changed => self.pacing.model_changed(),
        }
        Ok(None)
    }

    fn handle_key(&mut self, key: Keystroke) -> io::Result<Option<ScreenExit>> {
        self.pacing.draw_soon();
        let Some(action) = self.appearance.keymap.action(self.view.context(), key) else {
            self.view.edit(key);
            return Ok(None);
        };
        self.apply(action)
    }

    /// Handles a click or the wheel.
    fn handle_mouse(&mut self, mouse: Mouse) -> io::Result<Option<ScreenExit>> {
        // A report may arrive after the mouse was switched off.
        if !self.view.has_mouse() {
            return Ok(None);
        }
        self.pacing.draw_soon();
        let action = match mouse.action {
            MouseAction::Click => self.last.targets.at(mouse.at).and_then(|target| self.view.click(target)),
            MouseAction::WheelUp | MouseAction::WheelDown => {
                self.view.scroll(mouse.action == MouseAction::WheelUp);
                None
            }
        };
        action.map_or(Ok(None), |action| self.apply(action))
    }

    /// Applies an action and performs its effects.
    fn apply(&mut self, action: Action) -> io::Result<Option<ScreenExit>> {
        // An interrupt must work even while the model is locked.
        if action == Action::Interrupt {
            return Ok(self.interrupt(Signal::Interrupt));
        }
        for effect in self.view.update(action, &self.appearance.keymap, self.screen.area()) {
            if let Some(exit) = self.perform(effect)? {
                return Ok(Some(exit));
            }
        }
        Ok(None)
    }

    fn interrupt(&mut self, signal: Signal) -> Option<ScreenExit> {
        self.pacing.draw_soon();
        match self.view.interrupt(signal) {
            AfterInterrupt::Leave => Some(ScreenExit::Left),
            AfterInterrupt::LeaveAtOnce => Some(ScreenExit::AtOnce),
            AfterInterrupt::WaitForEnd => {
                self.leave.get_or_insert(Leave::WhenEnded);
                None
            }
        }
    }

    /// How to leave now, if at all. It is kept, so that the last frame knows whether its picture is kept.
    fn requested_leave(&mut self) -> Option<Leave> {
        if matches!(self.leave, None | Some(Leave::WhenEnded)) {
            let is_wanted = self.leave.is_some() && self.view.is_over();
            let now = self.view.closes_itself().or(is_wanted.then_some(Leave::Now));
            self.leave = now.or(self.leave);
        }
        self.leave
    }

    /// Draws one frame, unless the terminal is still busy with the last one.
    fn draw(&mut self) -> io::Result<DrawResult> {
        if let Some(took) = self.screen.take_write_time() {
            self.pacing.frame_written(took);
        }
        self.last.picture = None;
        self.last.keeps_picture =
            self.leave == Some(Leave::KeepPicture) || self.saving.as_ref().is_some_and(FileContent::is_picture);
        self.view.draw(self.screen, self.appearance, &mut self.last)
    }
}
