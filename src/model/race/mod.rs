//! A race: one workload executed by different programs at the same time, and the result of each.
//!
//! These are plain values: the lab measures them, and the screen and the outputs show them. A prediction is always
//! marked as one. Start at [`Race`] and [`Race::result`].

pub mod span;

use std::ops::Range;
use std::sync::Arc;

use crate::event::{Micros, Offset};
use crate::text::units;

/// The current figures of all lanes.
#[derive(Clone, Debug, PartialEq)]
pub struct Race {
    /// The name of the scenario on the command line.
    pub name: &'static str,
    /// What it demonstrates, in one sentence.
    pub sentence: &'static str,
    /// The rule to learn from it.
    pub rule: &'static str,
    /// The quantity that decides the result.
    pub measure: RaceMeasure,
    /// Requests per lane.
    pub requests: u64,
    /// The main delay of the scenario, before `speed` is applied.
    pub delay: Micros,
    /// What the delay means, such as `each takes`.
    pub delay_is: &'static str,
    /// The limit of the lanes that have one, if any.
    pub limit: Option<u32>,
    /// The factor by which all delays are shortened.
    pub speed: f64,
    /// The wrong program first, the right one second, then others for comparison.
    pub lanes: Vec<LaneFigures>,
}

/// The quantity that decides a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RaceMeasure {
    /// Time until the lane finishes.
    Time,
    /// Jobs whose result or error the program never read.
    Lost,
    /// Connections open at once.
    Sockets,
}

/// The figures of one lane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaneFigures {
    /// The approach of its program, in a few words.
    pub approach: &'static str,
    /// Whether its approach is right.
    pub is_right: bool,
    /// Whether it has finished.
    pub is_over: bool,
    /// Its limit, if it has one.
    pub limit: Option<u32>,
    /// Number of jobs.
    pub jobs: u64,
    /// Jobs that succeeded.
    pub done: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// Jobs that the program cancelled.
    pub cancelled: u64,
    /// Requests in flight.
    pub in_flight: u32,
    /// Peak of requests in flight.
    pub peak: u32,
    /// How long it has run, without pauses.
    pub elapsed: Micros,
    /// How long it was paused.
    pub held: Micros,
    /// When the last of its jobs ended, on the same scale as `elapsed`.
    pub settled_at: Micros,
    /// The lag of its timers.
    pub late: TimerLag,
    /// Calls of async functions, if the lane counts them.
    pub calls: Option<Calls>,
    /// Results and resources that the program holds.
    pub results: LaneResults,
    /// The counts of its test server, which decide the result.
    pub upstream: UpstreamCounts,
    /// The verdict on a wrong lane that has finished, if there is one.
    pub verdict: Option<String>,
}

/// The lag of a lane's timers, which only a blocked thread causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimerLag {
    /// The lag of the current heartbeat.
    pub now: Micros,
    /// The longest lag so far.
    pub worst: Micros,
    /// The total time in which the thread was blocked.
    pub blocked: Micros,
    /// The late heartbeats, oldest first.
    pub beats: Vec<LateHeartbeat>,
}

/// A heartbeat that came late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateHeartbeat {
    /// When it was due.
    pub due: Offset,
    /// How late it came.
    pub late: Micros,
}

/// Calls of an async function. A created future does nothing until it is polled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Futures created.
    pub created: u64,
    /// Futures polled at least once.
    pub polled: u64,
    /// Futures that completed.
    pub finished: u64,
}

/// Results and resources that a lane's program holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneResults {
    /// Jobs whose result it has kept.
    pub kept: u64,
    /// Jobs whose error it has read.
    pub read: u64,
    /// Numbers of the jobs whose outcome it never read, once it has finished.
    pub lost: Vec<u64>,
    /// Peak of body bytes held.
    pub bytes: u64,
    /// Peak of tasks alive.
    pub tasks: u64,
}

/// What the test server counted for one lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpstreamCounts {
    /// Requests received.
    pub requests: u64,
    /// Peak of requests in flight.
    pub peak: u64,
    /// Requests answered with 429.
    pub refused: u64,
    /// Requests that the client dropped before the answer was complete.
    pub abandoned: u64,
    /// Peak of open connections.
    pub sockets: u64,
    /// When the first request arrived.
    pub first: Option<Offset>,
}

