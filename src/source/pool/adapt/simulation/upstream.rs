//! Simulated upstreams: the limiters that people use, and what they state.
//!
//! Start at [`Upstream::ask`].

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use fastrand::Rng;

use crate::event::Offset;
use crate::source::pool::adapt::seconds::{self, NEVER, Seconds};

/// What an upstream answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct LimiterReply {
    pub is_accepted: bool,
    /// How long it waits before it is served.
    pub delay: Seconds,
    /// The stated wait, if it is refused.
    pub wait: Option<Seconds>,
    /// What remains, and when it is full again.
    pub level: Option<(u32, Seconds)>,
    pub quota: Option<u32>,
    pub window: Option<Seconds>,
}

/// What a limiter states.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum States {
    Nothing,
    /// `Retry-After` in whole seconds, rounded up.
    Wait,
    /// A quota with its remainder, and a reset in whole seconds, rounded up; refusals also state a wait.
    Quota {
        padding: Seconds,
        has_window: bool,
        has_wait: bool,
    },
}

pub const X: States = States::Quota { padding: 0.0, has_window: false, has_wait: true };
pub const X_PADDED: States = States::Quota { padding: 1.0, has_window: false, has_wait: true };
pub const DRAFT: States = States::Quota { padding: 0.0, has_window: true, has_wait: true };

/// When windows begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Begins {
    /// With the first request.
    First,
    /// By the clock, this share of a window after its beginning.
    Clock(f64),
    /// Each request counts for so long.
    Log,
}

/// What the stated waits of a bucket are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BucketWait {
    None,
    /// Always this long.
    Fixed(Seconds),
    /// Until a date in whole seconds.
    Date,
}

/// A limiter.
#[derive(Clone, Debug)]
pub enum Limiter {
    Free,
    /// So much per second, and a burst; some delay the burst instead of serving it at once.
    Bucket {
        rate: f64,
        burst: f64,
        wait: BucketWait,
        delays: bool,
        level: f64,
        at: Seconds,
    },
    /// So many at once; more wait in a queue.
    AtOnce {
        limit: u32,
        queue: u32,
        wait: Option<Seconds>,
        workers: BinaryHeap<Reverse<Offset>>,
    },
    /// So many per window.
    Window {
        quota: u32,
        length: Seconds,
        begins: Begins,
        states: States,
        n: u32,
        end: Seconds,
        log: VecDeque<Seconds>,
    },
    /// A counter of two periods that slides, and counts what it refuses.
    Sliding {
        quota: f64,
        length: Seconds,
        now: f64,
        before: f64,
        began: Seconds,
    },
    Both(Box<Limiter>, Box<Limiter>),
    /// So many refused by chance.
    Chance(f64, Rng),
    /// Refuses each so-manieth request, whenever it comes.
    Each {
        nth: u32,
        n: u32,
        wait: Option<Seconds>,
    },
}

impl Limiter {
    pub fn bucket(rate: f64, burst: f64, wait: BucketWait, delays: bool) -> Self {
        Self::Bucket { rate, burst, wait, delays, level: 0.0, at: 0.0 }
    }

    pub fn at_once(limit: u32, queue: u32, wait: Option<Seconds>) -> Self {
        let workers = (0..limit).map(|_| Reverse(Offset::ZERO)).collect();
        Self::AtOnce { limit, queue, wait, workers }
    }

    pub fn window(quota: u32, length: Seconds, begins: Begins, states: States) -> Self {
        Self::Window { quota, length, begins, states, n: 0, end: -1.0, log: VecDeque::new() }
    }

    pub fn sliding(quota: f64, length: Seconds) -> Self {
        Self::Sliding { quota, length, now: 0.0, before: 0.0, began: 0.0 }
    }

    /// The least time for so many jobs.
    pub fn least_time(&self, n: f64) -> Seconds {
        match self {
            Self::Free | Self::Chance(..) | Self::Each { .. } | Self::AtOnce { .. } => 0.0,
            Self::Bucket { rate, burst, .. } => ((n - burst - 1.0) / rate).max(0.0),
            Self::Window { quota, length, begins, .. } => {
                let windows = (n / f64::from(*quota)).ceil() - 1.0;
                let begun = if let Begins::Clock(share) = begins { share * length } else { 0.0 };
                if windows < 1.0 { 0.0 } else { windows * length - begun }
            }
            Self::Sliding { quota, length, .. } => ((n - quota) * length / quota).max(0.0),
            Self::Both(one, other) => one.least_time(n).max(other.least_time(n)),
        }
    }

    /// Allows this share of what it allowed at first.
    pub fn scale(&mut self, original: &Self, share: f64) {
        match (self, original) {
            (Self::Bucket { rate, .. }, Self::Bucket { rate: first, .. }) => *rate = first * share,
            (Self::AtOnce { limit, .. }, Self::AtOnce { limit: first, .. }) => *limit = scaled(*first, share),
            (Self::Window { quota, .. }, Self::Window { quota: first, .. }) => *quota = scaled(*first, share),
            _ => {}
        }
    }

