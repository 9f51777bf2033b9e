//! The direct wire: connections of our own, without a library's client around them.
//!
//! HTTP/1.1 with and without TLS, never through a proxy. Each thread has its own connections. One is
//! driven by the exchange that uses it, with no task beside: whoever drops the exchange closes it.
//! Start at [`DirectWire`]; an exchange goes by `hosts` → `dial` → `line`.

mod dial;
mod hosts;
mod line;

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::Response;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use crate::event::outcome::{Phase, Reason};
use crate::plan::job::Job;
use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::body;
use crate::source::pool::wire::direct::dial::Dialer;
use crate::source::pool::wire::direct::hosts::{Host, Hosts};
use crate::source::pool::wire::direct::line::{HttpConnection, Unanswered};
use crate::source::pool::wire::milestones::Milestones;
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::{Exchange, Head, NoAnswer, Wire};

/// A connection that was unused for so long and then breaks without a word was closed by its server
/// in the meantime. One that was just in use breaks because of the request, and that is news.
const STALE_AFTER: Duration = Duration::from_secs(1);

/// One thread's wire.
#[derive(Debug)]
pub struct DirectWire {
    hosts: Hosts,
    dialer: Dialer,
    keeps_bodies: bool,
}

/// An exchange on its way.
struct DirectExchange<'a> {
    job: &'a Job,
    host: &'a Host,
    mark: &'a Milestones,
    start: Instant,
    end: Instant,
}

impl DirectWire {
    /// A wire with the run's shared names, which keeps so many unused connections.
    pub fn new(names: Resolver, keeps_bodies: bool, most_unused: usize) -> Self {
        Self { hosts: Hosts::keeping(most_unused), dialer: Dialer::new(names), keeps_bodies }
    }

    /// One exchange, marked as it goes.
    async fn converse(&self, job: &Job, mark: &Milestones, (start, end): (Instant, Instant)) -> Exchange {
        let host = self.hosts.of(&job.url);
        let (mut line, mut response) = match self.answer(DirectExchange { job, host: &host, mark, start, end }).await {
            Ok(answered) => answered,
            Err(ended) => return Exchange::new(ended.into()).after(mark.spent()),
        };
        let (head_at, received) = (Instant::now(), SystemTime::now());
        let status = response.status().as_u16();
        let kept = body::kept(&job.policy, status, self.keeps_bodies);
        let incoming = response.body_mut();
        let next = async || line.piece(incoming).await;
        let drained = body::drain(next, &job.policy, mark, (head_at, end), kept).await;
        let ended = Instant::now();
        if drained.broken.is_none() && line.is_ready().await {
            self.hosts.keep(&host, line, ended);
        }
        let headers = std::mem::take(response.headers_mut());
        Exchange::answered(Head { status, headers, received }, drained).after(mark.spent_with(head_at, ended))
    }

    /// Sends the request and waits for the answer's head: over a kept connection, if there is one that
    /// is still good, or else over a new one.
    async fn answer(&self, trip: DirectExchange<'_>) -> Result<(Box<HttpConnection>, Response<Incoming>), NoAnswer> {
        let make = || trip.host.usual.request_of(trip.job);
        let mut request = make()?;
        let mut now = trip.start;
        while let Some((mut line, unused_for)) = self.hosts.take(trip.host, now) {
            let sent = pin!(line.send(request));
            match trip.in_time(now, line.answer(sent)).await? {
                Ok(response) => return Ok((line, response)),
                // It was closed before anything was sent: nobody has seen the request.
                Err(Unanswered { unsent: Some(unsent), .. }) => request = unsent,
                Err(broken) if broken.is_silent && unused_for >= STALE_AFTER && trip.job.method.is_idempotent() => {
                    trip.mark.stale();
                    // The others were unused for longer.
                    self.hosts.forget(trip.host);
                    request = make()?;
                }
                Err(broken) => return Err(broken.failure.into()),
            }
            now = Instant::now();
        }
        // Apart, or every worker would have room for a handshake.
        let mut line = Box::pin(self.connect(&trip)).await?;
        let sent = pin!(line.send(request));
        let response = trip.in_time(Instant::now(), line.answer(sent)).await?;
        response.map(|response| (line, response)).map_err(|broken| broken.failure.into())
    }

    /// A new connection.
    async fn connect(&self, trip: &DirectExchange<'_>) -> Result<Box<HttpConnection>, NoAnswer> {
        let dial = async {
            match self.dialer.dial(trip.host, trip.mark).await {
                // Those that nobody uses take up room as well.
                Err((Reason::Local, _)) if self.hosts.forget_all() => self.dialer.dial(trip.host, trip.mark).await,
                dialled => dialled,
            }
        };
        let deadline = (Instant::now() + trip.job.policy.timeouts.connect).min(trip.end);
        match timeout_at(deadline, dial).await {
            Ok(dialled) => Ok(HttpConnection::open(dialled?).await?),
            Err(_) => Err(NoAnswer::TimedOut(trip.mark.phase())),
        }
    }
}

impl DirectExchange<'_> {
    /// Waits for an answer's head as long as it may take from `now` on.
    async fn in_time<T>(&self, now: Instant, head: impl Future<Output = T>) -> Result<T, NoAnswer> {
        let deadline = (now + self.job.policy.timeouts.first_byte).min(self.end);
        timeout_at(deadline, head).await.map_err(|_| NoAnswer::TimedOut(Phase::FirstByte))
    }
}

impl Wire for DirectWire {
    async fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> Exchange {
        let start = Instant::now();
        let mark = Arc::new(Milestones::new(start));
        progress.watch(&mark);
        self.converse(job, &mark, (start, start + timeout)).await
    }
}
