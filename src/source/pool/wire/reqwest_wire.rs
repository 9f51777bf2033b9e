//! The HTTP client over reqwest, for requests through a proxy and for runs that select it.
//!
//! reqwest follows no redirects, retries nothing and keeps no cookies here. The pool handles redirects and retries,
//! so that it can show them. Start at [`ReqwestWire`].

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use http::header::{CONTENT_LENGTH, USER_AGENT};
use reqwest::{Client, ClientBuilder, Proxy, Request, Response};
use url::Url;

use crate::event::Offset;
use crate::event::outcome::{Phase, Reason};
use crate::plan::content::RequestContent;
use crate::plan::job::Job;
use crate::source::pool::dns::Resolver;
use crate::source::pool::run_time::RunTime;
use crate::source::pool::wire::body;
use crate::source::pool::wire::client_slot::ClientSlot;
use crate::source::pool::wire::failure;
use crate::source::pool::wire::kept_body::{BodyIntake, BodyRules};
use crate::source::pool::wire::marking_resolver::MarkingResolver;
use crate::source::pool::wire::message;
use crate::source::pool::wire::milestones::{self, ConnectMarker, Milestones};
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::reach::Reach;
use crate::source::pool::wire::reach::proxy_server::ProxyProtocol;
use crate::source::pool::wire::reqwest_connections::ServedConnections;
use crate::source::pool::wire::reqwest_limits::unsupported;
use crate::source::pool::wire::tls::{self, TlsConfigs};
use crate::source::pool::wire::upload::{self, RequestBody};
use crate::source::pool::wire::{AnswerHead, Exchange, NoAnswer, Reply, Wire};

/// The clients of one thread, each created on first use.
#[derive(Debug)]
pub struct ReqwestWire {
    resolver: Resolver,
    reach: Reach,
    bodies: BodyRules,
    max_idle: usize,
    plain: ClientSlot,
    /// For each TLS configuration.
    secure: Box<[ClientSlot]>,
    tls: Rc<TlsConfigs>,
    served: ServedConnections,
    time: RunTime,
}

/// The end of an exchange without a response head.
struct FailedAnswer {
    ended: NoAnswer,
    /// Whether a connection broke that had been used before.
    is_stale: bool,
}

impl ReqwestWire {
    /// Returns clients with the run's resolver, which keep `max_idle` connections to each host.
    pub fn new(resolver: Resolver, reach: Reach, tls: Rc<TlsConfigs>, bodies: BodyRules, max_idle: usize) -> Self {
        let plain = ClientSlot::default();
        let secure = (0..tls.n()).map(|_| ClientSlot::default()).collect();
        let served = ServedConnections::default();
        Self { resolver, reach, bodies, max_idle, plain, secure, tls, served, time: RunTime::begin() }
    }

    /// Measures time by the run's clock.
    #[must_use]
    pub fn timed_by(self, time: RunTime) -> Self {
        Self { time, ..self }
    }

    /// Returns the client for a URL, which allows at least this time for a connection.
    fn client(&self, url: &Url, connect: Duration) -> Result<Client, String> {
        let host = url.host_str().unwrap_or_default();
        let over_tls = self.reach.proxy_for(url).filter(|proxy| proxy.protocol == ProxyProtocol::Https);
        if url.scheme() == "https" || over_tls.is_some() {
            let position = self.tls.position(if url.scheme() == "https" {
                host
            } else {
                over_tls.map_or(host, |proxy| &*proxy.host)
            });
            let tls = self.tls.config(position)?;
            let build = |connect| self.build(Client::builder().tls_backend_preconfigured((*tls).clone()), connect);
            self.secure[position].get(url, connect, build)
        } else {
            self.plain.get(url, connect, |connect| self.build(Client::builder().tls_certs_only([]), connect))
        }
    }

    /// Returns a failure to connect as one of the proxy, if there is one.
    fn attribute(&self, ended: NoAnswer, url: &Url) -> NoAnswer {
        match (ended, self.reach.proxy_for(url)) {
            (NoAnswer::Failed((Reason::Refused | Reason::Unreachable | Reason::Dns, detail)), Some(proxy)) => {
                let text = format!("the proxy {proxy} (from {}) opened no connection: {detail}", proxy.source);
                NoAnswer::Failed((Reason::Proxy, text))
            }
            (ended, _) => ended,
        }
    }

    fn build(&self, builder: ClientBuilder, connect: Duration) -> Result<Client, String> {
        tls::install_provider();
        let builder = if self.reach.proxies().is_empty() {
            // reqwest parses every URL once more to ask for its proxy.
            builder.no_proxy()
        } else {
            let reach = self.reach.clone();
            builder.proxy(Proxy::custom(move |url| reach.proxy_for(url)?.secret_url()))
        };
        builder
            .http1_title_case_headers()
            .http1_max_headers(message::MAX_FIELDS)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .pool_max_idle_per_host(self.max_idle)
            .dns_resolver(MarkingResolver(self.resolver.clone()))
            .connector_layer(ConnectMarker)
            // It is divided among the addresses of a name: without it, the first one gets all of the time.
            .connect_timeout(connect)
            .build()
            .map_err(|error| failure::classify_reqwest(&error).1)
    }

