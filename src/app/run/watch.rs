//! The third step of a run: shows it on the screen or in lines, until it ends or the user leaves.
//!
//! Start at [`Batch::watch`].

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::time::Instant;

use crate::app::appearance::Appearance;
use crate::app::live::attention::Attention;
use crate::app::live::run_view::RunView;
use crate::app::live::watched::{ViewClock, Watched};
use crate::app::live::{self, ScreenExit};
use crate::app::run::headless::TerminalSigns;
use crate::app::run::progress_bar::ProgressBar;
use crate::app::run::start::RunningBatch;
use crate::app::run::watch_end::WatchEnd;
use crate::app::run::{Batch, headless, recording};
use crate::app::wakeups::Signal;
use crate::output::output_error::path_shown;
use crate::output::plain::{Plain, PlainPace};
use crate::output::streams;
use crate::tui::detect::{Environment, Interface};

impl Batch<'_> {
    /// Shows the run where the environment allows it.
    pub(super) fn watch(
        &self,
        running: &mut RunningBatch,
        appearance: &mut Appearance,
        environment: &Environment,
    ) -> WatchEnd {
        match environment.interface().value {
            Interface::Screen => self.watch_on_screen(running, appearance, environment),
            Interface::Plain => self.watch_in_lines(running, environment, appearance),
        }
    }

    /// Shows the run on the screen. If the screen is lost, the run goes on and is shown in lines.
    fn watch_on_screen(
        &self,
        running: &mut RunningBatch,
        appearance: &mut Appearance,
        environment: &Environment,
    ) -> WatchEnd {
        let follow = running.follow.clone();
        running.wakeups.notifier().watch(&follow);
        // The guard has restored the terminal and reported the panic. The model and the channel of commands,
        // which both sides share, stay valid.
        let shown = panic::catch_unwind(AssertUnwindSafe(|| self.show(running, appearance)));
        // The listener and the model hold each other: without this neither would be dropped.
        follow.on_change(|| {});
        match shown {
            Ok(Ok(ScreenExit::Left)) => WatchEnd::Left,
            Ok(Ok(ScreenExit::Rerun)) => WatchEnd::Rerun,
            Ok(Ok(ScreenExit::AtOnce)) => WatchEnd::Dropped,
            Ok(Ok(ScreenExit::TerminalGone)) => {
                running.stop.escalate(Signal::HangUp, Instant::now());
                headless::run(running, None, TerminalSigns::default())
            }
            Ok(Err(error)) => {
                streams::say(&format!("warning: cannot use the terminal: {error}; the run continues in lines"));
                self.watch_in_lines(running, environment, appearance)
            }
            Err(_) => {
                streams::say("warning: the screen panicked, which is a bug in inflight; the run continues in lines");
                match self.watch_in_lines(running, environment, appearance) {
                    WatchEnd::Left | WatchEnd::Rerun | WatchEnd::ScreenBroke => WatchEnd::ScreenBroke,
                    WatchEnd::Dropped => WatchEnd::Dropped,
                }
            }
        }
    }

    fn show(&self, running: &mut RunningBatch, appearance: &mut Appearance) -> io::Result<ScreenExit> {
        let (title, bar) = (appearance.has_title, appearance.has_progress);
        let guard = live::enter(appearance, &running.wakeups, title, bar)?;
        let recording = shown_recording(running);
        let watched = Watched {
            expect: self.plan.expect,
            follow: &running.follow,
            clock: ViewClock::Live(&running.time),
            leaves_at_end: !self.console.stdout.is_terminal(),
            exits: appearance.exits,
            can: running.can,
            recording: recording.as_deref(),
        };
        let mut view = RunView::new(watched, &mut running.stop, appearance);
        live::run(&mut view, guard, appearance, &mut running.wakeups)
    }

    /// Shows the run in lines of text.
    pub(super) fn watch_in_lines(
        &self,
        running: &mut RunningBatch,
        environment: &Environment,
        appearance: &Appearance,
    ) -> WatchEnd {
        // A file has no bell.
        let signs = TerminalSigns {
            bar: appearance.has_progress.then(ProgressBar::default),
            attention: environment.draws_on_terminal.then(|| Attention::new(appearance)),
        };
        // The end must wake the loop, so that a program that waits for the result does not wait longer.
        running.wakeups.notifier().watch_end(&running.follow);
        let lines = Plain::new(self.pace(environment)).recorded_in(shown_recording(running).as_deref());
        let end = headless::run(running, Some(lines.fitted_to(self.console.stderr)), signs);
        running.follow.on_change(|| {});
        end
    }

    fn pace(&self, environment: &Environment) -> PlainPace {
        // A user who asks for plain lines on a terminal probably has them read aloud.
        if self.look.plain && environment.draws_on_terminal { PlainPace::SPOKEN } else { PlainPace::Log }
    }
}

/// The path of the recording, safe to show; nothing for standard output.
fn shown_recording(running: &RunningBatch) -> Option<String> {
    running.recording.as_deref().filter(|path| !recording::is_stdout(path)).map(path_shown)
}
