//! Samples of unexpected responses: a few of each cause, short, with secrets masked.
//!
//! It performs no input or output. Start at [`FailureSamples::wants`] and [`sample`].

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

use ::http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::event::cause::Cause;
use crate::event::failure_sample::{Excerpt, FailureSample, Field};
use crate::plan::job::Job;
use crate::source::pool::wire::kept_body::SAMPLE_BYTES;
use crate::source::pool::wire::message;
use crate::source::pool::wire::{Exchange, PartialAnswer, Reply};
use crate::text::secret::{self, MASK};
use crate::text::secret_name;

/// The most bytes of a body in a sample.
const MAX_BODY: usize = 600;
/// The most header fields in a sample.
const MAX_FIELDS: usize = 12;
/// The most bytes of a header field in a sample.
const MAX_FIELD: usize = 160;
/// The most samples of each cause.
const MAX_PER_CAUSE: u8 = 3;
/// The most causes with samples, so that a server with random statuses cannot fill the recording.
const MAX_CAUSES: usize = 64;

/// The fields that explain a response best. They come first, in this order.
const FIRST: [&str; 8] = [
    "content-type",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "www-authenticate",
    "location",
    "x-request-id",
    "server",
];

/// The number of samples of each cause.
#[derive(Debug, Default)]
pub struct FailureSamples {
    counts: Vec<(Cause, u8)>,
}

impl FailureSamples {
    /// Whether one more sample of this cause is wanted. If so, it is counted.
    pub fn wants(&mut self, cause: Cause) -> bool {
        if let Some((_, n)) = self.counts.iter_mut().find(|(known, _)| *known == cause) {
            *n = n.saturating_add(1);
            return *n <= MAX_PER_CAUSE;
        }
        let has_room = self.counts.len() < MAX_CAUSES;
        self.counts.extend(has_room.then_some((cause, 1)));
        has_room
    }
}

/// Returns a sample of the response, with secrets masked, or nothing without a response.
pub fn sample(job: &Job, exchange: &Exchange) -> Option<FailureSample> {
    let (head, bytes, body, is_complete) = match (&exchange.reply, exchange.partial.as_deref()) {
        (Reply::Answer { head, bytes, body }, _) => (head, *bytes, body, true),
        (Reply::TimedOut(_) | Reply::Failed(..) | Reply::Cancelled, Some(PartialAnswer { head, bytes, body })) => {
            (head, *bytes, body, false)
        }
        (Reply::TimedOut(_) | Reply::Failed(..) | Reply::Cancelled, None) => return None,
    };
    let secrets = secrets(job);
    let (headers, left_out) = fields(&head.headers, &secrets);
    let kept = &body[..body.len().min(SAMPLE_BYTES)];
    let body = excerpt(kept, is_complete && kept.len() as u64 == bytes, &secrets);
    Some(FailureSample { status: head.status, headers, left_out, bytes, body })
}

/// Returns every secret that was sent, the longest first. A server may repeat any of them.
pub(super) fn secrets(job: &Job) -> Vec<Box<str>> {
    let is_hidden = |(name, value): &(&HeaderName, &HeaderValue)| {
        value.is_sensitive() || secret_name::is_secret_header(name.as_str())
    };
    let mut secrets: Vec<Box<str>> = Vec::new();
    for (name, value) in job.headers.iter().filter(is_hidden) {
        if let Ok(value) = str::from_utf8(value.as_bytes()) {
            let parts = header_secrets(name.as_str(), value);
            secrets.extend(parts.flat_map(|(name, value)| secret::texts_of_secret(name, value)));
        }
    }
    secrets.extend(url_secrets(&job.url));
    secrets.extend(job.secrets.iter().cloned());
    secrets.sort_by_key(|value| Reverse(value.len()));
    secrets
}

