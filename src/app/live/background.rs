//! The wait for the terminal's background, before the first frame.
//!
//! Start at [`wait_for_background`].

use std::time::{Duration, Instant};

use crate::app::appearance::Appearance;
use crate::app::wakeups::{Wakeup, Wakeups};
use crate::tui::input::event::TerminalInput;

/// How long the terminal may take to report its background.
const PATIENCE: Duration = Duration::from_millis(20);

/// Waits for the background for a moment, and returns every other wake-up to the queue.
pub(super) fn wait_for_background(wakeups: &Wakeups, appearance: &mut Appearance) {
    let until = Instant::now() + PATIENCE;
    let mut others = Vec::new();
    while let Some(wakeup) = wakeups.wait(until.saturating_duration_since(Instant::now())) {
        if let Wakeup::Input(TerminalInput::Background(variant)) = wakeup {
            if let Some(variant) = variant {
                appearance.set_background(variant);
            }
            break;
        }
        others.push(wakeup);
    }
    let sender = wakeups.sender();
    for wakeup in others {
        // Sending cannot fail, because this thread holds the receiver.
        drop(sender.send(wakeup));
    }
}
