//! The setting that a plan can have for a host, from what was learned about it.
//!
//! Only what the server stated, or what refusals confirmed twice, is offered. Start at [`PlanOffer::for_host`].

use crate::event::Micros;
use crate::event::adaptive::{Learned, QuotaWindow};
use crate::model::host::HostStats;
use crate::model::host::adapted::{pace_text, quota_text};
use crate::text::host_name::name_in_key;
use crate::text::sanitize::sanitize;

/// A setting of a plan for one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanOffer {
    /// The table of the plan: `[host."a.example"]`.
    pub table: String,
    /// The key and its value: `concurrency = 5`.
    pub setting: String,
    /// What the value means, if that is not obvious: `30 per 5 s`.
    pub meaning: Option<String>,
}

impl PlanOffer {
    /// The setting for a host, if enough is known about it.
    pub fn for_host(host: &HostStats) -> Option<Self> {
        let (setting, meaning) = match host.learned? {
            Learned::AtOnce(0) => return None,
            Learned::AtOnce(limit) => (format!("concurrency = {limit}"), None),
            Learned::PerWindow(window) => (gap_setting(gap_of(window)?), Some(quota_text(window))),
            Learned::Gap(gap) if gap.is_zero() => return None,
            Learned::Gap(gap) => (gap_setting(gap), Some(pace_text(gap))),
        };
        let name = sanitize(name_in_key(&host.name)).replace('\\', "\\\\").replace('"', "\\\"");
        Some(Self { table: format!("[host.\"{name}\"]"), setting, meaning })
    }

    /// The setting as lines of a plan.
    pub fn lines(&self) -> String {
        let Self { table, setting, meaning } = self;
        let meaning = meaning.as_ref().map(|meaning| format!("   # {meaning}")).unwrap_or_default();
        format!("{table}\n{setting}{meaning}\n")
    }
}

/// The time between two starts that a quota allows, rounded up.
fn gap_of(window: QuotaWindow) -> Option<Micros> {
    let QuotaWindow { quota, length } = window;
    (quota > 0 && !length.is_zero()).then(|| Micros(length.0.div_ceil(quota)))
}

/// A gap as a setting of a plan, in the largest unit that is exact.
fn gap_setting(gap: Micros) -> String {
    let (n, unit) = match gap.0 {
        us if us.is_multiple_of(1_000_000) => (us / 1_000_000, "s"),
        us if us.is_multiple_of(1_000) => (us / 1_000, "ms"),
        us => (us, "us"),
    };
    format!("gap = \"{n}{unit}\"")
}

#[cfg(test)]
mod tests {
    use super::PlanOffer;
    use crate::event::Micros;
    use crate::event::adaptive::{Learned, QuotaWindow};
    use crate::model::host::HostStats;

    fn offer(name: &str, learned: Learned) -> Option<String> {
        let host = HostStats { name: name.into(), learned: Some(learned), ..HostStats::default() };
        PlanOffer::for_host(&host).map(|offer| offer.lines())
    }

    #[test]
    fn what_was_learned_becomes_a_setting_of_the_plan() {
        let lines = |learned| offer("http://a.example:8080", learned).unwrap();
        assert_eq!(lines(Learned::AtOnce(5)), "[host.\"a.example\"]\nconcurrency = 5\n");
        assert_eq!(lines(Learned::Gap(Micros(50_000))), "[host.\"a.example\"]\ngap = \"50ms\"   # 20.0/s\n");
        let window = QuotaWindow { quota: 30, length: Micros(5_000_000) };
        assert_eq!(
            lines(Learned::PerWindow(window)),
            "[host.\"a.example\"]\ngap = \"166667us\"   # 30 per 5 s\n",
            "rounded up: thirty gaps are never shorter than the window"
        );
    }

    #[test]
    fn impossible_values_are_not_offered() {
        let window = QuotaWindow { quota: 0, length: Micros(5_000_000) };
        for learned in [Learned::AtOnce(0), Learned::Gap(Micros::ZERO), Learned::PerWindow(window)] {
            assert_eq!(offer("http://a.example", learned), None);
        }
    }
}