    /// Performs one exchange, and marks its milestones.
    async fn run_exchange(&self, job: &Job, milestones: &Arc<Milestones>, end: Offset) -> Exchange {
        if let Some(what) = unsupported(job) {
            let detail = format!("{what}: leave out `--wire reqwest`");
            return Exchange::new(Reply::Failed(Reason::BadRow, Some(detail)));
        }
        let client = match self.client(&job.url, job.policy.timeouts.connect) {
            Ok(client) => client,
            Err(detail) => return Exchange::new(Reply::Failed(Reason::Tls, Some(detail))),
        };
        let mut response = loop {
            let FailedAnswer { ended, is_stale } = match self.answer(&client, job, milestones, end).await {
                Ok(response) => break response,
                Err(unanswered) => unanswered,
            };
            match ended {
                // Each turn removes an idle connection, so the last one opens a new connection.
                _ if is_stale && job.method.is_idempotent() => milestones.mark_stale(),
                // The client's own time-out for connections knows nothing of a stop.
                NoAnswer::TimedOut(Phase::Resolve | Phase::Connect | Phase::Tls)
                    if self.time.now() < milestones.phase_deadline(&job.policy.timeouts).min(end)
                        && self.time.has_stopped_since(milestones.start) => {}
                ended => {
                    let ended = self.attribute(ended, &job.url);
                    return Exchange::new(ended.into()).with_phase_times(milestones.phase_times());
                }
            }
        };
        let (head_at, received) = (self.time.now(), SystemTime::now());
        let status = response.status().as_u16();
        let intake = BodyIntake::new(&self.bodies, job, status, response.headers());
        let next = async || response.chunk().await.map_err(|error| failure::classify_reqwest(&error));
        let body = body::read_body(next, (&job.policy, intake), milestones, (head_at, end)).await;
        let phase_times = milestones.phase_times_with_answer(head_at, self.time.now());
        let headers = std::mem::take(response.headers_mut());
        Exchange::with_answer(AnswerHead { status, headers, received }, body).with_phase_times(phase_times)
    }

    /// Sends the request and waits for the response head.
    async fn answer(
        &self,
        client: &Client,
        job: &Job,
        milestones: &Arc<Milestones>,
        end: Offset,
    ) -> Result<Response, FailedAnswer> {
        let (timeouts, time) = (&job.policy.timeouts, &milestones.time);
        let body = upload::open(&job.body, milestones).await.map_err(NoAnswer::from)?;
        let mut answer = std::pin::pin!(client.execute(request(job, body, self.bodies.accepts_encoded())));
        loop {
            // Nothing wakes this task when the next phase starts, whose deadline may be earlier.
            let next_check = time.now() + timeouts.connect.min(timeouts.first_byte).into();
            let deadline = milestones.phase_deadline(timeouts).min(next_check).min(end);
            match time.in_time(deadline, answer.as_mut()).await {
                Some(Ok(response)) => {
                    self.served.note_answered(&response);
                    return Ok(response);
                }
                Some(Err(error)) if error.is_timeout() => return Err(NoAnswer::TimedOut(milestones.phase()).into()),
                Some(Err(error)) => {
                    let has_served = self.served.has_served(&error) || milestones.has_reused();
                    let ended = failure::classify_reqwest(&error);
                    let is_stale = has_served && matches!(ended.0, Reason::ClosedEarly | Reason::Reset);
                    return Err(FailedAnswer { ended: ended.into(), is_stale });
                }
                None if milestones.phase_deadline(timeouts).min(end) > time.now() => {}
                None => return Err(NoAnswer::TimedOut(milestones.phase()).into()),
            }
        }
    }
}

impl From<NoAnswer> for FailedAnswer {
    fn from(ended: NoAnswer) -> Self {
        Self { ended, is_stale: false }
    }
}

impl Wire for ReqwestWire {
    async fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> Exchange {
        let milestones = Arc::new(Milestones::new(self.time.clone()));
        progress.follow(&milestones);
        let exchange = self.run_exchange(job, &milestones, milestones.start + timeout.into());
        milestones::with_current(Arc::clone(&milestones), exchange).await
    }
}

fn request(job: &Job, body: RequestBody, accepts_encoded: bool) -> Request {
    let mut url = Url::clone(&job.url);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let mut request = Request::new(job.method.clone(), url);
    let mut headers = message::plan_headers(job);
    headers.entry(USER_AGENT).or_insert(const { HeaderValue::from_static(message::DEFAULT_USER_AGENT) });
    message::finish_headers(&mut headers, accepts_encoded);
    if message::has_length(job) {
        headers.insert(CONTENT_LENGTH, const { HeaderValue::from_static("0") });
    }
    *request.headers_mut() = headers;
    match &job.body {
        RequestContent::Memory(bytes) if bytes.is_empty() => {}
        RequestContent::Memory(bytes) => *request.body_mut() = Some(bytes.clone().into()),
        RequestContent::Parts(_) => *request.body_mut() = Some(reqwest::Body::wrap(body)),
    }
    request
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::time::Duration;

    use super::ReqwestWire;
    use crate::source::pool::dns::Resolver;
    use crate::source::pool::wire::client_slot::MAX_HOSTS;
    use crate::source::pool::wire::kept_body::BodyRules;
    use crate::source::pool::wire::reach::Reach;
    use crate::source::pool::wire::tls::{TlsConfigs, TlsProfiles};

    #[test]
    fn a_client_is_replaced_after_many_hosts() {
        let wire = ReqwestWire::new(
            Resolver::default(),
            Reach::default(),
            Rc::new(TlsConfigs::new(TlsProfiles::default())),
            BodyRules::default(),
            1,
        );
        for n in 0..3 * MAX_HOSTS {
            let url = format!("http://h{n}.test/x").parse().unwrap();
            wire.client(&url, Duration::from_secs(1)).unwrap();
            assert!(wire.plain.n_hosts() <= MAX_HOSTS);
        }
        assert_eq!(wire.plain.n_hosts(), MAX_HOSTS);
    }
}
