//! The check of a response's body against what the plan expects of it.
//!
//! It reads what the exchange has kept of the body, and sends nothing. Start at [`check_body`].

use std::borrow::Cow;
use std::io;
use std::sync::{Mutex, PoisonError};

use http::HeaderMap;
use serde_json::Value;

use crate::event::failure_sample::Excerpt;
use crate::event::outcome::Reason;
use crate::plan::defaults;
use crate::plan::expected::ExpectedAnswer;
use crate::plan::expected::json::{ExpectedJson, OtherValue};
use crate::plan::extract::json_path::WrittenPath;
use crate::plan::job::Job;
use crate::source::pool::outcome::failure_sample;
use crate::source::pool::wire::content_coding::{self, BodyDecoder, DecodeError};
use crate::source::pool::wire::failure::Failure;
use crate::source::pool::wire::{Exchange, Reply, WrongAnswer};
use crate::text::io_error::IoErrorText;
use crate::text::sanitize::sanitize;
use crate::text::secret::MASK;

/// The most characters of a body in a message.
const MAX_QUOTE: usize = 80;

/// The most bytes of a body that are looked at for a message.
const QUOTED_FROM: usize = 4096;

/// Held while a large body is checked, because its JSON takes much memory.
static LARGE_BODY: Mutex<()> = Mutex::new(());

/// Checks the body of a response with an expected status. Returns what is wrong with it.
pub async fn check_body(job: &Job, exchange: &mut Exchange) -> Option<WrongAnswer> {
    let Reply::Answer { head, .. } = &exchange.reply else { return None };
    if !job.policy.status.contains(head.status) {
        return None;
    }
    read_body(job, exchange, check_bytes).await.err()
}

/// Reads something from the decoded body of a response.
///
/// # Errors
///
/// What is wrong with the body, as `read` finds, or because it cannot be decoded.
pub async fn read_body<T: Default + Send + 'static>(
    job: &Job,
    exchange: &mut Exchange,
    read: impl FnOnce(&Job, &[u8]) -> Result<T, WrongAnswer> + Send + 'static,
) -> Result<T, WrongAnswer> {
    let Reply::Answer { head, body, .. } = &exchange.reply else { return Ok(T::default()) };
    let is_encoded = exchange.is_encoded;
    let file = match exchange.file.take().map(|file| *file) {
        None => return plain(job, &head.headers, body, is_encoded).and_then(|body| read(job, &body)),
        Some(Err(error)) => {
            let failure = unreadable(&error);
            exchange.file = Some(Box::new(Err(error)));
            return Err(failure.into());
        }
        Some(Ok(file)) => file,
    };
    let (job, headers) = (job.clone(), head.headers.clone());
    // It takes long, and the other attempts of this thread must not wait for it.
    let checked = tokio::task::spawn_blocking(move || {
        let _one_at_a_time = LARGE_BODY.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = file.read().map_err(|error| unreadable(&error).into());
        let checked = bytes.and_then(|bytes: Vec<u8>| read(&job, &plain(&job, &headers, &bytes, is_encoded)?));
        (file, checked)
    });
    match checked.await {
        Ok((file, checked)) => {
            exchange.file = Some(Box::new(Ok(file)));
            checked
        }
        Err(_) => Err((Reason::Panicked, "the check of a body panicked".to_owned()).into()),
    }
}

fn unreadable(error: &io::Error) -> Failure {
    (Reason::Local, format!("the body cannot be kept to be checked: {}", IoErrorText(error.kind().into())))
}

/// A body that may still be encoded, without its coding.
fn plain<'b>(job: &Job, headers: &HeaderMap, body: &'b [u8], is_encoded: bool) -> Result<Cow<'b, [u8]>, WrongAnswer> {
    Ok(if is_encoded && !body.is_empty() { decoded(job, headers, body)?.into() } else { body.into() })
}

/// Checks a body against what the plan expects of it.
fn check_bytes(job: &Job, body: &[u8]) -> Result<(), WrongAnswer> {
    match mismatch(&job.policy.answer, body, |bytes| quote(job, bytes)) {
        None => Ok(()),
        Some(Mismatch { expected, sentence }) => {
            let failure = (Reason::Unexpected, sanitize(&sentence).into_owned());
            Err(WrongAnswer { failure, expected: Some(sanitize(&expected).into_owned()) })
        }
    }
}

