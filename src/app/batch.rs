//! One run, from a plan to an exit code.
//!
//! Start at [`Batch::run`].

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::mpsc as wakes;
use std::time::{Instant, SystemTime};

use tokio::sync::mpsc;

use crate::app::headless;
use crate::app::look::{self, Looks};
use crate::app::screen::{self, Clock, Ended, Watched};
use crate::app::signals::{self, Wake};
use crate::app::stop::Stop;
use crate::cli::{LookArgs, Results};
use crate::config;
use crate::control::Abilities;
use crate::error::{Error, code};
use crate::event::{Concern, Event, Fact, Micros, Offset, Origin};
use crate::inert;
use crate::journal::{self, Header};
use crate::model::expectation;
use crate::output::collector::{Collected, Collector};
use crate::output::exit::{self, Mishaps};
use crate::output::plain::{Pace, Plain};
use crate::output::report::Finish;
use crate::output::streams;
use crate::output::summary::{Extras, summary_text};
use crate::output::summary_json::summary_json;
use crate::output::trouble;
use crate::plainly::{Plainly, is_closed_pipe};
use crate::plan::Plan;
use crate::plan::cursor::Cursor;
use crate::pump::{Follow, Pump, Recorder};
use crate::source::pool::route::Route;
use crate::source::pool::{self, Pool, Settings, descriptors};
use crate::tui::detect::{Face, Surroundings};
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
}

/// What became of a run.
struct Outcome {
    follow: Follow,
    collected: Option<Collected>,
    mishaps: Mishaps,
    /// Whether the recording, if there is one, is whole.
    is_recorded: bool,
    /// The exit code of whoever ended it from outside.
    stopped: Option<u8>,
}

impl Batch<'_> {
    /// Runs it to its end.
    pub fn run(self) -> Result<u8, Error> {
        let surroundings = look::wished(config::surroundings(), self.look);
        let looks = Looks::decide(&surroundings)?;
        let Some(outcome) = self.carry_out(&surroundings, looks)? else { return Ok(code::INTERRUPTED) };
        Ok(self.conclude(&outcome))
    }

    /// Runs the parts; `None` if everything was dropped at once.
    fn carry_out(&self, surroundings: &Surroundings, looks: Looks) -> Result<Option<Outcome>, Error> {
        let plan = &self.plan;
        let most = descriptors::raise();
        let upstream = plan
            .practice
            .as_ref()
            .map(|practice| Upstream::start(practice, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))
            .transpose()
            .map_err(|source| Error::System { what: "start the practice upstream", source })?;
        let cursor = Cursor::open(plan, upstream.as_ref().map(|upstream| upstream.local_addr().port()))?;
        let recorder = self.results.events.as_deref().map(|path| record(path, &plan.name)).transpose()?;

        let (start, started) = (Instant::now(), SystemTime::now());
        let (events, facts) = mpsc::channel(pool::EVENTS_AHEAD);
        let (collector, harvests) = self.collect(started, start, &events)?;
        let pump = Pump::start(facts, recorder).map_err(|source| Error::System { what: "start the pump", source })?;
        let follow = pump.follow();
        let settings = Settings {
            name: plan.name.clone(),
            limits: plan.limits.clone(),
            polling: plan.polling,
            fail_fast: plan.fail_fast,
            route: Route::new(plan.wire, &config::variable),
            start,
            // A connection to the practice upstream takes a descriptor at either end.
            most: most.map(|most| if upstream.is_some() { (most / 2).max(1) } else { most }),
            events,
            harvests,
        };
        // From the first attempt on no signal ends us unaccounted; until then one may, as it may any program.
        let (wake, woken) = wakes::channel();
        signals::listen(wake.clone()).map_err(|source| Error::System { what: "listen for signals", source })?;
        let pool = Pool::start(cursor, settings).map_err(|source| Error::System { what: "start the pool", source })?;
        let mut stop = Stop::new(pool.commands());
        let run = Run { follow: &follow, start, wake, woken };
        let pace = self.pace(surroundings);
        let watched = match surroundings.face().value {
            Face::Screen => run.on_screen(looks, &mut stop, pace),
            Face::Plain => Watch { is_dropped: run.in_lines(&mut stop, pace), is_broken: false },
        };
        if watched.is_dropped {
            return Ok(None);
        }
        pool.join()?;
        let unrecorded = pump.join();
        let collected = collector.map(|collector| collector.join(&finish(&follow)));
        let is_recorded = unrecorded.is_none();
        let is_unwritten = unrecorded.as_ref().is_some_and(|error| !is_closed_pipe(error))
            || collected.as_ref().is_some_and(|collected| !collected.troubles.is_empty());
        let mishaps = Mishaps { broken: watched.is_broken, unwritten: is_unwritten };
        Ok(Some(Outcome { follow, collected, mishaps, is_recorded, stopped: stop.code() }))
    }

    /// Opens the report and the folder for bodies, if there are any.
    fn collect(
        &self,
        started: SystemTime,
        start: Instant,
        events: &mpsc::Sender<Event>,
    ) -> Result<(Option<Collector>, Option<mpsc::Sender<crate::harvest::Harvest>>), Error> {
        let output = &self.plan.output;
        if output.report.is_none() && output.bodies.is_none() {
            return Ok((None, None));
        }
        let (harvests, collected) = mpsc::channel(HARVESTS_AHEAD);
        // A weak sender: the run's end is when the pool's own senders are gone.
        let events = events.downgrade();
        let warn = move |message: String| {
            let at = Offset(Micros::from(start.elapsed()).0);
            let fact = Fact::Warned { about: Concern::Report, message: message.into() };
            if let Some(events) = events.upgrade() {
                drop(events.blocking_send(Event { at, origin: Origin::HERE, fact }));
            }
        };
        let collector = Collector::start(collected, output, &self.plan.name, started, warn)
            .map_err(|error| Error::Unwritable { message: error.sentence(), hint: error.hint() })?;
        Ok((Some(collector), Some(harvests)))
    }

    fn pace(&self, surroundings: &Surroundings) -> Pace {
        // Whoever asks for plain lines at a terminal listens to them.
        if self.look.plain && surroundings.draws_on_terminal { Pace::SPOKEN } else { Pace::Log }
    }

    /// Tells what came of it, and with which code to exit.
    fn conclude(&self, outcome: &Outcome) -> u8 {
        let model = outcome.follow.model();
        let checked = expectation::check(&model, &self.plan.expect);
        let recording = self.results.events.as_deref();
        let recording = recording.filter(|path| outcome.is_recorded && *path != Path::new("-"));
        let extras = Extras { checked: &checked, collected: outcome.collected.as_ref(), recording };
        let now = model.last;
        let is_coloured =
            |is_terminal: bool| is_terminal && config::variable("NO_COLOR").is_none_or(|value| value.is_empty());
        // Standard output belongs to the one result that was asked for.
        let has_other_result = self.results.json || self.results.events.as_deref() == Some(Path::new("-"));
        let written = if has_other_result {
            if io::stderr().is_terminal() {
                streams::say(summary_text(&model, now, &extras, is_coloured(true)).trim_end());
            }
            if self.results.json {
                let document = inert::text(&summary_json(&model, now, &extras));
                document.and_then(|document| streams::result(&format!("{document}\n")))
            } else {
                Ok(())
            }
        } else {
            streams::result(&summary_text(&model, now, &extras, is_coloured(io::stdout().is_terminal())))
        };
        if let Some(collected) = &outcome.collected {
            for error in &collected.troubles {
                streams::say(&format!("error: {}", error.sentence()));
                if let Some(hint) = error.hint() {
                    streams::say(&format!("hint: {hint}"));
                }
            }
        }
        let mut mishaps = outcome.mishaps;
        if let Err(error) = written {
            mishaps.unwritten |= !is_closed_pipe(&error);
        }
        outcome.stopped.unwrap_or_else(|| exit::exit_code(&model, &checked, mishaps))
    }
}

