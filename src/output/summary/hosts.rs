//! The hosts in the summary: learned limits, and the number of folded hosts.
//!
//! Start at [`learned`].

use crate::event::Micros;
use crate::model::Model;
use crate::plan::request::address;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// The limits and gaps that the adaptive controller found, as lines for a plan.
pub fn learned(model: &Model) -> Vec<String> {
    const MOST: usize = 8;
    // Without a refusal the search had not finished, so nothing was learned.
    let hosts = model.hosts.kept().filter(|host| host.throttled > 0 || host.gap().is_some());
    let found = hosts.filter_map(|host| Some((address::name_in_key(&host.name), host.learned?)));
    let line = |(i, (name, (limit, gap))): (usize, (&str, (u32, Micros)))| {
        let head = if i == 0 { "learned" } else { "" };
        let name = sanitize(name);
        if gap == Micros::ZERO {
            format!("  {head:<9} [host.\"{name}\"]  concurrency = {limit}")
        } else {
            let rate = units::significant(1.0 / gap.as_secs_f64());
            format!("  {head:<9} [host.\"{name}\"]  gap = \"{}us\"   # {rate} a second", gap.0)
        }
    };
    found.enumerate().take(MOST).map(line).collect()
}

/// The number of folded hosts, if there are any.
pub fn folded(model: &Model) -> Vec<String> {
    let (kept, folded) = (model.hosts.n_kept() as u64, model.hosts.n_others());
    if folded == 0 {
        return Vec::new();
    }
    let all = units::count(kept + folded);
    vec![format!("  {:<9} {all}, the {} that were idle longest are counted together", "hosts", units::count(folded))]
}
