//! Connections that open or fail: names, addresses, handshakes.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use inflight::plan::http_client::HttpClient;
use inflight::plan::job::Job;
use inflight::source::pool::dns::Resolver;

use crate::wire::server::Do::{self, Hang, Hear, Say};
use crate::wire::server::Server;
use crate::wire::{WireRig, exchange, rules, status, summary};

const OK: Do = Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

/// Both addresses of this machine, the newer first.
const BOTH: [IpAddr; 2] = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];

fn soon(job: &mut Job) {
    rules(job, |policy| policy.timeouts.connect = Duration::from_millis(600));
}

/// A listener that makes every client wait: the only place in its queue is taken.
#[cfg(target_os = "linux")]
fn full(address: SocketAddr) -> (TcpListener, Vec<TcpStream>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let socket = if address.is_ipv4() { tokio::net::TcpSocket::new_v4() } else { tokio::net::TcpSocket::new_v6() };
    let socket = socket.unwrap();
    socket.bind(address).unwrap();
    let listener = runtime.block_on(async { socket.listen(0) }).unwrap().into_std().unwrap();
    let queued = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (listener, vec![queued])
}

#[test]
fn a_look_up_without_an_answer_is_a_time_out_of_the_look_up() {
    static SILENCE: Mutex<()> = Mutex::new(());
    let silence = SILENCE.lock().unwrap();
    let lines = [HttpClient::Direct, HttpClient::Reqwest].map(|via| {
        let names = Resolver::with_system(|_| {
            drop(SILENCE.lock());
            Ok(Vec::new())
        });
        let rig = WireRig::new(via, &names);
        assert_eq!(summary(&rig.ask_url_as("http://slow.example/", soon)), "timeout resolve", "{via:?}");
        rig
    });
    drop(silence);
    drop(lines);
}

#[test]
fn only_the_attempt_that_waits_for_a_look_up_reports_it() {
    static SILENCE: Mutex<()> = Mutex::new(());
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        let servers = [(); 2].map(|()| Server::start(&[&[Hear, OK, Hear]]));
        let names = Resolver::with_system(|_| {
            ASKED.fetch_add(1, Ordering::SeqCst);
            drop(SILENCE.lock());
            Ok(vec![Ipv4Addr::LOCALHOST.into()])
        });
        let rig = WireRig::new(via, &names);
        let [first, second] =
            servers.each_ref().map(|server| format!("http://one.example:{}/", server.address().port()));
        let silence = SILENCE.lock().unwrap();
        let (first, ()) = rig.runtime.block_on(async {
            let job = rig.job(&first, |_| {});
            let answering = async {
                while ASKED.load(Ordering::SeqCst) == 0 {
                    tokio::task::yield_now().await;
                }
                drop(silence);
            };
            tokio::join!(exchange(&rig.wire, &job), answering)
        });
        let second = rig.ask_url(&second);
        assert_eq!(ASKED.swap(0, Ordering::SeqCst), 1, "{via:?}");
        assert!(first.phase_times.resolve.is_some() && first.phase_times.connect.is_some(), "{via:?}");
        assert!(second.phase_times.resolve.is_none() && second.phase_times.connect.is_some(), "it was known: {via:?}");
        drop(rig);
        let _ = servers.map(Server::end);
    }
}

#[test]
fn a_prefetch_that_failed_is_the_attempts_failure() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        let names = Resolver::with_system(|_| {
            ASKED.fetch_add(1, Ordering::SeqCst);
            Err(std::io::Error::other("no such name"))
        });
        let rig = WireRig::new(via, &names);
        names.prefetch("nowhere.example");
        assert!(rig.runtime.block_on(names.look_up("nowhere.example")).is_err());
        let exchange = rig.ask_url("http://nowhere.example/");
        assert_eq!((&*summary(&exchange), exchange.phase_times.resolve), ("dns", None), "{via:?}");
        assert_eq!(ASKED.swap(0, Ordering::SeqCst), 1, "{via:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_host_that_does_not_accept_is_a_time_out_of_the_connection() {
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        let (listener, _queued) = full(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let rig = WireRig::new(via, &Resolver::default());
        let url = format!("http://{}/", listener.local_addr().unwrap());
        assert_eq!(summary(&rig.ask_url_as(&url, soon)), "timeout connect", "{via:?}");
    }
}

#[test]
fn a_handshake_that_does_not_end_is_a_time_out_of_tls() {
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        let server = Server::start(&[&[Hang]]);
        let rig = WireRig::new(via, &Resolver::default());
        let exchange = rig.ask_url_as(&format!("https://{}/", server.address()), soon);
        assert_eq!(summary(&exchange), "timeout tls", "{via:?}");
        drop(rig);
        server.end();
    }
}

#[test]
fn addresses_of_both_families_are_reached() {
    for (via, ip) in [HttpClient::Direct, HttpClient::Reqwest].into_iter().flat_map(|via| BOTH.map(|ip| (via, ip))) {
        // A machine without IPv6 has nothing to show here.
        if TcpListener::bind((ip, 0)).is_err() {
            continue;
        }
        let server = Server::start_at(ip, &[&[Hear, OK, Hear]]);
        let rig = WireRig::new(via, &Resolver::default());
        assert_eq!(summary(&rig.ask_url(&format!("http://{}/", server.address()))), "200 ok", "{via:?} {ip}");
        drop(rig);
        server.end();
    }
}

