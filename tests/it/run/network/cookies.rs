//! Cookies over TLS and through proxies, with both HTTP clients.

use crate::run::network::WIRES;
use crate::run::network::tls_server::{Asks, self_signed, serve};
use crate::run::program::Folder;
use crate::run::requests::Recorder;

#[test]
fn cookies_that_are_set_over_tls_come_back_to_their_host() {
    for wire in WIRES {
        let recorder = Recorder::start();
        let there = recorder.url().replace("127.0.0.1", "localhost");
        let answer = format!(
            "HTTP/1.1 302 Found\r\nlocation: {there}\r\nset-cookie: a=1\r\nset-cookie: b=2; Path=/x\r\ncontent-length: 0\r\n\r\n"
        );
        let identity = self_signed(&["localhost"], |_| {});
        let folder = Folder::new().with("ca.pem", &identity.cert_pem);
        let port = serve(&identity, Asks { cuts: Some(answer.leak()), ..Asks::default() });
        let run = folder.inflight("run --cookies row --downgrade --cacert ca.pem --wire").arg(wire);
        run.arg(format!("https://localhost:{port}/")).run().exits(0);
        assert_eq!(recorder.request().header("cookie"), Some("a=1"), "{wire}");
    }
}

#[test]
fn a_proxy_is_no_host_of_a_cookie() {
    for wire in ["auto", "reqwest"] {
        let proxy = Recorder::answering(|_, request| {
            let next = match request.line.as_str() {
                "GET http://a.example.org/" => "http://b.example.org/",
                "GET http://b.example.org/" => "http://a.example.org/2",
                _ => return "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned(),
            };
            format!(
                "HTTP/1.1 302 Found\r\nlocation: {next}\r\nset-cookie: own=1\r\nset-cookie: all=2; Domain=example.org\r\n\
                content-length: 0\r\n\r\n"
            )
        });
        let run = Folder::new();
        let run = run.inflight("run --cookies row http://a.example.org/ --wire").arg(wire).arg("-x").arg(proxy.url());
        run.run().exits(0);
        let sent: Vec<_> = proxy.requests().iter().map(|it| it.header("cookie").map(str::to_owned)).collect();
        assert_eq!(sent, [None, Some("all=2".to_owned()), Some("own=1; all=2".to_owned())], "{wire}");
    }
}