/// The result: the wrong lane compared with the right one.
#[derive(Clone, Debug, PartialEq)]
pub struct RaceResult {
    /// The figure shown in large type, such as `10.0×` or `6 : 0`.
    pub large: String,
    /// The exact ratio, if the result is a ratio.
    pub ratio: Option<f64>,
    /// What the figure means, such as `times faster`.
    pub meaning: &'static str,
    /// Whether it is a prediction, because one of the two lanes has not finished.
    pub is_predicted: bool,
}

impl Race {
    /// The letters of the lanes, in order.
    pub const LETTERS: [char; 4] = ['A', 'B', 'C', 'D'];

    /// The lanes with their letters.
    pub fn lettered(&self) -> impl Iterator<Item = (char, &LaneFigures)> {
        Self::LETTERS.into_iter().zip(&self.lanes)
    }

    /// Whether every lane has finished.
    pub fn is_over(&self) -> bool {
        self.lanes.iter().all(|lane| lane.is_over)
    }

    /// The parameters of the race: `10 requests, each takes 1.00 s`.
    pub fn terms(&self) -> String {
        let delay = units::length(self.delay);
        let fast = if (self.speed - 1.0).abs() < f64::EPSILON {
            String::new()
        } else {
            format!(", delays {}× as fast", self.speed)
        };
        format!("{}, {} {delay}{fast}", units::plural(self.requests, "request"), self.delay_is)
    }

    /// When the last lane finished, or the time elapsed so far.
    pub fn end(&self) -> Offset {
        let last = self.lanes.iter().map(|lane| lane.elapsed + lane.held).max().unwrap_or_default();
        Offset::ZERO + last
    }

    /// The result, measured or predicted.
    pub fn result(&self) -> Option<RaceResult> {
        let (wrong, right) = (self.lanes.first()?, self.lanes.get(1)?);
        let is_predicted = !(wrong.is_over && right.is_over);
        match self.measure {
            RaceMeasure::Time => {
                let (slow, fast) = (wrong.total()?.0, right.total()?.0);
                let ratio = slow.0 as f64 / fast.0.max(1) as f64;
                Some(RaceResult { large: times(ratio), ratio: Some(ratio), meaning: "times faster", is_predicted })
            }
            // Losses cannot be predicted.
            RaceMeasure::Lost | RaceMeasure::Sockets if is_predicted => None,
            RaceMeasure::Lost => {
                let large = format!("{} : {}", wrong.results.lost.len(), right.results.lost.len());
                Some(RaceResult { large, ratio: None, meaning: "lost silently", is_predicted })
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

    /// The time range of every lane's chart: the time elapsed or the predicted total.
    pub fn horizon(&self) -> Micros {
        let total = |lane: &LaneFigures| lane.total().map_or(lane.elapsed, |(total, _)| total) + lane.held;
        self.lanes.iter().map(total).max().unwrap_or_default()
    }
}

impl LaneFigures {
    /// Jobs that have ended.
    pub fn settled(&self) -> u64 {
        self.done + self.failed + self.cancelled
    }

    /// Jobs that succeeded, per second.
    pub fn goodput(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.done as f64 / seconds } else { 0.0 }
    }

    /// The total time, and whether it is a prediction at the current pace.
    pub fn total(&self) -> Option<(Micros, bool)> {
        if self.is_over {
            return Some((self.elapsed, false));
        }
        // The pace is measured up to the last settled job. Without one there is no prediction.
        let each = self.settled_at.min(self.elapsed).0.checked_div(self.settled())?;
        let at_this_pace = Micros(each.saturating_mul(self.jobs));
        if at_this_pace > self.elapsed {
            return Some((at_this_pace, true));
        }
        // No job has settled for too long to keep that pace, so all elapsed time counts.
        let all = u128::from(self.elapsed.0) * u128::from(self.jobs) / u128::from(self.settled().max(1));
        Some((Micros(u64::try_from(all).unwrap_or(u64::MAX)).max(self.elapsed), true))
    }

    /// The share of its time in which its thread was blocked.
    pub fn blocked(&self) -> f64 {
        let all = self.elapsed + self.held;
        if all.is_zero() { 0.0 } else { (self.late.blocked.0 as f64 / all.0 as f64).min(1.0) }
    }
}

/// A ratio for people: `1.4×`, `100×`.
fn times(ratio: f64) -> String {
    if ratio < 99.95 { format!("{ratio:.1}×") } else { format!("{ratio:.0}×") }
}

/// Job numbers with ranges: `#4, #6–#10`.
pub fn numbers(jobs: &[u64]) -> Arc<str> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for &n in jobs {
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
