//! The hosts in the summary: what they accept, what counts as a refusal, their outages, and how many are folded.
//!
//! Start at [`learned`].

use crate::model::Model;
use crate::model::host::HostStats;
use crate::model::host::offer::PlanOffer;
use crate::model::outage::wait_cut_text;
use crate::text::host_name::short_host;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Hosts that are listed for one subject.
const MOST: usize = 8;

/// What hosts accept, as settings for a plan. A guess is never offered.
pub fn learned(model: &Model) -> Vec<String> {
    let text = |host: &HostStats| {
        let PlanOffer { table, setting, meaning } = PlanOffer::for_host(host)?;
        let meaning = meaning.map(|meaning| format!("   # {meaning}")).unwrap_or_default();
        Some(format!("{table}  {setting}{meaning}"))
    };
    listed("learned", model.hosts.kept().filter_map(text))
}

/// The statuses that count as refusals by evidence, and how to turn that off.
pub fn recognized(model: &Model) -> Vec<String> {
    let all = model.hosts.kept().flat_map(|host| host.recognized.iter().map(move |known| (host, known)));
    let mut lines = listed(
        "refusals",
        all.map(|(host, known)| {
            let name = sanitize(short_host(&host.name)).into_owned();
            format!("{} counts as a refusal at {name}: {}", known.status, sanitize(&known.why))
        }),
    );
    if !lines.is_empty() {
        lines.push(format!("  {:<9} `throttled = [429]` in a plan turns this off", ""));
    }
    lines
}

/// The outages of hosts: how many, and how long in all. One for which a host was given up is listed there.
pub fn outages(model: &Model) -> Vec<String> {
    let end = model.ended.unwrap_or(model.last);
    let text = |host: &HostStats| {
        let (n, lasted) = host.outages(end);
        if n == 1 && host.last_given_up.as_ref().is_some_and(|given_up| given_up.was_down) {
            return None;
        }
        let why = host.outage.as_ref().map(|outage| &outage.why).or(host.past_outages.why.as_ref())?;
        let times = if n > 1 { format!(" in {}", units::plural(n, "outage")) } else { String::new() };
        let name = sanitize(short_host(&host.name)).into_owned();
        Some(format!("{name} for {}{times}: {}", units::length(lasted), sanitize(why)))
    };
    listed("down", model.hosts.kept().filter_map(text))
}

/// The waits that servers asked for and that `retry.longest_wait` cut short, unless the host was given up for it.
pub fn waits_cut(model: &Model) -> Vec<String> {
    let text = |host: &HostStats| {
        let (asked, waits) = host.wait_cut.filter(|_| host.last_given_up.is_none())?;
        Some(format!("{} {}", sanitize(short_host(&host.name)), wait_cut_text(asked, waits)))
    };
    listed("waits", model.hosts.kept().filter_map(text))
}

/// The hosts that were given up: when, why, and by which setting.
pub fn given_up(model: &Model) -> Vec<String> {
    let text = |host: &HostStats| {
        let given_up = host.last_given_up.as_ref()?;
        let (at, why) = (units::clock_seconds(given_up.since), sanitize(&given_up.why));
        let back = if host.given_up.is_none() { "; it was back later" } else { "" };
        Some(format!("{} at {at}: {why}{back}", sanitize(short_host(&host.name))))
    };
    listed("given up", model.hosts.kept().filter_map(text))
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

/// The first entries as lines with a label, and how many more there are.
fn listed(label: &str, entries: impl Iterator<Item = String>) -> Vec<String> {
    let mut entries = entries.peekable();
    let mut lines: Vec<String> = Vec::new();
    while lines.len() < MOST
        && let Some(entry) = entries.next()
    {
        let label = if lines.is_empty() { label } else { "" };
        lines.push(format!("  {label:<9} {entry}"));
    }
    match entries.count() as u64 {
        0 => {}
        more => lines.push(format!("  {:<9} and {} more", "", units::count(more))),
    }
    lines
}
