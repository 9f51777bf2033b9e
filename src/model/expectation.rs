//! The check of the plan's expectations against the model.
//!
//! Pure, so that the screen shows the same verdict live that decides the exit code at the end.
//! Start at [`check`].

use std::fmt;

use crate::event::Micros;
use crate::model::Model;
use crate::plan::Expect;
use crate::text::units;

/// One expectation and its result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked {
    /// The measured quantity.
    pub what: Measure,
    /// The value that it must stay below.
    pub wanted: Figure,
    /// The measured value; `None` while there is nothing to measure.
    pub found: Option<Figure>,
    /// Whether the expectation is met. Without a measured value it is not.
    pub holds: bool,
}

/// The quantity that an expectation limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The share of jobs that failed.
    Failed,
    /// The 95th percentile of service time.
    P95,
}

/// A number with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A share of a whole, from 0 to 1.
    Share(f64),
    /// A duration.
    Length(Micros),
}

impl Checked {
    /// How far the measured value is from the one that it must stay below: `330 ms over`, `0.4 points to spare`.
    pub fn margin(&self) -> Option<String> {
        let side = if self.holds { "to spare" } else { "over" };
        let distance = match (self.wanted, self.found?) {
            (Figure::Length(wanted), Figure::Length(found)) => units::length(Micros(wanted.0.abs_diff(found.0))),
            (Figure::Share(wanted), Figure::Share(found)) => {
                let percent = Figure::Share((wanted - found).abs()).to_string();
                format!("{} points", percent.trim_end_matches(" %"))
            }
            (Figure::Share(_), Figure::Length(_)) | (Figure::Length(_), Figure::Share(_)) => return None,
        };
        Some(format!("{distance} {side}"))
    }
}

/// Checks every expectation of the plan, in a fixed order.
pub fn check(model: &Model, expect: &Expect) -> Vec<Checked> {
    let failed = expect.failed_below.map(|below| {
        // Cancelled jobs show nothing about the upstream, so they do not count.
        let judged = model.totals.jobs_done + model.totals.jobs_failed;
        let share = (judged > 0).then(|| model.totals.jobs_failed as f64 / judged as f64);
        Checked {
            what: Measure::Failed,
            wanted: Figure::Share(below),
            found: share.map(Figure::Share),
            holds: share.is_some_and(|share| share < below),
        }
    });
    let p95 = expect.p95_below.map(|below| {
        let below = Micros::from(below);
        let found = model.latency.quantile(0.95);
        Checked {
            what: Measure::P95,
            wanted: Figure::Length(below),
            found: found.map(Figure::Length),
            holds: found.is_some_and(|found| found < below),
        }
    });
    failed.into_iter().chain(p95).collect()
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "failed",
            Self::P95 => "p95",
        })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Share(share) if share > 0.0 && share < 0.000_05 => f.write_str("< 0.01 %"),
            Self::Share(share) => {
                let percent = units::significant(share * 100.0);
                // Show `1 %` as in the plan, not `1.00 %`.
                let percent = if percent.contains('.') { percent.trim_end_matches('0') } else { &percent };
                write!(f, "{} %", percent.trim_end_matches('.'))
            }
            Self::Length(length) => f.write_str(&units::length(length)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Figure, check};
    use crate::event::Micros;
    use crate::model::Model;
    use crate::plan::Expect;

    fn model(done: u64, failed: u64) -> Model {
        let mut model = Model::default();
        model.totals.jobs_done = done;
        model.totals.jobs_failed = failed;
        model
    }

    #[track_caller]
    fn failed_below_one_percent(done: u64, failed: u64) -> (bool, Option<Figure>) {
        let expect = Expect { failed_below: Some(0.01), p95_below: None };
        let checked = check(&model(done, failed), &expect);
        assert_eq!(checked.len(), 1);
        (checked[0].holds, checked[0].found)
    }

    #[test]
    fn the_share_of_failures_must_stay_below_not_at_the_limit() {
        assert_eq!(failed_below_one_percent(100, 0), (true, Some(Figure::Share(0.0))));
        assert!(failed_below_one_percent(9_901, 99).0);
        assert!(!failed_below_one_percent(99, 1).0);
    }

    #[test]
    fn what_was_never_measured_does_not_hold() {
        assert_eq!(failed_below_one_percent(0, 0), (false, None));
        let expect = Expect { failed_below: None, p95_below: Some(Duration::from_secs(1)) };
        assert!(!check(&model(1, 0), &expect)[0].holds);
    }

    #[test]
    fn the_95th_percentile_is_that_of_answered_attempts() {
        let mut model = model(20, 0);
        for _ in 0..20 {
            model.latency.record(Micros(900_000));
        }
        let expect = Expect { failed_below: None, p95_below: Some(Duration::from_secs(1)) };
        assert!(check(&model, &expect)[0].holds);
        model.latency.record(Micros(5_000_000));
        model.latency.record(Micros(5_000_000));
        let checked = check(&model, &expect)[0];
        assert!(!checked.holds);
        assert_eq!(checked.found.unwrap().to_string(), "5.00 s");
    }

    #[test]
    fn figures_read_like_the_plan() {
        assert_eq!(Figure::Share(0.012_34).to_string(), "1.23 %");
        let shares = [0.0, 0.005, 0.01, 0.1, 0.333_3, 1.0].map(|share| Figure::Share(share).to_string());
        assert_eq!(shares, ["0 %", "0.5 %", "1 %", "10 %", "33.3 %", "100 %"]);
        assert_eq!(Figure::Share(0.000_01).to_string(), "< 0.01 %");
        assert_eq!(Figure::Length(Micros(1_180_000)).to_string(), "1.18 s");
    }
}
