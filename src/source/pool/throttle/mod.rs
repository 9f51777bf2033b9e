//! The parser of everything in an answer that asks a client to slow down.
//!
//! Pure. A malformed field is ignored and counted; it never fails an attempt. Of several fields `Retry-After` wins
//! (draft-ietf-httpapi-ratelimit-headers-11 §7), then `RateLimit`, then `X-RateLimit`, which is less precisely
//! defined. Start at [`read`].

mod gather;
mod moment;
mod quota;
mod structured;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use http::HeaderMap;

use crate::event::Micros;
use crate::source::pool::throttle::gather::ThrottleFields;

/// Reads everything about slowing down in an answer of any status.
///
/// 429 always asks for it (RFC 6585 §4). 503 does if it gives a time (RFC 9110 §15.6.4). 403 does if it gives a time
/// or reports an exhausted quota, as GitHub does.
pub fn read(status: u16, headers: &HeaderMap, received: SystemTime) -> Notice {
    let fields = ThrottleFields::read(headers, received);
    let is_refusal = match status {
        429 => true,
        503 => fields.retry_after.is_some(),
        403 => fields.retry_after.is_some() || fields.standard.is_exhausted() || fields.customary.is_exhausted(),
        _ => false,
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
        malformed: fields.malformed,
    }
}

/// What an answer says about slowing down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Set if the server refused because of too many requests.
    pub ask: Option<Ask>,
    /// What the server allows: at most one hint of each kind. Also on answers that refuse nothing.
    pub hints: Vec<Hint>,
    /// What is left of the quota that runs out first.
    pub remaining: Option<Remaining>,
    /// Fields about slowing down that cannot be parsed.
    pub malformed: u32,
}

/// A request to slow down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// For how long, if the server gave a time.
    pub wait: Option<RetryWait>,
}

/// The time until the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryWait {
    /// From receipt of the answer's head, not capped. Zero for a moment that has passed.
    pub length: Micros,
    /// The field that it was read from.
    pub source: WaitSource,
}

/// The field that a wait was read from.
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

/// What a server allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// So many requests in flight.
    AtOnce(u32),
    /// So many requests in each window of time.
    PerWindow {
        /// How many; never 0.
        quota: u64,
        /// How long; never 0.
        window: Micros,
    },
}

/// What is left of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// So many requests.
    pub requests: u64,
    /// From receipt until the quota is full again, if the server gave it.
    pub resets: Option<Micros>,
}
