//! The time that key figures cover: the last seconds, or the whole run.
//!
//! Time in which the run was paused and nothing was in flight is left out, so a pause lowers no rate.
//! Start at [`Model::figures_of`].

pub mod rate;
pub(super) mod recent;

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::histogram::Histogram;
use crate::model::window::rate::Rate;

/// The time that key figures cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeWindow {
    /// The last second.
    Second,
    /// The last ten seconds.
    #[default]
    TenSeconds,
    /// The last minute.
    Minute,
    /// The whole run.
    Run,
}

/// The key figures of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowFigures {
    /// The time covered, without pauses.
    pub span: Micros,
    /// Attempts that ended.
    pub ended: u64,
    /// Expected answers.
    pub good: u64,
    /// Attempts refused with a request to slow down.
    pub throttled: u64,
    /// Jobs that ended.
    pub settled: u64,
    /// Jobs that failed.
    pub failed: u64,
}

/// Counts of the last minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecentCounts {
    /// Attempts that ended.
    pub ended: Rate,
    /// Expected answers.
    pub good: Rate,
    /// Attempts refused with a request to slow down.
    pub throttled: Rate,
    /// Jobs that ended.
    pub settled: Rate,
    /// Jobs that failed.
    pub failed: Rate,
}

/// The time in which the run was paused with nothing in flight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct IdlePause {
    /// The sum of those that are over.
    past: Micros,
    /// The start of the current one.
    since: Option<Offset>,
}

impl TimeWindow {
    /// All windows, from the shortest to the whole run.
    pub const ALL: [Self; 4] = [Self::Second, Self::TenSeconds, Self::Minute, Self::Run];

    /// Its value in settings: `10s`, `run`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Second => "1s",
            Self::TenSeconds => "10s",
            Self::Minute => "60s",
            Self::Run => "run",
        }
    }

    /// The window with this value in settings.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.key() == key)
    }

    /// Its length; `None` for the whole run.
    pub fn seconds(self) -> Option<u64> {
        match self {
            Self::Second => Some(1),
            Self::TenSeconds => Some(10),
            Self::Minute => Some(60),
            Self::Run => None,
        }
    }

    /// Its name: `last 10 s`, `whole run`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Second => "last 1 s",
            Self::TenSeconds => "last 10 s",
            Self::Minute => "last 60 s",
            Self::Run => "whole run",
        }
    }

    /// The shortest name: `10 s`, `run`.
    pub fn short_name(self) -> &'static str {
        self.name().trim_start_matches("last ").trim_start_matches("whole ")
    }

    /// The next one, from the shortest to the whole run and round again.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Second => Self::TenSeconds,
            Self::TenSeconds => Self::Minute,
            Self::Minute => Self::Run,
            Self::Run => Self::Second,
        }
    }
}

impl WindowFigures {
    /// A count per second of the window.
    pub fn per_second(&self, n: u64) -> f64 {
        if self.span.is_zero() { 0.0 } else { n as f64 / self.span.as_secs_f64() }
    }
}

impl IdlePause {
    /// Begins or ends the current one.
    pub(super) fn update(&mut self, at: Offset, is_idle: bool) {
        if is_idle {
            self.since.get_or_insert(at);
        } else if let Some(since) = self.since.take() {
            self.past += at.since(since);
        }
    }

    /// The sum until `now`.
    fn total(&self, now: Offset) -> Micros {
        self.past + self.since.map_or(Micros::ZERO, |since| now.since(since))
    }
}

impl Model {
    /// The key figures of a window. After the run, only the whole run is left.
    pub fn figures_of(&self, window: TimeWindow, now: Offset) -> WindowFigures {
        let working = self.working_time(now);
        let Some(seconds) = window.seconds().filter(|_| self.ended.is_none()) else {
            let totals = &self.totals;
            return WindowFigures {
                span: Micros(working.0),
                ended: totals.ended,
                good: totals.expected,
                throttled: totals.throttled,
                settled: totals.settled(),
                failed: totals.jobs_failed,
            };
        };
        let n = |rate: &Rate| rate.counted(working, seconds);
        let recent = &self.recent_counts;
        WindowFigures {
            span: Rate::span(working, seconds),
            ended: n(&recent.ended),
            good: n(&recent.good),
            throttled: n(&recent.throttled),
            settled: n(&recent.settled),
            failed: n(&recent.failed),
        }
    }

    /// Service times of answers within a window: of good answers, or else of all. Errors are often answered faster, and
    /// must not make the percentiles look better.
    pub fn latency_within(&self, window: TimeWindow, now: Offset) -> Histogram {
        match window.seconds().filter(|_| self.ended.is_none()) {
            Some(seconds) => self.recent.last(self.working_time(now), seconds),
            None => self.latency_of_answers().clone(),
        }
    }

    /// Service times of good answers over the whole run, or else of all.
    pub fn latency_of_answers(&self) -> &Histogram {
        if self.good_latency.n() > 0 { &self.good_latency } else { &self.latency }
    }

    /// The time of the run so far, without the time in which it was paused and nothing was in flight.
    pub fn working_time(&self, now: Offset) -> Offset {
        let end = self.ended.unwrap_or(now);
        Offset(end.0.saturating_sub(self.idle_pause.total(end).0))
    }

    /// The time in which the run was paused and nothing was in flight. No rate or mean includes it.
    pub fn paused_for(&self, now: Offset) -> Micros {
        self.idle_pause.total(self.ended.unwrap_or(now))
    }
}
