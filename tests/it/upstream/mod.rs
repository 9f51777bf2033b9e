//! The practice upstream over real sockets: what a client sees, and whether its counts agree.
//!
//! Times are short and real, so only order, counts and bounds are asserted. Start at [`client::get`].

pub mod client;

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use inflight::plan::Practice;
use inflight::upstream::tally::Tally;
use inflight::upstream::{Upstream, is_loopback};

use client::{Line, get, get_from, raise_descriptors, until, upstream};

#[test]
fn the_root_lists_every_behaviour() {
    let upstream = upstream(0, &[]);
    let help = get(&upstream, "/");
    assert_eq!(help.status, 200);
    for path in ["/delay/250ms", "/limit?rps=20", "/hang", "/garbage", "/_tally"] {
        assert!(help.text().contains(path), "{path}");
    }
}

#[test]
fn delays_pass_side_by_side() {
    let (upstream, start) = (upstream(0, &[]), Instant::now());
    let mut lines: Vec<Line> = (0..20).map(|_| Line::to(&upstream)).collect();
    for line in &mut lines {
        line.ask("127.0.0.1", "/delay/200ms");
    }
    for line in &mut lines {
        assert_eq!(line.answer().unwrap().status, 200);
    }
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert!(start.elapsed() < Duration::from_secs(4));
    let tally = upstream.tally();
    assert_eq!((tally.requests, tally.in_flight, tally.peak), (20, 0, 20));
    assert_eq!((tally.paths["/delay/200ms"], tally.hosts["127.0.0.1"].peak, tally.answers[&200]), (20, 20, 20));
}

#[test]
fn one_connection_serves_one_request_after_another() {
    let upstream = upstream(0, &[]);
    let mut line = Line::to(&upstream);
    for n in 1..=50 {
        line.ask("127.0.0.1", "/bytes/40000");
        assert_eq!(line.answer().unwrap().body.len(), 40_000);
        let tally = upstream.tally();
        assert_eq!((tally.in_flight, tally.answers[&200]), (0, n));
    }
    let tally = upstream.tally();
    assert_eq!((tally.peak, tally.connections.accepted, tally.connections.open), (1, 1, 1));
    drop(line);
    until(&upstream, |tally| tally.connections.open == 0);
}

#[test]
fn a_status_has_a_retry_after_if_the_path_asks_for_one() {
    let upstream = upstream(0, &[]);
    let retry_after = |path| get(&upstream, path).header("retry-after");
    assert_eq!(get(&upstream, "/status/503").status, 503);
    assert_eq!(retry_after("/status/503"), None);
    assert_eq!(retry_after("/status/503?retry_after=2"), Some("2".to_owned()));
    let date = retry_after("/status/429?retry_after=date").unwrap();
    let ahead = httpdate::parse_http_date(&date).unwrap().duration_since(std::time::SystemTime::now()).unwrap();
    assert!(ahead <= Duration::from_secs(2), "{date}");
    assert!(get(&upstream, "/status/404?bytes=10").body.len() == 10);
}

#[test]
fn answers_without_a_body_are_answers() {
    let upstream = upstream(0, &[]);
    let mut line = Line::to(&upstream);
    line.ask("127.0.0.1", "/status/204");
    assert_eq!(line.head().unwrap().status, 204);
    line.send("HEAD /bytes/4096 HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!(line.head().unwrap().header("content-length"), Some("4096".to_owned()));
    line.ask("127.0.0.1", "/status/304");
    assert_eq!(line.head().unwrap().status, 304);
    let tally = upstream.tally();
    assert_eq!((tally.requests, tally.in_flight, tally.abandoned), (3, 0, 0));
}

#[test]
fn a_reset_is_not_a_close() {
    let upstream = upstream(0, &[]);
    let end = |path| {
        let mut line = Line::to(&upstream);
        line.ask("127.0.0.1", path);
        let (bytes, end) = line.rest();
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4);
        (bytes.len() - head, end.map_err(|error| error.kind()))
    };
    assert_eq!(end("/reset"), (0, Err(ErrorKind::ConnectionReset)));
    assert_eq!(end("/reset?after=0"), (0, Err(ErrorKind::ConnectionReset)));
    assert_eq!(end("/reset?after=100"), (100, Err(ErrorKind::ConnectionReset)));
    assert_eq!(end("/close"), (0, Ok(())));
    assert_eq!(end("/close?after=40000&bytes=40001"), (40_000, Ok(())));
    let tally = upstream.tally();
    assert_eq!((tally.resets, tally.closed_early, tally.in_flight, tally.requests), (3, 2, 0, 5));
}

