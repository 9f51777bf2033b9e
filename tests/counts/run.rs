//! A run in this process: the real pool, real sockets, and a receiver of its events.
//!
//! Start at [`Batch::run`].

use std::path::Path;
use std::thread;

use inflight::event::Event;
use inflight::model::Model;
use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;
use inflight::plan::http_client::HttpClient;
use inflight::pump::{Follow, Pump};
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::wire::kept_body::BodyRules;
use inflight::source::pool::wire::route::Route;
use inflight::source::pool::{EVENTS_AHEAD, Pool, PoolSettings};
use tokio::sync::mpsc;

use crate::practice::Upstream;

/// The same request many times, fifty at once.
pub struct Batch<'a> {
    pub upstream: &'a Upstream,
    pub via: HttpClient,
    pub requests: u64,
}

impl Batch<'_> {
    /// Runs it with a model that follows, as the program does, and calls `hear` on every change.
    pub fn run(&self, hear: impl Fn(&Model) + Send + 'static) {
        let (events, facts) = mpsc::channel(EVENTS_AHEAD);
        let pump = Pump::start(facts, None).unwrap();
        let (follow, following): (Follow, Follow) = (pump.follow(), pump.follow());
        follow.on_change(move || hear(&following.model()));
        self.start(events).join().unwrap();
        pump.join().unwrap();
        assert_eq!(follow.model().totals.jobs_done, self.requests);
        // It holds the model that holds it.
        follow.on_change(|| {});
    }

    /// Runs it with a receiver that counts the events and keeps nothing.
    pub fn run_unwatched(&self) {
        let (events, mut facts) = mpsc::channel(EVENTS_AHEAD);
        let listening = thread::spawn(move || {
            let (mut batch, mut n): (Vec<Event>, usize) = (Vec::new(), 0);
            while facts.blocking_recv_many(&mut batch, 1024) > 0 {
                n += batch.len();
                batch.clear();
            }
            n as u64
        });
        self.start(events).join().unwrap();
        assert!(listening.join().unwrap() > 3 * self.requests, "a job is three events");
    }

    fn start(&self, events: mpsc::Sender<Event>) -> Pool {
        let (url, requests) = (self.upstream.at("/status/200"), self.requests);
        let plan = format!(
            "[limits]\nconcurrency = 50\nadaptive = \"off\"\n[[endpoint]]\nurl = \"{url}\"\nrepeat = {requests}\n"
        );
        let plan = Plan::from_toml(&plan, "counts.toml", Path::new("."), &|_| None).unwrap();
        let settings = PoolSettings {
            name: "counts".into(),
            limits: plan.limits.clone(),
            polling: None,
            fail_fast: false,
            route: Route::new(self.via),
            time: RunTime::begin(),
            lingers: false,
            most: None,
            events,
            results: None,
            bodies: BodyRules::default(),
        };
        Pool::start(Cursor::open(&plan, None).unwrap(), settings).unwrap()
    }
}
