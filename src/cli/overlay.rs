//! The flags that override a plan.
//!
//! A flag always wins over the plan. Start at [`apply_flags`].

use std::num::NonZeroU32;

use http::header::COOKIE;
use http::{HeaderValue, Method};

use crate::cli::BatchArgs;
use crate::cli::body::content::GivenBody;
use crate::cli::request::RequestArgs;
use crate::cli::results::{FailedResult, ResultArgs};
use crate::error::Error;
use crate::output::destination::is_stdout;
use crate::plan::auth::GivenAuth;
use crate::plan::exact::field_names::FieldName;
use crate::plan::order::{JobOrder, OrderKeyword};
use crate::plan::rules::Rules;
use crate::plan::source::Overrides;
use crate::plan::{Plan, Polling};

/// What the flags name outside of the command line: files, standard input and variables.
#[derive(Debug, Default)]
pub struct GivenRequest {
    /// The body.
    pub body: Option<GivenBody>,
    /// The credentials.
    pub auth: Option<GivenAuth>,
}

/// Applies the flags to a plan.
pub fn apply_flags(
    plan: &mut Plan,
    batch: &BatchArgs,
    request: &RequestArgs,
    results: &ResultArgs,
    given: GivenRequest,
) -> Result<(), Error> {
    if let Some(limit) = batch.concurrency.and_then(NonZeroU32::new) {
        plan.limits.concurrency = limit;
    }
    if let Some(limit) = batch.per_host.and_then(NonZeroU32::new) {
        plan.limits.per_host = Some(limit);
    }
    plan.limits.gap = batch.rate.or(plan.limits.gap);
    plan.limits.adaptive = batch.adaptive.unwrap_or(plan.limits.adaptive);
    plan.fail_fast |= batch.fail_fast;
    plan.wire = batch.wire.unwrap_or(plan.wire);
    plan.limits.duration = batch.duration.or(plan.limits.duration);
    plan.limits.warmup = batch.warmup.or(plan.limits.warmup);
    plan.limits.ramp = batch.ramp.or(plan.limits.ramp);
    plan.polling = polling(plan.polling, batch)?;
    if plan.polling.is_some() {
        require_repeatable(plan, "rounds need")?;
    }
    plan.order = order(std::mem::take(&mut plan.order), batch)?;
    check_duration(plan)?;
    if plan.order != JobOrder::AsGiven {
        require_repeatable(plan, "`slow-first` needs")?;
    }
    plan.output.report = results.report.clone().or(plan.output.report.take());
    let prints_report = plan.output.report.as_deref().is_some_and(is_stdout);
    if prints_report && (results.json || results.events.as_deref().is_some_and(is_stdout)) {
        let other = if results.json { "`--json`" } else { "`--events -`" };
        return Err(Error::Usage {
            message: format!("{other} and the report cannot both go to standard output"),
            hint: "write the report to a file: `--report report.json`".into(),
        });
    }
    plan.output.raw |= results.raw;
    plan.output.bodies = results.bodies.clone().or(plan.output.bodies.take());
    if results.fail_on == Some(FailedResult::Missing) {
        plan.require_extracted();
    }
    let body = given.body;
    plan.override_requests(&Overrides {
        method: request
            .method
            .as_deref()
            .map(method)
            .transpose()?
            .or(body.as_ref().and_then(|body| body.method.clone())),
        headers: headers(request)?,
        auth: given.auth,
        default_headers: body.as_ref().map_or_else(Vec::new, |body| body.headers.clone()),
        body: body.map(|body| body.content),
        rules: Rules {
            timeout: batch.timeout,
            attempts: batch.tries,
            throttled: batch.throttled,
            max_body: results.max_body,
            cookies: request.cookies,
            downgrade: results.downgrade.then_some(true),
            path_as_is: request.path_as_is.then_some(true),
            ..Rules::default()
        },
        retry_also: batch.retry_on,
    });
    Ok(())
}

/// Refuses to repeat jobs for a time, or up to a number, if they are repeated in rounds, or cannot be repeated.
fn check_duration(plan: &Plan) -> Result<(), Error> {
    if plan.limits.jobs == Some(0) {
        return Err(Error::Usage {
            message: "`-n 0` sends nothing".into(),
            hint: "write the number of requests, such as `-n 10`".into(),
        });
    }
    if plan.limits.jobs.is_some() && (plan.polling.is_some() || plan.order != JobOrder::AsGiven) {
        return Err(Error::Usage {
            message: "`-n` sets the number of all jobs, so there are no rounds and no order".into(),
            hint: "leave out `-n`, or `--every` and `--order slow-first`".into(),
        });
    }
    if plan.limits.duration.is_none() {
        return Ok(());
    }
    if plan.polling.is_some() || plan.order != JobOrder::AsGiven {
        return Err(Error::Usage {
            message: "a run for a time has no rounds and no order".into(),
            hint: "leave out `--for` (`duration`), or `--every` and `--order slow-first`".into(),
        });
    }
    require_repeatable(plan, "`--for` needs")
}

