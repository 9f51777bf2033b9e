//! A thousand names to look up, and the threads that takes.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use inflight::event::{Event, Fact};
use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;
use inflight::plan::http_client::HttpClient;
use inflight::source::pool::dns::Resolver;
use inflight::source::pool::run::shared_run::SharedRun;
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::schedule::Schedule;
use inflight::source::pool::wire::kept_body::BodyRules;
use inflight::source::pool::wire::route::{Route, Wires};
use inflight::source::pool::{Share, serve};
use tokio::sync::mpsc;

use crate::alone;
use crate::practice::Upstream;

const NAMES: usize = 1_000;
/// Threads for them. On a machine with nothing else to do there are 25; where one is starved for longer than
/// its patience, another takes its place.
const THREADS: usize = 100;
/// How long the system takes to find an address.
const LOOK_UP: Duration = Duration::from_millis(1);

/// Look-ups so far, and the most threads there were.
static ASKED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

#[test]
fn a_thousand_names_take_a_few_threads() {
    let _alone = alone();
    let upstream = Upstream::start().unwrap();
    let port = upstream.at("").rsplit_once(':').unwrap().1.to_owned();
    let plan = format!(
        "[limits]\nconcurrency = {NAMES}\n[[endpoint]]\nurl = \"http://n{{i}}.test:{port}/status/200\"\n\
         each = {{ i = \"1..={NAMES}\" }}\n"
    );
    let plan = Plan::from_toml(&plan, "names.toml", Path::new("."), &|_| None).unwrap();
    let names = Resolver::with_system(|_| {
        ASKED.fetch_add(1, Ordering::Relaxed);
        MOST.fetch_max(threads(), Ordering::Relaxed);
        thread::sleep(LOOK_UP);
        Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
    });

    let (before, of) = (threads(), thread::available_parallelism().map_or(1, usize::from));
    let (events, mut facts) = mpsc::channel(8 * NAMES);
    let schedule = Schedule::new(Cursor::open(&plan, None).unwrap(), &plan.limits, None);
    let shared = SharedRun::new(schedule, RunTime::begin(), None, events, None, false);
    thread::scope(|scope| {
        for thread in 0..of {
            let (shared, names) = (Arc::clone(&shared), names.clone());
            scope.spawn(move || {
                let wire = Rc::new(Wires::new(Route::new(HttpClient::Direct), &names, &BodyRules::default()));
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let (_sender, mut commands) = mpsc::unbounded_channel();
                let commands = (thread == 0).then_some(&mut commands);
                runtime.block_on(serve(shared, wire, Share { thread, of }, commands));
            });
        }
    });
    drop(shared);

    let events: Vec<Event> = std::iter::from_fn(|| facts.try_recv().ok()).collect();
    let settled = events.iter().filter(|event| matches!(event.fact, Fact::JobSettled { .. })).count();
    assert_eq!((settled, ASKED.load(Ordering::Relaxed)), (NAMES, NAMES), "each name is looked up once");
    let most = MOST.load(Ordering::Relaxed) - before;
    println!("{most} threads");
    assert!(most <= of + THREADS, "{most} threads for {NAMES} names");
}
