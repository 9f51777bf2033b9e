//! The limit, the pace and the quota that the adaptive controller has set for a host.
//!
//! Start at [`AdaptedLimit`].

use crate::event::Micros;
use crate::event::adaptive::{Learned, QuotaWindow};
use crate::text::units;

/// What the adaptive controller allows at a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdaptedLimit {
    /// The limit of attempts in flight.
    pub limit: u32,
    /// The minimum time between two starts; zero if there is none.
    pub gap: Micros,
    /// The quota of each window, if there is one.
    pub window: Option<QuotaWindow>,
}

impl AdaptedLimit {
    /// The minimum time between two starts, if there is one.
    pub fn gap(&self) -> Option<Micros> {
        Some(self.gap).filter(|gap| !gap.is_zero())
    }

    /// Whether there is a pace or a quota.
    pub fn is_paced(self) -> bool {
        !self.gap.is_zero() || self.window.is_some()
    }

    /// The quota as text, or else the pace: `30 per 5 s`, `4.20/s`.
    pub fn pace(&self) -> Option<String> {
        self.window.map(quota_text).or_else(|| self.gap().map(pace_text))
    }
}

/// What was learned, as text: `5 at once`, `30 per 5 s`, `4.20/s`.
pub fn learned_text(learned: Learned) -> String {
    match learned {
        Learned::AtOnce(limit) => format!("{} at once", units::count(limit.into())),
        Learned::PerWindow(window) => quota_text(window),
        Learned::Gap(gap) => pace_text(gap),
    }
}

/// A quota as text: `30 per 5 s`.
pub fn quota_text(window: QuotaWindow) -> String {
    let QuotaWindow { quota, length } = window;
    let seconds = length.0 / 1_000_000;
    let is_whole = length.0.is_multiple_of(1_000_000);
    let length = match seconds {
        1..60 if is_whole => format!("{seconds} s"),
        60 if is_whole => "minute".to_owned(),
        3_600 if is_whole => "hour".to_owned(),
        _ => units::length(length),
    };
    format!("{} per {length}", units::count(quota))
}

/// A pace as a rate: `4.20/s`. Slower paces than one a minute are rates per hour.
pub fn pace_text(gap: Micros) -> String {
    let per_second = 1.0 / gap.as_secs_f64();
    match per_second {
        rate if rate >= 0.1 => format!("{}/s", units::significant(rate)),
        rate if rate >= 1.0 / 60.0 => format!("{}/min", units::significant(rate * 60.0)),
        rate => format!("{}/h", units::significant(rate * 3_600.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::{pace_text, quota_text};
    use crate::event::Micros;
    use crate::event::adaptive::QuotaWindow;

    #[test]
    fn quotas_and_paces_have_natural_units() {
        let quota = |quota, seconds| quota_text(QuotaWindow { quota, length: Micros(seconds) });
        assert_eq!(quota(30, 5_000_000), "30 per 5 s");
        assert_eq!(quota(1_000, 60_000_000), "1,000 per minute");
        assert_eq!(quota(7, 3_600_000_000), "7 per hour");
        assert_eq!(quota(7, 1_500_000), "7 per 1.50 s");
        assert_eq!(
            [50_000, 20_000_000, 120_000_000].map(|gap| pace_text(Micros(gap))),
            ["20.0/s", "3.00/min", "30.0/h"]
        );
    }
}