#[test]
fn a_stale_connection_answers_once_and_closes_without_notice() {
    let upstream = upstream(0, &[]);
    let mut line = Line::to(&upstream);
    line.ask("127.0.0.1", "/stale");
    let answer = line.answer().unwrap();
    assert_eq!((answer.status, answer.header("connection")), (200, None));
    let (rest, end) = line.rest();
    assert!(rest.is_empty() && end.is_ok());
    assert_eq!(upstream.tally().answers[&200], 1);
}

#[test]
fn a_hanging_request_ends_when_its_client_leaves() {
    let upstream = upstream(0, &[]);
    let mut line = Line::to(&upstream);
    line.ask("127.0.0.1", "/hang");
    let tally = until(&upstream, |tally| tally.hangs == 1);
    assert_eq!((tally.in_flight, tally.abandoned), (1, 0));
    drop(line);
    let tally = until(&upstream, |tally| tally.in_flight == 0);
    assert_eq!((tally.abandoned, tally.hosts["127.0.0.1"].in_flight), (1, 0));
}

#[test]
fn a_concurrent_limit_refuses_requests_while_it_is_full() {
    let upstream = upstream(0, &[]);
    let mut lines: Vec<Line> = (0..5).map(|_| Line::to(&upstream)).collect();
    for line in &mut lines {
        line.ask("127.0.0.1", "/limit?concurrent=2&delay=500ms");
    }
    let answers: Vec<_> = lines.iter_mut().map(|line| line.answer().unwrap()).collect();
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert_eq!(refused.len(), 3);
    assert!(refused.iter().all(|answer| answer.header("retry-after") == Some("1".to_owned())));
    assert_eq!(get(&upstream, "/limit?concurrent=2&delay=500ms").status, 200);
}

#[test]
fn a_rate_is_kept_for_each_host_and_shared_by_ids() {
    let upstream = upstream(0, &[]);
    let status = |host, id| get_from(&upstream, host, &format!("/limit?rps=0.1&burst=2&id={id}")).status;
    assert_eq!([status("a", 1), status("a", 2), status("a", 3)], [200, 200, 429]);
    assert_eq!([status("b", 1), status("a", 1)], [200, 429]);
    let refused = get_from(&upstream, "a", "/limit?rps=0.1&burst=2");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    assert_eq!(get(&upstream, "/limit?rps=0.1&burst=1&retry_after=none").status, 200);
    assert_eq!(get(&upstream, "/limit?rps=0.1&burst=1&retry_after=none").header("retry-after"), None);
}

#[test]
fn a_window_admits_so_many_and_opens_again() {
    let upstream = upstream(0, &[]);
    let mut line = Line::to(&upstream);
    let mut passes = || {
        line.ask("127.0.0.1", "/limit?per_window=3&window=1s");
        line.answer().unwrap().status == 200
    };
    let start = Instant::now();
    let n_passed = (0..10).filter(|_| passes()).count();
    assert_eq!(n_passed, 3);
    while !passes() {
        assert!(start.elapsed() < Duration::from_secs(10));
    }
    assert!(start.elapsed() >= Duration::from_millis(900));
}

#[test]
fn failures_depend_on_the_seed_and_on_nothing_else() {
    let statuses = |seed| -> Vec<u16> {
        let upstream = upstream(seed, &[]);
        let mut line = Line::to(&upstream);
        let mut status = || {
            line.ask("shop", "/flaky?fail=20%");
            line.answer().unwrap().status
        };
        (0..200).map(|_| status()).collect()
    };
    let first = statuses(1);
    let n_failed = first.iter().filter(|status| **status == 500).count();
    assert!((15..=70).contains(&n_failed), "{n_failed}");
    assert_eq!(first, statuses(1));
    assert_ne!(first, statuses(2));
}

#[test]
fn mixed_failures_take_turns() {
    let upstream = upstream(0, &[]);
    for _ in 0..10 {
        let mut line = Line::to(&upstream);
        line.ask("shop", "/flaky?fail=1&with=mixed");
        // It is enough that it ends; the tally counts how.
        let _ = line.answer();
    }
    let tally = upstream.tally();
    assert_eq!((tally.answers[&500], tally.answers[&503], tally.answers[&429]), (2, 2, 2));
    assert_eq!((tally.resets, tally.closed_early, tally.requests), (2, 2, 10));
}

#[test]
fn a_trickle_comes_byte_by_byte() {
    let upstream = upstream(0, &[]);
    let start = Instant::now();
    assert_eq!(get(&upstream, "/trickle?bytes=5&every=20ms").body, b".....");
    assert!(start.elapsed() >= Duration::from_millis(80));

    let mut line = Line::to(&upstream);
    line.ask("127.0.0.1", "/trickle?every=1ms&for=ever");
    line.head().unwrap();
    for _ in 0..20 {
        assert_eq!(line.chunk().unwrap().unwrap(), b".");
    }
    assert_eq!(upstream.tally().in_flight, 1);
    drop(line);
    assert_eq!(until(&upstream, |tally| tally.in_flight == 0).abandoned, 1);
}

