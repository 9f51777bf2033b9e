//! The figures of a run over HTTP, for Prometheus: `--metrics ADDRESS`.
//!
//! It answers `GET /metrics` and nothing else, one request at a time. Start at [`MetricsServer::open`].

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::output::open_metrics::{MEDIA_TYPE, text};
use crate::pump::Follow;
use crate::source::pool::run_time::RunTime;

/// How long a client may take for its request, and for reading the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most bytes of a request.
const LONGEST: u64 = 16 << 10;

/// A server of figures. It serves until the process ends.
#[derive(Clone, Debug)]
pub struct MetricsServer {
    run: Arc<Mutex<Option<(Follow, RunTime)>>>,
}

impl MetricsServer {
    /// Starts to listen. Until there is a run, there are no figures.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let server = Self { run: Arc::default() };
        let serving = server.clone();
        thread::Builder::new().name("metrics".into()).spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // A client that goes away costs only its own answer.
                let _ = serving.answer(&client);
            }
        })?;
        Ok(server)
    }

    /// Shows this run from now on.
    pub fn show(&self, follow: &Follow, time: &RunTime) {
        *self.run.lock().unwrap_or_else(PoisonError::into_inner) = Some((follow.clone(), time.clone()));
    }

    fn answer(&self, mut client: &TcpStream) -> io::Result<()> {
        client.set_read_timeout(Some(PATIENCE))?;
        client.set_write_timeout(Some(PATIENCE))?;
        let mut request = BufReader::new(client.take(LONGEST));
        let mut first = String::new();
        request.read_line(&mut first)?;
        let mut line = first.clone();
        while !line.trim().is_empty() {
            line.clear();
            if request.read_line(&mut line)? == 0 {
                break;
            }
        }
        let path = first.strip_prefix("GET ").and_then(|rest| rest.split([' ', '?']).next());
        let (status, kind, body) = match path {
            Some("/metrics") => ("200 OK", MEDIA_TYPE, self.text()),
            Some(_) | None => ("404 Not Found", "text/plain", "the figures are at /metrics\n".to_owned()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        client.write_all(head.as_bytes())?;
        client.write_all(body.as_bytes())
    }

    fn text(&self) -> String {
        let run = self.run.lock().unwrap_or_else(PoisonError::into_inner).clone();
        run.map_or_else(|| "# EOF\n".to_owned(), |(follow, time)| text(&follow.model(), time.now()))
    }
}
