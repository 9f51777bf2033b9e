//! Warnings about a valid plan: settings that contradict each other or have no effect.
//!
//! Each warning is certain, and none is a matter of taste. Start at [`warnings`].

use std::collections::HashSet;
use std::time::Duration;

use http::header::CONTENT_LENGTH;

use crate::plan::cursor::Cursor;
use crate::plan::provenance::{FlagOverride, Provenance, ProvenanceIndex};
use crate::plan::resolved::network;
use crate::plan::resolved::value::Value;
use crate::plan::source::Source;
use crate::plan::{HostRule, Plan};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// One warning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Warning {
    /// The contradiction, in one sentence.
    pub message: String,
    /// The setting that causes it.
    pub provenance: Provenance,
}

/// Returns all warnings. `most` is the number of connections that this machine allows.
pub fn warnings(plan: &Plan, cursor: &Cursor, flags: &[FlagOverride], most: Option<u32>) -> Vec<Warning> {
    let index = ProvenanceIndex::new(&plan.file, &plan.written, flags);
    let mut all: Vec<Warning> = Vec::new();
    all.extend(network::insecure_provenance(&plan.network, &index).map(|provenance| Warning {
        message: "TLS certificates are not checked: anyone on the way can read and change what is sent".to_owned(),
        provenance,
    }));
    all.extend(warn_of_open_files(plan, &index, most));
    all.extend(warn_of_host_limits(plan, &index));
    all.extend(warn_of_rate(plan, &index));
    all.extend(plan.limits.hosts.iter().filter_map(|rule| warn_of_unused_rule(rule, cursor, &index)));
    let mut reported = HashSet::new();
    for (i, source) in plan.sources.iter().enumerate() {
        all.extend(warn_of_no_rows(source, i, cursor, &index));
        // A warning that many endpoints share is shown once.
        let of_source = warn_of_timeouts(source, &index).into_iter().chain(warn_of_length(source, &index));
        let of_source = of_source.chain(warn_of_unused_extract(plan, source, &index));
        all.extend(of_source.filter(|warning| reported.insert(warning.clone())));
    }
    all
}

/// Returns the warnings that a run shows, too: limits of hosts that are never reached, and headers that are not sent.
pub fn run_warnings(plan: &Plan, flags: &[FlagOverride]) -> Vec<Warning> {
    let index = ProvenanceIndex::new(&plan.file, &plan.written, flags);
    let mut all = warn_of_host_limits(plan, &index);
    let mut reported = HashSet::new();
    let of_sources = plan.sources.iter().filter_map(|source| warn_of_length(source, &index));
    all.extend(of_sources.filter(|warning| reported.insert(warning.clone())));
    all
}

/// Warns of a written length, because the length that is sent is always that of the body.
fn warn_of_length(source: &Source, index: &ProvenanceIndex<'_>) -> Option<Warning> {
    source.headers.iter().any(|(name, _)| *name == CONTENT_LENGTH).then(|| Warning {
        message: "`content-length` is not sent as written: it is always the length of the body".to_owned(),
        provenance: index.endpoint_key_provenance(&source.written, "headers.content-length"),
    })
}

/// Warns of values that are taken out of answers for a report that there is not.
fn warn_of_unused_extract(plan: &Plan, source: &Source, index: &ProvenanceIndex<'_>) -> Option<Warning> {
    let is_set = source.rules.extract.as_ref().is_some_and(|columns| !columns.is_empty());
    let is_used = plan.output.report.is_some() || !source.rules.answer.present.is_empty();
    (is_set && !is_used).then(|| Warning {
        message: "`extract` has no effect without a report: set `output.report`, or `--report`".to_owned(),
        provenance: index.endpoint_key_provenance(&source.written, "extract"),
    })
}

/// Warns of a concurrency that needs more open files than are allowed.
fn warn_of_open_files(plan: &Plan, index: &ProvenanceIndex<'_>, most: Option<u32>) -> Option<Warning> {
    let (limit, most) = (plan.limits.concurrency.get(), most?);
    (most < limit).then(|| Warning {
        message: format!(
            "`concurrency` is {}, and the limit on open files leaves room for {}",
            units::count(limit.into()),
            units::plural(most.into(), "connection"),
        ),
        provenance: index.key_provenance("limits.concurrency"),
    })
}

