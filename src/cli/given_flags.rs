//! The flags that were given, each with the plan key that it overrides.
//!
//! What a flag does is in [`overlay`](crate::cli::overlay). Start at [`given_flags`].

use crate::cli::request::RequestArgs;
use crate::cli::results::ResultArgs;
use crate::cli::{BatchArgs, RunArgs};
use crate::plan::provenance::FlagOverride;

/// Every flag that was given, with the key that it overrides.
pub fn given_flags(args: &RunArgs) -> Vec<FlagOverride> {
    // These patterns name every field, so that a new flag does not compile until it has a row below.
    let RunArgs { targets: _, requests, unique, env_file: _, batch, request, network, results, resume: _, look: _ } =
        args;
    let BatchArgs {
        concurrency,
        per_host,
        rate,
        adaptive,
        timeout,
        tries,
        retry_on,
        throttled,
        fail_fast,
        wire,
        order,
        from,
        duration,
        warmup,
        ramp,
        every,
        rounds,
    } = batch;
    let RequestArgs { method, headers, path_as_is, cookie, cookies, auth, body } = request;
    let ResultArgs { json: _, report, bodies, raw, downgrade, max_body, fail_on, events, metrics: _ } = results;
    let flags = [
        ("requests", "-n", requests.is_some()),
        ("unique", "--unique", *unique),
        ("limits.concurrency", "--concurrency", concurrency.is_some()),
        ("limits.per_host", "--per-host", per_host.is_some()),
        ("limits.rate", "--rate", rate.is_some()),
        ("limits.adaptive", "--adaptive", adaptive.is_some()),
        ("timeout", "--timeout", timeout.is_some()),
        ("retry.attempts", "--tries", tries.is_some()),
        ("retry.on", "--retry-on", retry_on.is_some()),
        ("throttled", "--throttled", throttled.is_some()),
        ("fail_fast", "--fail-fast", *fail_fast),
        ("wire", "--wire", wire.is_some()),
        ("order", "--order", order.is_some()),
        ("from", "--from", from.is_some()),
        ("limits.duration", "--for", duration.is_some()),
        ("limits.warmup", "--warmup", warmup.is_some()),
        ("limits.ramp", "--ramp", ramp.is_some()),
        ("every", "--every", every.is_some()),
        ("rounds", "--rounds", rounds.is_some()),
        ("method", "--method", method.is_some()),
        ("headers.cookie", "--cookie", !cookie.is_empty()),
        ("cookies", "--cookies", cookies.is_some()),
        ("auth", auth.flag().unwrap_or_default(), auth.flag().is_some()),
        ("body", body.0.first().map_or("", |flag| flag.kind.flag()), !body.0.is_empty()),
        ("output.report", "--report", report.is_some()),
        ("output.bodies", "--bodies", bodies.is_some()),
        ("output.raw", "--raw", *raw),
        ("downgrade", "--downgrade", *downgrade),
        ("path_as_is", "--path-as-is", *path_as_is),
        ("max_body", "--max-body", max_body.is_some()),
        ("fail_on", "--fail-on", fail_on.is_some()),
        ("output.events", "--events", events.is_some()),
    ];
    let given = flags.into_iter().chain(network.flags()).filter(|(.., is_given)| *is_given);
    let given = given.map(|(key, flag, _)| FlagOverride { key: key.into(), flag });
    let names = headers.iter().filter_map(|line| Some(line.split([':', ';']).next()?.trim().to_ascii_lowercase()));
    given.chain(names.map(|name| FlagOverride { key: format!("headers.{name}").into(), flag: "--header" })).collect()
}
