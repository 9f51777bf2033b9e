//! The HTTP client over reqwest, for requests through a proxy and for runs that select it.
//!
//! reqwest follows no redirects, retries nothing and keeps no cookies here. The pool handles redirects and retries,
//! so that it can show them. Start at [`ReqwestWire`].

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use http::header::{CONTENT_LENGTH, USER_AGENT};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, ClientBuilder, Request, Response};
use rustc_hash::FxHashSet;
use tokio::time::{Instant, timeout_at};
use url::{Position, Url};

use crate::event::outcome::Reason;
use crate::plan::content::RequestContent;
use crate::plan::job::Job;
use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::body;
use crate::source::pool::wire::failure;
use crate::source::pool::wire::kept_body::{BodyIntake, BodyRules};
use crate::source::pool::wire::message;
use crate::source::pool::wire::milestones::{self, ConnectMarker, Milestones};
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::tls::{self, TlsConfigs};
use crate::source::pool::wire::upload::{self, RequestBody};
use crate::source::pool::wire::{AnswerHead, Exchange, NoAnswer, Reply, Wire};

/// The most hosts of one client.
///
/// reqwest limits the idle connections of each host, but not their total. So a client with more hosts is replaced,
/// which closes its idle connections.
const MAX_HOSTS: usize = 1_024;

/// The clients of one thread, each created on first use.
#[derive(Debug)]
pub struct ReqwestWire {
    resolver: Resolver,
    bodies: BodyRules,
    max_idle: usize,
    plain: ClientSlot,
    /// For each TLS configuration.
    secure: Box<[ClientSlot]>,
    /// For hosts on this machine.
    local: ClientSlot,
    tls: Rc<TlsConfigs>,
}

/// A client, and the hosts that it has served.
#[derive(Debug, Default)]
struct ClientSlot {
    client: RefCell<Option<Client>>,
    hosts: RefCell<FxHashSet<Box<str>>>,
}

impl ClientSlot {
    /// Returns the client, or builds it.
    fn get(&self, url: &Url, build: impl FnOnce() -> Result<Client, String>) -> Result<Client, String> {
        let mut hosts = self.hosts.borrow_mut();
        let host = &url[Position::BeforeHost..Position::AfterPort];
        if !hosts.contains(host) {
            if hosts.len() == MAX_HOSTS {
                hosts.clear();
                self.client.replace(None);
            }
            hosts.insert(host.into());
        }
        if let Some(client) = &*self.client.borrow() {
            return Ok(client.clone());
        }
        let client = build()?;
        self.client.replace(Some(client.clone()));
        Ok(client)
    }
}

impl ReqwestWire {
    /// Returns clients with the run's resolver, which keep `max_idle` connections to each host.
    pub fn new(resolver: Resolver, tls: Rc<TlsConfigs>, bodies: BodyRules, max_idle: usize) -> Self {
        let (plain, local) = (ClientSlot::default(), ClientSlot::default());
        let secure = (0..tls.n()).map(|_| ClientSlot::default()).collect();
        Self { resolver, bodies, max_idle, plain, secure, local, tls }
    }

    /// Returns the client for a URL.
    fn client(&self, url: &Url) -> Result<Client, String> {
        if url.scheme() == "https" {
            let position = self.tls.position(url.host_str().unwrap_or_default());
            let tls = self.tls.config(position)?;
            self.secure[position].get(url, || self.build(Client::builder().tls_backend_preconfigured((*tls).clone())))
        } else if url.host_str().is_some_and(|host| self.resolver.is_local(host)) {
            // A proxy cannot resolve a host name of this machine.
            self.local.get(url, || self.build(Client::builder().tls_certs_only([]).no_proxy()))
        } else {
            self.plain.get(url, || self.build(Client::builder().tls_certs_only([])))
        }
    }

    fn build(&self, builder: ClientBuilder) -> Result<Client, String> {
        tls::install_provider();
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
            .build()
            .map_err(|error| failure::classify_reqwest(&error).1)
    }