/// A run under way, and what wakes the main thread.
struct Run<'a> {
    follow: &'a Follow,
    start: Instant,
    wake: wakes::Sender<Wake>,
    woken: wakes::Receiver<Wake>,
}

/// How the watching of a run ended.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    /// Everything was dropped at once, with the run still under way.
    is_dropped: bool,
    /// The screen broke: a bug of ours.
    is_broken: bool,
}

impl Run<'_> {
    /// Shows it. A screen that is lost costs the screen: the run goes on, told in lines.
    fn on_screen(self, looks: Looks, stop: &mut Stop, pace: Pace) -> Watch {
        let watched = Watched {
            follow: self.follow,
            clock: Clock::Live(self.start),
            // Somebody waits for the result at the other end of the pipe.
            leaves_at_end: !io::stdout().is_terminal(),
            can: Abilities::FULL,
        };
        let show = || screen::run(watched, looks, stop, &self.woken, &self.wake);
        // The guard has given the terminal back and told of the panic; what we share with it are facts and wishes.
        match panic::catch_unwind(AssertUnwindSafe(show)) {
            Ok(Ok(Ended::Left)) => Watch::default(),
            Ok(Ok(Ended::AtOnce)) => Watch { is_dropped: true, is_broken: false },
            Ok(Ok(Ended::Gone)) => {
                stop.by(signals::Signal::HangUp);
                let is_dropped = headless::run(self.follow, self.start, stop, &self.woken, None);
                Watch { is_dropped, is_broken: false }
            }
            Ok(Err(error)) => {
                streams::say(&format!("warning: cannot use the terminal: {error}; the run goes on in lines"));
                Watch { is_dropped: self.in_lines(stop, pace), is_broken: false }
            }
            Err(_) => {
                streams::say("warning: the screen broke, which is a bug of ours; the run goes on in lines");
                Watch { is_dropped: self.in_lines(stop, pace), is_broken: true }
            }
        }
    }

    /// Tells of it in lines. Tells whether everything was dropped.
    fn in_lines(self, stop: &mut Stop, pace: Pace) -> bool {
        // Whoever waits for the result should not wait for our next look as well.
        let (follow, wake) = (self.follow.clone(), self.wake);
        self.follow.on_change(move || {
            if follow.is_closed() {
                // It only fails when we have looked already.
                let _ = wake.send(Wake::Changed);
            }
        });
        let is_dropped = headless::run(self.follow, self.start, stop, &self.woken, Some(Plain::new(pace)));
        self.follow.on_change(|| {});
        is_dropped
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

/// Opens the recording; `-` is standard output.
fn record(path: &Path, name: &str) -> Result<Recorder, Error> {
    let unwritable = |error: io::Error| Error::Unwritable {
        message: format!("cannot record to `{}`: {}", trouble::path_shown(path), Plainly(error)),
        hint: None,
    };
    let to: Box<dyn Write + Send> = if path == Path::new("-") {
        Box::new(BufWriter::with_capacity(1 << 18, io::stdout()))
    } else {
        Box::new(BufWriter::with_capacity(1 << 18, File::create(path).map_err(unwritable)?))
    };
    journal::Writer::new(to, &Header::new(name, SystemTime::now())).map_err(unwritable)
}
