//! Which flags were given, and which key of the plan each of them lies over.
//!
//! What a flag does stands in [`overlay`](crate::cli::overlay); here it only has a name. Start at [`flags`].

use crate::cli::{Dials, RequestArgs, Results, RunArgs};
use crate::plan::provenance::FlagOverride;

/// Every flag that was given, by the key that it lies over.
pub fn flags(args: &RunArgs) -> Vec<FlagOverride> {
    // A new flag has no place here until somebody has thought of one.
    let RunArgs { targets: _, requests, dials, request, results, look: _ } = args;
    let Dials { concurrency, per_host, rate, adaptive, timeout, tries, fail_fast, wire, order, from, every, rounds } =
        dials;
    let RequestArgs { method, headers, body } = request;
    let Results { json: _, report, bodies, events } = results;
    let said = [
        ("requests", "-n", requests.is_some()),
        ("limits.concurrency", "--concurrency", concurrency.is_some()),
        ("limits.per_host", "--per-host", per_host.is_some()),
        ("limits.rate", "--rate", rate.is_some()),
        ("limits.adaptive", "--adaptive", *adaptive),
        ("timeout", "--timeout", timeout.is_some()),
        ("retry.attempts", "--tries", tries.is_some()),
        ("fail_fast", "--fail-fast", *fail_fast),
        ("wire", "--wire", wire.is_some()),
        ("order", "--order", order.is_some()),
        ("from", "--from", from.is_some()),
        ("every", "--every", every.is_some()),
        ("rounds", "--rounds", rounds.is_some()),
        ("method", "--method", method.is_some()),
        ("body", "--body", body.is_some()),
        ("output.report", "--report", report.is_some()),
        ("output.bodies", "--bodies", bodies.is_some()),
        ("output.events", "--events", events.is_some()),
    ];
    let said = said.into_iter().filter(|(.., is_said)| *is_said);
    let said = said.map(|(key, flag, _)| FlagOverride { key: key.into(), flag });
    let names = headers.iter().filter_map(|line| Some(line.split_once(':')?.0.trim().to_ascii_lowercase()));
    said.chain(names.map(|name| FlagOverride { key: format!("headers.{name}").into(), flag: "--header" })).collect()
}
