//! Both wires report the same for every behaviour of a server, and send it the same requests.

use inflight::plan::http_client::HttpClient;
use inflight::source::pool::dns::Resolver;

use crate::wire::cases::{CASES, Case};
use crate::wire::server::Do::{self, Hear, Say};
use crate::wire::server::Server;
use crate::wire::{WireRig, summary};

/// Runs every case over one wire, in parallel: most of them only wait.
fn check_all(via: HttpClient) {
    std::thread::scope(|scope| {
        for nth in 0..4 {
            scope.spawn(move || CASES.iter().skip(nth).step_by(4).for_each(|case| check(case, via)));
        }
    });
}

fn check(case: &Case, via: HttpClient) {
    let server = Server::start(case.scripts);
    let rig = WireRig::new(via, &Resolver::default());
    let url = format!("http://{}/", server.address());
    let ends: Vec<String> = case.asks.iter().map(|ask| summary(&rig.ask_url_as(&url, ask))).collect();
    assert_eq!(ends, case.summary, "{}, {via:?}", case.name);
    drop(rig);
    let heard: Vec<usize> = server.end().iter().map(Vec::len).collect();
    assert_eq!(heard, case.heard, "requests on each connection: {}, {via:?}", case.name);
}

#[test]
fn the_direct_wire_reports_every_case_as_the_table_expects() {
    check_all(HttpClient::Direct);
}

#[test]
fn reqwest_reports_every_case_as_the_table_expects() {
    check_all(HttpClient::Reqwest);
}

const ONCE: &[Do] = &[Hear, Say("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")];

#[test]
fn both_wires_send_the_same_requests() {
    let headers = [
        ("x-mine", "1"),
        ("x-mine", "2"),
        ("x-empty", ""),
        ("accept", "text/html"),
        ("user-agent", ""),
        ("host", "b.example"),
        ("host", "c.example"),
        ("content-length", "2"),
    ];
    let asked = [HttpClient::Direct, HttpClient::Reqwest].map(|via| {
        let server = Server::start(&[ONCE; 4]);
        let rig = WireRig::new(via, &Resolver::default());
        let at = format!("ann:s%C3%A9cret@{}", server.address());
        let plain = rig.ask_url(&format!("http://{}", server.address()));
        let with_key = rig.ask_url(&format!("http://{at}/a//b%20c/?q=%22x|y%22&z"));
        let own = rig.ask_url_as(&format!("http://{}/own", server.address()), |job| {
            let of = |(name, value): (&'static str, &'static str)| (name.parse().unwrap(), value.parse().unwrap());
            (job.method, job.headers) =
                (http::Method::PATCH, std::sync::Arc::new(headers.map(of).into_iter().collect()));
            job.body = "body".into();
        });
        let empty = rig.ask_url_as(&format!("http://{}/empty", server.address()), |job| job.method = http::Method::PUT);
        assert_eq!([&plain, &with_key, &own, &empty].map(summary), ["204 "; 4], "{via:?}");
        let name = server.address().to_string();
        let sorted = |request: &String| {
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            let mut lines: Vec<String> = head.lines().map(|line| line.replace(&name, "<server>")).collect();
            lines[1..].sort_unstable();
            format!("{}\n\n{body}", lines.join("\n"))
        };
        server.end().iter().flatten().map(sorted).collect::<Vec<_>>()
    });
    assert_eq!(asked[0], asked[1]);
    insta::assert_snapshot!(asked[0].join("\n---\n").replace(env!("CARGO_PKG_VERSION"), "<version>"), @r"
    GET / HTTP/1.1
    Accept: */*
    Host: <server>
    User-Agent: inflight/<version>


    ---
    GET /a//b%20c/?q=%22x|y%22&z HTTP/1.1
    Accept: */*
    Authorization: Basic YW5uOnPDqWNyZXQ=
    Host: <server>
    User-Agent: inflight/<version>


    ---
    PATCH /own HTTP/1.1
    Accept: text/html
    Content-Length: 4
    Host: b.example
    X-Empty: 
    X-Mine: 1
    X-Mine: 2

    body
    ---
    PUT /empty HTTP/1.1
    Accept: */*
    Content-Length: 0
    Host: <server>
    User-Agent: inflight/<version>
    ");
}
