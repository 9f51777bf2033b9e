//! The wire over reqwest: everything a plan can ask of HTTP/1.1, with and without TLS.
//!
//! Redirects, retries and cookies are not reqwest's here: they are ours, where they can be seen.
//! Start at [`HttpWire`].

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Request, Response};
use rustls::ClientConfig;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::event::outcome::{Phase, Reason, Spent};
use crate::plan::address::PRACTICE;
use crate::plan::job::Job;
use crate::source::pool::exhibit;
use crate::source::pool::failure;
use crate::source::pool::milestones::{self, MarkConnecting, Milestones};
use crate::source::pool::names::Names;
use crate::source::pool::progress::Progress;
use crate::source::pool::secure;
use crate::source::pool::wire::{Begun, Exchange, Head, Reply, Wire};

/// How we introduce ourselves, unless the plan says otherwise.
const USER_AGENT: &str = concat!("inflight/", env!("CARGO_PKG_VERSION"));

/// One thread's clients, each made when it is first needed.
///
/// Reading this machine's certificates takes milliseconds, and where there are none it fails; a plan
/// without `https` need not care.
#[derive(Debug)]
pub struct HttpWire {
    names: Names,
    keeps_bodies: bool,
    plain: OnceCell<Client>,
    secure: OnceCell<Client>,
    tls: OnceCell<Result<ClientConfig, rustls::Error>>,
    practice: OnceCell<Client>,
}

impl HttpWire {
    /// Clients of its own, with the run's shared names.
    pub fn new(names: Names, keeps_bodies: bool) -> Self {
        let (plain, secure, practice) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { names, keeps_bodies, plain, secure, tls: OnceCell::new(), practice }
    }

    /// The client for a URL.
    fn client(&self, url: &Url) -> Result<&Client, String> {
        let is_practice = url.host_str().is_some_and(|host| host.ends_with(PRACTICE));
        let (client, builder) = if url.scheme() == "https" {
            let tls = self.tls.get_or_init(secure::config).clone().map_err(|error| error.to_string())?;
            (&self.secure, Client::builder().tls_backend_preconfigured(tls))
        } else if is_practice {
            // It is on this machine, where no proxy would find it.
            (&self.practice, Client::builder().tls_certs_only([]).no_proxy())
        } else {
            (&self.plain, Client::builder().tls_certs_only([]))
        };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        secure::install_provider();
        let made = builder
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .dns_resolver(self.names.clone())
            .connector_layer(MarkConnecting)
            .build()
            .map_err(|error| failure::reason_of(&error).1)?;
        Ok(client.get_or_init(|| made))
    }

    /// One exchange, marked as it goes.
    async fn converse(&self, job: &Job, mark: &Milestones, start: Instant, end: Instant) -> Exchange {
        let timeouts = &job.policy.timeouts;
        let client = match self.client(&job.url) {
            Ok(client) => client,
            Err(detail) => return Exchange::new(Reply::Failed(Reason::Tls, Some(detail))),
        };
        let mut answer = std::pin::pin!(client.execute(request_of(job)));
        let answered = loop {
            // The attempt may come into its next phase unseen, and that one's deadline may be sooner.
            let look_again = Instant::now() + timeouts.connect.min(timeouts.first_byte);
            let deadline = mark.phase_deadline(timeouts).min(look_again).min(end);
            match timeout_at(deadline, answer.as_mut()).await {
                Ok(answered) => break answered,
                Err(_) if mark.phase_deadline(timeouts).min(end) > Instant::now() => {}
                Err(_) => return Exchange::new(Reply::TimedOut(mark.phase())).after(spent(mark, start, None)),
            }
        };
        let head_at = Instant::now();
        match answered {
            Ok(response) => self.read(response, job, mark, end).await.after(spent(mark, start, Some(head_at))),
            Err(error) => {
                let (reason, detail) = failure::reason_of(&error);
                Exchange::new(Reply::Failed(reason, Some(detail))).after(spent(mark, start, None))
            }
        }
    }

    /// Reads the body to its end, so that its connection can be used again.
    async fn read(&self, mut response: Response, job: &Job, mark: &Milestones, end: Instant) -> Exchange {
        let received = SystemTime::now();
        mark.received(0);
        let status = response.status().as_u16();
        let kept = match job.policy.status.holds(status) {
            _ if self.keeps_bodies => usize::MAX,
            true => 0,
            false => exhibit::KEPT,
        };
        let mut body = BytesMut::new();
        let mut bytes = 0_u64;
        let broken = loop {
            let deadline = (Instant::now() + job.policy.timeouts.idle).min(end);
            let piece: Bytes = match timeout_at(deadline, response.chunk()).await {
                Err(_) => break Some(Reply::TimedOut(Phase::Body)),
                Ok(Err(error)) => {
                    let (reason, detail) = failure::reason_of(&error);
                    break Some(Reply::Failed(reason, Some(detail)));
                }
                Ok(Ok(None)) => break None,
                Ok(Ok(Some(piece))) => piece,
            };
            bytes += piece.len() as u64;
            mark.received(bytes);
            if bytes > job.policy.max_body {
                let allowed = job.policy.max_body;
                break Some(Reply::Failed(Reason::TooLarge, Some(format!("more than {allowed} bytes"))));
            }
            let room = kept - body.len();
            body.extend_from_slice(&piece[..piece.len().min(room)]);
        };
        let headers = std::mem::take(response.headers_mut());
        let (head, body) = (Head { status, headers, received }, body.freeze());
        match broken {
            None => Exchange::new(Reply::Answer { head, bytes, body }),
            Some(reply) => Exchange { begun: Some(Box::new(Begun { head, bytes, body })), ..Exchange::new(reply) },
        }
    }
}

impl Wire for HttpWire {
    async fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> Exchange {
        let start = Instant::now();
        let mark = Arc::new(Milestones::new(start));
        progress.watch(&mark);
        milestones::watched(Arc::clone(&mark), self.converse(job, &mark, start, start + timeout)).await
    }
}

fn request_of(job: &Job) -> Request {
    let mut url = job.url.clone();
    let mut headers = (*job.headers).clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Said in a header instead, or the password would be in every error text.
        headers.entry(AUTHORIZATION).or_insert(basic(&url));
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
    let mut request = Request::new(job.method.clone(), url);
    *request.headers_mut() = headers;
    if !job.body.is_empty() {
        *request.body_mut() = Some(job.body.clone().into());
    }
    request
}

/// Basic credentials (RFC 7617) from a URL's user and password.
pub fn basic(url: &Url) -> HeaderValue {
    let plain = |part: &str| percent_encoding::percent_decode_str(part).collect::<Vec<u8>>();
    let mut pair = plain(url.username());
    pair.push(b':');
    pair.extend(plain(url.password().unwrap_or_default()));
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, pair);
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

fn spent(mark: &Milestones, start: Instant, head_at: Option<Instant>) -> Spent {
    let first_byte = head_at.map(|at| crate::event::Micros::from(at - start) - mark.ready_after());
    Spent { first_byte, body: head_at.map(|at| at.elapsed().into()), ..mark.spent() }
}
