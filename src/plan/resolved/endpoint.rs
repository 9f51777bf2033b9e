//! The resolved values of an endpoint, one for each key.
//!
//! Start at [`endpoint`].

use std::time::Duration;

use http::header::AUTHORIZATION;

use crate::plan::Plan;
use crate::plan::attempt_timeout::AttemptTimeout;
use crate::plan::body_template::Body;
use crate::plan::cursor::Cursor;
use crate::plan::defaults;
use crate::plan::exact::field_names::FieldName;
use crate::plan::expected::ExpectedAnswer;
use crate::plan::job::{Policy, Retry};
use crate::plan::provenance::{Provenance, ProvenanceIndex};
use crate::plan::request::address::{has_credentials, mask_written_url};
use crate::plan::request::body::BodyBuilder;
use crate::plan::resolved::pages::page_items;
use crate::plan::resolved::statuses::{refusals, statuses};
use crate::plan::resolved::value::Value;
use crate::plan::resolved::{Endpoint, Item, host_shown};
use crate::plan::rows::{RowFormat, Rows};
use crate::plan::rules::Rules;
use crate::plan::source::{Source, Target};
use crate::plan::template::Template;
use crate::text::sanitize::sanitize;
use crate::text::secret::{MASK, mask_queries, remove_users};
use crate::text::secret_name::is_secret_header;

/// The keys that set a body.
const BODY_KEYS: [&str; 5] = ["body", "json", "body_file", "form", "multipart"];

/// Resolves the `i`-th source of the plan.
pub(super) fn endpoint(
    plan: &Plan,
    source: &Source,
    i: usize,
    cursor: &Cursor,
    index: &ProvenanceIndex<'_>,
) -> Endpoint {
    let name = cursor.endpoint_of(i).and_then(|id| cursor.endpoints().get(id.0 as usize));
    let asks = asks(plan, source, i, cursor, index);
    let of_list = || match source.rows.name() {
        name if name.is_empty() => asks.iter().find(|item| item.key == "url").map(|url| url.value.text()),
        name => Some(name),
    };
    Endpoint {
        name: name.map_or_else(|| of_list().unwrap_or_default(), |endpoint| endpoint.name.to_string()),
        is_list: name.is_none(),
        has_names: source.url.has_keys(),
        host: cursor.host_of(i).map(str::to_owned),
        asks,
        rules: rules(source, index),
        headers: headers(source, index),
    }
}

fn asks(plan: &Plan, source: &Source, i: usize, cursor: &Cursor, index: &ProvenanceIndex<'_>) -> Vec<Item> {
    let provenance = |key: &str| index.endpoint_key_provenance(&source.written, key);
    // A source without a table is from the command line.
    let is_listed = plan.written.is_empty() && source.written.is_empty();
    let url = match &source.url {
        Target::Template(url) if !is_listed || url.is_constant() => {
            Value::Text(mask_written_url(&url.written(&source.columns)))
        }
        Target::Template(_) | Target::InRow(_) => Value::Nothing("one in each row"),
    };
    let rows_provenance = match &*source.rows {
        Rows::Each(_) => provenance("each"),
        Rows::Repeat(_) if is_listed => index.key_provenance("requests"),
        Rows::Repeat(_) => provenance("repeat"),
        Rows::File { .. } | Rows::Stream { .. } if is_listed => Provenance::CommandLine,
        Rows::File { .. } | Rows::Stream { .. } => provenance("rows"),
    };
    let is_shared = plan.limits.jobs.is_some() && plan.sources.len() > 1;
    let jobs = cursor.jobs_of(i).filter(|_| !is_shared).map(Value::Count);
    let unknown = if is_shared { "a share of `-n`" } else { "as many as come" };
    let host = cursor.host_of(i).map(|key| Value::Text(host_shown(key)));
    let mut asks = vec![
        Item::new("url", url, if is_listed { Provenance::CommandLine } else { provenance("url") }),
        Item::new("host", Value::or_nothing(host, "one in each row"), Provenance::DerivedFrom("url")),
        Item::new("jobs", Value::or_nothing(jobs, unknown), rows_provenance.clone()),
    ];
    if plan.sources.iter().any(|source| source.weight != 1) {
        asks.push(Item::new("weight", Value::Count(source.weight.into()), provenance("weight")));
    }
    asks.extend(rows(&source.rows).map(|rows| Item::new("rows", Value::Text(rows), rows_provenance)));
    if !source.rows.is_computed() {
        asks.push(Item::new("unique", Value::Flag(source.unique), provenance("unique")));
    }
    asks
}

