//! Redirects: the next request of a job, with its URL and headers.
//!
//! A redirect from https to http is refused unless the plan allows it. Of the plan's headers, only `Accept*` and `User-Agent` are sent to
//! another origin, because any other may contain a key.
//! Start at [`follow`].

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION, USER_AGENT};
use http::{HeaderName, Method};
use percent_encoding::AsciiSet;

use crate::plan::content::RequestContent;
use crate::plan::exact::request_url::RequestUrl;
use crate::plan::job::Job;
use crate::text::secret;

/// What is encoded in a location that is not UTF-8: bytes above ASCII, always.
const NON_ASCII: AsciiSet = AsciiSet::EMPTY;

/// The result of following a redirect.
#[derive(Debug)]
pub enum Hop {
    /// The response is not a redirect, or the plan does not follow redirects.
    None,
    /// The job continues with this request.
    To(Box<Job>),
    /// The redirect is not followed, for this reason.
    Refused(&'static str),
}

/// Follows a redirect. The job gets its next method, URL, headers and body (RFC 9110 §15.4).
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
    let Ok(url) = job.url.join(&encoded(location.as_bytes())) else {
        return Hop::Refused("a redirect with an invalid location");
    };
    match (job.url.scheme(), url.scheme()) {
        ("https", "http") if !job.policy.downgrade => {
            return Hop::Refused("a redirect from https to http: `downgrade` or `--downgrade` follows it");
        }
        (_, "http" | "https") => {}
        _ => return Hop::Refused("a redirect to another scheme"),
    }
    Hop::To(Box::new(next(job, status, url)))
}

/// A location as text. Bytes that are not UTF-8 are percent-encoded, as in browsers and curl.
fn encoded(location: &[u8]) -> Cow<'_, str> {
    str::from_utf8(location)
        .map_or_else(|_| percent_encoding::percent_encode(location, &NON_ASCII).to_string().into(), Into::into)
}

fn next(job: &Job, status: u16, url: RequestUrl) -> Job {
    let mut next = job.clone();
    // 303 always changes the method to GET. As in all clients, so do 301 and 302 for a POST.
    let becomes_get =
        (status == 303 && job.method != Method::HEAD) || (matches!(status, 301 | 302) && job.method == Method::POST);
    if becomes_get {
        next.method = Method::GET;
        next.body = RequestContent::default();
    }
    if becomes_get {
        retain(&mut next, |name| name != CONTENT_TYPE && name != CONTENT_LENGTH);
    }
    send_to(&mut next, url);
    next
}

/// Sends a request to another address. To another origin, it has no header of the plan that may contain a key.
pub fn send_to(job: &mut Job, url: RequestUrl) {
    if url.origin() != job.url.origin() {
        job.login = None;
        retain(job, may_cross);
    }
    // A server may repeat a secret of the request, under any name.
    let shown = secret::mask_values(&url.masked(), &job.secrets);
    job.target = Arc::from(format!("{} {shown}", job.method));
    job.url = url;
}

fn retain(job: &mut Job, keeps: impl Fn(&HeaderName) -> bool) {
    let kept = job.headers.iter().filter(|&(name, _)| keeps(name)).map(|(name, value)| (name.clone(), value.clone()));
    job.headers = Arc::new(kept.collect());
}

