//! inflight's own HTTP/1.1 client, with and without TLS.
//!
//! Each thread has its own connections. A connection has no task: the exchange that uses it
//! polls it, and dropping the exchange closes it. Start at [`DirectWire`]. An exchange passes through `host_pools`,
//! `dial` and `connection`.

mod byte_stream;
pub mod capped_hosts;
mod connection;
mod dial;
mod exact_stream;
mod handshake;
mod host_pools;
mod lost_requests;
mod settling_time;
mod tunnel;

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::Response;
use hyper::body::Incoming;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::event::Offset;
use crate::event::outcome::{Phase, Reason};
use crate::plan::job::Job;
use crate::source::pool::dns::Resolver;
use crate::source::pool::run_time::RunTime;
use crate::source::pool::wire::body;
use crate::source::pool::wire::direct::capped_hosts::CappedHosts;
use crate::source::pool::wire::direct::connection::{HttpConnection, Unanswered};
use crate::source::pool::wire::direct::dial::Dialer;
use crate::source::pool::wire::direct::handshake::{USE_HTTPS, demands_tls};
use crate::source::pool::wire::direct::host_pools::{HostPool, HostPools};
use crate::source::pool::wire::kept_body::{BodyIntake, BodyRules};
use crate::source::pool::wire::message;
use crate::source::pool::wire::milestones::Milestones;
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::reach::Reach;
use crate::source::pool::wire::tls::TlsConfigs;
use crate::source::pool::wire::upload;
use crate::source::pool::wire::{AnswerHead, Exchange, NoAnswer, Wire};

/// The direct client of one thread.
#[derive(Debug)]
pub struct DirectWire {
    pools: HostPools,
    capped: CappedHosts,
    dialer: Dialer,
    bodies: BodyRules,
    time: RunTime,
}

/// A running exchange.
struct DirectExchange<'a> {
    job: &'a Job,
    pool: &'a HostPool,
    milestones: &'a Arc<Milestones>,
    end: Offset,
}

impl DirectWire {
    /// Returns a client with the run's resolver, which keeps up to `max_idle` idle connections.
    pub fn new(resolver: Resolver, reach: Reach, tls: Rc<TlsConfigs>, bodies: BodyRules, max_idle: usize) -> Self {
        let pools = HostPools::new(reach, max_idle, bodies.accepts_encoded());
        let (capped, dialer) = (CappedHosts::default(), Dialer::new(resolver, tls));
        Self { pools, capped, dialer, bodies, time: RunTime::begin() }
    }

    /// Shares the hosts that limit attempts in flight with the clients of other threads.
    #[must_use]
    pub fn sharing(self, capped: CappedHosts) -> Self {
        Self { capped, ..self }
    }

    /// Measures time by the run's clock.
    #[must_use]
    pub fn timed_by(self, time: RunTime) -> Self {
        Self { time, ..self }
    }

    /// Performs one exchange, and marks its milestones.
    async fn run_exchange(&self, job: &Job, milestones: &Arc<Milestones>, end: Offset) -> Exchange {
        let pool = self.pools.pool(&job.url);
        let exchange = DirectExchange { job, pool: &pool, milestones, end };
        let (mut connection, mut response) = match self.request(exchange).await {
            Ok(answered) => answered,
            Err(ended) => return Exchange::new(ended.into()).with_phase_times(milestones.phase_times()),
        };
        let (head_at, received) = (self.time.now(), SystemTime::now());
        let status = response.status().as_u16();
        pool.settling.note_head(response.headers());
        let intake = BodyIntake::new(&self.bodies, job, status, response.headers());
        let incoming = response.body_mut();
        let next = async || connection.read_chunk(incoming).await;
        let body = body::read_body(next, (&job.policy, intake), milestones, (head_at, end)).await;
        let ended = self.time.now();
        if body.broken.is_none() && !message::closes_connection(job) && connection.is_ready().await {
            self.pools.keep(&pool, connection, Instant::now());
        }
        if !pool.is_secure && demands_tls(status, &body.kept.start) && !job.policy.status.contains(status) {
            let refused = NoAnswer::Failed((Reason::Tls, USE_HTTPS.to_owned()));
            return Exchange::new(refused.into()).with_phase_times(milestones.phase_times_with_answer(head_at, ended));
        }
        let headers = std::mem::take(response.headers_mut());
        let head = AnswerHead { status, headers, received };
        Exchange::with_answer(head, body).with_phase_times(milestones.phase_times_with_answer(head_at, ended))
    }

