//! The figures of a run for Prometheus: while it runs, and from its recording.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::run::program::Folder;
use crate::run::requests::Recorder;

/// An address of this machine that nothing uses.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// The answer to a request, if the server is there.
fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// The value of a sample.
fn value(text: &str, sample: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' ')?.parse().ok())
}

#[test]
fn a_run_serves_its_figures_and_a_recording_gives_them_again() {
    let is_released = Arc::new(AtomicBool::new(false));
    let released = Arc::clone(&is_released);
    let server = Recorder::answering(move |_, _| {
        while !released.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(5));
        }
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned()
    });
    let (folder, address) = (Folder::new(), free_address());
    let run = folder.inflight("run -n 3 -c 2 --events run.jsonl --metrics").arg(address.to_string()).arg(server.url());
    let running = run.start();
    let text = loop {
        match get(address, "/metrics").filter(|text| value(text, "inflight_in_flight") == Some(2.0)) {
            Some(text) => break text,
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    let (head, text) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK") && head.contains("application/openmetrics-text"), "{head}");
    for (sample, wanted) in [
        ("inflight_running", 1.0),
        ("inflight_jobs_planned", 3.0),
        ("inflight_limit", 2.0),
        ("inflight_attempts_started_total", 2.0),
        ("inflight_jobs_total{end=\"done\"}", 0.0),
    ] {
        assert_eq!(value(text, sample), Some(wanted), "{sample} in {text}");
    }
    assert!(get(address, "/").unwrap().starts_with("HTTP/1.1 404"));
    is_released.store(true, Ordering::Relaxed);
    running.wait().exits(0);
    folder.inflight("report run.jsonl --openmetrics").run().exits(0);
    let text = String::from_utf8(folder.bytes("run.prom")).unwrap();
    for (sample, wanted) in [
        ("inflight_running", 0.0),
        ("inflight_jobs_total{end=\"done\"}", 3.0),
        ("inflight_attempts_total{outcome=\"answered_expected\"}", 3.0),
        ("inflight_latency_seconds_bucket{le=\"+Inf\"}", 3.0),
        ("inflight_received_bytes_total", 6.0),
    ] {
        assert_eq!(value(&text, sample), Some(wanted), "{sample} in {text}");
    }
    assert!(text.ends_with("# EOF\n"), "{text}");
}