/// Whether a header of the plan may be sent to another origin.
fn may_cross(name: &HeaderName) -> bool {
    *name == USER_AGENT || name.as_str().starts_with("accept")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::{HeaderMap, HeaderValue, Method};

    use super::{Hop, follow};
    use crate::event::EndpointId;
    use crate::plan::job::{Job, Place};
    use crate::plan::rules::Rules;

    /// A job with keys, cookies and a body, at this URL.
    fn job(method: Method, url: &str) -> Job {
        let names = ["authorization", "cookie", "x-api-key", "content-type", "accept-language", "user-agent"];
        Job {
            place: Place { source: 0, row: 0 },
            endpoint: EndpointId(0),
            method,
            url: url.parse().unwrap(),
            target: "".into(),
            secrets: ["s3cret".into()].into(),
            headers: Arc::new(
                names.map(|name| (name.parse().unwrap(), HeaderValue::from_static("x"))).into_iter().collect(),
            ),
            body: "body".into(),
            header_names: Arc::default(),
            row_values: None,
            login: None,
            page: None,
            policy: Arc::new(Rules { redirects: Some(3), ..Rules::default() }.policy()),
        }
    }

    fn hop(job: &Job, status: u16, location: &str, hops: u32) -> Hop {
        let location = HeaderValue::from_bytes(location.as_bytes()).unwrap();
        follow(job, status, &HeaderMap::from_iter([(http::header::LOCATION, location)]), hops)
    }

    #[track_caller]
    fn next(job: &Job, status: u16, location: &str) -> Job {
        match hop(job, status, location, 0) {
            Hop::To(next) => *next,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn refused(job: &Job, location: &str, hops: u32) -> &'static str {
        match hop(job, 302, location, hops) {
            Hop::Refused(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_redirect_from_https_to_http_is_refused() {
        let secure = job(Method::GET, "https://a.b/");
        assert!(refused(&secure, "http://a.b/", 0).starts_with("a redirect from https to http"));
        let mut follows = secure.clone();
        follows.policy = Arc::new(Rules { downgrade: Some(true), ..Rules::default() }.policy());
        let next_url = next(&follows, 302, "http://a.b/").url;
        assert_eq!(next_url.as_str(), "http://a.b/");
        assert_eq!(next(&secure, 302, "//c.d/x").url.as_str(), "https://c.d/x");
        assert_eq!(next(&job(Method::GET, "http://a.b/"), 302, "https://a.b/").url.scheme(), "https");
    }

    #[test]
    fn too_many_hops_and_unusable_locations_are_refused() {
        let job = job(Method::GET, "http://a.b/");
        assert_eq!(refused(&job, "/again", 3), "too many redirects");
        for location in ["file:///etc/passwd", "javascript:x", "data:,x", "ftp://a.b/"] {
            assert_eq!(refused(&job, location, 0), "a redirect to another scheme");
        }
        assert_eq!(refused(&job, "http://[", 0), "a redirect with an invalid location");
        assert!(matches!(follow(&job, 302, &HeaderMap::new(), 0), Hop::Refused("a redirect without a location")));
        assert!(matches!(hop(&job, 304, "/x", 0), Hop::None));
    }

    #[test]
    fn a_location_that_is_not_utf8_is_encoded() {
        let job = job(Method::GET, "http://a.b/");
        let location = HeaderValue::from_bytes(b"/caf\xe9?x=%20").unwrap();
        let hop = follow(&job, 302, &HeaderMap::from_iter([(http::header::LOCATION, location)]), 0);
        let Hop::To(next) = hop else { panic!("{hop:?}") };
        assert_eq!(next.url.as_str(), "http://a.b/caf%E9?x=%20");
        assert_eq!(self::next(&job, 302, "/caf\u{e9}").url.as_str(), "http://a.b/caf%C3%A9");
    }

    #[test]
    fn another_name_port_or_scheme_is_another_origin() {
        let job = job(Method::GET, "http://ann:pw@a.b:8080/");
        for elsewhere in ["http://c.b:8080/", "http://a.b:8081/", "https://a.b:8080/", "http://a.b.c:8080/"] {
            let next = next(&job, 307, elsewhere);
            let mut kept: Vec<_> = next.headers.keys().map(http::HeaderName::as_str).collect();
            kept.sort_unstable();
            assert_eq!(kept, ["accept-language", "user-agent"], "{elsewhere}");
            assert_eq!((next.url.username(), next.url.password()), ("", None));
        }
        let same = next(&job, 307, "http://A.b:8080/x");
        assert_eq!(same.headers, job.headers);
        assert_eq!(next(&job, 307, "/x").url.password(), Some("pw"));
    }

    #[test]
    fn the_method_changes_as_the_standard_requires() {
        let after = |method, status| {
            let next = next(&job(method, "http://a.b/"), status, "/x");
            (next.method.clone(), next.body.len_in_memory(), next.headers.contains_key("content-type"))
        };
        for status in [301, 302, 303] {
            assert_eq!(after(Method::POST, status), (Method::GET, 0, false));
        }
        for status in [307, 308] {
            assert_eq!(after(Method::POST, status), (Method::POST, 4, true));
        }
        assert_eq!(after(Method::PUT, 302), (Method::PUT, 4, true));
        assert_eq!(after(Method::HEAD, 303), (Method::HEAD, 4, true));
    }

    #[test]
    fn a_secret_that_the_server_repeats_is_masked() {
        let job = job(Method::GET, "http://a.b/s3cret?id=s3cret");
        assert_eq!(
            &*next(&job, 302, "/x/s3%63ret/?id=s3cret&token=abc").target,
            "GET http://a.b/x/***/?id=***&token=***"
        );
    }
}
