//! Whatever a server does, both wires tell the same of it, and ask it the same.

use inflight::plan::http_client::HttpClient;
use inflight::source::pool::dns::Resolver;

use crate::wire::cases::{CASES, Case};
use crate::wire::server::Do::{self, Hear, Say};
use crate::wire::server::Server;
use crate::wire::{Line, told};

/// Runs every case over one wire, beside each other: most of them only wait.
fn tells(via: HttpClient) {
    std::thread::scope(|scope| {
        for nth in 0..4 {
            scope.spawn(move || CASES.iter().skip(nth).step_by(4).for_each(|case| tell(case, via)));
        }
    });
}

fn tell(case: &Case, via: HttpClient) {
    let server = Server::start(case.scripts);
    let line = Line::new(via, &Resolver::default());
    let url = format!("http://{}/", server.address());
    let ends: Vec<String> = case.asks.iter().map(|ask| told(&line.ask_url_as(&url, ask))).collect();
    assert_eq!(ends, case.told, "{}, {via:?}", case.name);
    drop(line);
    let heard: Vec<usize> = server.end().iter().map(Vec::len).collect();
    assert_eq!(heard, case.heard, "requests on each connection: {}, {via:?}", case.name);
}

#[test]
fn the_direct_wire_tells_of_every_server_what_the_table_says() {
    tells(HttpClient::Direct);
}

#[test]
fn the_library_tells_of_every_server_what_the_table_says() {
    tells(HttpClient::Reqwest);
}

const ONCE: &[Do] = &[Hear, Say("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")];

#[test]
fn both_wires_ask_in_the_same_words() {
    let headers = [("x-mine", "1"), ("accept", "text/html"), ("user-agent", "me/2"), ("host", "b.example")];
    let asked = [HttpClient::Direct, HttpClient::Reqwest].map(|via| {
        let server = Server::start(&[ONCE; 3]);
        let line = Line::new(via, &Resolver::default());
        let at = format!("ann:s%C3%A9cret@{}", server.address());
        let plain = line.ask_url(&format!("http://{}", server.address()));
        let with_key = line.ask_url(&format!("http://{at}/a//b%20c/?q=%22x|y%22&z"));
        let own = line.ask_url_as(&format!("http://{}/own", server.address()), |job| {
            let of = |(name, value): (&'static str, &'static str)| (name.parse().unwrap(), value.parse().unwrap());
            (job.method, job.headers) =
                (http::Method::PATCH, std::sync::Arc::new(headers.map(of).into_iter().collect()));
            job.body = "body".into();
        });
        assert_eq!([&plain, &with_key, &own].map(told), ["204 ", "204 ", "204 "], "{via:?}");
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
