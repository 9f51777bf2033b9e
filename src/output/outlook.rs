//! A short text on what the run is waiting for, or on the time left.

use crate::event::{Micros, Offset};
use crate::model::{Model, Stage};
use crate::text::host_name::short_host;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// What the run is waiting for, or about how long it will take.
pub fn outlook(model: &Model, now: Offset) -> Option<String> {
    if model.is_paused {
        return Some("paused".to_owned());
    }
    match model.stage {
        Stage::Draining => return Some("draining".to_owned()),
        Stage::Cancelling => return Some("cancelling".to_owned()),
        Stage::Ready | Stage::Running | Stage::Ended(_) => {}
    }
    if let Some(down) = hosts_down(model, now) {
        return Some(down);
    }
    if let Some((host, until)) = model.cooldown(now).filter(|_| model.in_flight() == 0) {
        if let Some((host, wait)) = model.hosts.get(host).and_then(|host| Some((host, host.cut_wait(now)?))) {
            let (name, left) = (sanitize(short_host(&host.name)), units::length(wait.fails_at.since(now)));
            let until = units::clock_seconds(wait.until);
            return Some(format!("{name} asked for a wait until {until}: its jobs fail in {left}"));
        }
        return Some(format!("waiting for the rate limit, resumes in {}", units::length(until.since(now))));
    }
    // An estimate is shown in whole seconds: more digits would suggest precision.
    let held = model.stragglers(now);
    let until = held.until.map(|until| format!(" up to {}", units::roughly(until.since(now)))).unwrap_or_default();
    let held = (held.n > 0).then(|| format!("{}{until}", units::plural(held.n, "straggler")));
    let Some(left) = model.time_left(now) else { return held };
    let left = left.0.div_ceil(1_000_000) * 1_000_000;
    let left = if left < 60_000_000 { format!("{} s", left / 1_000_000) } else { units::length(Micros(left)) };
    Some(format!("about {left} left{}", held.map(|held| format!(", {held}")).unwrap_or_default()))
}

/// The hosts that are down, and when the next of them is tried.
fn hosts_down(model: &Model, now: Offset) -> Option<String> {
    let next_try = model.hosts_down().map(|(_, outage)| outage.next_try).min()?;
    let next = match next_try.since(now) {
        Micros::ZERO => "trying now".to_owned(),
        left => format!("next try in {}", units::countdown_seconds(left)),
    };
    let mut down = model.hosts_down();
    Some(match (down.next(), down.count()) {
        (Some((host, outage)), 0) => {
            format!("{} has been down since {}, {next}", sanitize(&host.name), units::clock_seconds(outage.since))
        }
        (_, others) => format!("{} are down, {next}", units::plural(others as u64 + 1, "host")),
    })
}
