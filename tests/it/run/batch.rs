//! A run inside this process: pool, pump and practice upstream, which a test can command.
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
use inflight::plan::cursor::Cursor;
use inflight::plan::request::address::PRACTICE;
use inflight::pump::Pump;
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::wire::descriptors;
use inflight::source::pool::wire::kept_body::BodyRules;
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
    /// The recording of a pool that lingers.
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

    /// Starts a plan whose pool stays after the end, for more commands.
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
        let (notify, changes) = sync_channel(1);
        // One pending change is enough.
        pump.follow().on_change(move || {
            let _ = notify.try_send(());
        });
        let settings = PoolSettings {
            name: plan.name.clone(),
            limits: plan.limits.clone(),
            polling: None,
            fail_fast: plan.fail_fast,
            route: Route::new(plan.wire).with_local_suffix(PRACTICE),
            time: RunTime::begin(),
            lingers,
            most: None,
            events,
            results: None,
            bodies: BodyRules::default(),
        };
        let pool = Pool::start(cursor, settings).unwrap();
        Self { upstream, pool, pump, recording, folder, changes }
    }

    #[track_caller]
    pub fn send(&self, command: Command) {
        self.pool.commands().send(command).unwrap();
    }

    /// Sets the run's limit, and waits until the model shows it.
    #[track_caller]
    pub fn set_limit(&self, limit: u32) {
        self.send(Command::SetLimit { scope: Scope::Run, limit });
        self.until_model(|model| model.limit == Some(limit));
    }

    /// Waits until the upstream has counted so.
    #[track_caller]
    pub fn until_upstream(&self, is_so: impl Fn(&Tally) -> bool) -> Tally {
        client::until(&self.upstream, is_so)
    }

    /// Waits until the model of the run is so.
    #[track_caller]
    pub fn until_model(&self, is_so: impl Fn(&Model) -> bool) {
        let start = Instant::now();
        while !is_so(&self.pump.follow().model()) {
            assert!(start.elapsed() < PATIENCE, "{:#?}", self.pump.follow().model().totals);
            // A change may have come before this test listened.
            let _ = self.changes.recv_timeout(Duration::from_millis(100));
        }
    }

    /// A value of the model now.
    pub fn read<T>(&self, what: impl Fn(&Model) -> T) -> T {
        what(&self.pump.follow().model())
    }

    /// Waits for the end; returns the model and what the upstream counted.
    #[track_caller]
    pub fn end(self) -> (Model, Tally) {
        let (model, tally, _) = self.close();
        (model, tally)
    }

    /// The same for a pool that lingers, with every event of the run.
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
        self.until_model(|model| model.ended.is_some());
        self.pool.join().unwrap();
        let model = self.pump.follow().model().clone();
        self.pump.join().unwrap();
        (model, self.upstream.tally(), self.folder)
    }
}
