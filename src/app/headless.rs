//! The run without a screen: plain lines on standard error until it is over.
//!
//! Start at [`run`].

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::app::signals::{Signal, Wake};
use crate::app::stop::Stop;
use crate::app::tab::Tab;
use crate::event::{Micros, Offset};
use crate::output::plain::Plain;
use crate::output::streams;
use crate::pump::Follow;
use crate::tui::beside::Bar;

/// How often we look.
const STEP: Duration = Duration::from_millis(100);

/// Follows a run to its end; `plain` says what there is to say, or nothing if nobody listens any
/// more, and `tab` shows how far it is. Tells whether it was left at once, with the run still under way.
pub fn run(
    follow: &Follow,
    start: Instant,
    stop: &mut Stop,
    wakes: &Receiver<Wake>,
    mut plain: Option<Plain>,
    mut tab: Option<Tab>,
) -> bool {
    loop {
        let is_over = follow.is_closed();
        if let Some(plain) = &mut plain {
            let now = Offset(Micros::from(start.elapsed()).0);
            let lines = plain.poll(&follow.model(), now);
            for line in &lines {
                streams::say(line);
            }
        }
        if let Some(tab) = &mut tab {
            tab.show(Bar::of(&follow.model()));
        }
        if is_over {
            return false;
        }
        match wakes.recv_timeout(STEP) {
            Ok(Wake::Signal(Signal::Status)) => {
                if let Some(plain) = &plain {
                    streams::say(&plain.status(&follow.model(), Offset(Micros::from(start.elapsed()).0)));
                }
            }
            Ok(Wake::Signal(signal)) => {
                if stop.by(signal) {
                    return true;
                }
            }
            // What the screen had still to say when it was left.
            Ok(Wake::Changed | Wake::Input(_)) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(STEP),
        }
        stop.look_at_the_clock();
    }
}