/// Refuses a plan whose input can be read only once.
fn require_repeatable(plan: &Plan, what_needs: &str) -> Result<(), Error> {
    if plan.is_repeatable() {
        return Ok(());
    }
    let line = plan.line_of_unrepeatable_rows();
    let place = line.map(|line| format!(", unlike `rows` in {}:{line}", plan.file)).unwrap_or_default();
    Err(Error::Usage {
        message: format!("{what_needs} input that can be read twice{place}"),
        hint: "save the input to a file, and give the file instead of a pipe".into(),
    })
}

/// How the batch is repeated.
fn polling(plan: Option<Polling>, batch: &BatchArgs) -> Result<Option<Polling>, Error> {
    let rounds = |otherwise| batch.rounds.map_or(otherwise, NonZeroU32::new);
    match (batch.every, plan) {
        (Some(every), plan) => Ok(Some(Polling { every, rounds: rounds(plan.and_then(|plan| plan.rounds)) })),
        (None, Some(plan)) => Ok(Some(Polling { rounds: rounds(plan.rounds), ..plan })),
        (None, None) if batch.rounds.is_some() => Err(Error::Usage {
            message: "`--rounds` has no effect without `--every`".into(),
            hint: "add the time from start to start: `--every 60s`".into(),
        }),
        (None, None) => Ok(None),
    }
}

/// The order of jobs.
fn order(plan: JobOrder, batch: &BatchArgs) -> Result<JobOrder, Error> {
    match (batch.order, &batch.from, plan) {
        (Some(OrderKeyword::AsGiven), Some(_), _) | (None, Some(_), JobOrder::AsGiven) => Err(Error::Usage {
            message: "`--from` has no effect without `--order slow-first`".into(),
            hint: "add `--order slow-first`, or remove `--from`".into(),
        }),
        (Some(OrderKeyword::SlowFirst), None, JobOrder::AsGiven) => Err(Error::Usage {
            message: "`--order slow-first` needs the recording of an earlier run".into(),
            hint: "record a run with `--events last.jsonl`, then add `--from last.jsonl`".into(),
        }),
        (Some(OrderKeyword::AsGiven), None, _) => Ok(JobOrder::AsGiven),
        (_, Some(from), _) => Ok(JobOrder::SlowFirst { from: from.clone() }),
        (_, None, plan) => Ok(plan),
    }
}

fn method(name: &str) -> Result<Method, Error> {
    name.to_ascii_uppercase().parse().map_err(|_| Error::Usage {
        message: format!("`{name}` is not an HTTP method"),
        hint: "write a method such as `POST`".into(),
    })
}

/// The headers of the flags. A `Cookie` header wins over `--cookie`, as in curl.
fn headers(request: &RequestArgs) -> Result<Vec<(FieldName, Option<String>)>, Error> {
    let mut headers = request.headers.iter().map(|line| header(line)).collect::<Result<Vec<_>, _>>()?;
    let wrong = |what: &str| Error::Usage {
        message: format!("a cookie given with `-b` {what}"),
        hint: "write it as `-b 'name=value'`".into(),
    };
    if request.cookie.iter().any(|cookie| !cookie.contains('=')) {
        return Err(wrong("has no `=`; files of cookies are not read"));
    }
    let cookies: Vec<&str> = request.cookie.iter().map(|cookie| cookie.trim().trim_end_matches(';')).collect();
    let cookies = cookies.join("; ");
    HeaderValue::from_str(&cookies).map_err(|_| wrong("has control characters in it"))?;
    if !cookies.is_empty() && headers.iter().all(|(name, _)| name != COOKIE) {
        headers.push((COOKIE.into(), Some(cookies)));
    }
    Ok(headers)
}

/// Parses `name: value`, or `name:` for a header that is not sent, or `name;` for one without content, as curl does.
/// Errors do not repeat the value, because it may be a secret.
fn header(line: &str) -> Result<(FieldName, Option<String>), Error> {
    let wrong = |what: &str| Error::Usage {
        message: format!("a header given with `-H` {what}"),
        hint: "write it as `-H 'accept: application/json'`".into(),
    };
    let (name, value) = match (line.split_once(':'), line.trim_end().strip_suffix(';')) {
        (Some((name, value)), _) => (name, Some(value.trim()).filter(|value| !value.is_empty())),
        (None, Some(name)) => (name, Some("")),
        (None, None) => return Err(wrong("has no colon")),
    };
    let name = FieldName::parse(name.trim()).ok_or_else(|| wrong("has no valid name"))?;
    HeaderValue::from_str(value.unwrap_or_default()).map_err(|_| wrong("has a value with control characters"))?;
    Ok((name, value.map(str::to_owned)))
}
