//! Panics in the threads around a run: each ends the run in bounded time, with a reason.

use std::io::{self, Read, Write};
use std::sync::mpsc as wakeups;
use std::thread;
use std::time::{Duration, SystemTime};

use inflight::journal::{JournalHeader, Writer};
use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;
use inflight::pump::{Follow, Pump, PumpError, Recorder};
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::wire::kept_body::BodyRules;
use inflight::source::pool::wire::route::Route;
use inflight::source::pool::{self, Broken, Pool, PoolSettings};
use tokio::sync::mpsc;

use super::{at, upstream};

/// Far longer than any of these runs needs, and far shorter than they took to hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// Panics without a message on standard error: the test expects it.
fn panic_quietly() -> ! {
    std::panic::resume_unwind(Box::new("as the test says"))
}

/// A recording's file that panics at the third write.
struct BreakingFile(u32);

impl Write for BreakingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += 1;
        if self.0 > 3 { panic_quietly() } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Standard input that panics after a few lines.
struct BreakingInput(&'static [u8]);

impl Read for BreakingInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { panic_quietly() } else { self.0.read(buffer) }
    }
}

fn recorder() -> Recorder {
    let to: Box<dyn Write + Send> = Box::new(BreakingFile(0));
    Writer::new(to, &JournalHeader::new("breaking", SystemTime::UNIX_EPOCH)).unwrap()
}

/// Runs a plan, and waits until the model is marked as complete or broken.
#[track_caller]
fn run(plan: &Plan, recorder: Option<Recorder>) -> (Result<(), Broken>, Result<(), PumpError>, Follow) {
    let (events, facts) = mpsc::channel(pool::EVENTS_AHEAD);
    let pump = Pump::start(facts, recorder).unwrap();
    let follow = pump.follow();
    let (wake, woken) = wakeups::channel();
    let watched = follow.clone();
    follow.on_change(move || {
        if watched.is_closed() {
            let _ = wake.send(());
        }
    });
    let settings = PoolSettings {
        name: plan.name.clone(),
        limits: plan.limits.clone(),
        polling: None,
        fail_fast: false,
        route: Route::new(plan.wire),
        time: RunTime::begin(),
        lingers: false,
        most: None,
        events,
        results: None,
        bodies: BodyRules::default(),
    };
    let pool = Pool::start(Cursor::open(plan, None).unwrap(), settings).unwrap();
    assert!(woken.recv_timeout(PATIENCE).is_ok(), "the screen is never woken");
    let (done, ended) = wakeups::channel();
    thread::spawn(move || done.send((pool.join(), pump.join())));
    let (pool, pump) = ended.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("the pool or the pump never ends"));
    (pool, pump, follow)
}

#[test]
fn a_pump_that_panics_ends_the_run_and_reports_it() {
    let upstream = upstream();
    // Requests that hang: without a pump, nothing of the run itself would ever end it.
    let plan = Plan::from_urls(&[at(&upstream, "/hang")], Some(50)).unwrap();
    let (pool, pump, follow) = run(&plan, Some(recorder()));
    assert!(matches!(pump, Err(PumpError::Panicked)), "{pump:?}");
    assert!(follow.is_broken() && follow.is_closed());
    assert!(pool.is_ok(), "{pool:?}");
}

#[test]
fn a_worker_that_panics_outside_its_attempt_ends_the_run_and_reports_it() {
    let upstream = upstream();
    // The thread that reads the input breaks, and with it the worker that draws the next line.
    let lines = format!("{}\n{}\n", at(&upstream, "/hang"), at(&upstream, "/status/200"));
    let input = BreakingInput(lines.leak().as_bytes());
    let plan = Plan::from_stdin(Box::new(input), &|_| None).unwrap();
    let (pool, pump, follow) = run(&plan, None);
    // The worker or the clock of its thread asks for the next line first.
    assert!(matches!(pool, Err(Broken::Worker | Broken::Thread)), "{pool:?}");
    assert!(pump.is_ok() && follow.model().ended.is_none(), "{pump:?}");
}
