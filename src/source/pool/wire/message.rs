//! The HTTP request message of a job.
//!
//! Start at [`plan_headers`] and [`RequestTemplate::request`].

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, Mutex};

use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, EXPECT, Entry, HOST, PROXY_AUTHORIZATION, RANGE,
    TRANSFER_ENCODING, USER_AGENT,
};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use url::{Position, Url};

use crate::event::outcome::Reason;
use crate::plan::job::Job;
use crate::plan::source::HAVE_DEFAULTS;
use crate::source::pool::wire::content_coding::ACCEPTED;
use crate::source::pool::wire::failure::Failure;
use crate::source::pool::wire::upload::RequestBody;

/// The default `User-Agent`.
pub const DEFAULT_USER_AGENT: &str = concat!("inflight/", env!("CARGO_PKG_VERSION"));

/// The default `Accept`.
pub const DEFAULT_ACCEPT: &str = "*/*";

/// The most header fields of a response.
pub const MAX_FIELDS: usize = 2_048;

/// The most bytes of a response head.
pub const MAX_HEAD_BYTES: usize = 256 << 10;

/// Returns the headers that the plan sets, and the credentials in its URL.
///
/// The length is always that of the body. There is one `Host`. A header that has a default is left out if the plan
/// sets it to nothing.
pub fn plan_headers(job: &Job) -> HeaderMap {
    let mut headers = (*job.headers).clone();
    headers.remove(CONTENT_LENGTH);
    if let Entry::Occupied(mut host) = headers.entry(HOST) {
        let first = host.get().clone();
        host.insert(first);
    }
    if !job.url.username().is_empty() || job.url.password().is_some() {
        // A password in the URL would appear in error messages.
        headers.entry(AUTHORIZATION).or_insert_with(|| basic_auth(&job.url));
    }
    headers
}

/// Whether a request without a body states its length (RFC 9110 §8.6).
pub fn has_length(job: &Job) -> bool {
    let expects_body = [Method::POST, Method::PUT, Method::PATCH].contains(&job.method);
    job.body.is_empty() && expects_body && !job.headers.contains_key(TRANSFER_ENCODING)
}

/// Adds the codings of bodies that the run can decode, if the plan does not set them and asks for no range.
/// Removes the headers that have a default, and that the plan sets to nothing.
pub fn finish_headers(headers: &mut HeaderMap, accepts_encoded: bool) {
    if accepts_encoded && !headers.contains_key(RANGE) {
        headers.entry(ACCEPT_ENCODING).or_insert(const { HeaderValue::from_static(ACCEPTED) });
    }
    for name in HAVE_DEFAULTS {
        if headers.get(&name).is_some_and(HeaderValue::is_empty) {
            headers.remove(name);
        }
    }
}

/// The template of requests to one host. It caches headers, because many jobs share those of the plan.
pub struct RequestTemplate {
    /// The default `Host`.
    host: HeaderValue,
    /// Whether bodies are decoded.
    accepts_encoded: bool,
    /// The origin, if a proxy needs whole URLs.
    origin: Option<Box<str>>,
    /// The credentials for that proxy.
    proxy_authorization: Option<HeaderValue>,
    /// The plan's headers of the last request, and the complete headers of that request.
    last: RefCell<Option<(Arc<HeaderMap>, HeaderMap)>>,
}

impl RequestTemplate {
    /// Returns a template for a host. The credentials of all its URLs must be the same.
    pub fn new(host: HeaderValue, accepts_encoded: bool) -> Self {
        Self { host, accepts_encoded, origin: None, proxy_authorization: None, last: RefCell::default() }
    }

    /// Sends requests for `http` to a proxy, with the whole URL.
    #[must_use]
    pub fn for_proxy(self, origin: String, proxy_authorization: Option<HeaderValue>) -> Self {
        Self { origin: Some(origin.into()), proxy_authorization, ..self }
    }

    /// Returns the complete request of a job, with its body.
    pub fn request(&self, job: &Job, mut body: RequestBody) -> Result<Request<RequestBody>, Failure> {
        let path = &job.url[Position::BeforePath..Position::AfterQuery];
        let path = if path == "/" { Ok(PathAndQuery::from_static("/")) } else { PathAndQuery::try_from(path) };
        let path = path.map_err(|error| (Reason::BadRow, error.to_string()))?;
        let headers = self.headers(job);
        // A plan that sets it, even to nothing, has decided.
        let consent = if job.headers.contains_key(EXPECT) { None } else { body.await_consent() };
        let mut request = Request::new(body);
        *request.method_mut() = job.method.clone();
        *request.uri_mut() = match &self.origin {
            None => Uri::from(path),
            Some(origin) => {
                Uri::try_from(format!("{origin}{path}")).map_err(|error| (Reason::BadRow, error.to_string()))?
            }
        };
        *request.headers_mut() = headers;
        if has_length(job) {
            request.headers_mut().insert(CONTENT_LENGTH, const { HeaderValue::from_static("0") });
        }
        if let Some(consent) = consent {
            request.headers_mut().insert(EXPECT, const { HeaderValue::from_static("100-continue") });
            let consent = Mutex::new(Some(consent));
            hyper::ext::on_informational(&mut request, move |answer| {
                let consent = consent.lock().ok().and_then(|mut consent| consent.take());
                if let (Some(consent), StatusCode::CONTINUE) = (consent, answer.status()) {
                    let _ = consent.send(());
                }
            });
        }
        Ok(request)
    }

    fn headers(&self, job: &Job) -> HeaderMap {
        if let Some((plan_headers, all)) = &*self.last.borrow()
            && Arc::ptr_eq(plan_headers, &job.headers)
        {
            return all.clone();
        }
        let mut headers = plan_headers(job);
        headers.entry(HOST).or_insert_with(|| self.host.clone());
        if let Some(authorization) = &self.proxy_authorization {
            headers.entry(PROXY_AUTHORIZATION).or_insert_with(|| authorization.clone());
        }
        headers.entry(USER_AGENT).or_insert(const { HeaderValue::from_static(DEFAULT_USER_AGENT) });
        headers.entry(ACCEPT).or_insert(const { HeaderValue::from_static(DEFAULT_ACCEPT) });
        finish_headers(&mut headers, self.accepts_encoded);
        self.last.replace(Some((Arc::clone(&job.headers), headers.clone())));
        headers
    }
}

impl fmt::Debug for RequestTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The headers may contain secrets.
        f.debug_struct("RequestTemplate").field("host", &self.host).finish_non_exhaustive()
    }
}

/// Returns the basic credentials (RFC 7617) from a URL's user and password.
pub fn basic_auth(url: &Url) -> HeaderValue {
    let decoded = |part: &str| percent_encoding::percent_decode_str(part).collect::<Vec<u8>>();
    let mut pair = decoded(url.username());
    pair.push(b':');
    pair.extend(decoded(url.password().unwrap_or_default()));
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, pair);
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
