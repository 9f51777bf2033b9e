//! Connections that are used again, and those that are not.

use std::time::Duration;

use http::Method;
use inflight::plan::http_client::HttpClient;
use inflight::plan::job::Job;
use inflight::source::pool::dns::Resolver;

use crate::wire::server::Do::{self, HalfClose, Hang, Hear, Reset, Say};
use crate::wire::server::Server;
use crate::wire::{WireRig, exchange, status, summary};

const OK: Do = Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

#[test]
fn a_connection_that_was_closed_while_idle_is_not_used_again() {
    for (via, rig) in WireRig::both() {
        let job = rig.job("practice://a/stale", |_| {});
        rig.runtime.block_on(async {
            for _ in 0..10 {
                assert_eq!(status(&exchange(&rig.wire, &job).await).0, 200);
                // The upstream closes without notice; the client must notice it before the next request.
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        });
        let tally = rig.upstream.tally();
        assert_eq!((tally.requests, tally.connections.accepted), (10, 10), "{via:?}");
    }
}

/// How a second exchange of the direct wire ends whose idle connection breaks, so long after the first. Also how
/// many requests the server received on each connection.
#[track_caller]
fn after(unused_for: Duration, scripts: &'static [&'static [Do]], change: fn(&mut Job)) -> (String, bool, Vec<usize>) {
    let server = Server::start(scripts);
    let rig = WireRig::new(HttpClient::Direct, &Resolver::default());
    let job = rig.job(&format!("http://{}/", server.address()), change);
    let second = rig.runtime.block_on(async {
        assert_eq!(summary(&exchange(&rig.wire, &job).await), "200 ok");
        tokio::time::pause();
        tokio::time::advance(unused_for).await;
        tokio::time::resume();
        exchange(&rig.wire, &job).await
    });
    drop(rig);
    (summary(&second), second.phase_times.stale.is_some(), server.end().iter().map(Vec::len).collect())
}

#[test]
fn a_stale_connection_is_replaced_and_that_is_reported() {
    const STALE: &[&[Do]] = &[&[Hear, OK, Hear], &[Hear, OK, Hear]];
    const RESETS: &[&[Do]] = &[&[Hear, OK, Hear, Reset], &[Hear, OK, Hear]];
    const NEVER: &[&[Do]] = &[&[Hear, OK, Hear], &[Hear], &[Hear, OK]];
    for scripts in [STALE, RESETS] {
        for unused_for in [Duration::ZERO, Duration::from_secs(2)] {
            assert_eq!(after(unused_for, scripts, |_| {}), ("200 ok".to_owned(), true, vec![2, 1]));
        }
    }
    // It is replaced once, because the fresh connection breaks because of the request.
    assert_eq!(after(Duration::ZERO, NEVER, |_| {}), ("closed-early".to_owned(), true, vec![2, 1, 0]));
}

#[test]
fn a_request_that_breaks_a_connection_is_reported_and_never_sent_twice() {
    const BREAKS: &[&[Do]] = &[&[Hear, OK, Hear]];
    const HALF: &[&[Do]] = &[&[Hear, OK, Hear, Say("HTTP/1.1 2")]];
    let long = Duration::from_secs(2);
    let once = ("closed-early".to_owned(), false, vec![2]);
    // It may have been acted on.
    assert_eq!(after(long, BREAKS, |job| job.method = Method::POST), once);
    // It was answered, if not to the end.
    assert_eq!(after(long, HALF, |_| {}), once);
}

/// How many of a hundred exchanges succeed, one after the other, with a server that follows a script for each.
#[track_caller]
fn answered(via: HttpClient, scripts: &'static [&'static [Do]], method: &Method) -> usize {
    let server = Server::start(scripts);
    let rig = WireRig::new(via, &Resolver::default());
    let job = rig.job(&format!("http://{}/", server.address()), |job| job.method = method.clone());
    let ends = (0..scripts.len()).map(|_| summary(&rig.runtime.block_on(exchange(&rig.wire, &job))));
    let n = ends.filter(|end| end == "200 ok").count();
    drop(rig);
    server.end();
    n
}

