//! The request of the page after an answer, as the plan finds it.
//!
//! A next page at another host is read only where the plan allows it, and then without the headers that may have a
//! key. It sends nothing. Start at [`find_next_page`].

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use http::HeaderMap;
use http::header::LINK;
use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use crate::event::outcome::Reason;
use crate::plan::exact::request_url::RequestUrl;
use crate::plan::extract::json_path::WrittenPath;
use crate::plan::job::{Job, PagePosition};
use crate::plan::pages::{NextLink, PageRules, is_empty};
use crate::source::pool::outcome::body_check::read_body;
use crate::source::pool::outcome::redirect;
use crate::source::pool::wire::{Exchange, NextPage, Reply, WrongAnswer};

/// What may stand for itself in the value of a query parameter.
const VALUE: percent_encoding::AsciiSet =
    percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Finds the page after a good answer. `first` is the job before it followed a redirect.
///
/// # Errors
///
/// There is one, but it cannot be read: what is wrong with the answer.
pub async fn find_next_page(job: &Job, first: &Job, exchange: &mut Exchange) -> Result<Option<NextPage>, WrongAnswer> {
    let (Some(rules), Some(position)) = (job.policy.pages.clone(), job.page.as_deref()) else { return Ok(None) };
    let Reply::Answer { head, .. } = &exchange.reply else { return Ok(None) };
    if !(200..300).contains(&head.status) || !job.policy.status.contains(head.status) {
        return Ok(None);
    }
    let link = match &rules.next {
        NextLink::Header => linked(&head.headers).map(Successor::Url),
        NextLink::Url(_) | NextLink::Query { .. } | NextLink::Number { .. } => {
            let (rules, number) = (rules.clone(), position.number);
            read_body(job, exchange, move |_, body| successor(&rules, number, body)).await?
        }
    };
    let Some(link) = link else { return Ok(None) };
    next_job(job, first, (&rules, position), link)
}

/// How an answer names the page after it.
enum Successor {
    /// By its URL.
    Url(String),
    /// By the value of a query parameter.
    Query(String),
    /// By its number, and the hash of this page.
    Number(u64, u64),
}

/// Reads from a body which page is the next one.
fn successor(rules: &PageRules, number: u64, body: &[u8]) -> Result<Option<Successor>, WrongAnswer> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    let document = || {
        serde_json::from_slice::<Value>(text)
            .map_err(|_| wrong("the next page cannot be found, because the body is not JSON".to_owned()))
    };
    match &rules.next {
        NextLink::Header => Ok(None),
        NextLink::Url(path) => Ok(value_at(path, &document()?)?.map(Successor::Url)),
        NextLink::Query { path, .. } => Ok(value_at(path, &document()?)?.map(Successor::Query)),
        NextLink::Number { range, items } => {
            let ends = match items {
                _ if text.is_empty() => true,
                Some(path) => path.find_all(&document()?).into_iter().all(is_empty),
                None => serde_json::from_slice::<Value>(text).is_ok_and(|document| is_empty(&document)),
            };
            let next = range.after(number).filter(|_| !ends);
            Ok(next.map(|next| Successor::Number(next, hash_of(text))))
        }
    }
}

/// The text to which a path leads. There is no next page if there is none, or if it is empty, null or false.
fn value_at(path: &WrittenPath, document: &Value) -> Result<Option<String>, WrongAnswer> {
    match path.find_all(document).first() {
        None | Some(Value::Null | Value::Bool(false)) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(Value::Bool(true) | Value::Array(_) | Value::Object(_)) => {
            Err(wrong(format!("{path} does not name the next page: it is neither a text nor a number")))
        }
    }
}

