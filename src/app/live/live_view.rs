//! The interface between the live loop and its views: a run, a replay, or the lab.
//!
//! A view holds state and draws it; it decides neither when to draw nor when to leave. Start at [`LiveView`].

use std::io;
use std::time::Instant;

use crate::app::appearance::Appearance;
use crate::app::live::pacing::Motion;
use crate::app::wakeups::Signal;
use crate::tui::action::Action;
use crate::tui::click_targets::{ClickTarget, ClickTargets};
use crate::tui::effect::{Effect, Leave};
use crate::tui::input::event::Keystroke;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::picture::Picture;
use crate::tui::setting::{ScreenSetting, SettingRow};
use crate::tui::terminal::DrawResult;
use crate::tui::terminal::screen::{Area, Screen};

/// A view that the loop shows.
pub trait LiveView {
    /// Sets the view's clock; the loop does so before anything else happens at that time.
    fn tick(&mut self, now: Instant);
    /// The context that decides what keys mean.
    fn context(&self) -> Context;
    /// Applies an action on a screen of this size, and returns its effects.
    fn update(&mut self, action: Action, keymap: &Keymap, area: Area) -> Vec<Effect>;
    /// Edits the open text field, if there is one.
    fn edit(&mut self, key: Keystroke);
    /// Pastes into the open text field.
    fn paste(&mut self, text: &str);
    /// Selects what was clicked; returns an action, if the click means one.
    fn click(&mut self, target: ClickTarget) -> Option<Action>;
    /// Scrolls what is visible by one notch of the wheel.
    fn scroll(&mut self, is_up: bool);
    /// Whether clicks and the wheel belong to the view.
    fn has_mouse(&self) -> bool;
    /// Shows a remark in the footer for a while.
    fn say(&mut self, remark: &str);
    /// Shows the settings menu with these values.
    fn show_settings(&mut self, _rows: Vec<SettingRow>) {}
    /// Shows the list of themes, one of which is in use.
    fn show_themes(&mut self, names: &[String], current: &str);
    /// Applies a setting that the user has changed in the settings menu.
    fn apply_setting(&mut self, _setting: ScreenSetting, _appearance: &Appearance) {}
    /// Stores what the user has changed by keys, before the settings menu shows it.
    fn store_settings(&self, _appearance: &mut Appearance) {}
    /// Whether hosts and paths are hidden.
    fn hides_names(&self) -> bool {
        false
    }
    /// Performs an effect on the view's source.
    fn control(&mut self, effect: Effect) -> io::Result<()>;
    /// Handles Ctrl-C or a signal to end.
    fn interrupt(&mut self, signal: Signal) -> AfterInterrupt;
    /// Stops the process by calling `stop`, which returns when the process continues.
    fn suspend(&mut self, stop: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
        stop()
    }
    /// Whether changes of the model do not show.
    fn is_frozen(&self) -> bool;
    /// How the picture changes by time alone.
    fn motion(&self) -> Option<Motion>;
    /// Whether the work is over.
    fn is_over(&self) -> bool;
    /// How the screen closes without a key: its source failed, another program waits for the result, or the user
    /// asked for it.
    fn closes_itself(&self) -> Option<Leave>;
    /// Draws one frame.
    fn draw(
        &mut self,
        screen: &mut impl Screen,
        appearance: &Appearance,
        last: &mut LastFrame,
    ) -> io::Result<DrawResult>;
}

/// The consequence of an interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterInterrupt {
    /// The screen closes when the run has ended.
    WaitForEnd,
    /// The screen closes now.
    Leave,
    /// The process ends now, with the run under way.
    LeaveAtOnce,
}

/// The parts of the last frame that are kept.
#[derive(Debug, Default)]
pub struct LastFrame {
    /// Where clicks have an effect.
    pub targets: ClickTargets,
    /// The picture, if it is to be saved or printed.
    pub picture: Option<Picture>,
    /// Whether to keep the picture.
    pub keeps_picture: bool,
}

impl LastFrame {
    /// Keeps what a frame has drawn.
    pub fn record(&mut self, picture: &Picture, targets: ClickTargets) {
        self.targets = targets;
        self.picture = self.keeps_picture.then(|| picture.clone());
    }
}
