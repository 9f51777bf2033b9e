//! The sentences of findings on single hosts: outages, answers with 403, names without an address.
//!
//! Start at [`outage_sentence`].

use crate::event::reasons::RunEnd;
use crate::model::verdict::{OutageFinding, UnknownName};
use crate::model::{Model, Stage};
use crate::text::host_name::short_host;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// The outage of a host: how long it lasted, how the host failed, and what became of its jobs.
pub(super) fn outage_sentence(outage: &OutageFinding, model: &Model) -> (String, String, String) {
    let OutageFinding { host, since, lasted, n, why, hosts, is_given_up } = outage;
    let name = host_name(model, *host);
    let others = if *hosts > 1 { format!(" ({} in all)", units::plural(*hosts, "host")) } else { String::new() };
    let times = if *n > 1 { format!(" in {}", units::plural(*n, "outage")) } else { String::new() };
    let number = match since {
        Some(since) => format!("{name} has been down since {}{others}", units::clock_seconds(*since)),
        None => format!("{name} was down for {}{times}{others}", units::length(*lasted)),
    };
    let is_stopped = !matches!(model.stage, Stage::Running | Stage::Ended(RunEnd::Finished));
    let is_loss = is_stopped || model.totals.jobs_failed > 0 || model.totals.jobs_cancelled > 0;
    let stats = model.hosts.get(*host);
    let is_still_down = stats.is_some_and(|host| host.outage.is_some());
    let remedy = match (is_given_up, since) {
        (true, _) if stats.is_some_and(|host| host.answered == 0) => {
            "jobs that waited too long failed: `retry.unreachable` sets how long they wait"
        }
        (true, _) => "jobs that waited too long failed: `retry.outage` sets how long they wait",
        (false, Some(_)) => "its jobs wait, and lose no try",
        (false, None) if is_still_down => "its jobs waited until the run was stopped",
        (false, None) if is_loss => "its jobs waited until it was back",
        (false, None) => "its jobs waited, and nothing was lost",
    };
    (number, sanitize(why).into_owned(), remedy.to_owned())
}

/// Answers with status 403 that look like a limiter, and the setting that counts them as refusals.
pub(super) fn forbidden_sentence(
    model: &Model,
    host: Option<usize>,
    (n, before): (u64, u64),
) -> (String, String, String) {
    let at = host.map(|host| format!(" at {}", host_name(model, host))).unwrap_or_default();
    let before = units::plural(before, "good answer");
    (
        format!("{} answered with 403", units::plural(n, "attempt")),
        format!("this looks like a limiter{at}: the first came after {before}"),
        "if it is one, `throttled = [429, 503, 403]` waits and tries again".to_owned(),
    )
}

/// The name without an address, and what to check.
pub(super) fn unknown_name_sentence(unknown: &UnknownName) -> (String, String, String) {
    let &UnknownName { ref name, n, is_only, is_unanswered } = unknown;
    let such_as = if is_only { "" } else { "such as " };
    let name = sanitize(name);
    let (place, remedy) = if is_unanswered {
        (format!("no DNS server answered for {such_as}`{name}`"), "check this machine's network and its DNS settings")
    } else {
        (
            format!("{such_as}`{name}` has no address"),
            "check the spelling of the name, and whether it needs a VPN or an entry in the hosts file",
        )
    };
    (format!("{} failed", units::plural(n, "job")), place, remedy.to_owned())
}

/// A host's name without the usual scheme and port.
pub(super) fn host_name(model: &Model, host: usize) -> String {
    let name = model.hosts.get(host).map_or("the upstream", |host| &*host.name);
    sanitize(short_host(name)).into_owned()
}
