//! Proxies: what is sent through them, and whose failure it is.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::run::network::WIRES;
use crate::run::network::tls_server::{Asks, self_signed, serve};
use crate::run::program::{Ended, Folder};
use crate::wire::server::Do::{self, Hear, Say};
use crate::wire::server::Server;

const OK: &[&[Do]] = &[&[Hear, Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), Hear]];

/// The reason and the detail of the only failure.
#[track_caller]
fn failure(ended: &Ended) -> (String, String) {
    let summary = ended.summary();
    let failure = &summary["failures"][0];
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_else(|| panic!("{summary}")).to_owned();
    (text(&failure["kind"]), text(&failure["example"]["detail"]))
}

/// Passes everything on between two streams.
fn splice(one: TcpStream, other: TcpStream) {
    let copy = |mut from: TcpStream, mut to: TcpStream| {
        thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Both);
        })
    };
    let back = copy(other.try_clone().unwrap(), one.try_clone().unwrap());
    copy(one, other).join().unwrap();
    back.join().unwrap();
}

/// Serves one SOCKS5 connection, which leads to this port; returns its own port, and the request that it received.
fn socks(target: u16, password: bool) -> (u16, thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let read = |stream: &mut TcpStream, n: usize| {
            let mut bytes = vec![0; n];
            stream.read_exact(&mut bytes).unwrap();
            bytes
        };
        let n = read(&mut stream, 2)[1];
        let methods = read(&mut stream, n.into());
        if password {
            assert!(methods.contains(&2));
            stream.write_all(&[5, 2]).unwrap();
            let n = read(&mut stream, 2)[1];
            let user = read(&mut stream, n.into());
            let n = read(&mut stream, 1)[0];
            assert_eq!((user, read(&mut stream, n.into())), (b"ann".to_vec(), b"s3cret".to_vec()));
            stream.write_all(&[1, 0]).unwrap();
        } else {
            stream.write_all(&[5, 0]).unwrap();
        }
        let mut request = read(&mut stream, 4);
        let n = if request[3] == 1 { 4 } else { usize::from(read(&mut stream, 1)[0]) };
        request.extend(read(&mut stream, n + 2));
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        splice(stream, TcpStream::connect(("127.0.0.1", target)).unwrap());
        request
    });
    (port, serving)
}

#[test]
fn socks_proxies_work_with_and_without_names_and_passwords() {
    for (scheme, host, kind) in [("socks5h", "a.invalid", 3), ("socks5", "localhost", 1)] {
        for (user, flag) in [("", false), ("ann:s3cret@", true)] {
            let server = Server::start(OK);
            let (port, serving) = socks(server.address().port(), !user.is_empty());
            let proxy = format!("{scheme}://{user}127.0.0.1:{port}");
            let folder = Folder::new();
            let run = folder.inflight("run --tries 1").arg(format!("http://{host}:8080/x"));
            let run = if flag { run.args(["-x", &proxy]) } else { run.var("ALL_PROXY", &proxy) };
            run.args(["--resolve", "localhost:8080:127.0.0.1"]).run().exits(0);
            let request = serving.join().unwrap();
            assert_eq!(request[3], kind, "{scheme}");
            assert!(kind == 1 || request.ends_with(b"a.invalid\x1f\x90"), "{request:?}");
            let received = server.end().concat().concat();
            assert!(received.starts_with("GET /x HTTP/1.1\r\n"), "{received}");
        }
    }
}

const TUNNEL_REFUSED: &[&[Do]] = &[&[Hear, Say("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")]];
const TUNNEL_FORBIDDEN: &[&[Do]] = &[&[Hear, Say("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")]];
const TUNNEL_CLOSED: &[&[Do]] = &[&[Hear]];

#[test]
fn the_failure_of_a_proxy_names_the_proxy_and_no_password() {
    for (script, user, words) in [
        (TUNNEL_REFUSED, "", "asks for a password (407): name it as in http://USER:PASSWORD@HOST"),
        (TUNNEL_REFUSED, "ann:s3cret@", "does not accept the user and password (407)"),
        (TUNNEL_FORBIDDEN, "", "refuses a tunnel to a.invalid:443 (403)"),
        (TUNNEL_CLOSED, "", "closed the connection before a tunnel was open"),
    ] {
        let proxy = Server::start(script);
        let at = proxy.address();
        let folder = Folder::new();
        let run = folder.inflight("run https://a.invalid/ --tries 1 --json");
        let ended = run.var("https_proxy", &format!("http://{user}{at}")).run().exits(5);
        let expected = format!("the proxy http://{at} (from https_proxy) {words}");
        assert_eq!(failure(&ended), ("proxy".to_owned(), expected));
        let received = proxy.end().concat().concat();
        assert!(received.starts_with("CONNECT a.invalid:443 HTTP/1.1\r\nHost: a.invalid:443\r\n"), "{received}");
        assert_eq!(received.contains("Proxy-Authorization: Basic YW5uOnMzY3JldA=="), !user.is_empty());
    }
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for wire in ["auto", "reqwest"] {
        for url in ["http://a.invalid/", "https://a.invalid/"] {
            let folder = Folder::new();
            let run = folder.inflight(&format!("run {url} --tries 1 --json --wire {wire}"));
            let ended = run.var("ALL_PROXY", &format!("http://ann:s3cret@{dead}")).run().exits(5);
            let (kind, detail) = failure(&ended);
            assert!(
                kind == "proxy" && detail.starts_with(&format!("the proxy http://{dead} (from ALL_PROXY)")),
                "{detail}"
            );
            assert!(!ended.out().contains("s3cret"));
        }
    }
}