#[test]
fn an_infinite_body_continues_until_the_client_leaves() {
    let upstream = upstream(0, &[]);
    let mut line = Line::to(&upstream);
    line.ask("127.0.0.1", "/infinite");
    line.head().unwrap();
    let mut n_bytes = 0;
    while n_bytes < 10_000_000 {
        n_bytes += line.chunk().unwrap().unwrap().len();
    }
    assert_eq!(get(&upstream, "/delay/1ms").status, 200, "the others are served meanwhile");
    drop(line);
    assert_eq!(until(&upstream, |tally| tally.in_flight == 0).abandoned, 1);
}

#[test]
fn garbage_is_not_http() {
    let upstream = upstream(0, &[]);
    for kind in ["noise", "status"] {
        let mut line = Line::to(&upstream);
        line.ask("127.0.0.1", &format!("/garbage?as={kind}"));
        assert_eq!(line.answer().unwrap_err().kind(), ErrorKind::InvalidData, "{kind}");
    }
    let head = |kind| {
        let mut line = Line::to(&upstream);
        line.ask("127.0.0.1", &format!("/garbage?as={kind}"));
        (line.head().unwrap(), line)
    };
    assert_eq!(head("line").0.reason.len(), 1 << 20);
    assert_eq!(head("headers").0.headers.len(), 10_000);
    assert_eq!(head("lengths").0.headers.len(), 2);
    assert!(head("chunk").1.chunk().is_err());
    assert_eq!(upstream.tally().garbled, 6);
}

#[test]
fn a_record_is_the_same_every_time() {
    let order = get(&upstream(7, &[]), "/json/orders/7");
    assert_eq!(order.header("content-type"), Some("application/json".to_owned()));
    assert_eq!(order.body, get(&upstream(7, &[]), "/json/orders/7").body);
    assert_ne!(order.body, get(&upstream(8, &[]), "/json/orders/7").body);
    let order = order.json();
    assert_eq!((order["id"].as_u64(), order["kind"].as_str()), (Some(7), Some("orders")));
    assert!(order["sum"].is_f64() && order["currency"].is_string());
    let limited = get(&upstream(7, &[]), "/limit?rps=5&id=12").json();
    assert_eq!((limited["id"].as_u64(), limited["kind"].as_str()), (Some(12), Some("limit")));
}