/// Returns a header's value and the secrets in it, each with its name: the key of `Bearer key`, the value of each cookie.
fn header_secrets<'v>(name: &'v str, value: &'v str) -> impl Iterator<Item = (&'v str, &'v str)> {
    let is_scheme = value.contains(' ');
    let header_secrets = value.split([' ', ';', ',']).enumerate().flat_map(move |(i, part)| {
        // An `=` may separate a name from its value, or pad base64.
        let named = part.split_once('=').filter(|(_, value)| !value.is_empty());
        let is_secret = part.contains('=') || i > 0 || !is_scheme;
        [named, is_secret.then_some((name, part))].into_iter().flatten()
    });
    std::iter::once((name, value)).chain(header_secrets)
}

/// Returns the secrets in a URL.
fn url_secrets(url: &Url) -> Vec<Box<str>> {
    let query = url.query_pairs().filter(|(name, _)| secret_name::is_secret_name(name));
    let mut found: Vec<Box<str>> = query.flat_map(|(name, value)| secret::texts_of_secret(&name, &value)).collect();
    let plain = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    if !url.username().is_empty() || url.password().is_some() {
        // The user may be an API key, without a password.
        found.extend(secret::texts_of_secret("password", &plain(url.password().unwrap_or_default())));
        found.extend(secret::texts_of_secret("user", &plain(url.username())));
        let basic = message::basic_auth(url);
        let basic = basic.to_str().ok().and_then(|basic| basic.split_once(' '));
        found.extend(basic.into_iter().flat_map(|(scheme, pair)| secret::texts_of_secret(scheme, pair)));
    }
    found
}

fn fields(headers: &HeaderMap, secrets: &[Box<str>]) -> (Vec<Field>, u32) {
    let rank = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
    let mut all: Vec<_> = headers.iter().collect();
    all.sort_by_key(|(name, _)| rank(name.as_str()));
    let left_out = u32::try_from(all.len().saturating_sub(MAX_FIELDS)).unwrap_or(u32::MAX);
    let shown = all.into_iter().take(MAX_FIELDS).map(|(name, value)| {
        let value: Cow<'_, str> = if secret_name::is_secret_header(name.as_str()) {
            MASK.into()
        } else {
            let value = secret::mask_values(&String::from_utf8_lossy(value.as_bytes()), secrets);
            // These contain URLs, which may contain secrets of the server.
            let is_address = matches!(name.as_str(), "location" | "content-location" | "refresh" | "link");
            if is_address { secret::remove_users(&secret::mask_queries(&value)).into() } else { value.into() }
        };
        Field(name.as_str().into(), cut(&value, MAX_FIELD).into())
    });
    (shown.collect(), left_out)
}

/// Returns the beginning of a body for display. `is_whole` means that `kept` is the complete body.
pub(super) fn excerpt(kept: &[u8], is_whole: bool, secrets: &[Box<str>]) -> Excerpt {
    let Some(text) = text_of(kept, is_whole) else { return Excerpt::Binary };
    if text.is_empty() {
        return Excerpt::None;
    }
    let masked = secret::mask_named_values(&secret::mask_values(text, secrets));
    // The text may end within a secret, which is longest if percent-encoded.
    let unsure = if is_whole { 0 } else { secrets.first().map_or(0, |longest| 3 * longest.len()) };
    let shown: Arc<str> = cut(&masked, MAX_BODY.min(masked.len().saturating_sub(unsure))).into();
    if is_whole && shown.len() == masked.len() { Excerpt::Text(shown) } else { Excerpt::Begins(shown) }
}

