//! A batch, from a plan to an exit code.
//!
//! Each run takes four steps. [`Batch::open`] does everything that can fail before a request is sent, and
//! [`Batch::start`] starts the threads. [`Batch::watch`] shows the run until it ends or the user leaves, and
//! [`conclude`] joins the threads. Start at [`Batch::run`].

pub mod demo;
pub mod headless;
pub mod metrics;
pub mod network;
mod open;
pub mod practice;
pub mod progress_bar;
pub mod recording;
pub mod report;
mod resume;
pub mod slow_jobs;
mod start;
#[cfg(test)]
mod tests;
mod watch;
mod watch_end;

use std::time::SystemTime;

use crate::app::appearance::{self, Appearance};
use crate::app::run::metrics::MetricsServer;
use crate::app::run::report::BatchOutcome;
use crate::app::run::start::RunningBatch;
use crate::app::run::watch_end::WatchEnd;
use crate::cli::look::LookArgs;
use crate::cli::results::{ResultArgs, ResumeArgs};
use crate::config;
use crate::control::Command;
use crate::error::{Error, code};
use crate::model::Stage;
use crate::output::exit::{self, OwnFailures};
use crate::output::report::Finish;
use crate::output::streams;
use crate::plan::Plan;
use crate::pump::{Follow, PumpError};
use crate::text::console::Console;
use crate::text::io_error::is_closed_pipe;
use crate::tui::detect::{Environment, Interface};

/// A plan, and what the command line adds to it.
#[derive(Debug)]
pub struct Batch<'a> {
    /// What to run.
    pub plan: Plan,
    /// Where results go.
    pub results: &'a ResultArgs,
    /// Which run to go on with. Without it, no later run can go on with this one.
    pub resume: Option<&'a ResumeArgs>,
    /// The flags for the appearance.
    pub look: &'a LookArgs,
    /// The output streams.
    pub console: Console,
}

impl Batch<'_> {
    /// Runs the batch, and again for as long as the user asks for it; returns the exit code.
    pub fn run(self) -> Result<u8, Error> {
        let environment = appearance::with_flags(config::environment(self.console), self.look);
        let mut appearance = Appearance::decide(&environment, self.console)?;
        let mut last: Option<BatchOutcome> = None;
        let metrics = self.results.metrics.map(|address| {
            MetricsServer::open(address)
                .map_err(|source| Error::System { what: "listen at the address of `--metrics`", source })
        });
        let metrics = metrics.transpose()?;
        loop {
            let is_rerun = last.is_some();
            let wakeups = last.as_mut().and_then(|last| last.wakeups.take());
            let started = self.open(is_rerun).and_then(|opened| self.start(opened, &environment, wakeups));
            let mut running = match (started, &last) {
                (Ok(running), _) => running,
                (Err(error), None) => return Err(error),
                // A batch that cannot be run again still has the result of the last run.
                (Err(error), Some(last)) => {
                    streams::say(error.render(self.console.stderr).trim_end());
                    return Ok(self.report(last));
                }
            };
            if let Some(metrics) = &metrics {
                metrics.show(&running.follow, &running.time);
            }
            let end = self.watch(&mut running, &mut appearance, &environment);
            if end == WatchEnd::Dropped {
                return Ok(code::INTERRUPTED);
            }
            let outcome = conclude(running, end).after(last.as_ref());
            if !outcome.wants_rerun {
                return Ok(self.report(&outcome));
            }
            outcome.report_troubles();
            last = Some(outcome);
        }
    }

    /// Whether the pool stays after its end: failed jobs can be sent again from the screen.
    fn lingers(&self, environment: &Environment) -> bool {
        // With a pipe on standard output, another program waits for the end.
        environment.interface().value == Interface::Screen && self.console.stdout.is_terminal()
    }

    /// Whether the whole batch can be run again.
    fn can_rerun(&self) -> bool {
        self.plan.is_repeatable() && !self.results.events.as_deref().is_some_and(recording::is_stdout)
    }
}

/// Cancels what still runs, and waits for every thread.
fn conclude(running: RunningBatch, end: WatchEnd) -> BatchOutcome {
    let RunningBatch { pool, pump, follow, collector, recording, mut kept, stop, wakeups, .. } = running;
    let exit_code = stop.code();
    // Without a queue, a second signal ends the process while it writes the result.
    let wakeups = Some(wakeups).filter(|_| end == WatchEnd::Rerun);
    // A lingering pool waits for commands. The user has left, so there will be none.
    stop.send(Command::Cancel);
    drop(stop);
    let pool = pool.join();
    let pump = pump.join();
    let collected = collector.map(|collector| collector.join(&finish(&follow))).transpose();
    let is_recorded = pump.is_ok();
    let (broken, is_unrecorded) = match (pool, pump) {
        // If both panicked, the pump was first, because the pool outlives it.
        (_, Err(error @ PumpError::Panicked)) => (Some(Error::from(error)), false),
        (Err(error), _) => (Some(error.into()), false),
        (Ok(()), Err(PumpError::Recording(error))) => (None, !is_closed_pipe(&error)),
        (Ok(()), Ok(())) => (None, false),
    };
    let (collected, broken) = match collected {
        Ok(collected) => (collected, broken),
        Err(error) => (None, broken.or(Some(error.into()))),
    };
    let has_troubles = collected.as_ref().is_some_and(|collected| !collected.troubles.is_empty());
    if let Some(kept) = &mut kept {
        let counts = collected.as_ref().and_then(|collected| collected.counts);
        kept.settle(&follow.model(), counts, has_troubles || broken.is_some());
    }
    let own_failures = OwnFailures {
        broken: broken.is_some() || end == WatchEnd::ScreenBroke,
        unwritten: is_unrecorded || has_troubles,
    };
    BatchOutcome {
        follow,
        collected,
        own_failures,
        kept,
        recording: recording.filter(|path| is_recorded && broken.is_none() && !recording::is_stdout(path)),
        wants_rerun: end == WatchEnd::Rerun && broken.is_none(),
        broken,
        exit_code,
        wakeups,
    }
}

/// How the run finished, for the report.
fn finish(follow: &Follow) -> Finish {
    let model = follow.model();
    let how = match model.stage {
        Stage::Ended(how) => Some(how),
        Stage::Ready | Stage::Running | Stage::Draining | Stage::Cancelling => None,
    };
    Finish { finished: SystemTime::now(), how, not_started: exit::not_started(&model) }
}