#[test]
fn if_one_address_refuses_the_other_is_used() {
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        let server = Server::start(&[&[Hear, OK, Hear]]);
        let rig = WireRig::new(via, &Resolver::with_system(|_| Ok(BOTH.to_vec())));
        let url = format!("http://two.example:{}/", server.address().port());
        assert_eq!(summary(&rig.ask_url(&url)), "200 ok", "{via:?}");
        drop(rig);
        server.end();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn if_one_address_is_silent_the_other_is_tried_soon() {
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        let server = Server::start(&[&[Hear, OK, Hear]]);
        let port = server.address().port();
        if TcpListener::bind((BOTH[0], 0)).is_err() {
            // A machine without IPv6 has nothing to show here.
            continue;
        }
        let (_listener, _queued) = full(SocketAddr::from((BOTH[0], port)));
        let rig = WireRig::new(via, &Resolver::with_system(|_| Ok(BOTH.to_vec())));
        let exchange = rig.ask_url(&format!("http://two.example:{port}/"));
        assert_eq!(summary(&exchange), "200 ok", "{via:?}");
        let connect = Duration::from(exchange.phase_times.connect.unwrap());
        assert!(connect >= Duration::from_millis(200), "the first had time to answer: {connect:?}, {via:?}");
        assert!(connect < Duration::from_secs(5), "{connect:?}, {via:?}");
        drop(rig);
        server.end();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_silent_address_leaves_time_for_the_next_one_of_its_family() {
    for via in [HttpClient::Direct, HttpClient::Reqwest] {
        let server = Server::start(&[&[Hear, OK, Hear]]);
        let port = server.address().port();
        let silent = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
        let (_listener, _queued) = full(SocketAddr::from((silent, port)));
        let rig = WireRig::new(
            via,
            &Resolver::with_system(|_| Ok(vec![Ipv4Addr::new(127, 0, 0, 2).into(), Ipv4Addr::LOCALHOST.into()])),
        );
        let exchange = rig.ask_url_as(&format!("http://two.example:{port}/"), |job| {
            rules(job, |policy| policy.timeouts.connect = Duration::from_secs(2));
        });
        assert_eq!(summary(&exchange), "200 ok", "{via:?}");
        drop(rig);
        server.end();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_address_that_worked_last_is_tried_first() {
    const CLOSE: Do = Say("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok");
    let server = Server::start(&[&[Hear, CLOSE], &[Hear, CLOSE]]);
    let port = server.address().port();
    let other = Ipv4Addr::new(127, 0, 0, 2);
    let rig = WireRig::new(
        HttpClient::Direct,
        &Resolver::with_system(|_| Ok(vec![Ipv4Addr::new(127, 0, 0, 2).into(), Ipv4Addr::LOCALHOST.into()])),
    );
    let url = format!("http://two.example:{port}/");
    assert_eq!(summary(&rig.ask_url(&url)), "200 ok");
    // The first address would work now, but is not asked again.
    let listener = TcpListener::bind((other, port)).unwrap();
    listener.set_nonblocking(true).unwrap();
    assert_eq!(summary(&rig.ask_url(&url)), "200 ok");
    assert!(listener.accept().is_err());
    server.end();
}

/// Only where the system leaves a connection waiting when the queue is full, so that it takes long to open.
#[cfg(target_os = "linux")]
#[test]
fn an_attempt_that_found_a_free_connection_is_not_timed_out_as_connecting() {
    let rig = WireRig::new(HttpClient::Reqwest, &Resolver::default());
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let server = rig.runtime.block_on(async { socket.listen(0) }).unwrap().into_std().unwrap();
    server.set_nonblocking(false).unwrap();
    let address = server.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let (mut connection, _) = server.accept().unwrap();
        // Every other client waits behind this one, for ever.
        let _queued = TcpStream::connect(address).unwrap();
        for pause in [200, 800] {
            let mut request = [0; 1024];
            assert!(connection.read(&mut request).unwrap() > 0);
            thread::sleep(Duration::from_millis(pause));
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
    });
    let job = rig.job(&format!("http://{address}/"), |job| {
        rules(job, |policy| policy.timeouts.connect = Duration::from_millis(500));
    });
    let (first, second) = rig.runtime.block_on(async {
        let second = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            exchange(&rig.wire, &job).await
        };
        tokio::join!(exchange(&rig.wire, &job), second)
    });
    serving.join().unwrap();
    assert!(first.phase_times.connect.is_some());
    // It waited for its own connection until that of the first attempt was free.
    assert_eq!((status(&second), second.phase_times.connect), ((200, 0), None));
    let first_byte = Duration::from(second.phase_times.first_byte.unwrap());
    assert!(first_byte >= Duration::from_millis(790) && first_byte < Duration::from_millis(940), "{first_byte:?}");
}
