//! The HTTP request message of a job.
//!
//! Start at [`plan_headers`] and [`RequestTemplate::write_head`].

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, EXPECT, Entry, HOST, PROXY_AUTHORIZATION,
    RANGE, TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use url::Url;

use crate::plan::exact::field_names::FieldNames;
use crate::plan::job::Job;
use crate::plan::source::HAVE_DEFAULTS;
use crate::source::pool::wire::content_coding::ACCEPTED;
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

/// Whether the plan asks for the connection to end with the answer.
pub fn closes_connection(job: &Job) -> bool {
    let options = job.headers.get_all(CONNECTION).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    options.into_iter().any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"))
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

/// The template of requests to one host. It caches fields, because many jobs share those of the plan.
pub struct RequestTemplate {
    /// The default `Host`.
    host: HeaderValue,
    /// Whether bodies are decoded.
    accepts_encoded: bool,
    /// The origin, if a proxy needs whole URLs.
    origin: Option<Box<str>>,
    /// The credentials for that proxy.
    proxy_authorization: Option<HeaderValue>,
    /// The fields of the last request.
    last: RefCell<Option<Rc<HeadFields>>>,
}

/// The fields of a request, which depend only on the plan's headers.
struct HeadFields {
    plan: (Arc<HeaderMap>, Arc<FieldNames>),
    /// The lines as they are sent, without those that frame the body.
    lines: Vec<u8>,
    /// How the plan frames the body.
    framing: HeaderMap,
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

    /// Writes the head of a job's request, without the fields that frame its body, and without the empty line.
    pub fn write_head(&self, job: &Job, text: &mut Vec<u8>) {
        let fields = self.fields(job);
        let origin = self.origin.as_deref().unwrap_or_default();
        let pieces: [&str; 5] = [job.method.as_str(), " ", origin, job.url.target(), " HTTP/1.1\r\n"];
        text.reserve(pieces.iter().map(|piece| piece.len()).sum::<usize>() + fields.lines.len());
        for piece in pieces {
            text.extend_from_slice(piece.as_bytes());
        }
        text.extend_from_slice(&fields.lines);
    }

    /// Returns the request of a job with its body. Of its head, it has only the method and the framing of the body.
    pub fn request(&self, job: &Job, mut body: RequestBody) -> Request<RequestBody> {
        // A plan that sets it, even to nothing, has decided.
        let consent = if job.headers.contains_key(EXPECT) { None } else { body.await_consent() };
        let mut request = Request::new(body);
        *request.method_mut() = job.method.clone();
        *request.headers_mut() = self.fields(job).framing.clone();
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
        request
    }

    fn fields(&self, job: &Job) -> Rc<HeadFields> {
        if let Some(fields) = &*self.last.borrow()
            && Arc::ptr_eq(&fields.plan.0, &job.headers)
            && Arc::ptr_eq(&fields.plan.1, &job.header_names)
        {
            return Rc::clone(fields);
        }
        let mut headers = plan_headers(job);
        headers.entry(HOST).or_insert_with(|| self.host.clone());
        if let Some(authorization) = &self.proxy_authorization {
            headers.entry(PROXY_AUTHORIZATION).or_insert_with(|| authorization.clone());
        }
        headers.entry(USER_AGENT).or_insert(const { HeaderValue::from_static(DEFAULT_USER_AGENT) });
        headers.entry(ACCEPT).or_insert(const { HeaderValue::from_static(DEFAULT_ACCEPT) });
        finish_headers(&mut headers, self.accepts_encoded);
        let mut framing = HeaderMap::new();
        for value in headers.get_all(TRANSFER_ENCODING) {
            framing.append(TRANSFER_ENCODING, value.clone());
        }
        let plan = (Arc::clone(&job.headers), Arc::clone(&job.header_names));
        let fields = Rc::new(HeadFields { plan, lines: lines(&headers, &job.header_names), framing });
        self.last.replace(Some(Rc::clone(&fields)));
        fields
    }
}

/// Returns the lines of these fields, with their names as written. The host comes first (RFC 9110 §7.2).
fn lines(headers: &HeaderMap, names: &FieldNames) -> Vec<u8> {
    let mut lines = Vec::new();
    let others = headers.keys().filter(|name| ![HOST, TRANSFER_ENCODING].contains(name));
    for name in std::iter::once(&HOST).chain(others) {
        for (nth, value) in headers.get_all(name).iter().enumerate() {
            names.write(name, nth, &mut lines);
            lines.extend_from_slice(b": ");
            lines.extend_from_slice(value.as_bytes());
            lines.extend_from_slice(b"\r\n");
        }
    }
    lines
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
