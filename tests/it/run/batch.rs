//! A run inside this process: pool, pump and practice upstream, with its dials in the test's hand.
//!
//! Start at [`Batch::start`].

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant, SystemTime};

use inflight::control::Command;
use inflight::event::{Event, Scope};
use inflight::journal::{JournalHeader, Writer};
use inflight::model::Model;
use inflight::plan::Plan;
use inflight::plan::address::PRACTICE;
use inflight::plan::cursor::Cursor;
use inflight::pump::Pump;
use inflight::source::pool::schedule::run_time::RunTime;
use inflight::source::pool::wire::descriptors;
use inflight::source::pool::wire::route::Route;
use inflight::source::pool::{self, Pool, PoolSettings};
use inflight::upstream::Upstream;
use inflight::upstream::tally::Tally;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::scenario::replay;
use crate::upstream::client;

/// How long to wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A run under way.
pub struct Batch {
    pub upstream: Upstream,
    pool: Pool,
    pump: Pump,
    /// What is recorded of a run that lingers.
    recording: PathBuf,
    folder: TempDir,
    changes: Receiver<()>,
}

impl Batch {
    /// Starts a plan, and the upstream that it asks for.
    #[track_caller]
    pub fn start(plan: &str) -> Self {
        Self::run(plan, false)
    }

    /// … and stays after its end, for wishes to come.
    #[track_caller]
    pub fn lingering(plan: &str) -> Self {
        Self::run(plan, true)
    }

    #[track_caller]
    fn run(plan: &str, lingers: bool) -> Self {
        descriptors::raise_limit();
        let plan = Plan::from_toml(plan, "plan.toml", Path::new(""), &|_| None);
        let plan = plan.map_err(|error| error.render(false, 100)).unwrap();
        let loopback = "127.0.0.1:0".parse().unwrap();
        let upstream = Upstream::start(&plan.practice.clone().unwrap_or_default(), loopback).unwrap();
        let cursor = Cursor::open(&plan, Some(upstream.local_addr().port())).unwrap();
        let (events, facts) = mpsc::channel(pool::EVENTS_AHEAD);
        let folder = tempfile::tempdir().unwrap();
        let recording = folder.path().join("run.jsonl");
        let recorder = lingers.then(|| {
            let to: Box<dyn Write + Send> = Box::new(File::create(&recording).unwrap());
            Writer::new(to, &JournalHeader::new(&plan.name, SystemTime::now())).unwrap()
        });
        let pump = Pump::start(facts, recorder).unwrap();
        let (bell, changes) = sync_channel(1);
        // One change that waits to be looked at is as good as two.
        pump.follow().on_change(move || {
            let _ = bell.try_send(());
        });
        let settings = PoolSettings {
            name: plan.name.clone(),
            limits: plan.limits.clone(),
            polling: None,
            fail_fast: plan.fail_fast,
            route: Route::new(plan.wire, &|_| None).with_local_suffix(PRACTICE),
            time: RunTime::begin(),
            lingers,
            most: None,
            events,
            results: None,
        };
        let pool = Pool::start(cursor, settings).unwrap();
        Self { upstream, pool, pump, recording, folder, changes }
    }

    #[track_caller]
    pub fn wish(&self, command: Command) {
        self.pool.commands().send(command).unwrap();
    }

    /// Turns the run's limit, and waits until it is so.
    #[track_caller]
    pub fn turn_limit(&self, limit: u32) {
        self.wish(Command::SetLimit { scope: Scope::Run, limit });
        self.until_known(|model| model.limit == Some(limit));
    }

    /// Waits until the upstream's own truth is so.
    #[track_caller]
    pub fn until_seen(&self, is_so: impl Fn(&Tally) -> bool) -> Tally {
        client::until(&self.upstream, is_so)
    }

    /// Waits until what we know of the run is so.
    #[track_caller]
    pub fn until_known(&self, is_so: impl Fn(&Model) -> bool) {
        let start = Instant::now();
        while !is_so(&self.pump.follow().model()) {
            assert!(start.elapsed() < PATIENCE, "{:#?}", self.pump.follow().model().totals);
            // A change may have come before anybody listened.
            let _ = self.changes.recv_timeout(Duration::from_millis(100));
        }
    }

    /// What we know of the run now.
    pub fn known<T>(&self, what: impl Fn(&Model) -> T) -> T {
        what(&self.pump.follow().model())
    }

    /// Waits for the end; gives back what we know and what the upstream has seen.
    #[track_caller]
    pub fn end(self) -> (Model, Tally) {
        let (model, tally, _) = self.close();
        (model, tally)
    }

    /// The same of a run that lingers, and every event of it.
    #[track_caller]
    pub fn end_recorded(self) -> (Model, Tally, Vec<Event>) {
        let recording = self.recording.clone();
        let (model, tally, folder) = self.close();
        let (events, skipped) = replay(&fs::read(recording).unwrap());
        drop(folder);
        assert_eq!(skipped, 0);
        (model, tally, events)
    }

    #[track_caller]
    fn close(self) -> (Model, Tally, TempDir) {
        self.until_known(|model| model.ended.is_some());
        self.pool.join().unwrap();
        let model = self.pump.follow().model().clone();
        assert!(self.pump.join().is_none());
        (model, self.upstream.tally(), self.folder)
    }
}
