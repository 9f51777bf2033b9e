//! What a careful colleague would point out in a plan that is valid: certain, and no matter of taste.
//!
//! Start at [`warnings`].

use std::collections::HashSet;
use std::time::Duration;

use crate::plan::cursor::Cursor;
use crate::plan::resolved::value::Value;
use crate::plan::said::{Flagged, Said, Words};
use crate::plan::source::Source;
use crate::plan::{HostRule, Plan};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// One thing to think about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Warning {
    /// What is so, and what comes of it.
    pub message: String,
    /// Where it was said.
    pub said: Said,
}

/// Everything to think about. `most` is how many connections this machine lets us have.
pub fn warnings(plan: &Plan, cursor: &Cursor, flags: &[Flagged], most: Option<u32>) -> Vec<Warning> {
    let words = Words::new(&plan.file, &plan.written, flags);
    let mut all: Vec<Warning> = Vec::new();
    all.extend(too_few_files(plan, &words, most));
    all.extend(above_the_run(plan, &words));
    all.extend(out_of_reach(plan, &words));
    all.extend(plan.limits.hosts.iter().filter_map(|rule| matches_nothing(rule, cursor, &words)));
    let mut told = HashSet::new();
    for (i, source) in plan.sources.iter().enumerate() {
        all.extend(empty(source, i, cursor, &words));
        // What holds for many endpoints is said once.
        all.extend(cut_short(source, &words).into_iter().filter(|warning| told.insert(warning.clone())));
    }
    all
}

/// More in flight than files may be open.
fn too_few_files(plan: &Plan, words: &Words<'_>, most: Option<u32>) -> Option<Warning> {
    let (limit, most) = (plan.limits.concurrency.get(), most?);
    (most < limit).then(|| Warning {
        message: format!(
            "`concurrency` is {}, and the limit on open files leaves room for {}",
            units::count(limit.into()),
            units::plural(most.into(), "connection"),
        ),
        said: words.of("limits.concurrency"),
    })
}

/// Limits of hosts that the run's own limit never lets them reach.
fn above_the_run(plan: &Plan, words: &Words<'_>) -> Vec<Warning> {
    let limits = &plan.limits;
    let run = limits.concurrency;
    let of_hosts = limits.hosts.iter().filter_map(|rule| {
        let key = format!("host.{}.concurrency", rule.pattern);
        Some((format!("`concurrency` of `{}`", sanitize(&rule.pattern)), rule.limit?, words.of(&key)))
    });
    let per_host = limits.per_host.map(|limit| ("`per_host`".to_owned(), limit, words.of("limits.per_host")));
    let above = per_host.into_iter().chain(of_hosts).filter(|(_, limit, _)| *limit > run);
    let warning =
        |(what, limit, said)| Warning { message: format!("{what} is {limit}, and the run's limit is {run}"), said };
    above.map(warning).collect()
}

/// A limit that was asked for, and that the rate keeps out of reach.
fn out_of_reach(plan: &Plan, words: &Words<'_>) -> Option<Warning> {
    let (gap, limit) = (plan.limits.gap?, plan.limits.concurrency.get());
    if words.of("limits.concurrency") == Said::Nobody {
        return None;
    }
    let longest = plan.sources.iter().map(|source| source.rules.policy().timeouts.attempt).max()?;
    // One more for the first, and one for a start that makes up for a late timer.
    let most = (longest.as_secs_f64() / gap.as_secs_f64()).ceil() + 2.0;
    (most < f64::from(limit)).then(|| {
        let (rate, longest) = (Value::Rate(gap).text(), humantime::format_duration(longest));
        let message = format!(
            "`rate` is {rate}, and no attempt takes longer than {longest}: the limit of {} is never reached",
            units::count(limit.into())
        );
        Warning { message, said: words.of("limits.rate") }
    })
}

/// A rule for hosts that no endpoint leads to, where all hosts are known.
fn matches_nothing(rule: &HostRule, cursor: &Cursor, words: &Words<'_>) -> Option<Warning> {
    let mut hosts = (0..cursor.sources()).map(|source| cursor.host_of(source));
    if !hosts.all(|host| host.is_some_and(|key| !rule.matches(key))) {
        return None;
    }
    let said = |key: &str| words.of(&format!("host.{}.{key}", rule.pattern));
    let message = format!("`{}` matches no endpoint's host", sanitize(&rule.pattern));
    Some(Warning { message, said: said("concurrency").or(said("gap")) })
}

/// An endpoint with nothing to do.
fn empty(source: &Source, i: usize, cursor: &Cursor, words: &Words<'_>) -> Option<Warning> {
    (cursor.jobs_of(i) == Some(0)).then(|| Warning {
        message: format!("{} has no rows, so its endpoint has no jobs", source.rows.name()),
        said: words.of_endpoint(&source.written, "rows"),
    })
}

/// Times that another time cuts short.
fn cut_short(source: &Source, words: &Words<'_>) -> Vec<Warning> {
    let rules = &source.rules;
    let attempt = rules.policy().timeouts.attempt;
    let told = |length: Duration| humantime::format_duration(length).to_string();
    let parts = [
        ("connect_timeout", rules.connect_timeout),
        ("first_byte_timeout", rules.first_byte_timeout),
        ("idle_timeout", rules.idle_timeout),
    ];
    let longer = parts.into_iter().filter_map(|(key, own)| Some((key, own.filter(|own| *own > attempt)?)));
    let mut warnings: Vec<Warning> = longer
        .map(|(key, own)| Warning {
            message: format!("`{key}` is {}, and the whole attempt ends after {}", told(own), told(attempt)),
            said: words.of_endpoint(&source.written, key),
        })
        .collect();
    if let Some(job) = rules.job_timeout.filter(|job| *job < attempt) {
        let message = format!("`job_timeout` is {}, less than one attempt may take: {}", told(job), told(attempt));
        warnings.push(Warning { message, said: words.of_endpoint(&source.written, "job_timeout") });
    }
    warnings
}