#[test]
fn an_echo_returns_what_was_received() {
    let upstream = upstream(0, &[]);
    let mut line = Line::to(&upstream);
    line.send(
        "POST /echo?id=1 HTTP/1.1\r\nhost: shop\r\nX-Twice: a\r\nX-Twice: b\r\n\
         transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    );
    let echo = line.answer().unwrap().json();
    assert_eq!((echo["method"].as_str(), echo["path"].as_str()), (Some("POST"), Some("/echo?id=1")));
    assert_eq!(echo["body_bytes"], 5);
    let headers = echo["headers"].as_array().unwrap();
    assert_eq!(
        *headers,
        [["host", "shop"], ["X-Twice", "a"], ["X-Twice", "b"], ["transfer-encoding", "chunked"]]
            .map(|field| serde_json::json!(field))
    );
}

#[test]
fn redirects_lead_down_to_their_end() {
    let upstream = upstream(0, &[]);
    let (mut path, mut hops) = ("/redirect/3?to=/bytes/7&status=307".to_owned(), 0);
    let last = loop {
        let answer = get(&upstream, &path);
        if answer.status != 307 {
            break answer;
        }
        path = answer.header("location").unwrap();
        hops += 1;
    };
    assert_eq!((hops, last.status, last.body.len()), (3, 200, 7));
    let elsewhere = get(&upstream, "/redirect-to?url=http://elsewhere:1/x");
    assert_eq!((elsewhere.status, elsewhere.header("location")), (302, Some("http://elsewhere:1/x".to_owned())));
}

#[test]
fn hostile_text_is_sent_wherever_http_allows_it() {
    let upstream = upstream(0, &[]);
    let answer = get(&upstream, "/hostile");
    assert_eq!(answer.status, 200);
    assert!(answer.reason.contains(&0x9b) && answer.body.contains(&0x1b));
    assert!(answer.headers.iter().any(|(name, value)| name == "x-c1" && value.contains(&0x9b)));
    let answer = get(&upstream, "/headers?x-note=a%9b1mb&x-note=two&bytes=3");
    let notes: Vec<_> = answer.headers.iter().filter(|(name, _)| name == "x-note").map(|(_, value)| value).collect();
    assert_eq!((notes.as_slice(), answer.body.len()), ([&b"a\x9b1mb".to_vec(), &b"two".to_vec()].as_slice(), 3));
}

#[test]
fn a_host_behaves_as_its_first_rule_says() {
    let upstream = upstream(0, &[("d000", "/status/503"), ("d*", "/status/418"), ("*", "/bytes/3")]);
    let status = |host, path| get_from(&upstream, host, path).status;
    assert_eq!([status("d000.practice:80", "/"), status("D001.practice", "/")], [503, 418]);
    assert_eq!([status("other", "/"), status("d000", "/bytes/1")], [200, 200]);
    let hosts = upstream.tally().hosts;
    assert_eq!(hosts.keys().collect::<Vec<_>>(), ["d000", "d001", "other"]);
    assert_eq!(hosts["d000"].requests, 2);
}

#[test]
fn what_is_no_behaviour_is_explained() {
    let upstream = upstream(0, &[]);
    let bare = get(&upstream, "/delay/250");
    assert_eq!((bare.status, bare.header("content-type").unwrap().starts_with("text/plain")), (400, true));
    assert!(bare.text().contains("write `250ms` or `250s`"));
    let unknown = get(&upstream, "/limits?rps=3");
    assert_eq!(unknown.status, 404);
    assert!(unknown.text().contains("did you mean `/limit?"), "{}", unknown.text());
}

#[test]
fn the_tally_is_the_same_from_within_and_from_without() {
    let upstream = upstream(0, &[]);
    let mut line = Line::to(&upstream);
    for path in ["/bytes/1", "/status/404", "/_tally"] {
        line.ask("shop", path);
        line.answer().unwrap();
    }
    let ours = upstream.tally();
    assert_eq!(ours.requests, 2, "asking is not counted");
    line.ask("shop", "/_tally");
    let theirs: Tally = serde_json::from_slice(&line.answer().unwrap().body).unwrap();
    assert_eq!(ours, theirs);

    let arrivals = upstream.arrivals();
    let paths: Vec<_> = arrivals.iter().map(|arrival| &*arrival.path).collect();
    assert_eq!((paths.as_slice(), &*arrivals[0].host), (["/bytes/1", "/status/404"].as_slice(), "shop"));
    assert!(arrivals[0].at <= arrivals[1].at);

    line.ask("shop", "/_tally/reset");
    assert_eq!(line.answer().unwrap().status, 405);
    line.send("POST /_tally/reset HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!(line.answer().unwrap().status, 200);
    let anew = upstream.tally();
    assert_eq!((anew.requests, anew.peak, anew.connections.open, anew.paths.len()), (0, 0, 1, 0));
}

#[test]
fn a_thousand_requests_are_in_flight_at_once() {
    // Both ends of every connection are in this process.
    raise_descriptors();
    let upstream = upstream(0, &[]);
    let mut lines: Vec<Line> = (0..1_000).map(|_| Line::to(&upstream)).collect();
    for (n, line) in lines.iter_mut().enumerate() {
        line.ask(&format!("d{n}.practice"), "/hang");
    }
    let tally = until(&upstream, |tally| tally.in_flight == 1_000);
    assert_eq!((tally.peak, tally.hosts.len(), tally.connections.open), (1_000, 1_000, 1_000));
    drop(lines);
    assert_eq!(until(&upstream, |tally| tally.connections.open == 0).abandoned, 1_000);
}

#[test]
fn stopping_ends_what_hangs_and_frees_the_port() {
    let upstream = upstream(0, &[]);
    let address = upstream.local_addr();
    let mut line = Line::to(&upstream);
    line.ask("127.0.0.1", "/hang");
    until(&upstream, |tally| tally.hangs == 1);
    let start = Instant::now();
    let last = upstream.stop();
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!((last.requests, last.in_flight, last.abandoned, last.connections.open), (1, 0, 1, 0));
    assert!(line.rest().0.is_empty());
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn what_cannot_start_says_why() {
    let first = upstream(0, &[]);
    let again = Upstream::start(&Practice::default(), first.local_addr()).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::AddrInUse);
    let rule = Practice { seed: 0, hosts: vec![("d*".to_owned(), "/dely/1s".to_owned())] };
    let refused = Upstream::start(&rule, "127.0.0.1:0".parse().unwrap()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    assert_eq!(refused.to_string(), "host rule `d*`: there is no behaviour `/dely`");
}

#[test]
fn only_this_machine_reaches_a_loopback_address() {
    let is = |address: &str| is_loopback(address.parse::<SocketAddr>().unwrap());
    assert!(is("127.0.0.1:0") && is("127.9.9.9:80") && is("[::1]:0") && is("[::ffff:127.0.0.1]:0"));
    assert!(!is("0.0.0.0:0") && !is("[::]:0") && !is("192.168.0.1:0"));
}

#[tokio::test]
async fn it_runs_next_to_any_runtime_and_stops_within_one() {
    let upstream = upstream(0, &[]);
    assert_eq!(upstream.tally(), Tally::default());
    drop(upstream);
}
