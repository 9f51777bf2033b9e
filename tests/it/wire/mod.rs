//! Both wires over real sockets: how each exchange ends, and what the server receives.
//!
//! Times are short and real, so only order, counts and bounds are asserted. Start at [`WireRig`], and at
//! [`cases`] for what a server may do.

mod alike;
mod bodies;
mod cases;
mod connecting;
mod reuse;
pub mod server;

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use inflight::event::outcome::{Phase, Reason};
use inflight::plan::cursor::{Cursor, Draw};
use inflight::plan::http_client::HttpClient;
use inflight::plan::job::{Job, Policy};
use inflight::plan::request::address::PRACTICE;
use inflight::plan::{Plan, Practice};
use inflight::source::pool::dns::Resolver;
use inflight::source::pool::wire::kept_body::BodyRules;
use inflight::source::pool::wire::progress::Progress;
use inflight::source::pool::wire::route::{Route, Wires};
use inflight::source::pool::wire::{Exchange, Reply, Wire};
use inflight::upstream::Upstream;

/// One exchange whose progress is not followed.
async fn exchange(wire: &Wires, job: &Job) -> Exchange {
    wire.exchange(job, job.policy.timeouts.attempt, &Progress::default()).await
}

/// A wire, and a practice upstream.
struct WireRig {
    upstream: Upstream,
    wire: Wires,
    runtime: tokio::runtime::Runtime,
}

impl WireRig {
    /// Both wires, each with an upstream of its own.
    #[track_caller]
    fn both() -> [(HttpClient, Self); 2] {
        [HttpClient::Direct, HttpClient::Reqwest].map(|via| (via, Self::new(via, &Resolver::default())))
    }

    /// One wire with this resolver.
    #[track_caller]
    fn new(via: HttpClient, names: &Resolver) -> Self {
        // The other tests compare the requests, which ask for no codings.
        let bodies = BodyRules { are_kept: true, are_raw: true, ..BodyRules::default() };
        Self::with_bodies(via, names, &bodies)
    }

