//! One workload done in different ways side by side, and the result of each way.
//!
//! Plain values: the lab measures them, the screen draws them, the outputs print them. A prediction is always
//! marked as one. Start at [`Race`] and [`Race::result`].

pub mod span;

use std::ops::Range;
use std::sync::Arc;

use crate::event::{Micros, Offset};
use crate::text::units;

/// Lanes side by side, as of now.
#[derive(Clone, Debug, PartialEq)]
pub struct Race {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it shows, in one sentence.
    pub sentence: &'static str,
    /// What is to be learned.
    pub rule: &'static str,
    /// What the result is measured by.
    pub measure: RaceMeasure,
    /// Requests of each lane.
    pub requests: u64,
    /// The length of time that the scenario turns on, before `speed`.
    pub delay: Micros,
    /// What that is: `each takes`.
    pub delay_is: &'static str,
    /// The limit of the lanes that have one, as it is turned; none where no lane has.
    pub limit: Option<u32>,
    /// How many times faster than written all delays run.
    pub speed: f64,
    /// The wrong way first, the right way second, then others to compare with.
    pub lanes: Vec<LaneFigures>,
}

/// What a result is measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RaceMeasure {
    /// Time to the end.
    Time,
    /// Jobs whose result is not held and whose error was not read.
    Lost,
    /// Connections open at once.
    Sockets,
}

/// What one lane has come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaneFigures {
    /// What it does, in a few words.
    pub approach: &'static str,
    /// Whether it is one of the right ways.
    pub is_right: bool,
    /// Whether it has ended.
    pub is_over: bool,
    /// Its limit, where it has one.
    pub limit: Option<u32>,
    /// Jobs it has.
    pub jobs: u64,
    /// … that ended well.
    pub done: u64,
    /// … that ended badly.
    pub failed: u64,
    /// … that were ended by the program itself.
    pub cancelled: u64,
    /// Requests in flight.
    pub in_flight: u32,
    /// The most there were at once.
    pub peak: u32,
    /// How long it has run, without what it was held back for.
    pub elapsed: Micros,
    /// How long it was held back.
    pub held: Micros,
    /// When the last of its jobs ended, counted as `elapsed` is.
    pub settled_at: Micros,
    /// How late its timers are.
    pub late: TimerLag,
    /// Calls made, where the lane counts them.
    pub calls: Option<Calls>,
    /// What the program has in its hands.
    pub results: LaneResults,
    /// What its test server counted; these counts decide the result.
    pub upstream: UpstreamCounts,
    /// What its numbers mean, where it has ended and is wrong, and where they mean something.
    pub verdict: Option<String>,
}

/// How late a lane's timers are: only who holds the thread makes them so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimerLag {
    /// The one that is due now.
    pub now: Micros,
    /// The worst so far.
    pub worst: Micros,
    /// Time in which the thread could not be had, in all.
    pub blocked: Micros,
    /// The late ones, oldest first.
    pub beats: Vec<LateHeartbeat>,
}

/// A beat of a lane's pulse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateHeartbeat {
    /// When it should have come.
    pub due: Offset,
    /// How much later it came.
    pub late: Micros,
}

/// Calls of an asynchronous function, which are not all the same thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Futures made.
    pub created: u64,
    /// … that were polled at least once.
    pub polled: u64,
    /// … that came to their end.
    pub finished: u64,
}

/// What a program has in its hands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneResults {
    /// Jobs whose result it holds.
    pub kept: u64,
    /// Jobs whose error it has read.
    pub read: u64,
    /// Jobs of which it knows nothing, by number, once it has ended.
    pub lost: Vec<u64>,
    /// The most body bytes it has held at once.
    pub bytes: u64,
    /// The most tasks that were alive at once.
    pub tasks: u64,
}

/// What the test server counted for one lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpstreamCounts {
    /// Requests received.
    pub requests: u64,
    /// The most in flight at once.
    pub peak: u64,
    /// Answered with 429.
    pub refused: u64,
    /// Given up by the client before the answer was complete.
    pub abandoned: u64,
    /// The most connections open at once.
    pub sockets: u64,
    /// When the first request came.
    pub first: Option<Offset>,
}

/// What came out: the wrong way against the right way.
#[derive(Clone, Debug, PartialEq)]
pub struct RaceResult {
    /// The one large thing: `10.0×`, or `6 : 0`.
    pub large: String,
    /// The ratio behind it, where it is one.
    pub ratio: Option<f64>,
    /// What it says: `times faster`.
    pub meaning: &'static str,
    /// Whether one of the two has not ended, so that it is only foreseen.
    pub is_predicted: bool,
}

impl Race {
    /// What the lanes are called, in their order.
    pub const LETTERS: [char; 4] = ['A', 'B', 'C', 'D'];

