//! Reads what a server says about slowing down.
//!
//! Pure. A malformed field is no field: it is ignored and counted, and never fails anything. Where
//! several fields speak, `Retry-After` wins, then `RateLimit`, then `X-RateLimit`; the first of these
//! by draft-ietf-httpapi-ratelimit-headers-11 §7, the rest because the standard one says more surely
//! what it means. Start at [`read`].

mod gather;
mod moment;
mod quota;
mod structured;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use http::HeaderMap;

use crate::event::Micros;
use crate::source::pool::throttle::gather::Heard;

/// What an answer says about slowing down: all of it, whatever its status.
///
/// 429 always asks us to (RFC 6585 §4); 503 when it says until when (RFC 9110 §15.6.4); 403 when it
/// does so or reports that nothing remains of a quota, as GitHub does.
pub fn read(status: u16, headers: &HeaderMap, received: SystemTime) -> Notice {
    let heard = Heard::from(headers, received);
    let asks = match status {
        429 => true,
        503 => heard.retry_after.is_some(),
        403 => heard.retry_after.is_some() || heard.standard.is_exhausted() || heard.customary.is_exhausted(),
        _ => false,
    };
    let wait = || {
        let quota = |length: Option<Micros>, source| length.map(|length| Wait { length, source });
        heard
            .retry_after
            .or_else(|| quota(heard.standard.wait(), Source::RateLimit))
            .or_else(|| quota(heard.customary.wait(), Source::XRateLimit))
    };
    let at_once = heard.standard.at_once().or_else(|| heard.customary.at_once());
    let per_window = heard.standard.per_window().or_else(|| heard.customary.per_window());
    Notice {
        ask: asks.then(|| Ask { wait: wait() }),
        hints: at_once.into_iter().chain(per_window).collect(),
        remaining: heard.standard.remaining().or_else(|| heard.customary.remaining()),
        malformed: heard.malformed,
    }
}

/// What an answer says about slowing down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Whether it refuses, because we are too many or too fast.
    pub ask: Option<Ask>,
    /// What the server allows: at most one hint of each kind. Also on answers that refuse nothing.
    pub hints: Vec<Hint>,
    /// What is left of the quota that runs out first.
    pub remaining: Option<Remaining>,
    /// Fields that are about slowing down and cannot be read.
    pub malformed: u32,
}

/// A request to slow down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// For how long, where the server said.
    pub wait: Option<Wait>,
}

/// How long to stay away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// From receipt of the answer's head. A moment that has passed is no wait at all. Uncapped.
    pub length: Micros,
    /// Who says so.
    pub source: Source,
}

/// The field that a wait was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
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
    /// So many requests in each stretch of time.
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
    /// From receipt until the quota is whole again, where the server said.
    pub resets: Option<Micros>,
}
