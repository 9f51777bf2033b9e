//! Connections that go elsewhere: other addresses, other hosts, Unix sockets.

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::thread;

use crate::run::network::tls_server::{Asks, self_signed, serve};
use crate::run::program::Folder;
use crate::wire::server::Do::{self, Hear, Say};
use crate::wire::server::Server;

const OK: &[&[Do]] = &[&[Hear, Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), Hear]];

#[test]
fn a_connection_goes_to_the_address_or_the_host_that_is_named() {
    for (args, plan) in [
        ("--resolve a.invalid:PORT:127.0.0.1", ""),
        ("--connect-to a.invalid:PORT:127.0.0.1:PORT", ""),
        ("--connect-to ::localhost:", ""),
        ("", "resolve = [\"a.invalid:PORT:127.0.0.1\"]\n"),
        ("", "connect_to = \"a.invalid:PORT:127.0.0.1:\"\n"),
    ] {
        let server = Server::start(OK);
        let port = server.address().port().to_string();
        let plan = format!("{plan}[[endpoint]]\nurl = \"http://a.invalid:PORT/x\"\n").replace("PORT", &port);
        let folder = Folder::new().with("plan.toml", &plan);
        folder.inflight(&format!("run plan.toml --tries 1 {}", args.replace("PORT", &port))).run().exits(0);
        let received = server.end().concat().concat().to_lowercase();
        assert!(received.contains(&format!("host: a.invalid:{port}\r\n")), "{received}");
    }
}

#[test]
fn a_certificate_is_that_of_the_host_in_the_url() {
    let identity = self_signed(&["a.invalid"], |_| {});
    let port = serve(&identity, Asks::default());
    let folder = Folder::new().with("ca.pem", &identity.cert_pem);
    let run = folder.inflight("run https://a.invalid/ --tries 1 --cacert ca.pem --connect-to");
    run.arg(format!("::127.0.0.1:{port}")).run().exits(0);
}

#[test]
fn requests_go_over_a_unix_socket() {
    let folder = Folder::new();
    let listener = UnixListener::bind(folder.path("app.sock")).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut piece = [0; 4096];
                while stream.read(&mut piece).is_ok_and(|n| n > 0) {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
                }
            });
        }
    });
    folder.inflight("run http://a.invalid/ -n 20 -c 3 --tries 1 --unix-socket app.sock").run().exits(0);
    let plan = "unix_socket = \"app.sock\"\n[[endpoint]]\nurl = \"http://a.invalid/\"\n";
    let folder = folder.with("plan.toml", plan);
    folder.inflight("run plan.toml --tries 1").var("HTTP_PROXY", "http://127.0.0.1:1").run().exits(0);
    let ended = folder.inflight("run http://a.invalid/ --tries 1 --unix-socket none.sock").run();
    assert!(ended.out().contains("the socket `none.sock` cannot be used: no such file"), "{}", ended.out());
}

#[test]
fn a_wrong_destination_is_an_error() {
    for (args, words) in [
        ("--resolve a:80:b.test", "without an IP address"),
        ("--connect-to a:80", "not a host and port"),
        ("--wire reqwest --unix-socket x", "`--unix-socket` has no effect on reqwest"),
    ] {
        let ended = Folder::new().inflight(&format!("run http://127.0.0.1:1/ {args}")).run().exits(2);
        assert!(ended.err().contains(words), "{}", ended.err());
    }
    let plan = "resolve = [\"a:80:127.0.0.1\", \"b\"]\n[[endpoint]]\nurl = \"http://127.0.0.1:1/\"\n";
    let ended = Folder::new().with("plan.toml", plan).inflight("check plan.toml").run().exits(3);
    assert!(ended.err().contains("plan.toml:1"), "{}", ended.err());
}

#[cfg(target_os = "linux")]
#[test]
fn an_ipv6_address_may_have_a_zone_which_is_not_sent() {
    let folder = Folder::new();
    for (url, args) in [
        ("http://[::1%lo]:PORT/x", ""),
        ("http://[::1%25lo]:PORT/x", ""),
        ("http://[::2]:PORT/x", "--connect-to [::2]:PORT:[::1%lo]:PORT"),
        ("http://[::2]:PORT/x", "--connect-to ::[::1%25lo]:"),
        ("http://[::2]:PORT/x", "--resolve [::2]:PORT:[::1%lo]"),
    ] {
        let server = Server::start_at(std::net::Ipv6Addr::LOCALHOST.into(), OK);
        let port = server.address().port().to_string();
        let args = args.replace("PORT", &port);
        let run = folder.inflight(&format!("run --tries 1 {args}"));
        run.arg(url.replace("PORT", &port)).run().exits(0);
        let received = server.end().concat().concat();
        let host = if url.contains("::2") { "[::2]" } else { "[::1]" };
        assert!(received.starts_with(&format!("GET /x HTTP/1.1\r\nHost: {host}:{port}\r\n")), "{received}");
    }
    let ended = folder.inflight("run http://[fe80::1%25no-such]/ --tries 1 --json").run().exits(5);
    let out = ended.out();
    assert!(out.contains("this machine has no network interface for `fe80::1%no-such`"), "{out}");
    let ended = folder.inflight("check http://[fe80::1%25eth9]:81/").run().exits(0);
    let check = ended.out();
    assert!(check.contains("[fe80::1%25eth9]:81"), "{check}");
}