    /// … that keeps bodies as these rules say.
    #[track_caller]
    fn with_bodies(via: HttpClient, names: &Resolver, bodies: &BodyRules) -> Self {
        let upstream = Upstream::start(&Practice::default(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let route = Route::new(via).with_local_suffix(PRACTICE);
        let names = names.clone().with_local_suffix(Some(PRACTICE));
        Self { upstream, wire: Wires::new(route, &names, bodies), runtime }
    }

    /// Requests a path of the practice upstream.
    #[track_caller]
    fn ask(&self, path: &str) -> Exchange {
        self.ask_as(path, |_| {})
    }

    /// The same, with a changed job.
    #[track_caller]
    fn ask_as(&self, path: &str, change: impl FnOnce(&mut Job)) -> Exchange {
        self.ask_url_as(&format!("practice://a{path}"), change)
    }

    /// Requests a URL.
    #[track_caller]
    fn ask_url(&self, url: &str) -> Exchange {
        self.ask_url_as(url, |_| {})
    }

    /// The same, with a changed job.
    #[track_caller]
    fn ask_url_as(&self, url: &str, change: impl FnOnce(&mut Job)) -> Exchange {
        self.runtime.block_on(exchange(&self.wire, &self.job(url, change)))
    }

    #[track_caller]
    fn job(&self, url: &str, change: impl FnOnce(&mut Job)) -> Job {
        let text = format!("[upstream]\n[[endpoint]]\nurl = \"{url}\"\n");
        let plan = Plan::from_toml(&text, "plan.toml", Path::new("."), &|_| None).unwrap();
        let mut cursor = Cursor::open(&plan, Some(self.upstream.local_addr().port())).unwrap();
        let Draw::Row(Ok(mut job)) = cursor.draw(0) else { panic!("one job") };
        change(&mut job);
        *job
    }
}

/// How an exchange ended, in a few words.
fn summary(exchange: &Exchange) -> String {
    match &exchange.reply {
        Reply::Answer { head, bytes, .. } if *bytes > 100 => format!("{} {bytes} bytes", head.status),
        Reply::Answer { head, body, .. } => format!("{} {}", head.status, String::from_utf8_lossy(body)),
        Reply::TimedOut(phase) => format!("timeout {}", word(phase)),
        Reply::Failed(reason, _) => word(reason),
        Reply::Cancelled => "cancelled".to_owned(),
    }
}

/// A reason or a phase as it is recorded.
fn word(of: impl serde::Serialize) -> String {
    serde_json::to_value(of).unwrap().as_str().unwrap().to_owned()
}

/// Changes the rules of a job.
fn rules(job: &mut Job, change: impl FnOnce(&mut Policy)) {
    let mut policy = (*job.policy).clone();
    change(&mut policy);
    job.policy = policy.into();
}

#[track_caller]
fn status(exchange: &Exchange) -> (u16, u64) {
    match &exchange.reply {
        Reply::Answer { head, bytes, .. } => (head.status, *bytes),
        other => panic!("{other:?} is no answer"),
    }
}

#[track_caller]
fn reason(exchange: &Exchange) -> Reason {
    match &exchange.reply {
        Reply::Failed(reason, _) => *reason,
        other => panic!("{other:?} has no reason"),
    }
}

#[track_caller]
fn timed_out(exchange: &Exchange) -> Phase {
    match &exchange.reply {
        Reply::TimedOut(phase) => *phase,
        other => panic!("{other:?} came in time"),
    }
}

#[test]
fn answers_of_every_form_are_read_to_their_end() {
    for (via, rig) in WireRig::both() {
        assert_eq!(status(&rig.ask("/bytes/100000")), (200, 100_000));
        assert_eq!(status(&rig.ask("/trickle?bytes=5&every=1ms")), (200, 5));
        assert_eq!(status(&rig.ask("/status/204")), (204, 0));
        assert_eq!(status(&rig.ask("/status/304")).0, 304);
        assert_eq!(status(&rig.ask("/status/503")).0, 503);
        assert_eq!(status(&rig.ask("/redirect/2")).0, 302, "redirects are not the wire's to follow");
        let head = rig.ask_as("/bytes/4096", |job| job.method = http::Method::HEAD);
        assert_eq!(status(&head), (200, 0));
        assert_eq!(rig.upstream.tally().connections.accepted, 1, "one connection served them all: {via:?}");
    }
}

#[test]
fn every_broken_answer_has_its_reason() {
    let reasons: HashMap<&str, Reason> = [
        ("/reset", Reason::Reset),
        ("/reset?after=0", Reason::Reset),
        ("/reset?after=100", Reason::Reset),
        ("/close", Reason::ClosedEarly),
        ("/close?after=0", Reason::ClosedEarly),
        ("/close?after=40000&bytes=40001", Reason::ClosedEarly),
        ("/garbage?as=noise", Reason::BadResponse),
        ("/garbage?as=status", Reason::BadResponse),
        ("/garbage?as=line", Reason::BadResponse),
        ("/garbage?as=headers", Reason::BadResponse),
        ("/garbage?as=lengths", Reason::BadResponse),
        ("/garbage?as=chunk", Reason::BadResponse),
    ]
    .into();
    for (via, rig) in WireRig::both() {
        let found: HashMap<&str, Reason> = reasons.keys().map(|&path| (path, reason(&rig.ask(path)))).collect();
        assert_eq!(found, reasons, "{via:?}");
        assert_eq!(rig.upstream.tally().requests, reasons.len() as u64, "each was asked for once: {via:?}");
    }
}

#[test]
fn every_missing_connection_has_its_reason() {
    for (via, rig) in WireRig::both() {
        let port = rig.upstream.local_addr().port();
        let refused = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        assert_eq!(reason(&rig.ask_url(&format!("http://127.0.0.1:{refused}/"))), Reason::Refused, "{via:?}");
        assert_eq!(reason(&rig.ask_url("http://nowhere.invalid/")), Reason::Dns, "{via:?}");
        assert_eq!(reason(&rig.ask_url(&format!("https://127.0.0.1:{port}/"))), Reason::Tls, "{via:?}");
    }
}

#[test]
fn what_is_too_large_is_not_read_to_its_end() {
    for (via, rig) in WireRig::both() {
        let exchange = rig.ask_as("/infinite", |job| rules(job, |policy| policy.max_body = Some(100_000)));
        assert_eq!(reason(&exchange), Reason::TooLarge, "{via:?}");
    }
}

#[test]
fn waiting_ends_in_the_phase_that_took_too_long() {
    let short = Duration::from_millis(150);
    for (via, rig) in WireRig::both() {
        let exchange = rig.ask_as("/hang", |job| rules(job, |policy| policy.timeouts.first_byte = short));
        assert_eq!(timed_out(&exchange), Phase::FirstByte, "{via:?}");
        let exchange =
            rig.ask_as("/trickle?every=400ms&bytes=3", |job| rules(job, |policy| policy.timeouts.idle = short));
        assert_eq!(timed_out(&exchange), Phase::Body, "{via:?}");
        let exchange =
            rig.ask_as("/trickle?every=10ms&for=ever", |job| rules(job, |policy| policy.timeouts.attempt = short));
        assert_eq!(timed_out(&exchange), Phase::Body, "a trickle does not live for ever: {via:?}");
    }
}

#[test]
fn an_answer_has_the_time_of_each_phase() {
    for (via, rig) in WireRig::both() {
        let first = rig.ask("/delay/60ms").phase_times;
        assert!(first.connect.is_some() && first.tls.is_none(), "{via:?}");
        assert_eq!(first.resolve, None, "a practice name needs no look-up: {via:?}");
        assert!(first.first_byte.unwrap().0 >= 60_000 && first.body.is_some());
        let second = rig.ask("/delay/60ms").phase_times;
        assert_eq!((second.resolve, second.connect), (None, None), "the connection was there: {via:?}");
        assert!(second.first_byte.unwrap().0 >= 60_000);
    }
}
