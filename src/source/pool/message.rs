//! Makes the HTTP message that a job is.
//!
//! Start at [`headers_of`] and [`request_of`].

use http::header::{ACCEPT, AUTHORIZATION, HOST, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, Uri};
use http_body_util::Full;
use url::{Position, Url};

use crate::event::outcome::Reason;
use crate::plan::job::Job;
use crate::source::pool::failure::Failure;

/// How we introduce ourselves, unless the plan says otherwise.
pub const NAME: &str = concat!("inflight/", env!("CARGO_PKG_VERSION"));

/// What we take, unless the plan says otherwise.
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");

/// A body that is there at once.
pub type Body = Full<bytes::Bytes>;

/// The headers that the plan sets, and the credentials in its URL.
pub fn headers_of(job: &Job) -> HeaderMap {
    let mut headers = (*job.headers).clone();
    if !job.url.username().is_empty() || job.url.password().is_some() {
        // Said in a header instead, or the password would be in every error text.
        headers.entry(AUTHORIZATION).or_insert_with(|| basic(&job.url));
    }
    headers
}

/// The whole message, for a connection of its host, which is called `host` there.
pub fn request_of(job: &Job, host: &HeaderValue) -> Result<Request<Body>, Failure> {
    let path = &job.url[Position::BeforePath..Position::AfterQuery];
    let path = if path == "/" { Ok(PathAndQuery::from_static("/")) } else { PathAndQuery::try_from(path) };
    let path = path.map_err(|error| (Reason::BadRow, error.to_string()))?;
    let mut headers = headers_of(job);
    headers.entry(HOST).or_insert_with(|| host.clone());
    headers.entry(USER_AGENT).or_insert(const { HeaderValue::from_static(NAME) });
    headers.entry(ACCEPT).or_insert(ANYTHING);
    let mut request = Request::new(Body::new(job.body.clone()));
    *request.method_mut() = job.method.clone();
    *request.uri_mut() = Uri::from(path);
    *request.headers_mut() = headers;
    Ok(request)
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
