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
    let headers = [("x-mine", "1"), ("accept", "text/html"), ("user-agent", "me/2"), ("host", "b.example")];
    let asked = [HttpClient::Direct, HttpClient::Reqwest].map(|via| {
        let server = Server::start(&[ONCE; 3]);
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
        assert_eq!([&plain, &with_key, &own].map(summary), ["204 ", "204 ", "204 "], "{via:?}");
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
    accept: */*
    host: <server>
    user-agent: inflight/<version>


    ---
    GET /a//b%20c/?q=%22x|y%22&z HTTP/1.1
    accept: */*
    authorization: Basic YW5uOnPDqWNyZXQ=
    host: <server>
    user-agent: inflight/<version>


    ---
    PATCH /own HTTP/1.1
    accept: text/html
    content-length: 4
    host: b.example
    user-agent: me/2
    x-mine: 1

    body
    ");
}