/// Decodes a body that is kept as it came.
fn decoded(job: &Job, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Failure> {
    let room = job.policy.max_body.unwrap_or(defaults::MAX_BODY);
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    let names = || content_coding::names(headers).join(", ");
    let Some(mut decoder) = BodyDecoder::for_response(headers) else {
        let text = format!("the body cannot be checked, because it is encoded as {}", sanitize(&names()));
        return Err((Reason::Unexpected, text));
    };
    let mut plain = Vec::new();
    let ended = decoder.decode(body, &mut plain, room);
    let ended = ended.and_then(|()| decoder.finish(&mut plain, room));
    match ended {
        Ok(()) if plain.len() <= room => Ok(plain),
        Ok(()) | Err(DecodeError::NoRoom) => {
            Err((Reason::TooLarge, "the decoded body is larger than `max_body`".to_owned()))
        }
        Err(DecodeError::Invalid(coding)) => Err((Reason::BadResponse, format!("the body is not valid {coding}"))),
    }
}

/// An expectation that a body does not meet, without secrets.
struct Mismatch {
    expected: String,
    sentence: String,
}

/// The first expectation that a body does not meet. `quote` describes bytes, without secrets.
fn mismatch(expected: &ExpectedAnswer, body: &[u8], quote: impl Fn(&[u8]) -> Quote) -> Option<Mismatch> {
    if let Some(text) = expected.texts().find(|text| !text.is_in(body)) {
        let verb = if text.is_regex() { "match" } else { "contain" };
        let sentence = format!("the body does not {verb} `{text}`: it {}", quote(body).predicate());
        return Some(Mismatch { expected: format!("`{text}` in the body"), sentence });
    }
    let values = expected.json.as_deref().unwrap_or_default();
    if values.is_empty() && expected.present.is_empty() {
        return None;
    }
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let Ok(document) = serde_json::from_slice::<Value>(text) else {
        let why = format!("because the body is not JSON: it {}", quote(body).predicate());
        let value = values.first().map(|value| {
            let sentence = format!("{} is not {}, {why}", value.path(), value.value());
            Mismatch { expected: shown(value), sentence }
        });
        let missing =
            |path: &WrittenPath| Mismatch { expected: present(path), sentence: format!("{path} is missing, {why}") };
        return value.or_else(|| expected.present.first().map(missing));
    };
    let other = values.iter().find_map(|value| {
        let other = value.find_other(&document)?;
        Some(Mismatch { expected: shown(value), sentence: other_value(value, &other, &quote, body) })
    });
    other.or_else(|| {
        let path = expected.present.iter().find(|path| path.find_all(&document).is_empty())?;
        let sentence = format!("{path} is missing: the body {}", quote(body).predicate());
        Some(Mismatch { expected: present(path), sentence })
    })
}

/// A path that must lead to something.
fn present(path: &WrittenPath) -> String {
    format!("a value at {path}")
}

/// An expected value with its path.
fn shown(value: &ExpectedJson) -> String {
    format!("{} = {}", value.path(), if value.is_secret() { MASK } else { value.value() })
}

/// The sentence about a value that is not the expected one.
fn other_value(expected: &ExpectedJson, other: &OtherValue<'_>, quote: impl Fn(&[u8]) -> Quote, body: &[u8]) -> String {
    let (path, value) = (expected.path(), expected.value());
    match other {
        OtherValue::Missing => format!("{path} is missing, not {value}: the body {}", quote(body).predicate()),
        OtherValue::Value(_) if expected.is_secret() => format!("{path} is not as expected; both values are secret"),
        OtherValue::Value(other) => format!("{path} is {}, not {value}", quote(other.to_string().as_bytes()).text()),
    }
}

/// A short part of a body, on one line.
struct Quote {
    text: Option<String>,
    is_whole: bool,
    is_binary: bool,
}

/// Describes bytes from a server, without secrets.
fn quote(job: &Job, bytes: &[u8]) -> Quote {
    let kept = &bytes[..bytes.len().min(QUOTED_FROM)];
    let is_kept = kept.len() == bytes.len();
    let (text, is_whole) = match failure_sample::excerpt(kept, is_kept, &failure_sample::secrets(job)) {
        Excerpt::None => return Quote { text: None, is_whole: true, is_binary: false },
        Excerpt::Binary => return Quote { text: None, is_whole: true, is_binary: true },
        Excerpt::Text(text) => (text, true),
        Excerpt::Begins(text) => (text, false),
    };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(MAX_QUOTE).collect();
    Quote { is_whole: is_whole && short.len() == line.len(), text: Some(short), is_binary: false }
}

impl Quote {
    /// What the body is.
    fn predicate(&self) -> String {
        match &self.text {
            None if self.is_binary => "is binary".to_owned(),
            None => "is empty".to_owned(),
            Some(text) if self.is_whole => format!("is `{text}`"),
            Some(text) => format!("begins with `{text}`"),
        }
    }

    /// The value itself.
    fn text(&self) -> String {
        let text = self.text.as_deref().unwrap_or(MASK);
        if self.is_whole { text.to_owned() } else { format!("{text}…") }
    }
}
