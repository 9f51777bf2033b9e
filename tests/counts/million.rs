//! A million jobs: what is held does not grow with what is done, nor with what is still to come.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;
use inflight::plan::job::Job;
use inflight::pump::Pump;
use inflight::source::pool::run::shared_run::SharedRun;
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::schedule::Schedule;
use inflight::source::pool::wire::progress::Progress;
use inflight::source::pool::wire::{AnswerHead, Exchange, Reply, Wire};
use inflight::source::pool::{EVENTS_AHEAD, Share, serve};
use tokio::sync::mpsc;

use crate::alone;
use crate::held::Held;

const JOBS: u64 = 1_000_000;

/// A wire on which everything is answered at once.
struct AtOnce;

impl Wire for AtOnce {
    async fn exchange(&self, _: &Job, _: Duration, _: &Progress) -> Exchange {
        tokio::task::yield_now().await;
        let head = AnswerHead { status: 200, headers: HeaderMap::new(), received: SystemTime::UNIX_EPOCH };
        Exchange::new(Reply::Answer { head, bytes: 0, body: Bytes::new() })
    }
}

#[test]
fn a_million_urls_take_no_more_memory_than_fifty_at_once() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("million.txt");
    let mut lines = BufWriter::new(File::create(&list).unwrap());
    for i in 0..JOBS {
        writeln!(lines, "http://127.0.0.1:9/things/{i}").unwrap();
    }
    drop(lines);
    let mut plan = Plan::read(&list, &|_| None).unwrap();
    plan.limits.concurrency = 50.try_into().unwrap();

    let (events, facts) = mpsc::channel(EVENTS_AHEAD);
    let pump = Pump::start(facts, None).unwrap();
    let (follow, following) = (pump.follow(), pump.follow());
    let held = Held::over(10_000..JOBS);
    let seeing = held.clone();
    follow.on_change(move || seeing.see(following.model().totals.settled()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let schedule = Schedule::new(Cursor::open(&plan, None).unwrap(), &plan.limits, None);
        let shared = SharedRun::new(schedule, RunTime::begin(), None, events, None, false);
        shared.open("million", false).await;
        let (_sender, mut commands) = mpsc::unbounded_channel();
        serve(Arc::clone(&shared), Rc::new(AtOnce), Share { thread: 0, of: 1 }, Some(&mut commands)).await;
        shared.conclude().await;
    });
    pump.join().unwrap();
    assert_eq!(follow.model().totals.jobs_done, JOBS);
    follow.on_change(|| {});
    println!("{held}");
    // Of these, 2 MB are what became of the first 10,000 addresses.
    assert!(held.most() < 6 << 20, "{held}");
    // Meanwhile time fills the model's bounded rings, sooner or later with the speed of the machine. Of half a million
    // further jobs each would have left less than a byte.
    assert!(held.growth() < 400_000, "{held}");
}