#[test]
fn a_server_that_closes_after_each_answer_unannounced_costs_no_request() {
    const CLOSES: &[&[Do]] = &[&[Hear, OK] as &[Do]; 100];
    const HALF_CLOSES: &[&[Do]] = &[&[Hear, OK, HalfClose, Hear] as &[Do]; 100];
    for scripts in [CLOSES, HALF_CLOSES] {
        for via in [HttpClient::Direct, HttpClient::Reqwest] {
            assert_eq!(answered(via, scripts, &Method::GET), 100, "{via:?}");
        }
        // Not with reqwest, which uses an idle connection at once.
        assert_eq!(answered(HttpClient::Direct, scripts, &Method::POST), 100);
    }
}

#[test]
fn both_wires_replace_a_connection_that_drops_its_second_request() {
    const DROPS: &[&[Do]] = &[&[Hear, OK, Hear] as &[Do]; 100];
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        assert_eq!(answered(via, DROPS, &Method::PUT), 100, "{via:?}");
    }
}

#[test]
fn a_post_that_is_lost_over_an_idle_connection_is_the_last_one_for_a_while() {
    const DROPS: &[&[Do]] = &[&[Hear, OK, Hear] as &[Do]; 100];
    // It may have been acted on, so it is not sent again. The next twenty get new connections, then the next hundreds.
    assert_eq!(answered(HttpClient::Direct, DROPS, &Method::POST), 98);
}

#[test]
fn a_connection_whose_end_is_announced_is_not_used_again() {
    const CLOSE: Do = Say("HTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length: 2\r\n\r\nok");
    const OLD: Do = Say("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok");
    const KEPT: &[&[Do]] = &[&[Hear, OK, Hear] as &[Do]; 2];
    const SCRIPTS: [&[&[Do]]; 2] = [&[&[Hear, CLOSE, Hear] as &[Do]; 2], &[&[Hear, OLD, Hear] as &[Do]; 2]];
    for scripts in SCRIPTS {
        for method in [Method::GET, Method::POST] {
            let change =
                if method == Method::GET { |_: &mut Job| {} } else { |job: &mut Job| job.method = Method::POST };
            assert_eq!(after(Duration::ZERO, scripts, change), ("200 ok".to_owned(), false, vec![1, 1]));
        }
    }
    // The plan announces it.
    let change = |job: &mut Job| {
        let close = (http::header::CONNECTION, http::HeaderValue::from_static("te, Close"));
        job.headers = std::sync::Arc::new(http::HeaderMap::from_iter([close]));
    };
    assert_eq!(after(Duration::ZERO, KEPT, change), ("200 ok".to_owned(), false, vec![1, 1]));
}

#[test]
fn a_post_takes_no_connection_that_the_server_has_closed_before() {
    // The close has arrived, but the runtime has had no moment to notice it.
    const CLOSES: &[&[Do]] = &[&[Hear, OK], &[Hear, OK, Hear], &[Hear, OK, Hear]];
    let server = Server::start(CLOSES);
    let rig = WireRig::new(HttpClient::Direct, &Resolver::default());
    let job = rig.job(&format!("http://{}/", server.address()), |job| job.method = Method::POST);
    rig.runtime.block_on(async {
        assert_eq!(summary(&exchange(&rig.wire, &job).await), "200 ok");
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(summary(&exchange(&rig.wire, &job).await), "200 ok");
    });
    drop(rig);
    assert_eq!(server.end().iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 0]);
}

#[test]
fn a_connection_is_not_kept_for_ever() {
    const TWICE: &[&[Do]] = &[&[Hear, OK, Hear], &[Hear, OK, Hear]];
    let (summary, is_stale, heard) = after(Duration::from_secs(61), TWICE, |_| {});
    assert_eq!((&*summary, is_stale, heard), ("200 ok", false, vec![1, 1]));
}

#[test]
fn an_exchange_that_is_dropped_closes_its_connection() {
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        // The server's script ends only when the client is gone.
        let server = Server::start(&[&[Hear, Hang]]);
        let rig = WireRig::new(via, &Resolver::default());
        let job = rig.job(&format!("http://{}/", server.address()), |_| {});
        rig.runtime.block_on(async {
            let given_up = tokio::time::timeout(Duration::from_millis(100), exchange(&rig.wire, &job)).await;
            assert!(given_up.is_err(), "{via:?}");
            while !server.has_ended() {
                tokio::task::yield_now().await;
            }
        });
    }
}