#[test]
fn a_proxy_gets_whole_urls_of_http_with_its_password() {
    let proxy = Server::start(OK);
    let folder = Folder::new();
    let run = folder.inflight("run http://u:p@a.invalid:81/x?y=1 --tries 1 -x");
    run.arg(format!("ann:s3cret@{}", proxy.address())).run().exits(0);
    let received = proxy.end().concat().concat().to_lowercase();
    assert!(received.starts_with("get http://a.invalid:81/x?y=1 http/1.1\r\n"), "{received}");
    assert!(received.contains("proxy-authorization: basic yw5uonmzy3jlda=="), "{received}");
    assert!(received.contains("authorization: basic dtpw") && received.contains("host: a.invalid:81"), "{received}");
}

#[test]
fn a_proxy_over_tls_is_checked_like_a_host() {
    let identity = self_signed(&["localhost"], |_| {});
    let port = serve(&identity, Asks::default());
    let folder = Folder::new().with("ca.pem", &identity.cert_pem);
    for wire in WIRES.map(|wire| if wire == "direct" { "auto" } else { wire }) {
        let run = folder.inflight(&format!("run http://a.invalid/ --tries 1 --json --wire {wire}"));
        let run = run.var("HTTP_PROXY", &format!("https://localhost:{port}"));
        run.var("SSL_CERT_FILE", folder.path("ca.pem").to_str().unwrap()).run().exits(0);
    }
    let run = folder.inflight("run http://a.invalid/ --tries 1 --json -x").arg(format!("https://localhost:{port}"));
    let (kind, detail) = failure(&run.run());
    assert!(kind == "proxy" && detail.contains("self-signed"), "{detail}");
}

#[test]
fn an_unusable_proxy_is_an_error_before_the_run() {
    for command in ["run", "check"] {
        for (variable, value, words) in [
            ("ALL_PROXY", "ftp://p.example", "`ALL_PROXY` has a scheme that is not supported"),
            ("http_proxy", "socks4://ann:s3cret@p.example", "`http_proxy` names a SOCKS4 proxy"),
            ("HTTPS_PROXY", "http://p.example:port", "`HTTPS_PROXY` is not the URL of a proxy"),
        ] {
            let folder = Folder::new();
            let run = folder.inflight(&format!("{command} http://127.0.0.1:1/")).var(variable, value);
            let ended = run.run().exits(2);
            assert!(ended.err().contains(words) && !ended.err().contains("s3cret"), "{}", ended.err());
        }
        let ended = Folder::new().inflight(&format!("{command} http://127.0.0.1:1/ -x gopher://p")).run().exits(2);
        assert!(ended.err().contains("`--proxy` has a scheme that is not supported"), "{}", ended.err());
        let plan = "proxy = \"ftp://p\"\n[[endpoint]]\nurl = \"http://127.0.0.1:1/\"\n";
        let ended = Folder::new().with("plan.toml", plan).inflight(&format!("{command} plan.toml")).run().exits(3);
        assert!(ended.err().contains("plan.toml:1"), "{}", ended.err());
    }
}

#[test]
fn an_excluded_host_and_an_empty_proxy_are_direct() {
    for (args, excluded) in [("", "*"), ("", "x.test, 127.0.0.0/8"), ("--proxy=", "")] {
        let server = Server::start(OK);
        let folder = Folder::new();
        let run = folder.inflight(&format!("run http://{}/x --tries 1 {args}", server.address()));
        run.var("NO_PROXY", excluded).var("ALL_PROXY", "http://127.0.0.1:1").run().exits(0);
        let received = server.end().concat().concat();
        assert!(received.starts_with("GET /x HTTP/1.1\r\n"), "{received}");
    }
}

#[test]
fn a_check_shows_the_way_to_each_host() {
    let folder = Folder::new().with("urls.toml", PLAN);
    let run = folder.inflight("check urls.toml --json").var("HTTP_PROXY", "http://ann:s3cret@p.example:3128");
    let ended = run.var("NO_PROXY", "b.example").run().exits(0);
    let summary = ended.summary();
    let ways: Vec<_> = summary["hosts"].as_array().unwrap().iter().map(|host| host["route"]["value"].clone()).collect();
    assert_eq!(ways, ["via http://p.example:3128", "direct"], "{summary}");
    assert_eq!(summary["hosts"][0]["route"]["from"]["why"], "from HTTP_PROXY");
    assert!(!ended.out().contains("s3cret"));
    let ended = folder.inflight("check urls.toml -x socks5h://ann:s3cret@q.example").run().exits(0);
    assert!(ended.out().contains("via socks5h://q.example:1080") && !ended.out().contains("s3cret"), "{}", ended.out());
}

const PLAN: &str = "[[endpoint]]\nurl = \"http://a.example/\"\n[[endpoint]]\nurl = \"http://b.example/\"\n";
