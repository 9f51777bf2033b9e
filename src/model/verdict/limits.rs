//! Findings on what limits the run: the upstream, a single host, or a limit of the plan.
//!
//! Start at [`by_us`].

use crate::event::Micros;
use crate::event::waits::{WaitReason, WaitTimes};
use crate::model::Model;
use crate::model::histogram::Histogram;
use crate::model::host::HostStats;
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Finding, LimitSetting, WhatIf, is_struggling, is_undisturbed, span, usable_limit};

/// The upstream refuses requests, or most waiting is due to cooldowns and backoff.
pub(super) fn by_upstream(model: &Model) -> Option<Finding> {
    let refusals = &model.evidence.refusals;
    let refused = model.totals.throttled;
    let of = refused + model.totals.expected + model.totals.unexpected;
    let waiting = share(&model.waits, &[WaitReason::Cooldown, WaitReason::Backoff]);
    let is_waiting = waiting >= t::WAIT_SHARE && is_heavy(model) && refused >= t::REFUSED_LEAST;
    // An adaptive limit needs occasional refusals to find its level.
    let is_refusing = refusals.is_hard && refused as f64 >= t::REFUSED_OVERALL * of as f64;
    (is_refusing || is_waiting && !model.adaptive.is_active()).then(|| Finding::LimitedUpstream {
        host: refusals.host,
        refused,
        of,
        in_flight: refusals.first.map(|(_, in_flight)| in_flight),
        least: refusals.least,
        per_second: refusals.accepted_per_second(),
        waiting,
    })
}

/// One slow host uses the slots that others wait for.
pub(super) fn by_one_host(model: &Model) -> Option<Finding> {
    let span = span(model);
    let limit = model.limit.filter(|limit| *limit > 1)?;
    let slow = model.hosts.kept().max_by_key(|host| host.usage.service)?;
    let (host, held) = (slow.number, &slow.usage);
    let share = held.service.0 as f64 / (span.0.max(1) as f64 * f64::from(limit));
    if share < t::HOST_SHARE || held.ended == 0 {
        return None;
    }
    let others = || model.hosts.all().filter(move |other| other.number != host);
    let n_others: u64 = others().map(|other| other.usage.ended).sum();
    let waited = others().map(|other| other.usage.longest_wait).max()?;
    if n_others < t::HOST_OTHERS || (waited.0 as f64) < t::HOST_WAIT * span.0 as f64 {
        return None;
    }
    let mut elsewhere = Histogram::default();
    for other in others() {
        elsewhere.merge(&other.latency);
    }
    let service = (Micros(held.service.0 / held.ended), elsewhere.quantile(0.5)?);
    let is_slower = service.0.0 as f64 >= t::HOST_SLOWER * service.1.0 as f64;
    is_slower.then_some(Finding::OneHost { host, share, service, waited })
}

/// A limit of the plan explains most of the waiting, and no host refuses.
pub(super) fn by_us(model: &Model) -> Option<Finding> {
    let evidence = &model.evidence;
    let is_quiet = model.totals.throttled == 0 && !is_struggling(model) && !model.adaptive.is_active();
    if !is_quiet || evidence.service_times.n < t::HELD_LEAST || !is_heavy(model) || !is_undisturbed(model) {
        return None;
    }
    let ours = [WaitReason::Slot, WaitReason::HostLimit, WaitReason::Gap, WaitReason::Rate];
    let why = ours.into_iter().max_by_key(|why| model.waits.get(*why))?;
    let share = share(&model.waits, &[why]);
    if share < t::WAIT_SHARE {
        return None;
    }
    let (host, setting, at_once) = match why {
        WaitReason::Slot => {
            let limit = model.limit?;
            (None, LimitSetting::Limit(limit), limit.saturating_mul(2))
        }
        WaitReason::HostLimit => {
            let held = most_held(model, why)?;
            let limit = held.effective_limit()?;
            let twice = limit.saturating_mul(2).min(model.limit.unwrap_or(u32::MAX));
            (Some(held), LimitSetting::Limit(limit), twice)
        }
        WaitReason::Gap => {
            let held = most_held(model, why)?;
            (Some(held), LimitSetting::StartGap(apart(held)?), model.limit?)
        }
        WaitReason::Rate => {
            let starts = model.totals.started.checked_sub(1).filter(|starts| *starts > 0)?;
            (None, LimitSetting::StartGap(Micros(span(model).0 / starts)), model.limit?)
        }
        WaitReason::Cooldown | WaitReason::Outage | WaitReason::Backoff | WaitReason::Paused => return None,
    };
    let at_once = usable_limit(model, at_once);
    let was = span(model);
    let would = match host {
        // The other hosts take as long as before, and all hosts still share the slots of the run.
        Some(host) => {
            let held = Micros(host.usage.service.0 / u64::from(at_once.max(1)));
            let all = model.limit.map_or(Micros::ZERO, |limit| evidence.service_times.makespan(limit));
            let elsewhere = model.hosts.all().filter(|other| other.number != host.number);
            let elsewhere =
                elsewhere.filter_map(|other| other.usage.starts).map(|(first, last)| last.since(first)).max();
            [held, all, elsewhere.unwrap_or_default(), evidence.service_times.longest].into_iter().max()?
        }
        None => evidence.service_times.makespan(at_once),
    };
    let is_full = match setting {
        LimitSetting::Limit(limit) if host.is_none() => {
            evidence.service_times.sum.0 as f64 >= t::FULL * was.0 as f64 * f64::from(limit)
        }
        LimitSetting::Limit(_) | LimitSetting::StartGap(_) => true,
    };
    let is_worth_it = would.0 as f64 <= t::GAIN * was.0 as f64;
    let what_if = WhatIf { was, would, at_once };
    let host = host.map(|host| host.number);
    (is_full && is_worth_it).then_some(Finding::LimitedByUs { why, host, share, setting, what_if })
}

/// The host whose attempts waited longest for this reason.
fn most_held(model: &Model, why: WaitReason) -> Option<&HostStats> {
    model.hosts.kept().max_by_key(|host| host.usage.waits.get(why))
}

/// The mean time between two starts at a host.
fn apart(host: &HostStats) -> Option<Micros> {
    let (first, last) = host.usage.starts?;
    let starts = host.usage.ended.checked_sub(1).filter(|starts| *starts > 0)?;
    Some(Micros(last.since(first).0 / starts))
}

/// The share of these reasons in all waiting.
fn share(waits: &WaitTimes, whys: &[WaitReason]) -> f64 {
    let some = whys.iter().fold(Micros::ZERO, |sum, why| sum + waits.get(*why));
    some.0 as f64 / waits.total().0.max(1) as f64
}

/// Whether the waiting adds up to a large part of the run.
fn is_heavy(model: &Model) -> bool {
    model.waits.total().0 as f64 >= t::WAIT_WEIGHT * span(model).0 as f64
}
