//! The run without a screen: plain lines on standard error until it is over.
//!
//! Start at [`run`].

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::app::signals::{Signal, Wake};
use crate::app::stop::Stop;
use crate::app::tab::Tab;
use crate::model::Stage;
use crate::output::plain::Plain;
use crate::output::streams;
use crate::pump::Follow;
use crate::source::pool::schedule::run_time::RunTime;
use crate::tui::window_status::TabProgress;

/// How often we look.
const STEP: Duration = Duration::from_millis(100);

/// Follows a run to its end; `plain` says what there is to say, or nothing if nobody listens any
/// more, and `tab` shows how far it is. Tells whether it was left at once, with the run still under way.
pub fn run(
    follow: &Follow,
    time: &RunTime,
    stop: &mut Stop,
    wakes: &Receiver<Wake>,
    mut plain: Option<Plain>,
    mut tab: Option<Tab>,
) -> bool {
    loop {
        // A pool that could go on is not closed by its end, and nobody is left to ask it to.
        let is_over = follow.is_closed() || matches!(follow.model().stage, Stage::Ended(_));
        if let Some(plain) = &mut plain {
            let now = time.now();
            let lines = plain.poll(&follow.model(), now);
            for line in &lines {
                streams::say(line);
            }
        }
        if let Some(tab) = &mut tab {
            tab.show(TabProgress::from_model(&follow.model()));
        }
        if is_over {
            return false;
        }
        match wakes.recv_timeout(STEP) {
            Ok(Wake::Signal(Signal::Status)) => {
                if let Some(plain) = &plain {
                    streams::say(&plain.status(&follow.model(), time.now()));
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
