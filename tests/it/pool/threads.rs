//! The pool as it is started: a thread for each core, real sockets, the practice upstream.
//!
//! Times are short and real, so only order, counts and bounds are asserted.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread;
use std::time::Duration;

use inflight::control::Command;
use inflight::event::reasons::RunEnd;
use inflight::event::{Event, Scope};
use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;
use inflight::plan::http_client::HttpClient;
use inflight::plan::request::address::PRACTICE;
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::wire::kept_body::BodyRules;
use inflight::source::pool::wire::route::Route;
use inflight::source::pool::{Pool, PoolSettings};
use inflight::upstream::Upstream;
use inflight::upstream::tally::Tally;
use tokio::sync::mpsc;

use crate::pool::ledger::Ledger;

/// Runs a plan while `operate` sends commands; returns its events and what the upstream counted.
fn run(plan: &str, operate: impl FnOnce(&Upstream, &mpsc::UnboundedSender<Command>)) -> (Vec<Event>, Tally) {
    let plan = Plan::from_toml(plan, "plan.toml", Path::new("."), &|_| None).unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let upstream = Upstream::start(plan.practice.as_ref().unwrap(), address).unwrap();
    let cursor = Cursor::open(&plan, Some(upstream.local_addr().port())).unwrap();
    // Room for few events: the pool has to wait for us now and then.
    let (events, mut facts) = mpsc::channel(8);
    let settings = PoolSettings {
        name: "threads".into(),
        limits: plan.limits.clone(),
        polling: None,
        fail_fast: false,
        route: Route::new(HttpClient::Auto).with_local_suffix(PRACTICE),
        time: RunTime::begin(),
        lingers: false,
        most: None,
        events,
        results: None,
        bodies: BodyRules::default(),
    };
    let pool = Pool::start(cursor, settings).unwrap();
    let listening = thread::spawn(move || std::iter::from_fn(|| facts.blocking_recv()).collect::<Vec<_>>());
    operate(&upstream, &pool.commands());
    pool.join().unwrap();
    (listening.join().unwrap(), upstream.stop())
}

#[test]
fn a_limit_that_is_raised_reaches_every_thread() {
    let plan =
        "[upstream]\n[limits]\nconcurrency = 1\n[[endpoint]]\nurl = \"practice://a/delay/400ms\"\nrepeat = 101\n";
    let (events, tally) = run(plan, |upstream, commands| {
        while upstream.tally().requests == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        commands.send(Command::SetLimit { scope: Scope::Run, limit: 100 }).unwrap();
    });
    let ledger = Ledger::read(&events);
    assert_eq!((ledger.ends.len(), tally.requests), (101, 101));
    assert_eq!((ledger.peak, tally.peak), (100, 100));
}

#[test]
fn the_events_of_many_threads_are_in_order() {
    let plan = "
        [upstream]
        [limits]
        concurrency = 30
        [retry]
        backoff = \"1ms..20ms\"
        [[endpoint]]
        url = \"practice://flaky/flaky?fail=20%&id={i}\"
        each = { i = \"1..=800\" }
        [[endpoint]]
        url = \"practice://hops/redirect/2?to=/bytes/100&id={i}\"
        each = { i = \"1..=300\" }
        [[endpoint]]
        url = \"practice://odd/reset?id={i}\"
        each = { i = \"1..=100\" }
    ";
    let (events, tally) = run(plan, |_, commands| {
        for step in 0..60_u32 {
            let command = match step % 6 {
                0 => Command::Pause,
                1 => Command::Resume,
                _ => Command::SetLimit { scope: Scope::Run, limit: 1 + step * 7 % 40 },
            };
            // It only fails when the run is over already.
            let _ = commands.send(command);
            thread::sleep(Duration::from_millis(3));
        }
    });
    let ledger = Ledger::read(&events);
    assert!(matches!(events.last().unwrap().fact, inflight::event::Fact::RunEnded { how: RunEnd::Finished }));
    assert_eq!(ledger.ends.len(), 1200);
    assert!(tally.requests <= ledger.starts.len() as u64 && tally.peak <= ledger.peak as u64);
}