/// Makes the job of the next page.
fn next_job(
    job: &Job,
    first: &Job,
    (rules, position): (&PageRules, &PagePosition),
    link: Successor,
) -> Result<Option<NextPage>, WrongAnswer> {
    if position.n >= rules.most {
        return Ok(Some(NextPage::BeyondMost));
    }
    let mut next = match link {
        Successor::Number(number, body) => {
            let known = known_with(position, body).ok_or_else(|| {
                wrong(
                    "the page has the same content as one before it: the server may ignore the page's number"
                        .to_owned(),
                )
            })?;
            let made = position.with_number(position.n + 1, number);
            let Some(made) = made else { return Ok(None) };
            let mut next = made.map_err(|_| wrong("the next page is not a valid request".to_owned()))?;
            if let Some(page) = &mut next.page {
                page.known = known;
            }
            return Ok(Some(NextPage::Job(Box::new(next))));
        }
        Successor::Url(link) => {
            let url = job.url.join(&link).map_err(|_| wrong("the address of the next page is not valid".to_owned()))?;
            at_url(job, first, rules, url)?
        }
        Successor::Query(value) => {
            let NextLink::Query { name, .. } = &rules.next else { return Ok(None) };
            at_url(first, first, rules, with_parameter(first, name, &value)?)?
        }
    };
    let mut position = position.clone();
    if position.known.is_empty() {
        position.known.push(hash_of(first.url.as_str().as_bytes()));
    }
    position.known = known_with(&position, hash_of(next.url.as_str().as_bytes()))
        .ok_or_else(|| wrong(format!("the next page was read before: {}", next.target)))?;
    position.n += 1;
    next.page = Some(Box::new(position));
    Ok(Some(NextPage::Job(Box::new(next))))
}

/// The request of a page at this address.
fn at_url(job: &Job, first: &Job, rules: &PageRules, url: RequestUrl) -> Result<Job, WrongAnswer> {
    match (job.url.scheme(), url.scheme()) {
        ("https", "http") if !job.policy.downgrade => {
            return Err(wrong("the next page is at http, and this one at https: `downgrade` allows it".to_owned()));
        }
        (_, "http" | "https") => {}
        _ => return Err(wrong("the next page has another scheme".to_owned())),
    }
    // A redirect of this page may have led elsewhere, and the next one may be back.
    let base = if url.origin() == first.url.origin() { first } else { job };
    if url.origin() != first.url.origin() && !rules.allows_host(url.host_str().unwrap_or_default()) {
        let host = url.host_str().unwrap_or_default();
        return Err(wrong(format!("the next page is at another host, {host}: `next_hosts` allows it")));
    }
    let mut next = base.clone();
    redirect::send_to(&mut next, url);
    Ok(next)
}

/// The URL of a job with this parameter.
fn with_parameter(job: &Job, name: &str, value: &str) -> Result<RequestUrl, WrongAnswer> {
    let encoded = |text: &str| utf8_percent_encode(text, &VALUE).to_string();
    let (path, query) = job.url.target().split_once('?').unwrap_or((job.url.target(), ""));
    let is_other = |pair: &&str| {
        let other = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && other != name && other != encoded(name)
    };
    let pairs = query.split('&').filter(is_other).map(str::to_owned);
    let query: Vec<String> = pairs.chain([format!("{}={}", encoded(name), encoded(value))]).collect();
    let text = format!("{}{path}?{}", job.url.before_path(), query.join("&"));
    RequestUrl::parse(&text, job.policy.path_as_is)
        .map_err(|_| wrong("the address of the next page is not valid".to_owned()))
}

/// The pages that are known with this one, unless it is known already.
fn known_with(position: &PagePosition, page: u64) -> Option<Vec<u64>> {
    let is_new = !position.known.contains(&page);
    is_new.then(|| position.known.iter().copied().chain([page]).collect())
}

fn hash_of(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// The target of `rel="next"` in `Link` headers (RFC 8288).
fn linked(headers: &HeaderMap) -> Option<String> {
    headers.get_all(LINK).iter().find_map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        next_of(&text)
    })
}

/// The target of the first link with the relation `next`.
fn next_of(mut rest: &str) -> Option<String> {
    loop {
        let open = rest.find('<')?;
        let close = open + rest[open..].find('>')?;
        let target = &rest[open + 1..close];
        let (parameters, after) = until_comma(&rest[close + 1..]);
        if is_next(parameters) {
            return Some(target.trim().to_owned());
        }
        rest = after;
    }
}

/// Splits at the first comma outside quotes.
fn until_comma(text: &str) -> (&str, &str) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

/// Whether the parameters of a link have the relation `next`. Only the first `rel` counts.
fn is_next(parameters: &str) -> bool {
    let rel = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
    });
    rel.is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("next")))
}

fn wrong(text: String) -> WrongAnswer {
    (Reason::Unexpected, text).into()
}
