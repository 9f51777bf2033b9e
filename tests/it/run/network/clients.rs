//! The HTTP client of a run, as the server or the proxy sees it.

use crate::run::program::Folder;
use crate::wire::server::Do::{self, Hear, Say};
use crate::wire::server::Server;

const ONE: &[&[Do]] = &[&[Hear, Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), Hear]];

#[test]
fn a_run_uses_the_proxy_of_the_environment_unless_it_is_disabled() {
    let proxy = Server::start(ONE);
    let at = format!("http://{}", proxy.address());
    Folder::new().inflight("run http://a.invalid/x --tries 1").var("HTTP_PROXY", &at).run().exits(0);
    let received = proxy.end().concat().concat();
    assert!(received.starts_with("GET http://a.invalid/x HTTP/1.1\r\n"), "{received}");

    // It can be disabled by a flag, by the plan, and by the environment.
    for (wire, no_proxy) in [("direct", ""), ("", ""), ("auto", "127.0.0.1")] {
        let server = Server::start(ONE);
        let url = format!("http://{}/x", server.address());
        let folder = Folder::new().with("plan.toml", &format!("wire = \"direct\"\n[[endpoint]]\nurl = \"{url}\"\n"));
        let run = folder.inflight("run plan.toml --tries 1").args((!wire.is_empty()).then(|| format!("--wire={wire}")));
        // Nothing listens there.
        run.var("NO_PROXY", no_proxy).var("HTTP_PROXY", "http://127.0.0.1:1").run().exits(0);
        let received = server.end().concat().concat();
        assert!(received.starts_with("GET /x HTTP/1.1\r\n"), "{received}");
    }
}

#[test]
fn headers_of_the_command_line_mean_what_they_mean_to_curl() {
    const ANSWERS: &[&[Do]] = &[&[Hear, Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), Hear]];
    let server = Server::start(ANSWERS);
    let url = format!("http://{}/x", server.address());
    let headers = ["Accept:", "User-Agent:", "X-Empty;", "X-Gone:", "X-Two: 1", "X-Two: 2", "content-length: 2"];
    let folder = Folder::new();
    let run = folder.inflight("run -d abc --tries 1").args(headers.map(|line| format!("-H{line}"))).arg(url);
    let ended = run.run().exits(0);
    let err = ended.err();
    assert!(err.contains("`content-length` is not sent as written"), "{err}");
    let request = server.end().concat().concat();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("X-Empty:") && head.contains("X-Two: 1\r\nX-Two: 2"), "{head}");
    assert!(head.contains("Content-Length: 3") && body == "abc", "{request}");
    for gone in ["accept", "user-agent", "x-gone"] {
        assert!(!head.to_lowercase().contains(gone), "{head}");
    }
}

#[test]
fn a_header_of_a_plan_can_have_several_values() {
    let server = Server::start(ONE);
    let plan =
        format!("[[endpoint]]\nurl = \"http://{}/\"\nheaders = {{ x-two = [\"1\", \"2\"] }}\n", server.address());
    Folder::new().with("plan.toml", &plan).inflight("run plan.toml --tries 1").run().exits(0);
    let request = server.end().concat().concat();
    assert!(request.contains("x-two: 1\r\nx-two: 2"), "{request}");
}

#[test]
fn replaced_connections_are_counted_and_cost_no_try() {
    const DROPS: &[&[Do]] = &[&[Hear, ANSWER, Hear] as &[Do]; 20];
    const ANSWER: Do = Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    for wire in ["direct", "reqwest"] {
        let server = Server::start(DROPS);
        let url = format!("http://{}/x", server.address());
        let folder = Folder::new();
        let run = folder.inflight("run -n 20 -c 1 --tries 1 --json --wire").args([wire, &url]);
        let summary = run.run().exits(0).summary();
        assert_eq!(summary["jobs"]["done"], 20, "{summary}");
        assert_eq!((&summary["attempts"]["started"], &summary["retries"]), (&20.into(), &0.into()));
        // Each thread of the direct client avoids idle connections once it has lost three requests in a row.
        let n_stale = summary["stale_connections"].as_u64().unwrap();
        assert!(if wire == "direct" { (3..=19).contains(&n_stale) } else { n_stale == 19 }, "{wire}: {n_stale}");
        server.end();
    }
}

#[test]
fn no_more_connections_are_made_than_are_in_flight() {
    let upstream = crate::run::upstream();
    let url = crate::run::at(&upstream, "/bytes/10");
    Folder::new().inflight("run -n 2000 -c 8 --wire direct").arg(url).run().exits(0);
    let tally = upstream.tally();
    assert!(tally.requests == 2_000 && tally.connections.accepted <= 8, "{:?}", tally.connections);
}

#[test]
fn idle_connections_make_room_for_needed_ones() {
    let upstream = crate::run::upstream();
    // Connections are not shared between users, and three hundred are more than may be open.
    let at = upstream.local_addr();
    let urls: Vec<String> = (0..300).map(|user| format!("http://u{user}@{at}/bytes/10\n")).collect();
    let folder = Folder::new().with("urls.txt", &urls.concat());
    let run = folder.inflight("run urls.txt -c 10 --tries 1 --json --wire direct").with_files(120);
    let summary = run.run().exits(0).summary();
    assert_eq!(summary["jobs"]["done"], 300, "{summary}");
    let tally = upstream.tally();
    assert_eq!((tally.requests, tally.connections.accepted), (300, 300));
}

#[test]
fn the_doctor_names_the_client_and_no_password() {
    let folder = Folder::new();
    let ended = folder.inflight("doctor").run().exits(0);
    let text = ended.out();
    assert!(text.contains("proxy       none            no proxy variable is set"), "{text}");
    let proxy = "http://ann:s3cret@p.example:3128";
    let ended = folder.inflight("doctor").var("https_proxy", proxy).run().exits(0);
    let text = ended.out();
    assert!(text.contains("http://p.example:3128 from https_proxy"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}
