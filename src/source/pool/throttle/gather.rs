//! The reader of throttle fields in a response head, in one pass.
//!
//! It only parses; [`read`](super::read) chooses between fields. Start at [`ThrottleFields::read`].

use std::time::SystemTime;

use http::header::DATE;
use http::{HeaderMap, HeaderValue};

use crate::event::Micros;
use crate::source::pool::throttle::quota::{QuotaLevel, QuotaPolicy, Quotas, Unit};
use crate::source::pool::throttle::{RetryWait, WaitSource, moment, structured};

/// The values of all throttle fields, before one is chosen.
#[derive(Debug, Default)]
pub struct ThrottleFields {
    /// `Retry-After` and its variants.
    pub retry_after: Option<RetryWait>,
    /// The IETF fields, including those of older drafts.
    pub standard: Quotas,
    /// The `X-RateLimit-*` family.
    pub customary: Quotas,
    /// Fields that cannot be parsed.
    pub malformed: u32,
    /// The value of `Retry-After`, if it is one of them and no other field has its meaning.
    pub unreadable: Option<Box<str>>,
}

/// The fields of one family, in order of arrival.
#[derive(Default)]
struct Family<'a> {
    /// `RateLimit`; only one family has this field.
    levels: Vec<&'a [u8]>,
    policies: Vec<&'a [u8]>,
    limits: Vec<&'a [u8]>,
    remaining: Vec<u64>,
    resets: Vec<Micros>,
    /// `X-RateLimit-Reset-After` of Discord, which needs no clock.
    resets_after: Vec<Micros>,
    quotas: Quotas,
}

impl ThrottleFields {
    /// Reads all fields.
    ///
    /// Dates are compared with the `Date` of the response, if present (RFC 9110 §6.6.1), because the local clock may
    /// be wrong.
    pub fn read(headers: &HeaderMap, received: SystemTime) -> Self {
        if !headers.keys().any(|name| is_candidate(name.as_str())) {
            return Self::default();
        }
        let now = || headers.get(DATE).and_then(text).and_then(moment::http_date).unwrap_or(received);
        let (mut standard, mut customary) = (Family::default(), Family::default());
        let mut retry_after: Option<RetryWait> = None;
        let (mut malformed, mut unreadable) = (0_u32, None);
        for (name, value) in headers {
            let is_fine = match name.as_str() {
                "retry-after" => {
                    let length = text(value).and_then(|text| moment::retry_after(text, now()));
                    if length.is_none() {
                        unreadable.get_or_insert_with(|| start_of(value));
                    }
                    keep_longer_wait(&mut retry_after, length, WaitSource::RetryAfter)
                }
                "retry-after-ms" | "x-ms-retry-after-ms" => {
                    let length = text(value).and_then(moment::millis);
                    keep_longer_wait(&mut retry_after, length, WaitSource::RetryAfterMs)
                }
                "ratelimit" => push(&mut standard.levels, Some(value.as_bytes())),
                "x-shopify-shop-api-call-limit" => {
                    push(&mut customary.quotas.levels, text(value).and_then(parse_shopify_bucket))
                }
                "x-sentry-rate-limit-concurrentlimit" => {
                    push(&mut customary.quotas.policies, text(value).and_then(parse_concurrency))
                }
                name => match (name.strip_prefix("ratelimit-"), strip_custom_prefix(name)) {
                    (Some(rest), _) => standard.read_line(rest, value, &now),
                    (None, Some(rest)) => customary.read_line(rest, value, &now),
                    (None, None) => true,
                },
            };
            malformed += u32::from(!is_fine);
        }
        let standard = standard.combine(&mut malformed);
        let customary = customary.combine(&mut malformed);
        let unreadable = unreadable.filter(|_| retry_after.is_none());
        Self { retry_after, standard, customary, malformed, unreadable }
    }
}

/// Whether a field may be a throttle field. Most responses have none.
fn is_candidate(name: &str) -> bool {
    name.starts_with('r') || name.starts_with("x-")
}

/// Strips the prefix of the family, which Twitter and Okta write with one more hyphen.
fn strip_custom_prefix(name: &str) -> Option<&str> {
    name.strip_prefix("x-ratelimit-").or_else(|| name.strip_prefix("x-rate-limit-"))
}

