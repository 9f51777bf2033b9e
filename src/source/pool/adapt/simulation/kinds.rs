//! The kinds of limiter that are simulated. Start at [`all`].

use fastrand::Rng;

use crate::source::pool::adapt::simulation::upstream::Begins::{Clock, First, Log};
use crate::source::pool::adapt::simulation::upstream::States::{Nothing, Wait};
use crate::source::pool::adapt::simulation::upstream::{BucketWait, DRAFT, Limiter, X, X_PADDED};

/// A kind of limiter.
#[derive(Clone, Debug)]
pub struct LimiterKind {
    pub name: &'static str,
    pub limiter: Limiter,
    /// The user's limit.
    pub cap: u32,
    /// For half of the batch's least time, from a third of it on, it allows half as much.
    pub is_halved: bool,
}

const PHASE: f64 = 0.37;

/// The kinds for which the controller was tuned.
pub fn all() -> Vec<LimiterKind> {
    let kind = |name, limiter| LimiterKind { name, limiter, cap: 20, is_halved: false };
    let halved = |name, limiter| LimiterKind { is_halved: true, ..kind(name, limiter) };
    let window = Limiter::window;
    let bucket = |rate, burst| Limiter::bucket(rate, burst, BucketWait::None, false);
    vec![
        kind("healthy", Limiter::Free),
        kind("bucket 20/s b5", bucket(20.0, 5.0)),
        kind("bucket 5/s b5", bucket(5.0, 5.0)),
        kind("bucket 100/s b20", bucket(100.0, 20.0)),
        kind("bucket 20/s b5 RA:1", Limiter::bucket(20.0, 5.0, BucketWait::Fixed(1.0), false)),
        kind("bucket 20/s b20 date", Limiter::bucket(20.0, 20.0, BucketWait::Date, false)),
        kind("bucket 20/s delay 5", Limiter::bucket(20.0, 5.0, BucketWait::None, true)),
        kind("at once 5", Limiter::at_once(5, 0, None)),
        kind("at once 8", Limiter::at_once(8, 0, None)),
        LimiterKind { cap: 100, ..kind("at once 40", Limiter::at_once(40, 0, None)) },
        kind("at once 5 RA:1", Limiter::at_once(5, 0, Some(1.0))),
        kind("5 + queue 10, sheds", Limiter::at_once(5, 10, None)),
        kind("20 per 1s", window(20, 1.0, First, Nothing)),
        kind("20 per 1s aligned", window(20, 1.0, Clock(PHASE), Nothing)),
        kind("20 per 1s moving", window(20, 1.0, Log, Nothing)),
        kind("20 per 1s RA whole", window(20, 1.0, Clock(PHASE), Wait)),
        kind("20 per 1s X whole+1", window(20, 1.0, Clock(PHASE), X_PADDED)),
        kind("20 per 1s moving X+1", window(20, 1.0, Log, X_PADDED)),
        kind("20 per 1s draft", window(20, 1.0, First, DRAFT)),
        kind("30 per 5s", window(30, 5.0, First, Nothing)),
        kind("30 per 5s aligned", window(30, 5.0, Clock(PHASE), Nothing)),
        kind("30 per 5s moving", window(30, 5.0, Log, Nothing)),
        kind("30 per 5s RA whole", window(30, 5.0, First, Wait)),
        kind("30 per 5s X whole", window(30, 5.0, First, X)),
        kind("30 per 5s X whole+1", window(30, 5.0, Clock(PHASE), X_PADDED)),
        kind("30 per 5s draft", window(30, 5.0, First, DRAFT)),
        kind("100 per 20s", window(100, 20.0, First, Nothing)),
        kind("100 per 20s X whole", window(100, 20.0, First, X)),
        kind("100 per 20s draft", window(100, 20.0, First, DRAFT)),
        kind("haproxy 20 per 1s", Limiter::sliding(20.0, 1.0)),
        kind("haproxy 100 per 10s", Limiter::sliding(100.0, 10.0)),
        kind(
            "10/s and 100/min",
            Limiter::Both(Box::new(window(10, 1.0, First, Nothing)), Box::new(window(100, 60.0, First, Nothing))),
        ),
        kind("quota 100 per 60s", window(100, 60.0, First, Nothing)),
        halved("bucket 20/s halved", bucket(20.0, 5.0)),
        halved("20 per 1s halved", window(20, 1.0, First, Nothing)),
        LimiterKind { cap: 40, ..halved("at once 20 halved", Limiter::at_once(20, 0, None)) },
        kind("stray 0.6 %", Limiter::Chance(0.006, Rng::with_seed(5))),
    ]
}

/// Kinds for which it was not tuned.
pub fn unseen() -> Vec<LimiterKind> {
    let kind = |name, limiter| LimiterKind { name, limiter, cap: 20, is_halved: false };
    let window = Limiter::window;
    let bucket = |rate, burst| Limiter::bucket(rate, burst, BucketWait::None, false);
    vec![
        kind("bucket 13/s b2", bucket(13.0, 2.0)),
        kind("bucket 50/s b0", bucket(50.0, 0.0)),
        kind("bucket 2/s b30", bucket(2.0, 30.0)),
        kind("bucket 30/s b10 RA:2", Limiter::bucket(30.0, 10.0, BucketWait::Fixed(2.0), false)),
        kind("at once 3", Limiter::at_once(3, 0, None)),
        kind("at once 13", Limiter::at_once(13, 0, None)),
        LimiterKind { cap: 64, ..kind("at once 25", Limiter::at_once(25, 0, None)) },
        kind("2 + queue 4, sheds", Limiter::at_once(2, 4, None)),
        kind("7 per 1s", window(7, 1.0, First, Nothing)),
        kind("50 per 2s aligned", window(50, 2.0, Clock(0.6), Nothing)),
        kind("40 per 4s", window(40, 4.0, First, Nothing)),
        kind("25 per 7s moving", window(25, 7.0, Log, Nothing)),
        kind("60 per 10s RA whole", window(60, 10.0, Clock(0.2), Wait)),
        kind("5 per 1s X+1", window(5, 1.0, Clock(0.1), X_PADDED)),
        kind("15 per 3s X", window(15, 3.0, First, X)),
        kind("80 per 15s draft", window(80, 15.0, First, DRAFT)),
        kind("haproxy 50 per 5s", Limiter::sliding(50.0, 5.0)),
        kind("stray 2 %", Limiter::Chance(0.02, Rng::with_seed(7))),
        kind("stray 5 %", Limiter::Chance(0.05, Rng::with_seed(9))),
        LimiterKind { is_halved: true, ..kind("bucket 40/s halved", bucket(40.0, 8.0)) },
        LimiterKind { is_halved: true, ..kind("30 per 5s halved", window(30, 5.0, First, Nothing)) },
        LimiterKind { cap: 30, is_halved: true, ..kind("at once 10 halved", Limiter::at_once(10, 0, None)) },
    ]
}