/// Describes the rows of a source, if it has more than one.
fn rows(rows: &Rows) -> Option<String> {
    let form = |form: &RowFormat| match form {
        RowFormat::Lines => "a line each",
        RowFormat::Json => "a JSON value each",
        RowFormat::Table { .. } => "a row each",
    };
    match rows {
        Rows::Repeat(_) => None,
        Rows::Each(each) => Some(format!("each {}", each.columns().join(", "))),
        Rows::File { form: how, .. } | Rows::Stream { form: how, .. } => {
            Some(format!("{}, {}", rows.name(), form(how)))
        }
    }
}

/// Returns the key that sets the body.
fn body_key(source: &Source, index: &ProvenanceIndex<'_>) -> &'static str {
    let is_set = |key: &&&str| index.endpoint_key_provenance(&source.written, key) != Provenance::Default;
    BODY_KEYS.iter().find(is_set).unwrap_or(&"json")
}

fn body(source: &Source) -> Value {
    match &source.body {
        None if source.url.has_keys() => Value::Nothing("as each row says"),
        None => Value::Nothing("none"),
        Some(Body::Constant(body)) => Value::Size(body.len_with_files()),
        Some(Body::Parts(_)) => parts_size(source.body.as_ref()),
        Some(Body::Template(body)) => {
            Value::or_nothing(body.constant_len().map(|len| Value::Size(len as u64)), "differs by row")
        }
    }
}

/// Returns the size of a body in parts, if it is the same for all rows.
fn parts_size(body: Option<&Body>) -> Value {
    let content =
        body.filter(|body| body.is_constant()).and_then(|body| BodyBuilder::new(Some(body)).ok()?.content(&[]).ok());
    Value::or_nothing(content.map(|content| Value::Size(content.len_with_files())), "differs by row")
}

fn headers(source: &Source, index: &ProvenanceIndex<'_>) -> Vec<Item> {
    let header = |(name, value): &(FieldName, Template)| {
        let shown = if is_secret_header(name.as_str()) {
            MASK.to_owned()
        } else {
            remove_users(&mask_queries(&value.written(&source.columns)))
        };
        let provenance = index.endpoint_key_provenance(&source.written, &format!("headers.{}", **name));
        // Only a flag, the plan and a body set headers.
        let value = Value::Text(shown).unless_row(source.url.has_keys());
        Item::new(name.to_string(), value, provenance.or(Provenance::DerivedFrom(body_key(source, index))))
    };
    let mut headers: Vec<Item> = source.headers.iter().map(header).collect();
    let is_named = source.headers.iter().any(|(name, _)| name == AUTHORIZATION);
    if let (false, Some(auth)) = (is_named, &source.auth) {
        let shown = Value::Text(sanitize(&auth.describe(&source.columns)).into_owned());
        let provenance = index.endpoint_key_provenance(&source.written, "auth");
        headers.push(Item::new(AUTHORIZATION.as_str(), shown, provenance));
        return headers;
    }
    if let (false, Target::Template(url)) = (is_named, &source.url)
        && has_credentials(&url.written(&source.columns))
    {
        headers.push(Item::new(AUTHORIZATION.as_str(), Value::Text(MASK.to_owned()), Provenance::DerivedFrom("url")));
    }
    headers
}

fn rules(source: &Source, index: &ProvenanceIndex<'_>) -> Vec<Item> {
    let (rules, policy) = (&source.rules, source.rules.policy());
    let Policy {
        timeouts,
        redirects,
        downgrade,
        cookies,
        allow_empty,
        path_as_is,
        retry,
        status,
        answer,
        pages,
        is_step: _,
        throttled,
        max_body,
    } = policy;
    let provenance = |key: &str| index.endpoint_key_provenance(&source.written, key);
    let timeout = match (&source.timeout_in_row, rules.timeout) {
        (Some(timeout), _) => Value::Text(timeout.written(&source.columns)),
        (None, Some(AttemptTimeout::TimesMedian(times))) => {
            let most = humantime::format_duration(timeouts.attempt);
            Value::Text(format!("{times}x median, {most} at most"))
        }
        (None, Some(AttemptTimeout::Fixed(_)) | None) => Value::Length(timeouts.attempt),
    };
    // A time-out above that of the attempt is reduced to it.
    let phase = |key: &'static str, own: Option<Duration>, default: Duration, is: Duration| {
        let provenance = if own.unwrap_or(default) > is { Provenance::DerivedFrom("timeout") } else { provenance(key) };
        Item::new(key, Value::Length(is), provenance)
    };
    let method_provenance = if source.method.is_none() && source.body.is_some() {
        Provenance::DerivedFrom(body_key(source, index))
    } else {
        Provenance::Default
    };
    let in_row = source.url.has_keys();
    let job_provenance = match timeouts.job > defaults::JOB {
        true if retry.longest_wait > defaults::LONGEST_WAIT => Provenance::DerivedFrom("longest_wait"),
        true => Provenance::DerivedFrom("timeout"),
        false => Provenance::Default,
    };
    let mut items = vec![
        Item::new(
            "method",
            Value::Text(source.written_method()).unless_row(in_row),
            provenance("method").or(method_provenance),
        ),
        Item::new("body", body(source).unless_row(in_row), provenance(body_key(source, index))),
        Item::new("timeout", timeout, provenance("timeout")),
        phase("connect_timeout", rules.connect_timeout, defaults::CONNECT, timeouts.connect),
        phase("first_byte_timeout", rules.first_byte_timeout, defaults::FIRST_BYTE, timeouts.first_byte),
        phase("idle_timeout", rules.idle_timeout, defaults::IDLE, timeouts.idle),
        Item::new("job_timeout", Value::Length(timeouts.job), provenance("job_timeout").or(job_provenance)),
        Item::new("redirects", Value::Count(redirects.into()), provenance("redirects")),
        Item::new("downgrade", Value::Flag(downgrade), provenance("downgrade")),
        Item::new(
            "cookies",
            Value::Text(cookies.label().to_owned()),
            provenance("cookies").or(index.key_provenance("cookies")),
        ),
        Item::new("allow_empty", Value::Flag(allow_empty), provenance("allow_empty")),
        Item::new("path_as_is", Value::Flag(path_as_is), provenance("path_as_is")),
        Item::new("max_body", Value::Size(max_body.unwrap_or(defaults::MAX_BODY)), provenance("max_body")),
        Item::new("expect.status", Value::Text(statuses(&status)), provenance("expect.status")),
    ];
    items.extend(expected(&answer).map(|(key, value)| Item::new(key, value, provenance(key))));
    items.push(Item::new("extract", extracted(rules), provenance("extract")));
    items.extend(fail_on(&answer, index));
    items.extend(page_items(pages.as_deref()).map(|(key, value)| Item::new(key, value, provenance(key))));
    items.extend([
        Item::new("throttled", refusals(throttled), provenance("throttled")),
        Item::new("retry.attempts", Value::Count(retry.attempts.into()), provenance("retry.attempts")),
        Item::new("retry.backoff", backoff(&retry), provenance("retry.backoff")),
        Item::new("retry.on", Value::List(retry.on.words()), provenance("retry.on")),
        Item::new("retry.unsafe", Value::Flag(retry.non_idempotent), provenance("retry.unsafe")),
        Item::new("retry.longest_wait", Value::Length(retry.longest_wait), provenance("retry.longest_wait")),
    ]);
    items
}

