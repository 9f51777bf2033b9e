//! The wire over real sockets, against the practice upstream: what each end of an exchange is called.
//!
//! Times are short and real, so only order, counts and bounds are asserted. Start at [`Line`].

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use inflight::event::outcome::{Phase, Reason};
use inflight::plan::cursor::{Cursor, Draw};
use inflight::plan::job::{Job, Policy};
use inflight::plan::{Plan, Practice};
use inflight::source::pool::http::HttpWire;
use inflight::source::pool::names::Names;
use inflight::source::pool::progress::Progress;
use inflight::source::pool::wire::{Exchange, Reply, Wire};
use inflight::upstream::Upstream;

/// One exchange at which nobody looks.
async fn exchange(wire: &HttpWire, job: &Job) -> Exchange {
    wire.exchange(job, job.policy.timeouts.attempt, &Progress::default()).await
}

/// A wire to a practice upstream.
struct Line {
    upstream: Upstream,
    wire: HttpWire,
    runtime: tokio::runtime::Runtime,
}

impl Line {
    #[track_caller]
    fn new() -> Self {
        let upstream = Upstream::start(&Practice::default(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { upstream, wire: HttpWire::new(Names::default(), true), runtime }
    }

    /// Asks the practice upstream.
    #[track_caller]
    fn ask(&self, path: &str) -> Exchange {
        self.ask_as(path, |_| {})
    }

    /// Asks the practice upstream by a changed job.
    #[track_caller]
    fn ask_as(&self, path: &str, change: impl FnOnce(&mut Job)) -> Exchange {
        self.exchange(&self.job(&format!("practice://a{path}"), change))
    }

    /// Asks anybody.
    #[track_caller]
    fn ask_url(&self, url: &str) -> Exchange {
        self.exchange(&self.job(url, |_| {}))
    }

    fn exchange(&self, job: &Job) -> Exchange {
        self.runtime.block_on(exchange(&self.wire, job))
    }

    #[track_caller]
    fn job(&self, url: &str, change: impl FnOnce(&mut Job)) -> Job {
        let text = format!("[upstream]\n[[endpoint]]\nurl = \"{url}\"\n");
        let plan = Plan::from_toml(&text, "plan.toml", Path::new("."), &|_| None).unwrap();
        let mut cursor = Cursor::open(&plan, Some(self.upstream.local_addr().port())).unwrap();
        let Draw::Job(mut job) = cursor.draw(0) else { panic!("one job") };
        change(&mut job);
        *job
    }
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
fn answers_are_read_to_their_end_whatever_their_form() {
    let line = Line::new();
    assert_eq!(status(&line.ask("/bytes/100000")), (200, 100_000));
    assert_eq!(status(&line.ask("/trickle?bytes=5&every=1ms")), (200, 5));
    assert_eq!(status(&line.ask("/status/204")), (204, 0));
    assert_eq!(status(&line.ask("/status/304")).0, 304);
    assert_eq!(status(&line.ask("/status/503")).0, 503);
    assert_eq!(status(&line.ask("/redirect/2")).0, 302, "redirects are not the wire's to follow");
    let head = line.ask_as("/bytes/4096", |job| job.method = http::Method::HEAD);
    assert_eq!(status(&head), (200, 0));
    assert_eq!(line.upstream.tally().connections.accepted, 1, "one connection served them all");
}

#[test]
fn every_broken_answer_has_its_reason() {
    let line = Line::new();
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
    let found: HashMap<&str, Reason> = reasons.keys().map(|&path| (path, reason(&line.ask(path)))).collect();
    assert_eq!(found, reasons);
    assert_eq!(line.upstream.tally().requests, reasons.len() as u64, "each was asked for once");
}

#[test]
fn every_missing_connection_has_its_reason() {
    let line = Line::new();
    let port = line.upstream.local_addr().port();
    let refused = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    assert_eq!(reason(&line.ask_url(&format!("http://127.0.0.1:{refused}/"))), Reason::Refused);
    assert_eq!(reason(&line.ask_url("http://nowhere.invalid/")), Reason::Dns);
    assert_eq!(reason(&line.ask_url(&format!("https://127.0.0.1:{port}/"))), Reason::Tls);
}

#[test]
fn what_is_too_large_is_not_read_to_its_end() {
    let line = Line::new();
    let exchange = line.ask_as("/infinite", |job| rules(job, |policy| policy.max_body = 100_000));
    assert_eq!(reason(&exchange), Reason::TooLarge);
}

#[test]
fn a_connection_that_was_closed_while_idle_is_not_used_again() {
    let line = Line::new();
    let job = line.job("practice://a/stale", |_| {});
    line.runtime.block_on(async {
        for _ in 0..10 {
            assert_eq!(status(&exchange(&line.wire, &job).await).0, 200);
            // The upstream closes without a word; that has to be noticed before somebody asks again.
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    });
    let tally = line.upstream.tally();
    assert_eq!((tally.requests, tally.connections.accepted), (10, 10));
}

#[test]
fn waiting_ends_in_the_phase_that_took_too_long() {
    let line = Line::new();
    let short = Duration::from_millis(150);
    let exchange = line.ask_as("/hang", |job| rules(job, |policy| policy.timeouts.first_byte = short));
    assert_eq!(timed_out(&exchange), Phase::FirstByte);
    let exchange = line.ask_as("/trickle?every=400ms&bytes=3", |job| rules(job, |policy| policy.timeouts.idle = short));
    assert_eq!(timed_out(&exchange), Phase::Body);
    let exchange =
        line.ask_as("/trickle?every=10ms&for=ever", |job| rules(job, |policy| policy.timeouts.attempt = short));
    assert_eq!(timed_out(&exchange), Phase::Body, "a trickle does not live for ever");
}

#[test]
fn an_answer_tells_where_its_time_went() {
    let line = Line::new();
    let first = line.ask("/delay/60ms").spent;
    assert!(first.resolve.is_some() && first.connect.is_some());
    assert!(first.first_byte.unwrap().0 >= 60_000 && first.body.is_some());
    let second = line.ask("/delay/60ms").spent;
    assert_eq!((second.resolve, second.connect), (None, None), "the connection was there");
    assert!(second.first_byte.unwrap().0 >= 60_000);
}

/// Where a machine lets connections wait unanswered, which is how one takes long to make.
#[cfg(target_os = "linux")]
#[test]
fn an_attempt_that_found_a_free_connection_is_not_timed_out_as_connecting() {
    let line = Line::new();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let server = line.runtime.block_on(async { socket.listen(0) }).unwrap().into_std().unwrap();
    server.set_nonblocking(false).unwrap();
    let address = server.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let (mut connection, _) = server.accept().unwrap();
        // Whoever else connects waits behind this one, for ever.
        let _queued = TcpStream::connect(address).unwrap();
        for pause in [200, 800] {
            let mut request = [0; 1024];
            assert!(connection.read(&mut request).unwrap() > 0);
            thread::sleep(Duration::from_millis(pause));
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
    });
    let job = line.job(&format!("http://{address}/"), |job| {
        rules(job, |policy| policy.timeouts.connect = Duration::from_millis(500));
    });
    let (first, second) = line.runtime.block_on(async {
        let second = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            exchange(&line.wire, &job).await
        };
        tokio::join!(exchange(&line.wire, &job), second)
    });
    serving.join().unwrap();
    assert!(first.spent.connect.is_some());
    // It waited for a connection of its own until the first one's was free.
    assert_eq!((status(&second), second.spent.connect), ((200, 0), None));
    let first_byte = Duration::from(second.spent.first_byte.unwrap());
    assert!(first_byte >= Duration::from_millis(790) && first_byte < Duration::from_millis(940), "{first_byte:?}");
}