impl<'a> Family<'a> {
    /// Reads one field line. Returns `false` if it cannot be parsed. Unknown names are ignored.
    fn read_line(&mut self, name: &str, value: &'a HeaderValue, now: &dyn Fn() -> SystemTime) -> bool {
        let counts = || text(value).and_then(|text| parse_list(text, |part| moment::count(without_parameters(part))));
        match name {
            "limit" => push(&mut self.limits, Some(value.as_bytes())),
            "policy" => push(&mut self.policies, Some(value.as_bytes())),
            "remaining" => extend(&mut self.remaining, counts()),
            "reset" => extend(&mut self.resets, text(value).and_then(|text| resets(text, now()))),
            "reset-after" => {
                extend(&mut self.resets_after, text(value).and_then(|text| parse_list(text, moment::seconds)))
            }
            _ => match name.split_once('-').and_then(|(what, window)| Some((what, kong_window(window)?))) {
                Some(("limit", window)) => {
                    let policy = |quota| QuotaPolicy { quota, window: Some(window), ..QuotaPolicy::default() };
                    push(&mut self.quotas.policies, text(value).and_then(moment::count).map(policy))
                }
                Some(("remaining", _)) => {
                    let level = |left| QuotaLevel { remaining: Some(left), ..QuotaLevel::default() };
                    push(&mut self.quotas.levels, text(value).and_then(moment::count).map(level))
                }
                _ => true,
            },
        }
    }

    /// Combines values from several fields.
    fn combine(mut self, malformed: &mut u32) -> Quotas {
        for lines in [&self.policies, &self.limits].into_iter().filter(|lines| !lines.is_empty()) {
            let policies = structured::policies(&joined(lines));
            *malformed += u32::from(!extend(&mut self.quotas.policies, policies));
        }
        if !self.levels.is_empty() {
            let levels = structured::levels(&joined(&self.levels));
            *malformed += u32::from(!extend(&mut self.quotas.levels, levels));
        }
        // Brave reports two quotas in one field, `1, 15000`. Values at the same index belong together.
        let resets = if self.resets_after.is_empty() { &self.resets } else { &self.resets_after };
        for at in 0..self.remaining.len().max(resets.len()) {
            let reset = if resets.len() == 1 { resets.first() } else { resets.get(at) };
            let remaining = if self.remaining.len() == 1 { self.remaining.first() } else { self.remaining.get(at) };
            let level = QuotaLevel { name: None, remaining: remaining.copied(), resets: reset.copied() };
            self.quotas.levels.push(level);
        }
        self.quotas
    }
}

/// Returns the window in a field name of Kong: `X-RateLimit-Remaining-Minute`.
fn kong_window(name: &str) -> Option<Micros> {
    let seconds = match name {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "month" => 30 * 86_400,
        "year" => 365 * 86_400,
        _ => return None,
    };
    Some(Micros(seconds * 1_000_000))
}

/// Parses the bucket level of Shopify: `32/40`.
fn parse_shopify_bucket(text: &str) -> Option<QuotaLevel> {
    let (used, size) = text.split_once('/')?;
    let (used, size) = (moment::count(used.trim())?, moment::count(size.trim())?);
    Some(QuotaLevel { remaining: Some(size.saturating_sub(used)), ..QuotaLevel::default() })
}

/// Parses Sentry's limit on requests in flight.
fn parse_concurrency(text: &str) -> Option<QuotaPolicy> {
    Some(QuotaPolicy { quota: moment::count(text)?, unit: Unit::AtOnce, ..QuotaPolicy::default() })
}

/// Parses one reset or several. A date may contain a comma, so the whole text is tried first.
fn resets(text: &str, now: SystemTime) -> Option<Vec<Micros>> {
    let alone = moment::reset(without_parameters(text), now).map(|reset| vec![reset]);
    alone.or_else(|| parse_list(text, |part| moment::reset(without_parameters(part), now)))
}

/// Parses a comma-separated list, all parts of which must be valid (RFC 9110 §5.6.1).
fn parse_list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(|part| read(part.trim())).collect()
}

/// Removes parameters: Docker Hub sends `76;w=21600`.
fn without_parameters(text: &str) -> &str {
    text.split_once(';').map_or(text, |(value, _)| value.trim_end())
}

/// The start of a value that cannot be parsed, for people.
fn start_of(value: &HeaderValue) -> Box<str> {
    const LONGEST: usize = 60;
    let text = String::from_utf8_lossy(value.as_bytes());
    text.chars().take(LONGEST).collect::<String>().into_boxed_str()
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().map(str::trim)
}

/// Joins several lines to one value (RFC 9110 §5.3, RFC 9651 §4.2).
fn joined(lines: &[&[u8]]) -> Vec<u8> {
    lines.join(&b", "[..])
}

/// Keeps the longer of two waits, so that a retry is never early.
fn keep_longer_wait(longest: &mut Option<RetryWait>, length: Option<Micros>, source: WaitSource) -> bool {
    let Some(length) = length else { return false };
    if longest.is_none_or(|wait| wait.length < length) {
        *longest = Some(RetryWait { length, source });
    }
    true
}

fn push<T>(to: &mut Vec<T>, value: Option<T>) -> bool {
    let is_some = value.is_some();
    to.extend(value);
    is_some
}

fn extend<T>(to: &mut Vec<T>, values: Option<Vec<T>>) -> bool {
    let is_some = values.is_some();
    to.extend(values.into_iter().flatten());
    is_some
}