    /// Performs one exchange, and marks its milestones.
    async fn run_exchange(&self, job: &Job, milestones: &Arc<Milestones>, end: Instant) -> Exchange {
        let client = match self.client(&job.url) {
            Ok(client) => client,
            Err(detail) => return Exchange::new(Reply::Failed(Reason::Tls, Some(detail))),
        };
        let mut response = loop {
            match answer(&client, (job, self.bodies.accepts_encoded()), milestones, end).await {
                Ok(response) => break response,
                // Each turn removes an idle connection, so the last one opens a new connection.
                Err(ended) if is_stale(&ended, milestones) && job.method.is_idempotent() => milestones.mark_stale(),
                Err(ended) => return Exchange::new(ended.into()).with_phase_times(milestones.phase_times()),
            }
        };
        let (head_at, received) = (Instant::now(), SystemTime::now());
        let status = response.status().as_u16();
        let intake = BodyIntake::new(&self.bodies, job, status, response.headers());
        let next = async || response.chunk().await.map_err(|error| failure::classify_reqwest(&error));
        let body = body::read_body(next, (&job.policy, intake), milestones, (head_at, end)).await;
        let phase_times = milestones.phase_times_with_answer(head_at, Instant::now());
        let headers = std::mem::take(response.headers_mut());
        Exchange::with_answer(AnswerHead { status, headers, received }, body).with_phase_times(phase_times)
    }
}

/// Sends the request and waits for the response head.
async fn answer(
    client: &Client,
    (job, accepts_encoded): (&Job, bool),
    milestones: &Arc<Milestones>,
    end: Instant,
) -> Result<Response, NoAnswer> {
    let timeouts = &job.policy.timeouts;
    let body = upload::open(&job.body, milestones).await?;
    let mut answer = std::pin::pin!(client.execute(request(job, body, accepts_encoded)));
    loop {
        // Nothing wakes this task when the next phase starts, whose deadline may be earlier.
        let next_check = Instant::now() + timeouts.connect.min(timeouts.first_byte);
        let deadline = milestones.phase_deadline(timeouts).min(next_check).min(end);
        match timeout_at(deadline, answer.as_mut()).await {
            Ok(answered) => return answered.map_err(|error| failure::classify_reqwest(&error).into()),
            Err(_) if milestones.phase_deadline(timeouts).min(end) > Instant::now() => {}
            Err(_) => return Err(NoAnswer::TimedOut(milestones.phase())),
        }
    }
}

/// Whether a reused connection broke before the response head.
fn is_stale(ended: &NoAnswer, milestones: &Milestones) -> bool {
    matches!(ended, NoAnswer::Failed((Reason::ClosedEarly | Reason::Reset, _))) && milestones.has_reused()
}

impl Wire for ReqwestWire {
    async fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> Exchange {
        let start = Instant::now();
        let milestones = Arc::new(Milestones::new(start));
        progress.follow(&milestones);
        let exchange = self.run_exchange(job, &milestones, start + timeout);
        milestones::with_current(Arc::clone(&milestones), exchange).await
    }
}

/// The run's resolver for reqwest, which marks the wait of the attempt.
struct MarkingResolver(Resolver);

impl Resolve for MarkingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.0.clone();
        let milestones = milestones::current();
        Box::pin(async move {
            let found = match milestones {
                Some(milestones) => milestones.look_up(&resolver, name.as_str()).await,
                None => resolver.look_up(name.as_str()).await,
            };
            let addresses: Vec<SocketAddr> = found?.iter().map(|&ip| SocketAddr::new(ip, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

fn request(job: &Job, body: RequestBody, accepts_encoded: bool) -> Request {
    let mut url = job.url.clone();
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

    use super::{MAX_HOSTS, ReqwestWire};
    use crate::source::pool::dns::Resolver;
    use crate::source::pool::wire::kept_body::BodyRules;
    use crate::source::pool::wire::tls::{TlsConfigs, TlsProfiles};

    #[test]
    fn a_client_is_replaced_after_many_hosts() {
        let tls = Rc::new(TlsConfigs::new(TlsProfiles::default()));
        let wire = ReqwestWire::new(Resolver::default(), tls, BodyRules::default(), 1);
        for n in 0..3 * MAX_HOSTS {
            wire.client(&format!("http://h{n}.test/x").parse().unwrap()).unwrap();
            assert!(wire.plain.hosts.borrow().len() <= MAX_HOSTS);
        }
        assert_eq!(wire.plain.hosts.borrow().len(), MAX_HOSTS);
    }
}
