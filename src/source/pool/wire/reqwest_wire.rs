//! The wire over reqwest: what goes through a proxy, and whatever is asked to.
//!
//! Redirects, retries and cookies are not reqwest's here: they are ours, where they can be seen.
//! Start at [`ReqwestWire`].

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::{Client, Request};
use rustls::ClientConfig;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::event::outcome::Reason;
use crate::plan::address::PRACTICE;
use crate::plan::job::Job;
use crate::source::pool::dns::Resolver;
use crate::source::pool::wire::body;
use crate::source::pool::wire::failure;
use crate::source::pool::wire::message;
use crate::source::pool::wire::milestones::{self, MarkConnecting, Milestones};
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::secure;
use crate::source::pool::wire::{Exchange, Head, NoAnswer, Reply, Wire};

/// One thread's clients, each made when it is first needed.
///
/// Reading this machine's certificates takes milliseconds, and where there are none it fails; a plan
/// without `https` need not care.
#[derive(Debug)]
pub struct ReqwestWire {
    names: Resolver,
    keeps_bodies: bool,
    plain: OnceCell<Client>,
    secure: OnceCell<Client>,
    tls: OnceCell<Result<ClientConfig, rustls::Error>>,
    practice: OnceCell<Client>,
}

impl ReqwestWire {
    /// Clients of its own, with the run's shared names.
    pub fn new(names: Resolver, keeps_bodies: bool) -> Self {
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
            .user_agent(message::NAME)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .dns_resolver(self.names.clone())
            .connector_layer(MarkConnecting)
            .build()
            .map_err(|error| failure::of_reqwest(&error).1)?;
        Ok(client.get_or_init(|| made))
    }

    /// One exchange, marked as it goes.
    async fn converse(&self, job: &Job, mark: &Milestones, end: Instant) -> Exchange {
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
                Err(_) => return Exchange::new(Reply::TimedOut(mark.phase())).after(mark.spent()),
            }
        };
        let mut response = match answered {
            Ok(response) => response,
            Err(error) => {
                let ended = NoAnswer::Failed(failure::of_reqwest(&error));
                return Exchange::new(ended.into()).after(mark.spent());
            }
        };
        let (head_at, received) = (Instant::now(), SystemTime::now());
        let status = response.status().as_u16();
        let kept = body::kept(&job.policy, status, self.keeps_bodies);
        let next = async || response.chunk().await.map_err(|error| failure::of_reqwest(&error));
        let drained = body::drain(next, &job.policy, mark, (head_at, end), kept).await;
        let spent = mark.spent_with(head_at, Instant::now());
        let headers = std::mem::take(response.headers_mut());
        Exchange::answered(Head { status, headers, received }, drained).after(spent)
    }
}

impl Wire for ReqwestWire {
    async fn exchange(&self, job: &Job, timeout: Duration, progress: &Progress) -> Exchange {
        let start = Instant::now();
        let mark = Arc::new(Milestones::new(start));
        progress.watch(&mark);
        milestones::watched(Arc::clone(&mark), self.converse(job, &mark, start + timeout)).await
    }
}

fn request_of(job: &Job) -> Request {
    let mut url = job.url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let mut request = Request::new(job.method.clone(), url);
    *request.headers_mut() = message::headers_of(job);
    if !job.body.is_empty() {
        *request.body_mut() = Some(job.body.clone().into());
    }
    request
}
