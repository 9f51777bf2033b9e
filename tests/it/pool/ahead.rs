//! Names are looked up before their jobs hold a slot, and only those of the next few.
//!
//! Look-ups take threads, so time is real here; only order and counts are asserted.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use inflight::event::outcome::Reason;
use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;
use inflight::plan::http_client::HttpClient;
use inflight::plan::job::Job;
use inflight::source::pool::dns::Resolver;
use inflight::source::pool::run::shared_run::SharedRun;
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::schedule::Schedule;
use inflight::source::pool::schedule::dns_prefetch::AHEAD;
use inflight::source::pool::wire::dns_prefetch::DnsPrefetch;
use inflight::source::pool::wire::progress::Progress;
use inflight::source::pool::wire::route::Route;
use inflight::source::pool::wire::{Exchange, Reply, Wire};
use inflight::source::pool::{Share, serve};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::timeout;

/// How often each name has been asked for.
type Asked = Mutex<BTreeMap<String, usize>>;

/// A wire that looks its name up, and notes how many others had been asked for by then.
struct Asking {
    names: Resolver,
    profiles: &'static Asked,
    begun: Cell<usize>,
    most_ahead: Cell<usize>,
}

impl Asking {
    fn ahead(&self) -> usize {
        self.profiles.lock().unwrap().len().saturating_sub(self.begun.get())
    }
}

impl Wire for Asking {
    async fn exchange(&self, job: &Job, _: Duration, _: &Progress) -> Exchange {
        self.begun.update(|n| n + 1);
        if self.begun.get() == 1 {
            // The first waits until the next few have been looked up, which needs no other job.
            let upcoming = async {
                while self.ahead() < AHEAD {
                    yield_now().await;
                }
            };
            let _ = timeout(Duration::from_secs(20), upcoming).await;
        }
        self.most_ahead.set(self.most_ahead.get().max(self.ahead()));
        let found = self.names.look_up(job.url.host_str().unwrap()).await;
        assert!(found.is_ok());
        Exchange::new(Reply::Failed(Reason::Refused, None))
    }
}

/// Runs a plan one job after the other; returns how far ahead names were looked up.
async fn run(plan: &str, names: Resolver, profiles: &'static Asked) -> usize {
    let plan = format!("[limits]\nconcurrency = 1\n[retry]\nattempts = 1\n{plan}");
    let plan = Plan::from_toml(&plan, "plan.toml", Path::new("."), &|_| None).unwrap();
    let schedule = Schedule::new(Cursor::open(&plan, None).unwrap(), &plan.limits, None);
    let (events, _facts) = mpsc::channel(1 << 16);
    let shared = SharedRun::new(schedule, RunTime::begin(), None, events, None, false);
    shared.set_dns_prefetch(DnsPrefetch::new(names.clone(), Route::new(HttpClient::Auto)));
    shared.open("ahead", false).await;
    let (begun, most_ahead) = (Cell::new(0), Cell::new(0));
    let wire = Rc::new(Asking { names, profiles, begun, most_ahead });
    let (_sender, mut commands) = mpsc::unbounded_channel();
    serve(Arc::clone(&shared), Rc::clone(&wire), Share { thread: 0, of: 1 }, Some(&mut commands)).await;
    wire.most_ahead.get()
}

#[tokio::test]
async fn the_names_of_the_next_few_jobs_are_asked_for_ahead_and_no_others() {
    static ASKED: Asked = Mutex::new(BTreeMap::new());
    let names = || {
        ASKED.lock().unwrap().clear();
        Resolver::with_system(|name| {
            *ASKED.lock().unwrap().entry(name.to_owned()).or_default() += 1;
            Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
        })
    };
    let each = "[[endpoint]]\nurl = \"http://h{n}.test/\"\neach = { n = \"0..=499\" }\n";
    let mut apart = String::new();
    for n in 0..500 {
        let _ = writeln!(apart, "[[endpoint]]\nurl = \"http://h{n}.test/\"");
    }
    for plan in [each, &apart] {
        assert_eq!(run(plan, names(), &ASKED).await, AHEAD, "of as many as are looked at ahead, all were profiles for");
        let profiles = ASKED.lock().unwrap();
        assert!(profiles.len() == 500 && profiles.values().all(|&n| n == 1), "{profiles:?}");
    }
}
