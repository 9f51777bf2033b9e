//! One run, from a plan to an exit code.
//!
//! Start at [`Batch::run`].

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::mpsc as wakes;
use std::time::SystemTime;

use tokio::sync::mpsc;

use crate::app::appearance::{self, Appearance};
use crate::app::signals::{self, Wake};
use crate::app::stop::Stop;
use crate::app::watch::{Run, Watch};
use crate::app::{recorded, recording};
use crate::cli::Results;
use crate::cli::look::LookArgs;
use crate::config;
use crate::control::{Abilities, Command};
use crate::error::{Error, code};
use crate::event::{Event, Fact, Origin, WarningSource};
use crate::model::expectation;
use crate::output::collector::{Collected, Collector};
use crate::output::exit::{self, OwnFailures};
use crate::output::output_error::path_shown;
use crate::output::plain::PlainPace;
use crate::output::report::Finish;
use crate::output::streams;
use crate::output::summary::json::summary_json;
use crate::output::summary::text::{Extras, summary_text};
use crate::plan::Plan;
use crate::plan::address::PRACTICE;
use crate::plan::cursor::Cursor;
use crate::pump::{Follow, Pump};
use crate::source::pool::schedule::run_time::RunTime;
use crate::source::pool::wire::descriptors;
use crate::source::pool::wire::route::Route;
use crate::source::pool::{self, Pool, PoolSettings};
use crate::text::console::Console;
use crate::text::io_error::is_closed_pipe;
use crate::text::safe_json;
use crate::tui::detect::{Environment, Interface};
use crate::upstream::Upstream;

/// Jobs' data that may wait for the report before the pool waits for it.
const HARVESTS_AHEAD: usize = 64;

/// A plan, and what was said about it on the command line.
#[derive(Debug)]
pub struct Batch<'a> {
    /// What to run.
    pub plan: Plan,
    /// Where results go.
    pub results: &'a Results,
    /// How it looks.
    pub look: &'a LookArgs,
    /// Where it prints, and how.
    pub console: Console,
}

/// What became of a run.
struct Outcome {
    follow: Follow,
    collected: Option<Collected>,
    mishaps: OwnFailures,
    /// The recording, if there is one and it is whole.
    recording: Option<PathBuf>,
    /// Whether the person at the screen wants the whole batch once more.
    goes_again: bool,
    /// The exit code of whoever ended it from outside.
    stopped: Option<u8>,
}

impl Outcome {
    /// Tells what could not be collected.
    fn tell_troubles(&self) {
        for error in self.collected.iter().flat_map(|collected| &collected.troubles) {
            streams::say(&format!("error: {}", error.sentence()));
            if let Some(hint) = error.hint() {
                streams::say(&format!("hint: {hint}"));
            }
        }
    }
}

