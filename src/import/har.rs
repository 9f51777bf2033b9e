//! Requests of a HAR file, which browsers and proxies record.
//!
//! Start at [`read`].

use serde::Deserialize;

use crate::import::error::ImportError;
use crate::import::request::{Import, ImportedBody, ImportedRequest};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Headers that belong to a connection or that inflight sets itself.
const OWN_HEADERS: [&str; 13] = [
    "connection",
    "content-length",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
];

#[derive(Deserialize)]
struct Har {
    log: HarLog,
}

#[derive(Deserialize)]
struct HarLog {
    #[serde(default)]
    entries: Vec<HarEntry>,
}

#[derive(Deserialize)]
struct HarEntry {
    request: HarRequest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarRequest {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<HarPair>,
    post_data: Option<HarPostData>,
}

#[derive(Deserialize)]
struct HarPair {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct HarPostData {
    text: Option<String>,
    #[serde(default)]
    params: Vec<HarPair>,
    encoding: Option<String>,
}

/// Whether a header of a recording is left out: it is no field of HTTP/1.1, or not of the request itself.
pub(super) fn is_own_header(name: &str) -> bool {
    name.starts_with(':') || OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Reads the requests. Cookies are left out, because they are those of one browser at one time.
pub(super) fn read(text: &str) -> Result<Import, ImportError> {
    let har: Har = serde_json::from_str(text).map_err(|why| ImportError::json("HAR file", &why))?;
    let mut import = Import { source: "a HAR file", ..Import::default() };
    let (mut n_cookies, mut n_other) = (0, 0);
    for HarEntry { request } in har.log.entries {
        if !request.url.starts_with("http://") && !request.url.starts_with("https://") {
            n_other += 1;
            continue;
        }
        let shown = format!("{} {}", sanitize(&request.method), sanitize(request.url.split('?').next().unwrap_or("")));
        let is_cookie = |pair: &HarPair| pair.name.eq_ignore_ascii_case("cookie");
        n_cookies += u64::from(request.headers.iter().any(is_cookie));
        let kept = request.headers.into_iter().filter(|pair| !is_own_header(&pair.name) && !is_cookie(pair));
        let body = match request.post_data {
            Some(HarPostData { encoding: Some(_), .. }) => {
                import.left_out.push(format!("{shown}: its body is not text"));
                continue;
            }
            Some(HarPostData { text: Some(text), .. }) if !text.is_empty() => Some(ImportedBody::Text((&*text).into())),
            Some(HarPostData { params, .. }) if !params.is_empty() => {
                Some(ImportedBody::Form(params.into_iter().map(|pair| (pair.name, (&*pair.value).into())).collect()))
            }
            Some(_) | None => None,
        };
        import.requests.push(ImportedRequest {
            method: Some(request.method),
            url: (&*request.url).into(),
            headers: kept.map(|pair| (pair.name, (&*pair.value).into())).collect(),
            body,
            ..ImportedRequest::default()
        });
    }
    if n_cookies > 0 {
        let n = units::plural(n_cookies, "request");
        import
            .notes
            .push(format!("the cookies of {n} are left out: add `cookie` to `[defaults] headers` if they matter"));
    }
    if n_other > 0 {
        import.notes.push(format!("{} with another scheme than http left out", units::plural(n_other, "request")));
    }
    Ok(import)
}
