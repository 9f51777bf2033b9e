//! Many hosts: memory does not grow with the hosts that a run is done with.

use std::fs::File;
use std::io::{BufWriter, Write};

use inflight::event::{Event, Fact};
use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;
use inflight::plan::http_client::HttpClient;
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::wire::kept_body::BodyRules;
use inflight::source::pool::wire::route::Route;
use inflight::source::pool::{EVENTS_AHEAD, Pool, PoolSettings};
use tokio::sync::mpsc;

use crate::alone;
use crate::held::Held;

const HOSTS: u64 = 40_000;

#[test]
fn hosts_beyond_the_cap_take_no_memory() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("hosts.txt");
    let mut lines = BufWriter::new(File::create(&list).unwrap());
    for i in 0..HOSTS {
        // All of 127.0.0.0/8 is this machine, and nothing listens there.
        writeln!(lines, "http://127.1.{}.{}:9/", i / 250, i % 250 + 1).unwrap();
    }
    drop(lines);
    let mut plan = Plan::read(&list, &|_| None).unwrap();
    plan.limits.concurrency = 50.try_into().unwrap();
    plan.limits.retry_budget = 0.0;

    let (events, mut facts) = mpsc::channel(EVENTS_AHEAD);
    let settings = PoolSettings {
        name: "hosts".into(),
        limits: plan.limits.clone(),
        polling: None,
        fail_fast: false,
        route: Route::new(HttpClient::Direct),
        time: RunTime::begin(),
        lingers: false,
        most: None,
        events,
        results: None,
        bodies: BodyRules::default(),
    };
    let held = Held::over(HOSTS / 2..HOSTS);
    let pool = Pool::start(Cursor::open(&plan, None).unwrap(), settings).unwrap();
    let mut settled = 0;
    let mut batch: Vec<Event> = Vec::new();
    while facts.blocking_recv_many(&mut batch, 1024) > 0 {
        settled += batch.drain(..).filter(|event| matches!(event.fact, Fact::JobSettled { .. })).count() as u64;
        held.see(settled);
    }
    pool.join().unwrap();
    assert_eq!(settled, HOSTS);
    println!("{held}");
    // Of ten thousand further hosts each would have left twenty bytes.
    assert!(held.growth() < 200_000, "{held}");
}