    /// Accepts or refuses a request that arrives now, while so many are in service.
    pub fn ask(&mut self, now: Seconds, busy: u32, service: Seconds) -> LimiterReply {
        let accepted = |is_accepted| LimiterReply { is_accepted, ..LimiterReply::default() };
        match self {
            Self::Free => accepted(true),
            Self::Chance(share, rng) => accepted(rng.f64() >= *share),
            Self::Each { nth, n, wait } => {
                *n += 1;
                LimiterReply { wait: wait.filter(|_| n.is_multiple_of(*nth)), ..accepted(!n.is_multiple_of(*nth)) }
            }
            Self::Bucket { rate, burst, wait, delays, level, at } => {
                *level = (*level - (now - *at) * *rate).max(0.0);
                *at = now;
                if *level > *burst {
                    let wait = match wait {
                        BucketWait::None => None,
                        BucketWait::Fixed(wait) => Some(*wait),
                        BucketWait::Date => Some((now + 1.0 / *rate).ceil() - now),
                    };
                    return LimiterReply { wait, ..LimiterReply::default() };
                }
                let delay = if *delays { *level / *rate } else { 0.0 };
                *level += 1.0;
                LimiterReply { delay, ..accepted(true) }
            }
            Self::AtOnce { limit, queue, wait, workers } => {
                if busy >= *limit + *queue {
                    return LimiterReply { wait: *wait, ..LimiterReply::default() };
                }
                if *queue == 0 {
                    return accepted(true);
                }
                let free = workers.pop().map_or(0.0, |Reverse(at)| seconds::moment(at));
                let at = free.max(now);
                workers.push(Reverse(seconds::offset_at(at + service)));
                LimiterReply { delay: at - now, ..accepted(true) }
            }
            Self::Window { .. } => self.ask_window(now),
            Self::Sliding { quota, length, now: count, before, began } => {
                if now - *began >= 2.0 * *length {
                    (*count, *before, *began) = (0.0, 0.0, now);
                } else if now - *began >= *length {
                    (*before, *count) = (*count, 0.0);
                    *began += *length;
                }
                *count += 1.0;
                accepted(*count + *before * (1.0 - (now - *began) / *length) <= *quota)
            }
            Self::Both(one, other) => {
                let before = one.clone();
                let reply = one.ask(now, busy, service);
                if !reply.is_accepted {
                    return reply;
                }
                let reply = other.ask(now, busy, service);
                if !reply.is_accepted {
                    **one = *before;
                }
                reply
            }
        }
    }
}

impl Limiter {
    fn ask_window(&mut self, now: Seconds) -> LimiterReply {
        let Self::Window { quota, length, begins, states, n, end, log } = self else { return LimiterReply::default() };
        let (is_accepted, remaining, end) = match begins {
            Begins::Log => {
                while log.front().is_some_and(|&at| at <= now - *length) {
                    log.pop_front();
                }
                let is_accepted = log.len() < *quota as usize;
                if is_accepted {
                    log.push_back(now);
                }
                let end = log.front().map_or(now, |&at| at) + *length;
                (is_accepted, quota.saturating_sub(u32::try_from(log.len()).unwrap()), end)
            }
            Begins::First | Begins::Clock(_) => {
                if now >= *end {
                    *n = 0;
                    *end = match begins {
                        Begins::Clock(share) => (((now / *length) + *share).floor() + 1.0 - *share) * *length,
                        _ => now + *length,
                    };
                }
                let is_accepted = *n < *quota;
                *n += u32::from(is_accepted);
                (is_accepted, quota.saturating_sub(*n), *end)
            }
        };
        state(*states, is_accepted, remaining, (end - now - 1e-6).ceil(), *quota, *length)
    }
}

fn scaled(n: u32, share: f64) -> u32 {
    (1..=n).take_while(|&part| f64::from(part) <= f64::from(n) * share).last().unwrap_or(1)
}

fn state(
    states: States,
    is_accepted: bool,
    remaining: u32,
    left: Seconds,
    quota: u32,
    length: Seconds,
) -> LimiterReply {
    let reply = LimiterReply { is_accepted, ..LimiterReply::default() };
    let refused = |wait| (!is_accepted).then_some(wait);
    match states {
        States::Nothing => reply,
        States::Wait => LimiterReply { wait: refused(left), ..reply },
        States::Quota { padding, has_window, has_wait } => {
            let reset = left + padding;
            debug_assert!(reset < NEVER);
            let wait = refused(reset).filter(|_| has_wait);
            LimiterReply {
                wait,
                level: Some((remaining, reset)),
                quota: Some(quota),
                window: has_window.then_some(length),
                ..reply
            }
        }
    }
}
