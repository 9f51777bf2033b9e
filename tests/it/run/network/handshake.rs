//! TLS over real sockets: the handshake is a phase of its own, and a reused connection has none.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use inflight::event::outcome::PhaseTimes;
use inflight::event::{Fact, Micros};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::run::network::WIRES;
use crate::run::program::Folder;
use crate::scenario::replay;

/// How long the server waits before the handshake.
const HESITATES: Duration = Duration::from_millis(200);

/// Serves one TLS connection under this name; returns its port and its root certificate.
fn server(name: &str) -> (u16, String) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        thread::sleep(HESITATES);
        let mut tls = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = Stream::new(&mut tls, &mut socket);
        let mut piece = [0; 4096];
        while stream.read(&mut piece).is_ok_and(|n| n > 0) {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
        }
    });
    (port, made.cert.pem())
}

#[test]
fn the_handshake_is_a_phase_of_its_own_and_happens_once() {
    for wire in WIRES {
        let (port, root) = server("localhost");
        let folder = Folder::new().with("root.pem", &root);
        let run = folder.inflight(&format!("run -n 3 -c 1 --tries 1 --events run.jsonl --wire {wire}"));
        let run = run.arg(format!("https://localhost:{port}/"));
        run.var("SSL_CERT_FILE", folder.path("root.pem").to_str().unwrap()).run().exits(0);
        let (events, _) = replay(&folder.bytes("run.jsonl"));
        let spent: Vec<PhaseTimes> = events
            .iter()
            .filter_map(|event| match event.fact {
                Fact::AttemptEnded { spent, .. } => Some(spent),
                _ => None,
            })
            .collect();
        assert_eq!(spent.len(), 3, "{wire}");
        let (tls, connect) = (spent[0].tls.unwrap(), spent[0].connect.unwrap());
        assert!(tls >= Micros::from(HESITATES) && connect < tls, "{wire}: {spent:?}");
        assert!(spent[1..].iter().all(|spent| spent.tls.is_none() && spent.connect.is_none()), "{wire}: {spent:?}");
    }
}

#[test]
fn a_certificate_of_an_unknown_authority_is_refused_with_the_reason() {
    for wire in WIRES {
        let (port, _) = server("localhost");
        let folder = Folder::new();
        let run = folder.inflight(&format!("run --tries 1 --wire {wire}"));
        let ended = run.arg(format!("https://localhost:{port}/")).run();
        assert!(ended.out().contains("TLS failed") && ended.out().contains("self-signed"), "{wire}: {}", ended.out());
    }
}

#[test]
fn a_certificate_of_another_name_is_refused() {
    for wire in WIRES {
        let (port, root) = server("other.example");
        let folder = Folder::new().with("root.pem", &root);
        let run = folder.inflight(&format!("run --tries 1 --json --wire {wire}"));
        let run = run.arg(format!("https://localhost:{port}/"));
        let ended = run.var("SSL_CERT_FILE", folder.path("root.pem").to_str().unwrap()).run();
        let summary = ended.summary();
        let text = summary.to_string();
        assert!(text.contains("\"tls\"") && text.contains("is for other.example, not for localhost"), "{wire}: {text}");
    }
}
