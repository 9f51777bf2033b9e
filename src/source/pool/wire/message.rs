//! Makes the HTTP message that a job is.
//!
//! Start at [`headers_of`] and [`Usual::request_of`].

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, HOST, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, Uri};
use http_body_util::Full;
use url::{Position, Url};

use crate::event::outcome::Reason;
use crate::plan::job::Job;
use crate::source::pool::wire::failure::Failure;

/// How we introduce ourselves, unless the plan says otherwise.
pub const NAME: &str = concat!("inflight/", env!("CARGO_PKG_VERSION"));

/// What we take, unless the plan says otherwise.
pub const ANYTHING: &str = "*/*";

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

/// What messages to one host usually carry: many jobs share the headers of their plan.
pub struct Usual {
    /// What the host is called in them.
    host: HeaderValue,
    /// The plan's headers, and what they came to.
    last: RefCell<Option<(Arc<HeaderMap>, HeaderMap)>>,
}

impl Usual {
    /// What a host is told that is called so; all its URLs have the same credentials.
    pub fn of(host: HeaderValue) -> Self {
        Self { host, last: RefCell::default() }
    }

    /// The whole message, for a connection of this host.
    pub fn request_of(&self, job: &Job) -> Result<Request<Body>, Failure> {
        let path = &job.url[Position::BeforePath..Position::AfterQuery];
        let path = if path == "/" { Ok(PathAndQuery::from_static("/")) } else { PathAndQuery::try_from(path) };
        let path = path.map_err(|error| (Reason::BadRow, error.to_string()))?;
        let mut request = Request::new(Body::new(job.body.clone()));
        *request.method_mut() = job.method.clone();
        *request.uri_mut() = Uri::from(path);
        *request.headers_mut() = self.headers_of(job);
        Ok(request)
    }

    fn headers_of(&self, job: &Job) -> HeaderMap {
        if let Some((plans, all)) = &*self.last.borrow()
            && Arc::ptr_eq(plans, &job.headers)
        {
            return all.clone();
        }
        let mut headers = headers_of(job);
        headers.entry(HOST).or_insert_with(|| self.host.clone());
        headers.entry(USER_AGENT).or_insert(const { HeaderValue::from_static(NAME) });
        headers.entry(ACCEPT).or_insert(const { HeaderValue::from_static(ANYTHING) });
        self.last.replace(Some((Arc::clone(&job.headers), headers.clone())));
        headers
    }
}

impl fmt::Debug for Usual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers may hold keys.
        f.debug_struct("Usual").field("host", &self.host).finish_non_exhaustive()
    }
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