/// Warns of host limits above the limit of the run.
fn warn_of_host_limits(plan: &Plan, index: &ProvenanceIndex<'_>) -> Vec<Warning> {
    let limits = &plan.limits;
    let run = limits.concurrency;
    let of_hosts = limits.hosts.iter().filter_map(|rule| {
        let key = format!("host.{}.concurrency", rule.pattern);
        Some((format!("`concurrency` of `{}`", sanitize(&rule.pattern)), rule.limit?, index.key_provenance(&key)))
    });
    let per_host =
        limits.per_host.map(|limit| ("`per_host`".to_owned(), limit, index.key_provenance("limits.per_host")));
    let above = per_host.into_iter().chain(of_hosts).filter(|(_, limit, _)| *limit > run);
    let warning = |(what, limit, provenance)| Warning {
        message: format!("{what} is {limit}, and the run's limit is {run}"),
        provenance,
    };
    above.map(warning).collect()
}

/// Warns of a limit that the rate makes unreachable.
fn warn_of_rate(plan: &Plan, index: &ProvenanceIndex<'_>) -> Option<Warning> {
    let (gap, limit) = (plan.limits.gap?, plan.limits.concurrency.get());
    if index.key_provenance("limits.concurrency") == Provenance::Default {
        return None;
    }
    if plan.sources.iter().any(|source| source.timeout_in_row.is_some()) {
        return None;
    }
    let longest = plan.sources.iter().map(|source| source.rules.policy().timeouts.attempt).max()?;
    // Add one for the first start, and one for a start that catches up after a late timer.
    let most = (longest.as_secs_f64() / gap.as_secs_f64()).ceil() + 2.0;
    (most < f64::from(limit)).then(|| {
        let (rate, longest) = (Value::Rate(gap).text(), humantime::format_duration(longest));
        let message = format!(
            "`rate` is {rate}, and no attempt takes longer than {longest}: the limit of {} is never reached",
            units::count(limit.into())
        );
        Warning { message, provenance: index.key_provenance("limits.rate") }
    })
}

/// Warns of a host rule that matches no endpoint, if all hosts are known.
fn warn_of_unused_rule(rule: &HostRule, cursor: &Cursor, index: &ProvenanceIndex<'_>) -> Option<Warning> {
    let mut hosts = (0..cursor.sources()).map(|source| cursor.host_of(source));
    if !hosts.all(|host| host.is_some_and(|key| !rule.matches(key))) {
        return None;
    }
    let provenance = |key: &str| index.key_provenance(&format!("host.{}.{key}", rule.pattern));
    let message = format!("`{}` matches no endpoint's host", sanitize(&rule.pattern));
    Some(Warning { message, provenance: provenance("concurrency").or(provenance("gap")) })
}

/// Warns of an endpoint without jobs.
fn warn_of_no_rows(source: &Source, i: usize, cursor: &Cursor, index: &ProvenanceIndex<'_>) -> Option<Warning> {
    (cursor.jobs_of(i) == Some(0)).then(|| Warning {
        message: format!("{} has no rows, so its endpoint has no jobs", source.rows.name()),
        provenance: index.endpoint_key_provenance(&source.written, "rows"),
    })
}

/// Warns of time-outs that a shorter one overrides.
fn warn_of_timeouts(source: &Source, index: &ProvenanceIndex<'_>) -> Vec<Warning> {
    if source.timeout_in_row.is_some() {
        return Vec::new();
    }
    let rules = &source.rules;
    let attempt = rules.policy().timeouts.attempt;
    let text = |length: Duration| humantime::format_duration(length).to_string();
    let parts = [
        ("connect_timeout", rules.connect_timeout),
        ("first_byte_timeout", rules.first_byte_timeout),
        ("idle_timeout", rules.idle_timeout),
    ];
    let longer = parts.into_iter().filter_map(|(key, own)| Some((key, own.filter(|own| *own > attempt)?)));
    let mut warnings: Vec<Warning> = longer
        .map(|(key, own)| Warning {
            message: format!("`{key}` is {}, and the whole attempt ends after {}", text(own), text(attempt)),
            provenance: index.endpoint_key_provenance(&source.written, key),
        })
        .collect();
    if let Some(job) = rules.job_timeout.filter(|job| *job < attempt) {
        let message = format!("`job_timeout` is {}, less than one attempt may take: {}", text(job), text(attempt));
        warnings.push(Warning { message, provenance: index.endpoint_key_provenance(&source.written, "job_timeout") });
    }
    warnings
}