/// Returns the bytes as text, if they are text. Only the last character may be incomplete.
fn text_of(kept: &[u8], is_whole: bool) -> Option<&str> {
    let text = match str::from_utf8(kept) {
        Ok(text) => text,
        Err(error) if !is_whole && error.error_len().is_none() => str::from_utf8(&kept[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
    text.chars().all(is_text).then_some(text)
}

/// Cuts a text after at most this many bytes, between two characters.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use ::http::{HeaderMap, HeaderValue};

    use super::{FailureSamples, MAX_BODY, SAMPLE_BYTES, excerpt, fields};
    use crate::event::cause::Cause;
    use crate::event::failure_sample::Excerpt;

    fn body(kept: &[u8], bytes: u64) -> Excerpt {
        excerpt(kept, kept.len() as u64 == bytes, &["hunter-two".into()])
    }

    #[test]
    fn the_samples_of_each_cause_are_bounded() {
        let mut samples = FailureSamples::default();
        let n = (0..500).filter(|_| samples.wants(Cause::Status(503))).count();
        let others = (0..1_000).filter(|&status| samples.wants(Cause::Status(status))).count();
        assert_eq!((n, others), (3, 63));
    }

    #[test]
    fn only_text_is_shown_as_text() {
        assert_eq!(body(b"try later", 9), Excerpt::Text("try later".into()));
        assert_eq!(body(b"", 0), Excerpt::None);
        assert_eq!(body(b"", 70), Excerpt::None);
        assert_eq!(body(b"\x89PNG\r\n", 700), Excerpt::Binary);
        assert_eq!(body(b"a\0b", 3), Excerpt::Binary);
        // Cut within a character: an error in a complete text, not in one that was cut.
        assert_eq!(body("größe".as_bytes().get(..3).unwrap(), 7), Excerpt::Begins("".into()));
        assert_eq!(excerpt("größe".as_bytes().get(..3).unwrap(), false, &[]), Excerpt::Begins("gr".into()));
    }

    #[test]
    fn a_long_text_is_cut_and_marked_as_cut() {
        let long = "x".repeat(MAX_BODY + 1);
        assert_eq!(body(long.as_bytes(), long.len() as u64), Excerpt::Begins("x".repeat(MAX_BODY).into()));
    }

    #[test]
    fn a_secret_is_found_in_all_its_forms() {
        let header_secrets =
            |value: &str| super::header_secrets("x", value).map(|(_, secret)| secret.to_owned()).collect::<Vec<_>>();
        assert!(header_secrets("Basic dXNlcjpwYXNzd29yZA==").contains(&"dXNlcjpwYXNzd29yZA==".to_owned()));
        assert!(header_secrets("sid=abcdef; t=1").contains(&"abcdef".to_owned()));
        assert!(!header_secrets("Bearer abcdef").contains(&"Bearer".to_owned()));
        let key = super::url_secrets(&"https://sk_live_123@a.example/".parse().unwrap());
        assert!(key.iter().any(|secret| **secret == *"sk_live_123"));
    }

    #[test]
    fn no_part_of_a_secret_is_shown_at_the_end_of_an_incomplete_response() {
        let secret = ["HALFSECRETVALUE".into()];
        assert_eq!(excerpt(b"echo: HALFSECRETVA", false, &secret), Excerpt::Begins("".into()));
    }

    #[test]
    fn a_url_from_a_server_is_shown_without_its_user() {
        let mut headers = HeaderMap::new();
        headers.insert("location", HeaderValue::from_static("https://ann:hunter@a.b/x?token=y"));
        let (fields, _) = fields(&headers, &[]);
        assert_eq!(&*fields[0].1, "https://a.b/x?token=***");
    }

    #[test]
    fn no_part_of_a_secret_is_shown_where_the_text_is_cut() {
        assert_eq!(body(b"no hunter-two here", 18), Excerpt::Text("no *** here".into()));
        for before in 0..MAX_BODY {
            let text = format!("{}hunter-two{}", "x".repeat(before), "y".repeat(SAMPLE_BYTES));
            for kept in [before + 4, before + 10, SAMPLE_BYTES] {
                let shown = match body(&text.as_bytes()[..kept], text.len() as u64) {
                    Excerpt::Begins(shown) => shown,
                    other => panic!("{other:?}"),
                };
                assert!(!shown.contains("hunt"), "{before} {kept}: {shown}");
            }
        }
    }
}