    /// Sends the request and waits for the response head.
    ///
    /// It uses an idle connection that is still open, or else a new one. An idle connection that breaks before a
    /// byte of the response is replaced once: the server may have closed it before the request arrived. A request that
    /// must not be sent twice is sent again only if nothing of it was sent. So it takes only a connection that has been
    /// idle for a moment, or whose host is known to keep connections, and that is open when the request leaves. What
    /// remains is a close that crosses the request on its way: the server may have acted on it, so it fails, and the
    /// next ones get new connections.
    async fn request(
        &self,
        exchange: DirectExchange<'_>,
    ) -> Result<(Box<HttpConnection>, Response<Incoming>), NoAnswer> {
        let DirectExchange { job, pool, milestones, .. } = exchange;
        let may_repeat = job.method.is_idempotent();
        while let Some((mut connection, idle_for)) = self.pools.take(pool, Instant::now()) {
            if !pool.lost.may_reuse(idle_for, may_repeat) {
                break;
            }
            if !may_repeat && !exchange.is_settled(&mut connection, idle_for).await {
                pool.settling.note_closed();
                continue;
            }
            let broken = match exchange.send(&mut connection, !may_repeat).await? {
                Ok(response) => {
                    pool.settling.note_kept();
                    pool.lost.note_kept(idle_for);
                    return Ok((connection, response));
                }
                Err(broken) => broken,
            };
            pool.settling.note_closed();
            // If nothing was sent, the server has not received the request.
            if !broken.is_unsent {
                if broken.is_silent {
                    pool.lost.note_lost(idle_for);
                }
                if !broken.is_silent || !may_repeat {
                    return Err(broken.failure.into());
                }
                milestones.mark_stale();
                break;
            }
        }
        // Boxed, so that the handshake does not enlarge the future of every worker.
        let mut connection = Box::pin(self.connect(&exchange)).await?;
        let response = exchange.send(&mut connection, false).await?;
        response.map(|response| (connection, response)).map_err(|broken| broken.failure.into())
    }

    /// Opens a new connection.
    async fn connect(&self, exchange: &DirectExchange<'_>) -> Result<Box<HttpConnection>, NoAnswer> {
        let dial = async {
            if let Some(host) = exchange.pool.capped() {
                self.capped.make_room(host).await;
            }
            match self.dialer.dial(exchange.pool, exchange.milestones).await {
                // Closing idle connections frees descriptors.
                Err((Reason::Local, _)) if self.pools.close_all() => {
                    self.dialer.dial(exchange.pool, exchange.milestones).await
                }
                dialled => dialled,
            }
        };
        let deadline = (self.time.now() + exchange.job.policy.timeouts.connect.into()).min(exchange.end);
        match self.time.in_time(deadline, dial).await {
            Some(dialled) => Ok(HttpConnection::over(dialled?).await?),
            None => Err(match (&exchange.pool.path.proxy, exchange.milestones.phase()) {
                (Some(proxy), Phase::Connect | Phase::Resolve) => {
                    NoAnswer::Failed((Reason::Proxy, dial::proxy_text(proxy, "opened no connection in time")))
                }
                (_, phase) => NoAnswer::TimedOut(phase),
            }),
        }
    }
}

impl DirectExchange<'_> {
    /// Whether an idle connection is still open, even if its server closes connections soon after a response.
    async fn is_settled(&self, connection: &mut HttpConnection, idle_for: Duration) -> bool {
        let left = self.end.since(self.milestones.time.now());
        let patience = self.pool.settling.time().saturating_sub(idle_for).min(left.into());
        patience.is_zero() || connection.outlasts(patience).await
    }

    /// Sends the request over a connection, and waits for the response head.
    async fn send(
        &self,
        connection: &mut HttpConnection,
        is_careful: bool,
    ) -> Result<Result<Response<Incoming>, Unanswered>, NoAnswer> {
        let template = &self.pool.template;
        let request = template.request(self.job, upload::open(&self.job.body, self.milestones).await?);
        connection.prepare(self.job, is_careful, |text| template.write_head(self.job, text));
        let sent = pin!(connection.send(request));
        self.read_in_time(connection.read_head(sent)).await
    }

    /// Waits for a response head, within its time-out from now or from the last chunk of an upload.
    async fn read_in_time<T>(&self, head: impl Future<Output = T>) -> Result<T, NoAnswer> {
        let mut head = pin!(head);
        let time = &self.milestones.time;
        let mut since = time.now();
        loop {
            let deadline = (since + self.job.policy.timeouts.first_byte.into()).min(self.end);
            match time.in_time(deadline, head.as_mut()).await {
                Some(answered) => return Ok(answered),
                None => match self.milestones.sent_at().filter(|sent| *sent > since && deadline < self.end) {
                    Some(sent) => since = sent,
                    None => return Err(NoAnswer::TimedOut(Phase::FirstByte)),
                },
            }
        }
    }
}

impl Wire for DirectWire {
    async fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> Exchange {
        let milestones = Arc::new(Milestones::new(self.time.clone()));
        progress.follow(&milestones);
        self.run_exchange(job, &milestones, milestones.start + timeout.into()).await
    }

    fn spare_connections(&self, job: &Job) {
        let pool = self.pools.pool(&job.url);
        if pool.capped().is_none() {
            self.pools.cap(&pool, &self.capped.add(job.url.before_path()));
        }
    }

    async fn run(&self) {
        let mut calls = self.capped.calls();
        loop {
            match calls.recv().await {
                Ok(host) => self.pools.let_go(&host),
                // The callers wait only for a moment.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