impl Batch<'_> {
    /// Runs it to its end.
    pub fn run(self) -> Result<u8, Error> {
        let environment = appearance::with_flags(config::environment(self.console), self.look);
        let mut appearance = Appearance::decide(&environment, self.console)?;
        let mut ears = None;
        let mut last: Option<Outcome> = None;
        loop {
            let before = last.as_ref().map_or_else(OwnFailures::default, |last| last.mishaps);
            let mut outcome = match (self.carry_out(&environment, &mut appearance, &mut ears, last.is_some()), &last) {
                (Ok(Some(outcome)), _) => outcome,
                (Ok(None), _) => return Ok(code::INTERRUPTED),
                // What has been done stays done, and is told.
                (Err(error), Some(last)) => {
                    streams::say(error.render(self.console.stderr).trim_end());
                    return Ok(self.conclude(last));
                }
                (Err(error), None) => return Err(error),
            };
            outcome.mishaps.broken |= before.broken;
            outcome.mishaps.unwritten |= before.unwritten;
            if !outcome.goes_again {
                return Ok(self.conclude(&outcome));
            }
            // What could not be written in an earlier run is not made good by a later one.
            outcome.tell_troubles();
            last = Some(outcome);
        }
    }

    /// Runs the parts; `None` if everything was dropped at once.
    fn carry_out(
        &self,
        environment: &Environment,
        appearance: &mut Appearance,
        ears: &mut Option<Wakeups>,
        is_again: bool,
    ) -> Result<Option<Outcome>, Error> {
        let plan = &self.plan;
        let most = descriptors::raise_limit();
        let upstream = plan
            .practice
            .as_ref()
            .map(|practice| Upstream::start(practice, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))
            .transpose()
            .map_err(|source| Error::System { what: "start the practice upstream", source })?;
        let mut cursor = Cursor::open(plan, upstream.as_ref().map(|upstream| upstream.local_addr().port()))?;
        recorded::put_first(&mut cursor, &plan.order)?;
        let (time, started) = (RunTime::begin(), SystemTime::now());
        let (events, facts) = mpsc::channel(pool::EVENTS_AHEAD);
        let (collector, harvests) = self.collect(started, time.clone(), &events)?;
        // Last of what can fail: it may take the place of an older one.
        let (recorder, recording) = match self.results.events.as_deref() {
            None => (None, None),
            Some(path) if is_again => {
                let (recorder, beside) = recording::open_beside(path, &plan.name)?;
                (Some(recorder), Some(beside))
            }
            Some(path) => (Some(recording::open(path, &plan.name)?), Some(path.to_owned())),
        };
        let pump = Pump::start(facts, recorder).map_err(|source| Error::System { what: "start the pump", source })?;
        let follow = pump.follow();
        // Whoever waits for the result at the other end of a pipe waits for the end.
        let lingers = environment.interface().value == Interface::Screen && self.console.stdout.is_terminal();
        let settings = PoolSettings {
            name: plan.name.clone(),
            limits: plan.limits.clone(),
            polling: plan.polling,
            fail_fast: plan.fail_fast,
            time: time.clone(),
            lingers,
            route: Route::new(plan.wire, &config::variable).with_local_suffix(PRACTICE),
            most: most.map(|most| descriptors::available(most, upstream.is_some())),
            events,
            results: harvests,
        };
        // From the first attempt on no signal ends us unaccounted; until then one may, as it may any program.
        let Wakeups { wake, woken } = match ears {
            Some(ears) => ears,
            None => ears.insert(Wakeups::open()?),
        };
        let pool = Pool::start(cursor, settings).map_err(|source| Error::System { what: "start the pool", source })?;
        let mut stop = Stop::new(pool.commands());
        let shown = recording.as_deref().filter(|path| !recording::is_stdout(path)).map(path_shown);
        let run = Run {
            follow: &follow,
            time: &time,
            wake,
            woken,
            console: self.console,
            has_bar: appearance.has_progress,
            recording: shown.as_deref(),
            can: Abilities { repeat: lingers && plan.polling.is_none(), rerun: self.can_rerun(), ..Abilities::FULL },
        };
        let pace = self.pace(environment);
        let watched = match environment.interface().value {
            Interface::Screen => run.on_screen(appearance, &mut stop, pace),
            Interface::Plain => Watch { is_dropped: run.in_lines(&mut stop, pace), ..Watch::default() },
        };
        if watched.is_dropped {
            return Ok(None);
        }
        if !watched.goes_again {
            // Nobody hears of a signal any more.
            *ears = None;
        }
        let stopped = stop.code();
        // A pool that lingers does so for as long as somebody may command it; who leaves wants nothing more of
        // it, whatever was wished for last.
        stop.send(Command::Cancel);
        drop(stop);
        pool.join()?;
        let unrecorded = pump.join();
        let collected = collector.map(|collector| collector.join(&finish(&follow)));
        let is_recorded = unrecorded.is_none();
        let is_unwritten = unrecorded.as_ref().is_some_and(|error| !is_closed_pipe(error))
            || collected.as_ref().is_some_and(|collected| !collected.troubles.is_empty());
        let mishaps = OwnFailures { broken: watched.is_broken, unwritten: is_unwritten };
        let recording = recording.filter(|path| is_recorded && !recording::is_stdout(path));
        Ok(Some(Outcome { follow, collected, mishaps, recording, stopped, goes_again: watched.goes_again }))
    }

    /// Whether all of it can be run once more.
    fn can_rerun(&self) -> bool {
        self.plan.is_repeatable() && !self.results.events.as_deref().is_some_and(recording::is_stdout)
    }

    /// Opens the report and the folder for bodies, if there are any.
    fn collect(
        &self,
        started: SystemTime,
        time: RunTime,
        events: &mpsc::Sender<Event>,
    ) -> Result<(Option<Collector>, Option<mpsc::Sender<crate::job_result::JobResult>>), Error> {
        let output = &self.plan.output;
        if output.report.is_none() && output.bodies.is_none() {
            return Ok((None, None));
        }
        let (harvests, collected) = mpsc::channel(HARVESTS_AHEAD);
        // A weak sender: the run's end is when the pool's own senders are gone.
        let events = events.downgrade();
        let warn = move |message: String| {
            let at = time.now();
            let fact = Fact::Warned { about: WarningSource::Report, message: message.into() };
            if let Some(events) = events.upgrade() {
                drop(events.blocking_send(Event { at, origin: Origin::HERE, fact }));
            }
        };
        let collector = Collector::start(collected, output, &self.plan.name, started, warn)?;
        Ok((Some(collector), Some(harvests)))
    }

    fn pace(&self, environment: &Environment) -> PlainPace {
        // Whoever asks for plain lines at a terminal listens to them.
        if self.look.plain && environment.draws_on_terminal { PlainPace::SPOKEN } else { PlainPace::Log }
    }

    /// Tells what came of it, and with which code to exit.
    fn conclude(&self, outcome: &Outcome) -> u8 {
        let model = outcome.follow.model();
        let checked = expectation::check(&model, &self.plan.expect);
        let recording = outcome.recording.as_deref();
        let extras =
            Extras { checked: &checked, collected: outcome.collected.as_ref(), recording, ..Extras::default() };
        let now = model.last;
        let Console { stdout, stderr, .. } = self.console;
        // Standard output belongs to the one result that was asked for.
        let has_other_result = self.results.json || self.results.events.as_deref().is_some_and(recording::is_stdout);
        let written = if has_other_result {
            if stderr.is_terminal() {
                streams::say(summary_text(&model, now, &extras, stderr).trim_end());
            }
            if self.results.json {
                let document = safe_json::text(&summary_json(&model, now, &extras));
                document.and_then(|document| streams::result(&format!("{document}\n")))
            } else {
                Ok(())
            }
        } else {
            streams::result(&summary_text(&model, now, &extras, stdout))
        };
        outcome.tell_troubles();
        let mut mishaps = outcome.mishaps;
        if let Err(error) = written {
            mishaps.unwritten |= !is_closed_pipe(&error);
        }
        outcome.stopped.unwrap_or_else(|| exit::exit_code(&model, &checked, mishaps))
    }
}

/// What wakes the main thread, run after run.
struct Wakeups {
    wake: wakes::Sender<Wake>,
    woken: wakes::Receiver<Wake>,
}

impl Wakeups {
    fn open() -> Result<Self, Error> {
        let (wake, woken) = wakes::channel();
        signals::listen(wake.clone()).map_err(|source| Error::System { what: "listen for signals", source })?;
        Ok(Self { wake, woken })
    }
}

fn finish(follow: &Follow) -> Finish {
    let model = follow.model();
    let how = match model.stage {
        crate::model::Stage::Ended(how) => Some(how),
        _ => None,
    };
    Finish { finished: SystemTime::now(), how, not_started: exit::not_started(&model) }
}
