//! The events that a terminal sends: keys, pastes, the mouse, resizes, answers, and its end.
//!
//! Start at [`TerminalInput`].

use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Position;

use crate::tui::theme::role::Variant;

/// A key that was pressed, held or released.
pub type Keystroke = KeyEvent;

/// An event from the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalInput {
    /// A key was pressed, held or released.
    Key(Keystroke),
    /// Pasted text: foreign, line ends included.
    Paste(String),
    /// A click or a turn of the wheel.
    Mouse(Mouse),
    /// The terminal's size changed, perhaps only for a moment, and its content is lost. The drawing thread
    /// asks for the size.
    Resize,
    /// The background, or `None` if the terminal does not report it. Arrives once per query.
    Background(Option<Variant>),
    /// The process was stopped and continued, and is in the foreground: draw.
    Continued,
    /// The terminal has gone. No event follows.
    Gone,
}

/// A mouse event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What happened.
    pub action: MouseAction,
    /// The cell.
    pub at: Position,
}

/// What can happen with the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAction {
    /// The main button was pressed.
    Click,
    /// The wheel was turned up.
    WheelUp,
    /// The wheel was turned down.
    WheelDown,
}

/// A callback for events. It is called from several threads and must not block.
pub type InputHandler = Arc<dyn Fn(TerminalInput) + Send + Sync>;
