//! Decides where a redirect leads, and what goes along.
//!
//! Pure. Between origins every header that the plan set stays behind but `Accept*` and `User-Agent`:
//! a key under any name must not reach a host it was not meant for. Never from https to http.
//! Start at [`follow`].

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION, USER_AGENT};
use http::{HeaderName, Method};
use url::Url;

use crate::plan::job::Job;
use crate::secret;

/// What a redirect comes to.
#[derive(Debug)]
pub enum Hop {
    /// The answer is no redirect, or the plan does not follow them.
    None,
    /// Go on there.
    To(Box<Job>),
    /// It leads nowhere that we go.
    Refused(&'static str),
}

/// Where an answer leads: the same job with its next method, URL, headers and body (RFC 9110 §15.4).
pub fn follow(job: &Job, status: u16, headers: &HeaderMap, hops: u32) -> Hop {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) || job.policy.redirects == 0 {
        return Hop::None;
    }
    let Some(location) = headers.get(LOCATION) else {
        return Hop::Refused("a redirect without a location");
    };
    if hops >= job.policy.redirects {
        return Hop::Refused("too many redirects");
    }
    let Some(url) = std::str::from_utf8(location.as_bytes()).ok().and_then(|to| job.url.join(to).ok()) else {
        return Hop::Refused("a redirect to no URL");
    };
    match (job.url.scheme(), url.scheme()) {
        ("https", "http") => return Hop::Refused("a redirect from https to http"),
        (_, "http" | "https") => {}
        _ => return Hop::Refused("a redirect to another scheme"),
    }
    Hop::To(Box::new(next(job, status, url)))
}

fn next(job: &Job, status: u16, mut url: Url) -> Job {
    url.set_fragment(None);
    let mut next = job.clone();
    // 303 always becomes GET; 301 and 302 do for POST, as every client has long done.
    let becomes_get =
        (status == 303 && job.method != Method::HEAD) || (matches!(status, 301 | 302) && job.method == Method::POST);
    if becomes_get {
        next.method = Method::GET;
        next.body = Bytes::new();
    }
    if url.origin() != job.url.origin() {
        retain(&mut next, may_cross);
    } else if becomes_get {
        retain(&mut next, |name| name != CONTENT_TYPE && name != CONTENT_LENGTH);
    }
    next.target = Arc::from(format!("{} {}", next.method, secret::masked(&url)));
    next.url = url;
    next
}

fn retain(job: &mut Job, keeps: impl Fn(&HeaderName) -> bool) {
    let kept = job.headers.iter().filter(|&(name, _)| keeps(name)).map(|(name, value)| (name.clone(), value.clone()));
    job.headers = Arc::new(kept.collect());
}

/// Whether a header that the plan set may go to another origin.
fn may_cross(name: &HeaderName) -> bool {
    *name == USER_AGENT || name.as_str().starts_with("accept")
}
