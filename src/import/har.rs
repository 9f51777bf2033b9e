//! Requests of a HAR file, which browsers and proxies record.
//!
//! Start at [`read`].

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::import::error::{ImportError, json_fault};
use crate::import::imported_text::ImportedText;
use crate::import::request::{Import, ImportedBody, ImportedPart, ImportedRequest, shown_url};
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
struct Har<'t> {
    #[serde(borrow)]
    log: HarLog<'t>,
}

#[derive(Deserialize)]
struct HarLog<'t> {
    /// Each is read on its own, so that a broken one costs no other. Responses are not read at all.
    #[serde(default, borrow)]
    entries: Vec<&'t RawValue>,
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
    headers: Option<Vec<HarPair>>,
    post_data: Option<HarPostData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarPair {
    name: String,
    /// Absent in a field of a form that is a file.
    value: Option<String>,
    file_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarPostData {
    mime_type: Option<String>,
    text: Option<String>,
    params: Option<Vec<HarPair>>,
    encoding: Option<String>,
}

/// Whether a header of a recording is left out: it is no field of HTTP/1.1, or not of the request itself.
pub(super) fn is_own_header(name: &str) -> bool {
    name.starts_with(':') || OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Reads the requests. Cookies are left out, because they are those of one browser at one time.
pub(super) fn read(text: &str) -> Result<Import, ImportError> {
    let har: Har<'_> = serde_json::from_str(text).map_err(|why| ImportError::json("HAR file", &why))?;
    let mut import = Import { source: "a HAR file", ..Import::default() };
    let (mut n_cookies, mut n_other) = (0, 0);
    for (i, entry) in har.log.entries.into_iter().enumerate() {
        let request = match serde_json::from_str::<HarEntry>(entry.get()) {
            Ok(HarEntry { request }) => request,
            Err(why) => {
                import.left_out.push(format!("entry {}: {}", i + 1, sanitize(&json_fault(&why))));
                continue;
            }
        };
        if !request.url.starts_with("http://") && !request.url.starts_with("https://") {
            n_other += 1;
            continue;
        }
        let is_cookie = |pair: &HarPair| pair.name.eq_ignore_ascii_case("cookie");
        let headers = request.headers.unwrap_or_default();
        n_cookies += u64::from(headers.iter().any(is_cookie));
        let kept = headers.into_iter().filter(|pair| !is_own_header(&pair.name) && !is_cookie(pair));
        let mut headers: Vec<_> =
            kept.map(|pair| (pair.name, ImportedText::literal(pair.value.unwrap_or_default()))).collect();
        let body = match body(request.post_data) {
            Ok(body) => body,
            Err(why) => {
                let shown = format!("{} {}", request.method, shown_url(&request.url));
                import.left_out.push(format!("{}: {why}", sanitize(&shown)));
                continue;
            }
        };
        if matches!(body, Some(ImportedBody::Multipart(_))) {
            // Its boundary is that of another body.
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        }
        import.requests.push(ImportedRequest {
            method: Some(request.method),
            url: (&*request.url).into(),
            headers,
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

fn body(data: Option<HarPostData>) -> Result<Option<ImportedBody>, &'static str> {
    let Some(HarPostData { mime_type, text, params, encoding }) = data else { return Ok(None) };
    let params = params.unwrap_or_default();
    if encoding.is_some_and(|encoding| !encoding.is_empty()) {
        return Err("its body is not text");
    }
    if params.iter().any(|pair| pair.file_name.as_ref().is_some_and(|name| !name.is_empty())) {
        return Err("its form has files, which the recording does not contain");
    }
    let text = text.filter(|text| !text.is_empty());
    let is_multipart = mime_type.is_some_and(|kind| kind.trim_start().starts_with("multipart/form-data"));
    let value = |pair: &HarPair| ImportedText::literal(pair.value.as_deref().unwrap_or_default());
    Ok(match text {
        Some(text) => Some(ImportedBody::Text((&*text).into())),
        None if params.is_empty() => None,
        None if is_multipart => {
            let part =
                |pair: HarPair| ImportedPart { value: Ok(value(&pair)), name: pair.name, ..ImportedPart::default() };
            Some(ImportedBody::Multipart(params.into_iter().map(part).collect()))
        }
        None => Some(ImportedBody::Form(params.iter().map(|pair| (pair.name.clone(), value(pair))).collect())),
    })
}