    /// The lanes with what they are called.
    pub fn lettered(&self) -> impl Iterator<Item = (char, &LaneFigures)> {
        Self::LETTERS.into_iter().zip(&self.lanes)
    }

    /// Whether every lane has ended.
    pub fn is_over(&self) -> bool {
        self.lanes.iter().all(|lane| lane.is_over)
    }

    /// How it is run: `10 requests, each takes 1.00 s`.
    pub fn terms(&self) -> String {
        let delay = units::length(self.delay);
        let fast = if (self.speed - 1.0).abs() < f64::EPSILON {
            String::new()
        } else {
            format!(", delays {}× as fast", self.speed)
        };
        format!("{}, {} {delay}{fast}", units::plural(self.requests, "request"), self.delay_is)
    }

    /// When the last lane ended, or how far they have come.
    pub fn end(&self) -> Offset {
        let last = self.lanes.iter().map(|lane| lane.elapsed + lane.held).max().unwrap_or_default();
        Offset::ZERO + last
    }

    /// What came out, or will as far as can be foreseen.
    pub fn result(&self) -> Option<RaceResult> {
        let (wrong, right) = (self.lanes.first()?, self.lanes.get(1)?);
        let is_predicted = !(wrong.is_over && right.is_over);
        match self.measure {
            RaceMeasure::Time => {
                let (slow, fast) = (wrong.total()?.0, right.total()?.0);
                let ratio = slow.0 as f64 / fast.0.max(1) as f64;
                Some(RaceResult { large: times(ratio), ratio: Some(ratio), meaning: "times faster", is_predicted })
            }
            // What will be lost is known when it is.
            RaceMeasure::Lost | RaceMeasure::Sockets if is_predicted => None,
            RaceMeasure::Lost => {
                let large = format!("{} : {}", wrong.results.lost.len(), right.results.lost.len());
                Some(RaceResult { large, ratio: None, meaning: "lost without a word", is_predicted })
            }
            RaceMeasure::Sockets => {
                let ratio = wrong.upstream.sockets as f64 / right.upstream.sockets.max(1) as f64;
                Some(RaceResult {
                    large: times(ratio),
                    ratio: Some(ratio),
                    meaning: "times fewer sockets",
                    is_predicted,
                })
            }
        }
    }

    /// The time that every lane's picture spans: what has passed, and what is foreseen.
    pub fn horizon(&self) -> Micros {
        let of = |lane: &LaneFigures| lane.total().map_or(lane.elapsed, |(total, _)| total) + lane.held;
        self.lanes.iter().map(of).max().unwrap_or_default()
    }
}

impl LaneFigures {
    /// Jobs that are over.
    pub fn settled(&self) -> u64 {
        self.done + self.failed + self.cancelled
    }

    /// Jobs that ended well, each second.
    pub fn goodput(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.done as f64 / seconds } else { 0.0 }
    }

    /// How long it took; until it has ended, how long it will at this pace, and then it is a prediction.
    pub fn total(&self) -> Option<(Micros, bool)> {
        if self.is_over {
            return Some((self.elapsed, false));
        }
        // Nothing is foreseen from nothing; and what is under way has not slowed it down yet.
        let each = self.settled_at.min(self.elapsed).0.checked_div(self.settled())?;
        let at_this_pace = Micros(each.saturating_mul(self.jobs));
        if at_this_pace > self.elapsed {
            return Some((at_this_pace, true));
        }
        // It has come to a standstill since: all of its time counts.
        let all = u128::from(self.elapsed.0) * u128::from(self.jobs) / u128::from(self.settled().max(1));
        Some((Micros(u64::try_from(all).unwrap_or(u64::MAX)).max(self.elapsed), true))
    }

    /// The share of its time in which its thread could not be had.
    pub fn blocked(&self) -> f64 {
        let all = self.elapsed + self.held;
        if all.is_zero() { 0.0 } else { (self.late.blocked.0 as f64 / all.0 as f64).min(1.0) }
    }
}

/// A ratio as people say it: `1.4×`, `10×`.
fn times(ratio: f64) -> String {
    if ratio < 99.95 { format!("{ratio:.1}×") } else { format!("{ratio:.0}×") }
}

/// Job numbers as people write them: `#4, #6–#10`.
pub fn numbers(of: &[u64]) -> Arc<str> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for &n in of {
        match runs.last_mut() {
            Some(run) if run.end == n => run.end = n + 1,
            _ => runs.push(n..n + 1),
        }
    }
    let words = runs.iter().map(|run| match run.end - run.start {
        1 => format!("#{}", run.start),
        2 => format!("#{}, #{}", run.start, run.start + 1),
        _ => format!("#{}–#{}", run.start, run.end - 1),
    });
    words.collect::<Vec<_>>().join(", ").into()
}

#[cfg(test)]
mod tests;
