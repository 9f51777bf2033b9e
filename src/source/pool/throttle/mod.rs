//! The parser of throttle fields: `Retry-After`, `RateLimit` and `X-RateLimit-*`.
//!
//! A malformed field is counted and ignored; it never fails an attempt. `Retry-After` has priority
//! (draft-ietf-httpapi-ratelimit-headers-11 §7), then `RateLimit`, then `X-RateLimit`, which is less precisely
//! defined. Start at [`read`].

mod gather;
mod moment;
pub mod own_evidence;
mod quota;
pub mod stated;
mod structured;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use http::HeaderMap;

use crate::event::Micros;
use crate::plan::statuses::Throttled;
use crate::source::pool::throttle::gather::ThrottleFields;

/// Reads the throttle fields of a response with any status.
///
/// By default 429 is always a refusal (RFC 6585 §4). 503 is one if it gives a time (RFC 9110 §15.6.4). 403 is one if
/// it gives a time or reports an exhausted quota, as GitHub does. If the plan lists statuses, exactly those are.
pub fn read(status: u16, headers: &HeaderMap, received: SystemTime, throttled: Throttled) -> Notice {
    let fields = ThrottleFields::read(headers, received);
    let is_refusal = match (throttled, status) {
        (Throttled::Listed(statuses), _) => statuses.contains(status),
        (Throttled::Inferred, 429) => true,
        (Throttled::Inferred, 503) => fields.retry_after.is_some(),
        (Throttled::Inferred, 403) => {
            fields.retry_after.is_some() || fields.standard.is_exhausted() || fields.customary.is_exhausted()
        }
        (Throttled::Inferred, _) => false,
    };
    let wait = || {
        let quota = |length: Option<Micros>, source| length.map(|length| RetryWait { length, source });
        fields
            .retry_after
            .or_else(|| quota(fields.standard.wait(), WaitSource::RateLimit))
            .or_else(|| quota(fields.customary.wait(), WaitSource::XRateLimit))
    };
    let at_once = fields.standard.at_once().or_else(|| fields.customary.at_once());
    let per_window = fields.standard.per_window().or_else(|| fields.customary.per_window());
    Notice {
        ask: is_refusal.then(|| Ask { wait: wait() }),
        hints: at_once.into_iter().chain(per_window).collect(),
        remaining: fields.standard.remaining().or_else(|| fields.customary.remaining()),
        retry_after: fields.retry_after.map(|wait| wait.length),
        quota: fields.standard.quota().or_else(|| fields.customary.quota()),
        malformed: fields.malformed,
        unreadable: fields.unreadable,
    }
}

/// The throttle information of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Set if the server refused because of too many requests.
    pub ask: Option<Ask>,
    /// The limits that the server announces, at most one of each kind, on any response.
    pub hints: Vec<Hint>,
    /// The remainder of the quota that runs out first.
    pub remaining: Option<Remaining>,
    /// The wait in `Retry-After`, on any response.
    pub retry_after: Option<Micros>,
    /// The number of requests in each window, even if its length is not announced.
    pub quota: Option<u64>,
    /// The number of throttle fields that cannot be parsed.
    pub malformed: u32,
    /// The start of a `Retry-After` that cannot be parsed, if the server stated no other wait. Foreign text.
    pub unreadable: Option<Box<str>>,
}

/// A request to slow down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The wait, if the server gave a time.
    pub wait: Option<RetryWait>,
}

/// The time until the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryWait {
    /// The time from the receipt of the head, not capped; zero for a moment in the past.
    pub length: Micros,
    /// The field that contained it.
    pub source: WaitSource,
}

/// The field that contained a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitSource {
    /// `Retry-After` (RFC 9110 §10.2.3).
    RetryAfter,
    /// `Retry-After-Ms` or `x-ms-retry-after-ms`, as Azure and `OpenAI` send.
    RetryAfterMs,
    /// `RateLimit` (draft-ietf-httpapi-ratelimit-headers), or an older draft's `RateLimit-Reset`.
    RateLimit,
    /// The `X-RateLimit-*` family.
    XRateLimit,
}

/// A limit that a server announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The most requests in flight.
    AtOnce(u32),
    /// The most requests in each window of time.
    PerWindow {
        /// The number of requests; never 0.
        quota: u64,
        /// The length of the window; never 0.
        window: Micros,
    },
}

/// The remainder of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// The number of requests.
    pub requests: u64,
    /// The time from receipt until the quota is full again, if given.
    pub resets: Option<Micros>,
}
