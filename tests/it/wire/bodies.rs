//! Bodies that are decoded, and bodies that are too large for memory.

use inflight::plan::http_client::HttpClient;
use inflight::plan::job::Statuses;
use inflight::plan::statuses::StatusSet;
use inflight::source::pool::dns::Resolver;
use inflight::source::pool::wire::kept_body::BodyRules;
use inflight::source::pool::wire::{Exchange, Reply};

use crate::wire::server::Do::{self, Bytes, Hear, Pour, Say};
use crate::wire::server::Server;
use crate::wire::{WireRig, rules, summary};

const KEPT: BodyRules = BodyRules { are_kept: true, are_raw: false, folder: None };
const GZIP: Do = Bytes(
    b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 25\r\n\r\n\
    \x1f\x8b\x08\0\0\0\0\0\x02\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0",
);
const BROTLI: Do = Bytes(b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\nconnection: close\r\n\r\n\x0b\x02\x80hello\x03");
const CUT: Do = Bytes(b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\nconnection: close\r\n\r\n\x0b\x02\x80hel");

/// One exchange, and the head of its request.
#[track_caller]
fn ask(
    via: HttpClient,
    script: &'static [&'static [Do]],
    bodies: &BodyRules,
    status: Option<u16>,
) -> (Exchange, String) {
    let server = Server::start(script);
    let rig = WireRig::with_bodies(via, &Resolver::default(), bodies);
    let exchange = rig.ask_url_as(&format!("http://{}/", server.address()), |job| {
        if let Some(status) = status {
            rules(job, |policy| policy.status = Statuses::Listed(StatusSet::from_statuses(&[status])));
        }
    });
    drop(rig);
    (exchange, server.end().concat().concat().to_lowercase())
}

#[test]
fn both_wires_ask_for_codings_and_decode_them() {
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        for (script, received) in [(&[&[Hear, GZIP] as &[Do]], 25), (&[&[Hear, BROTLI]], 9)] {
            let (exchange, request) = ask(via, script, &KEPT, None);
            assert_eq!(summary(&exchange), "200 hello", "{via:?}");
            assert!(request.contains("accept-encoding: gzip, br, zstd, deflate\r\n"), "{request}");
            let Reply::Answer { bytes, .. } = exchange.reply else { panic!("{exchange:?}") };
            assert_eq!((bytes, exchange.decoded), (received, Some(5)));
        }
        assert_eq!(summary(&ask(via, &[&[Hear, CUT]], &KEPT, None).0), "bad-response", "{via:?}");
    }
}

#[test]
fn raw_bodies_and_bodies_that_are_not_kept_are_left_alone() {
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        let raw = BodyRules { are_raw: true, ..KEPT };
        let (exchange, request) = ask(via, &[&[Hear, GZIP]], &raw, None);
        let Reply::Answer { body, .. } = exchange.reply else { panic!("{exchange:?}") };
        assert!(body.starts_with(b"\x1f\x8b") && body.len() == 25 && exchange.is_encoded);
        assert!(!request.contains("accept-encoding"), "{request}");
        let (exchange, request) = ask(via, &[&[Hear, CUT]], &BodyRules::default(), None);
        assert_eq!(summary(&exchange), "200 ");
        assert!(!request.contains("accept-encoding"), "{request}");
        // A sample of an unexpected answer is decoded as far as it can be.
        let (exchange, _) = ask(via, &[&[Hear, CUT]], &BodyRules::default(), Some(404));
        assert_eq!(summary(&exchange), "200 hel");
    }
}

#[test]
fn a_body_that_is_too_large_for_memory_is_in_a_file_of_the_folder() {
    const LARGE: &[&[Do]] =
        &[&[Hear, Say("HTTP/1.1 200 OK\r\ncontent-length: 5000000\r\n\r\n"), Pour(5_000_000), Hear]];
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        let folder = tempfile::tempdir().unwrap();
        let bodies = BodyRules { folder: Some(folder.path().into()), ..KEPT };
        let (exchange, _) = ask(via, LARGE, &bodies, None);
        let Reply::Answer { bytes, body, .. } = &exchange.reply else { panic!("{exchange:?}") };
        assert_eq!((*bytes, body.len()), (5_000_000, 4_097), "{via:?}");
        let file = exchange.file.as_ref().unwrap().as_ref().as_ref().unwrap();
        assert!(file.bytes() == 5_000_000 && file.read().unwrap() == vec![b'x'; 5_000_000]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        drop(exchange);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
