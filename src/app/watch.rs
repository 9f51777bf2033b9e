//! Watches one run to its end: on the screen, or in lines.
//!
//! Start at [`Run::on_screen`].

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc as wakes;

use crate::app::appearance::Appearance;
use crate::app::headless;
use crate::app::screen::{self, Clock, Ended, Watched};
use crate::app::signals::{self, Wake};
use crate::app::stop::Stop;
use crate::app::tab::Tab;
use crate::control::Abilities;
use crate::output::plain::{Plain, PlainPace};
use crate::output::streams;
use crate::pump::Follow;
use crate::source::pool::schedule::run_time::RunTime;
use crate::text::console::Console;

/// A run under way, and what wakes the main thread.
pub struct Run<'a> {
    /// The model, as it follows the run.
    pub follow: &'a Follow,
    /// The run's clock.
    pub time: &'a RunTime,
    /// What may be wished of it.
    pub can: Abilities,
    /// Wakes the main thread.
    pub wake: &'a wakes::Sender<Wake>,
    /// What wakes it.
    pub woken: &'a wakes::Receiver<Wake>,
    /// The terminal's tab shows how far it is.
    pub has_bar: bool,
    /// Where it is recorded, as it may be shown.
    pub recording: Option<&'a str>,
    /// Where its lines and its result go.
    pub console: Console,
}

/// How the watching of a run ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watch {
    /// Everything was dropped at once, with the run still under way.
    pub is_dropped: bool,
    /// The screen broke: a bug of ours.
    pub is_broken: bool,
    /// The whole batch is to be run again.
    pub goes_again: bool,
}

impl Run<'_> {
    /// Shows it. A screen that is lost costs the screen: the run goes on, told in lines.
    pub fn on_screen(self, appearance: &mut Appearance, stop: &mut Stop, pace: PlainPace) -> Watch {
        let watched = Watched {
            follow: self.follow,
            clock: Clock::Live(self.time),
            // Somebody waits for the result at the other end of the pipe.
            leaves_at_end: !self.console.stdout.is_terminal(),
            can: self.can,
            recording: self.recording,
        };
        let show = || screen::run(watched, appearance, stop, self.woken, self.wake);
        // The guard has given the terminal back and told of the panic; what we share with it are facts and wishes.
        match panic::catch_unwind(AssertUnwindSafe(show)) {
            Ok(Ok(Ended::Left)) => Watch::default(),
            Ok(Ok(Ended::Again)) => Watch { goes_again: true, ..Watch::default() },
            Ok(Ok(Ended::AtOnce)) => Watch { is_dropped: true, ..Watch::default() },
            Ok(Ok(Ended::Gone)) => {
                stop.by(signals::Signal::HangUp);
                let is_dropped = headless::run(self.follow, self.time, stop, self.woken, None, None);
                Watch { is_dropped, ..Watch::default() }
            }
            Ok(Err(error)) => {
                streams::say(&format!("warning: cannot use the terminal: {error}; the run goes on in lines"));
                Watch { is_dropped: self.in_lines(stop, pace), ..Watch::default() }
            }
            Err(_) => {
                streams::say("warning: the screen broke, which is a bug of ours; the run goes on in lines");
                Watch { is_dropped: self.in_lines(stop, pace), is_broken: true, ..Watch::default() }
            }
        }
    }

    /// Tells of it in lines. Tells whether everything was dropped.
    pub fn in_lines(self, stop: &mut Stop, pace: PlainPace) -> bool {
        let tab = self.has_bar.then(Tab::default);
        // Whoever waits for the result should not wait for our next look as well.
        let (follow, wake) = (self.follow.clone(), self.wake.clone());
        self.follow.on_change(move || {
            if follow.is_closed() {
                // It only fails when we have looked already.
                let _ = wake.send(Wake::Changed);
            }
        });
        let is_dropped = headless::run(
            self.follow,
            self.time,
            stop,
            self.woken,
            Some(Plain::new(pace).recorded_in(self.recording).fitted_to(self.console.stderr)),
            tab,
        );
        self.follow.on_change(|| {});
        is_dropped
    }
}
