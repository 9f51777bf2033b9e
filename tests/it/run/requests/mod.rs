//! What requests contain: the bytes that arrive at a server, compared with the flags and the plan.
//!
//! Start at [`Recorder::start`].

mod before;
mod bodies;
mod cookies;
mod exact;
mod forms;
mod logins;
mod pages;
mod times;
mod uploads;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server that records every request, and answers each as it is asked to.
pub struct Recorder {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method and path.
    pub line: String,
    /// Names in lower case, in the order of arrival.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

impl Recorder {
    /// Answers each request with 200.
    pub fn start() -> Self {
        Self::answering(|_, _| OK.to_owned())
    }

    /// Answers each request, of which there were `n` before, with this text.
    pub fn answering(answer: impl Fn(usize, &Request) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let (recorded, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (recorded, answer) = (Arc::clone(&recorded), Arc::clone(&answer));
                thread::spawn(move || serve(&stream, &recorded, &*answer));
            }
        });
        Self { address, requests }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The only request.
    #[track_caller]
    pub fn request(&self) -> Request {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].clone()
    }
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn serve(stream: &TcpStream, recorded: &Mutex<Vec<Request>>, answer: &dyn Fn(usize, &Request) -> String) {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(mut request) = read_head(&mut reader) {
        if request.header("expect") == Some("100-continue") {
            writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        }
        let length: usize = request.header("content-length").map_or(0, |n| n.parse().unwrap());
        let mut body = Vec::new();
        // A client that gives up leaves an incomplete body.
        let is_whole = reader.by_ref().take(length as u64).read_to_end(&mut body).is_ok() && body.len() == length;
        request.body = body;
        let n = {
            let mut recorded = recorded.lock().unwrap();
            recorded.push(request.clone());
            recorded.len() - 1
        };
        if !is_whole || writer.write_all(answer(n, &request).as_bytes()).is_err() {
            return;
        }
    }
}

fn read_head(reader: &mut impl BufRead) -> Option<Request> {
    let mut lines = reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let line = lines.next()?;
    let headers = lines.filter_map(|line| line.split_once(": ").map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())));
    Some(Request { line: line.trim_end_matches(" HTTP/1.1").to_owned(), headers: headers.collect(), body: Vec::new() })
}
