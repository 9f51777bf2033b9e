//! A run without a screen: lines of text on standard error until it is over.
//!
//! Start at [`run`].

use std::time::{Duration, Instant};

use crate::app::live::attention::Attention;
use crate::app::run::progress_bar::ProgressBar;
use crate::app::run::start::RunningBatch;
use crate::app::run::watch_end::WatchEnd;
use crate::app::wakeups::{Signal, Wakeup};
use crate::model::{Model, Stage};
use crate::output::plain::Plain;
use crate::output::streams;
use crate::tui::privacy::Privacy;
use crate::tui::window_status::TabProgress;

/// How often lines and the progress bar are updated.
const STEP: Duration = Duration::from_millis(100);

/// What a terminal shows and says apart from lines.
#[derive(Default)]
pub(super) struct TerminalSigns {
    /// The progress in the terminal's tab.
    pub bar: Option<ProgressBar>,
    /// The notices.
    pub attention: Option<Attention>,
}

impl TerminalSigns {
    fn show(&mut self, model: &Model) {
        if let Some(bar) = &mut self.bar {
            bar.show(TabProgress::from_model(model));
        }
        if let Some(attention) = &mut self.attention {
            // The lines above it have the real names.
            let notice = attention.take(model, &Privacy::default(), Instant::now());
            if !notice.is_empty() {
                streams::send_control(&String::from_utf8_lossy(&notice));
            }
        }
    }
}

/// Follows a run to its end. Prints `lines` if given.
pub(super) fn run(running: &mut RunningBatch, mut lines: Option<Plain>, mut signs: TerminalSigns) -> WatchEnd {
    let RunningBatch { follow, time, stop, wakeups, .. } = running;
    loop {
        // A lingering pool keeps its channel open at the end, but without a screen it gets no more commands.
        let is_over = follow.is_closed() || matches!(follow.model().stage, Stage::Ended(_));
        if let Some(lines) = &mut lines {
            let now = time.now();
            for line in lines.poll(&follow.model(), now) {
                streams::say(&line);
            }
        }
        signs.show(&follow.model());
        if is_over {
            return WatchEnd::Left;
        }
        match wakeups.wait(STEP) {
            Some(Wakeup::Signal(Signal::Status)) => {
                if let Some(lines) = &lines {
                    streams::say(&lines.status(&follow.model(), time.now()));
                }
            }
            Some(Wakeup::Signal(signal)) => {
                if stop.escalate(signal, Instant::now()) {
                    return WatchEnd::Dropped;
                }
            }
            // A change, or input that arrived before the screen was left.
            Some(Wakeup::Changed | Wakeup::Input(_)) | None => {}
        }
        stop.cancel_if_overdue(Instant::now());
    }
}
