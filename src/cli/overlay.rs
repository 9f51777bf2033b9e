//! What flags lay over a plan.
//!
//! A flag wins over the plan. Start at [`lay_over`].

use std::num::NonZeroU32;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};

use crate::cli::{Dials, RequestArgs, Results};
use crate::error::Error;
use crate::plan::order::{JobOrder, OrderKeyword};
use crate::plan::rules::Rules;
use crate::plan::source::Overlay;
use crate::plan::{Plan, Polling};

/// Lays the flags over a plan.
pub fn lay_over(plan: &mut Plan, dials: &Dials, request: &RequestArgs, results: &Results) -> Result<(), Error> {
    if let Some(limit) = dials.concurrency.and_then(NonZeroU32::new) {
        plan.limits.concurrency = limit;
    }
    if let Some(limit) = dials.per_host.and_then(NonZeroU32::new) {
        plan.limits.per_host = Some(limit);
    }
    plan.limits.gap = dials.rate.or(plan.limits.gap);
    plan.limits.adaptive |= dials.adaptive;
    plan.fail_fast |= dials.fail_fast;
    plan.wire = dials.wire.unwrap_or(plan.wire);
    plan.polling = polling(plan.polling, dials)?;
    if plan.polling.is_some() && !plan.is_repeatable() {
        return Err(Error::Usage {
            message: "rounds need input that can be read again".into(),
            hint: "save it to a file, and name that instead of a pipe".into(),
        });
    }
    plan.order = order(std::mem::take(&mut plan.order), dials)?;
    if plan.order != JobOrder::AsGiven && !plan.is_repeatable() {
        return Err(Error::Usage {
            message: "`slow-first` needs input that can be read again".into(),
            hint: "save it to a file, and name that instead of a pipe".into(),
        });
    }
    plan.output.report = results.report.clone().or(plan.output.report.take());
    plan.output.bodies = results.bodies.clone().or(plan.output.bodies.take());
    plan.lay_over(&Overlay {
        method: request.method.as_deref().map(method).transpose()?,
        headers: request.headers.iter().map(|line| header(line)).collect::<Result<_, _>>()?,
        body: request.body.clone().map(Bytes::from),
        rules: Rules { timeout: dials.timeout, attempts: dials.tries, ..Rules::default() },
    });
    Ok(())
}

/// How the batch is repeated: the flags win over the plan.
fn polling(plan: Option<Polling>, dials: &Dials) -> Result<Option<Polling>, Error> {
    let rounds = |otherwise| dials.rounds.map_or(otherwise, NonZeroU32::new);
    match (dials.every, plan) {
        (Some(every), plan) => Ok(Some(Polling { every, rounds: rounds(plan.and_then(|plan| plan.rounds)) })),
        (None, Some(plan)) => Ok(Some(Polling { rounds: rounds(plan.rounds), ..plan })),
        (None, None) if dials.rounds.is_some() => Err(Error::Usage {
            message: "`--rounds` says nothing without `--every`".into(),
            hint: "say from start to start how long: `--every 60s`".into(),
        }),
        (None, None) => Ok(None),
    }
}

/// In which order jobs are drawn: the flags win over the plan.
fn order(plan: JobOrder, dials: &Dials) -> Result<JobOrder, Error> {
    match (dials.order, &dials.from, plan) {
        (Some(OrderKeyword::AsGiven), Some(_), _) | (None, Some(_), JobOrder::AsGiven) => Err(Error::Usage {
            message: "`--from` says nothing without `--order slow-first`".into(),
            hint: "say `--order slow-first` as well, or leave it out".into(),
        }),
        (Some(OrderKeyword::SlowFirst), None, JobOrder::AsGiven) => Err(Error::Usage {
            message: "`--order slow-first` needs the recording of an earlier run".into(),
            hint: "record one with `--events last.jsonl`, and then add `--from last.jsonl`".into(),
        }),
        (Some(OrderKeyword::AsGiven), None, _) => Ok(JobOrder::AsGiven),
        (_, Some(from), _) => Ok(JobOrder::SlowFirst { from: from.clone() }),
        (_, None, plan) => Ok(plan),
    }
}

fn method(name: &str) -> Result<Method, Error> {
    name.to_ascii_uppercase().parse().map_err(|_| Error::Usage {
        message: format!("`{name}` is no HTTP method"),
        hint: "write one such as `POST`".into(),
    })
}

/// `name: value`. The value is not repeated in errors: it may be a secret.
fn header(line: &str) -> Result<(HeaderName, String), Error> {
    let wrong = |what: &str| Error::Usage {
        message: format!("a header given with `-H` {what}"),
        hint: "write it as `-H 'accept: application/json'`".into(),
    };
    let (name, value) = line.split_once(':').ok_or_else(|| wrong("has no colon"))?;
    let name = name.trim().parse().map_err(|_| wrong("has no valid name"))?;
    let value = value.trim();
    HeaderValue::from_str(value).map_err(|_| wrong("has a value with control characters"))?;
    Ok((name, value.to_owned()))
}