/// What is expected of an answer with a good status.
fn expected(answer: &ExpectedAnswer) -> [(&'static str, Value); 6] {
    let url = answer.url.as_ref().map(|url| Value::Text(url.to_string()));
    let within = answer.within.map(|most| Value::Count(u64::try_from(most.as_millis()).unwrap_or(u64::MAX)));
    [
        ("expect.url", Value::or_nothing(url, "any")),
        ("expect.body", list_or_any(answer.body.as_deref())),
        ("expect.contains", list_or_any(answer.contains.as_deref())),
        ("expect.json", list_or_any(answer.json.as_deref())),
        ("expect.header", list_or_any(answer.header.as_deref())),
        ("expect.max_ms", Value::or_nothing(within, "any")),
    ]
}

/// What must all be so, if there is any of it.
fn list_or_any<T: ToString>(all: Option<&[T]>) -> Value {
    let all = all.filter(|all| !all.is_empty());
    Value::or_nothing(all.map(|all| Value::List(all.iter().map(ToString::to_string).collect())), "any")
}

/// The columns that a report takes out of answers.
fn extracted(rules: &Rules) -> Value {
    let columns = rules.extract.iter().flat_map(|all| all.iter());
    let columns: Vec<String> = columns.map(|column| format!("{} = {}", column.name, column.path)).collect();
    Value::or_nothing((!columns.is_empty()).then_some(Value::List(columns)), "nothing")
}

fn backoff(retry: &Retry) -> Value {
    let range = [retry.backoff_from, retry.backoff_to].map(|wait| humantime::format_duration(wait).to_string());
    Value::Text(range.join(".."))
}

/// The key that fails jobs whose answers lack a value, if it is set.
fn fail_on(answer: &ExpectedAnswer, index: &ProvenanceIndex<'_>) -> Option<Item> {
    let must_find = (!answer.present.is_empty()).then(|| Value::Text("missing".to_owned()));
    must_find.map(|value| Item::new("fail_on", value, index.key_provenance("fail_on")))
}
