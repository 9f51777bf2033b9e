//! Stops of the process: noticed, reported, and kept away from attempts and jobs.
//!
//! The run's clock itself takes the time of a stop away. Start at [`SharedRun::notice_stops`].

use tokio::time::{Instant, MissedTickBehavior, sleep};

use crate::event::outcome::{Outcome, Phase, Reason};
use crate::event::{Fact, Offset};
use crate::source::pool::run::shared_run::SharedRun;
use crate::source::pool::run::state::RunState;
use crate::source::pool::run::timers::{TIMER, TimerWatch};
use crate::source::pool::run_time::{RunTime, TICK};

impl SharedRun {
    /// Reads the run's clock regularly, so that a stop shows as a long time without a reading.
    ///
    /// It never waits for the receiver of events: a slow disk is no stop.
    pub async fn notice_stops(&self) {
        if !self.time.notices_stops() {
            return;
        }
        self.time.start_noticing();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.over.is_cancelled() {
            let command = self.command_applied.notified();
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.over.cancelled() => break,
            }
            let is_at_rest = {
                let mut state = self.lock();
                let now = self.now();
                state.emit_stop(now, &self.time);
                state.emit_late_timers(now, &self.timers, false);
                state.is_at_rest()
            };
            if is_at_rest {
                self.time.stop_noticing();
                tokio::select! {
                    () = command => {}
                    () = self.over.cancelled() => break,
                }
                self.time.start_noticing();
            }
        }
        self.time.stop_noticing();
        let mut state = self.lock();
        let now = self.now();
        state.emit_late_timers(now, &self.timers, true);
    }

    /// Measures how late a timer of the caller's thread fires, again and again. It never ends.
    pub async fn watch_timers(&self) {
        if !self.time.notices_stops() {
            return std::future::pending().await;
        }
        loop {
            let command = self.command_applied.notified();
            let (set_at, stopped) = (Instant::now(), self.time.stopped());
            sleep(TIMER).await;
            let late = set_at.elapsed().saturating_sub(TIMER);
            // The clock is read, so that it knows of a stop that has just ended. A stop has a fact of its own.
            self.now();
            if self.time.stopped() == stopped {
                self.timers.record(late.into());
            }
            let is_at_rest = self.lock().is_at_rest();
            if is_at_rest {
                command.await;
            }
        }
    }
}

impl RunState {
    /// Emits that the process was stopped before `now`, if that is news.
    pub(in crate::source::pool) fn emit_stop(&mut self, now: Offset, time: &RunTime) {
        let stopped = time.stopped();
        // The next step reports a stop that began after this one.
        if stopped > self.stopped && !time.has_stopped_since(now) {
            let lasted = stopped - self.stopped;
            self.stopped = stopped;
            self.emit_first(now, Fact::Stopped { lasted });
        }
    }
}

impl RunState {
    /// Emits that timers were late, if that is due; the last report need not be.
    fn emit_late_timers(&mut self, now: Offset, timers: &TimerWatch, is_last: bool) {
        if let Some(fact) = timers.take_report(now, is_last) {
            self.emit_first(now, fact);
        }
    }
}

/// Whether an attempt failed in a way that a stop may explain: the server, or something on the way, did not wait for us.
pub(super) fn may_be_of_stop(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::TimedOut { phase } => *phase != Phase::Job,
        Outcome::Failed { reason, .. } => match reason {
            Reason::Dns
            | Reason::Refused
            | Reason::Unreachable
            | Reason::Proxy
            | Reason::Tls
            | Reason::Reset
            | Reason::ClosedEarly => true,
            Reason::BadResponse
            | Reason::TooLarge
            | Reason::Redirect
            | Reason::BadRow
            | Reason::GivenUp
            | Reason::Local
            | Reason::Panicked
            | Reason::Unexpected => false,
        },
        Outcome::Answered { .. } | Outcome::Redirected { .. } | Outcome::Throttled { .. } | Outcome::Cancelled => false,
    }
}
