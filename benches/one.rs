//! One run in this process, with chosen listeners and runtimes; `benches/peers/price.py` compares them.
//!
//! `one WATCHED BY WIRE REQUESTS URL`. WATCHED says what happens to the events: `deaf` ignores them, the
//! others are `counted`, `folded` and `recorded`. BY says what runs the requests. `threads` is one runtime
//! per core, as in the program; `runtime` is one shared runtime; `thread` is one thread. Start at [`main`].

use std::env;
use std::error::Error;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::SystemTime;

use inflight::event::Event;
use inflight::journal::{JournalHeader, Writer};
use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;
use inflight::plan::request::address::PRACTICE;
use inflight::pump::{Pump, Recorder};
use inflight::source::pool::run::shared_run::SharedRun;
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::schedule::Schedule;
use inflight::source::pool::wire::kept_body::BodyRules;
use inflight::source::pool::wire::route::{Route, Wires};
use inflight::source::pool::{EVENTS_AHEAD, Pool, PoolSettings, Share, run_here, serve};
use tokio::runtime::Builder;
use tokio::sync::mpsc;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    // Cargo adds an argument of its own.
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let [watched, by, wire, requests, url] = &words[..] else {
        // `cargo bench` without a name runs this too, without arguments.
        let hint = "one WATCHED BY WIRE REQUESTS URL; benches/peers/price.py calls it";
        return if words.is_empty() { Ok(writeln!(std::io::stdout(), "{hint}")?) } else { Err(hint.into()) };
    };
    let plan =
        format!("wire = \"{wire}\"\n[limits]\nconcurrency = 50\n[[endpoint]]\nurl = \"{url}\"\nrepeat = {requests}\n");
    let plan = Plan::from_toml(&plan, "one.toml", Path::new("."), &|_| None)?;
    let (events, facts) = mpsc::channel(EVENTS_AHEAD);
    let listener = watched.clone();
    let listening = thread::spawn(move || listen(&listener, facts).map_err(|error| error.to_string()));
    run(by, &plan, events)?;
    Ok(listening.join().map_err(|_| "the listener broke")??)
}

/// Receives events until the run is over.
fn listen(watched: &str, mut facts: mpsc::Receiver<Event>) -> Result<(), Failure> {
    match watched {
        "deaf" => {}
        "counted" => {
            let mut batch = Vec::new();
            while facts.blocking_recv_many(&mut batch, 1024) > 0 {
                batch.clear();
            }
        }
        "folded" => pumped(facts, None)?,
        "recorded" => {
            let file: Box<dyn Write + Send> = Box::new(BufWriter::new(tempfile::tempfile()?));
            pumped(facts, Some(Writer::new(file, &JournalHeader::new("one", SystemTime::now()))?))?;
        }
        other => return Err(format!("`{other}` is no listener").into()),
    }
    Ok(())
}

fn pumped(facts: mpsc::Receiver<Event>, recorder: Option<Recorder>) -> Result<(), Failure> {
    Ok(Pump::start(facts, recorder)?.join()?)
}

/// Runs a plan to its end.
fn run(by: &str, plan: &Plan, events: mpsc::Sender<Event>) -> Result<(), Failure> {
    let cursor = Cursor::open(plan, None)?;
    let (_sender, mut commands) = mpsc::unbounded_channel();
    let route = Route::new(plan.wire).with_local_suffix(PRACTICE);
    if by == "runtime" {
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let schedule = Schedule::new(cursor, &plan.limits, None);
            let shared = SharedRun::new(schedule, RunTime::begin(), None, events, None, false);
            shared.open("one", false).await;
            let resolver = route.resolver();
            let wire = Rc::new(Wires::new(route, &resolver, &BodyRules::default()));
            serve(Arc::clone(&shared), wire, Share { thread: 0, of: 1 }, Some(&mut commands)).await;
            shared.conclude().await;
        });
        return Ok(());
    }
    let settings = PoolSettings {
        name: "one".into(),
        limits: plan.limits.clone(),
        polling: None,
        fail_fast: false,
        route,
        time: RunTime::begin(),
        lingers: false,
        most: None,
        events,
        results: None,
        bodies: BodyRules::default(),
    };
    match by {
        "threads" => Pool::start(cursor, settings)?.join()?,
        "thread" => {
            Builder::new_current_thread().enable_all().build()?.block_on(run_here(cursor, settings, commands));
        }
        other => return Err(format!("`{other}` is no runtime").into()),
    }
    Ok(())
}
