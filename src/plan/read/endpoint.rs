//! The keys of an endpoint, and the defaults that an endpoint can override.
//!
//! Start at [`read_all`].

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderName, Method};

use crate::plan::job::Statuses;
use crate::plan::quantity;
use crate::plan::read::body::{BodyContext, BodyEntries};
use crate::plan::read::rows;
use crate::plan::read::run_retry::RunRetry;
use crate::plan::read::values::PlanEntry;
use crate::plan::read::values::PlanSection;
use crate::plan::request::{check, parse_method};
use crate::plan::retry_on::{EXAMPLE, RetryOn};
use crate::plan::rules::Rules;
use crate::plan::source::{Naming, Source, Target};
use crate::plan::statuses::{StatusSet, Throttled, parse_class, parse_refusal};
use crate::plan::template::Template;
use crate::plan::template::escape::Escaping;
use crate::plan::template::interpolation::PlanText;
use crate::text::sanitize::sanitize;
use crate::text::value_error::ValueError;

/// The values of `[defaults]`.
#[derive(Default)]
pub(super) struct Defaults {
    method: Option<Method>,
    headers: Vec<WrittenHeader>,
    pub(super) rules: Rules,
}

/// A header as written in the plan.
#[derive(Clone)]
struct WrittenHeader {
    name: HeaderName,
    value: PlanText,
    span: Range<usize>,
}

/// An endpoint's name, unmasked, and its position in the file.
struct EndpointName {
    text: String,
    span: Range<usize>,
}

/// Reads `[defaults]`.
pub(super) fn read_defaults(mut section: PlanSection<'_>) -> Defaults {
    let method = section.get("method").and_then(|entry| read_method(&entry));
    let headers = section.get("headers").map_or_else(Vec::new, |entry| read_headers(&entry));
    let rules = read_rules(&mut section);
    section.refuse_planned("extract");
    section.finish();
    Defaults { method, headers, rules }
}

/// Reads every `[[endpoint]]`.
pub(super) fn read_all(entry: &PlanEntry<'_>, defaults: &Defaults, has_upstream: bool) -> Vec<Source> {
    if !entry.is_list_of_tables() {
        let label = "write `[[endpoint]]`, with two brackets";
        entry.reader.note_at(entry.name.clone(), "`endpoint` takes a list of tables", label);
        return Vec::new();
    }
    let mut sources = Vec::new();
    let mut named: HashMap<String, usize> = HashMap::new();
    for item in entry.items() {
        let Some(section) = item.section("[[endpoint]]", "`[[endpoint]]`") else { continue };
        let n_before = entry.reader.n_keys();
        let Some((mut source, name)) = read_endpoint(section, defaults, has_upstream) else { continue };
        source.written = entry.reader.take_keys_after(n_before);
        if let (Naming::Named(shown), Some(name)) = (&source.naming, name) {
            let line = entry.reader.line_at(name.span.start);
            // Names that differ only in a secret are different names.
            if let Some(first) = named.insert(name.text, line) {
                let message = format!("two endpoints are called `{}`", sanitize(shown));
                entry.reader.note_at(name.span, message, format!("the other one is in line {first}"));
            }
        }
        sources.push(source);
    }
    sources
}

/// Reads one endpoint, and its name.
fn read_endpoint(
    mut section: PlanSection<'_>,
    defaults: &Defaults,
    has_upstream: bool,
) -> Option<(Source, Option<EndpointName>)> {
    let name = section.get("name");
    let url_entry = section.require("url", "write one such as `url = \"https://shop.internal/orders/{id}\"`");
    let method = section.get("method").and_then(|entry| read_method(&entry));
    let own_headers = section.get("headers").map_or_else(Vec::new, |entry| read_headers(&entry));
    let body = BodyEntries::get(&mut section);
    let rows = rows::read(&mut section);
    let mut own_rules = read_rules(&mut section);
    if let Some(entry) = section.get("retry") {
        read_retry(&entry, "endpoint.retry", &mut own_rules);
    }
    section.refuse_planned("extract");
    let reader = section.reader;
    section.finish();

    let mut columns = Vec::new();
    let mut used = rows::PlaceholderUses::new(reader);
    let url_entry = url_entry?;
    let url_text = url_entry.text("a URL such as `\"https://example.org/\"`")?;
    let url = Template::parse_url(&url_text, &mut columns);
    used.note(&columns, &url_entry.span());

    let mut all_headers = defaults.headers.clone();
    all_headers.retain(|header| own_headers.iter().all(|own| own.name != header.name));
    all_headers.extend(own_headers);
    let body = body.read(&mut BodyContext { reader, columns: &mut columns, used: &mut used });
    let mut templates = Vec::new();
    for header in &all_headers {
        templates.push((header.name.clone(), Template::parse(&header.value, Escaping::Raw, &mut columns)));
        used.note(&columns, &header.span);
    }
    let (body, content_type) = body.map_or((None, None), |typed| (Some(typed.body), typed.content_type));
    let content_type = content_type.filter(|_| all_headers.iter().all(|header| header.name != CONTENT_TYPE));
    templates.extend(content_type.as_deref().map(|name| (CONTENT_TYPE, Template::literal(name))));
    let rows = rows?;
    used.check(&columns, &rows);

    let name = name.and_then(|name| Some((name.text("a name such as `\"orders\"`")?, name.span())));
    let naming = match &name {
        Some((name, _)) => Naming::Named(sanitize(name.masked().trim()).as_ref().into()),
        None if url.has_constant_host() => Naming::Path,
        None => Naming::ByHost,
    };
    let source = Source {
        naming,
        rows: Arc::new(rows),
        columns,
        url: Target::Template(url),
        method: method.or_else(|| defaults.method.clone()),
        headers: templates,
        body,
        derives_content_type: content_type.is_some(),
        rules: own_rules.over(&defaults.rules),
        written: Vec::new(),
    };
    if let Err(why) = check(&source, has_upstream) {
        reader.note(url_entry.place().mistake(why));
    }
    Some((source, name.map(|(name, span)| EndpointName { text: name.value().trim().to_owned(), span })))
}

fn read_method(entry: &PlanEntry<'_>) -> Option<Method> {
    let wrong = || ValueError::new("not a method", "write one such as `\"GET\"` or `\"POST\"`");
    entry.parse("a method such as `\"GET\"`", |text| parse_method(text).ok_or_else(wrong))
}

fn read_headers(entry: &PlanEntry<'_>) -> Vec<WrittenHeader> {
    let Some(section) = entry.section("headers", "a table such as `{ accept = \"application/json\" }`") else {
        return Vec::new();
    };
    let mut headers = Vec::new();
    for entry in section.entries() {
        let name = HeaderName::try_from(entry.key.as_ref());
        if name.is_err() {
            let message = format!("`{}` is not a header name", sanitize(&entry.key));
            entry.reader.note_at(entry.name.clone(), message, "write one such as `accept`");
        }
        let value = entry.text("a text such as `\"application/json\"`");
        if let Some(value) = &value
            && value.value().trim().chars().any(|c| c.is_control() && c != '\t')
        {
            entry.note_invalid(ValueError::new(
                "not a header value",
                "a header has no line breaks and no control characters",
            ));
        }
        if let (Ok(name), Some(value)) = (name, value) {
            headers.push(WrittenHeader { name, value, span: entry.span() });
        }
    }
    headers
}

fn read_rules(section: &mut PlanSection<'_>) -> Rules {
    let timeout = section.get("timeout").and_then(|entry| entry.attempt_timeout());
    let mut time = |key| section.get(key).and_then(|entry: PlanEntry<'_>| entry.duration());
    let mut rules = Rules {
        timeout,
        connect_timeout: time("connect_timeout"),
        first_byte_timeout: time("first_byte_timeout"),
        idle_timeout: time("idle_timeout"),
        job_timeout: time("job_timeout"),
        ..Rules::default()
    };
    rules.redirects = section.get("redirects").and_then(|entry| entry.count_between(0, 100));
    rules.max_body = section.get("max_body").and_then(|entry| entry.size());
    rules.throttled = section.get("throttled").and_then(|entry| read_throttled(&entry));
    let expect =
        section.get("expect").and_then(|entry| entry.section("expect", "a table such as `{ status = [200] }`"));
    if let Some(mut expect) = expect {
        rules.status = expect.get("status").and_then(|entry| read_statuses(&entry));
        expect.finish();
    }
    rules
}

/// Reads a table of retry rules into `rules`. Returns those of the whole run.
pub(super) fn read_retry(entry: &PlanEntry<'_>, title: &str, rules: &mut Rules) -> RunRetry {
    let Some(mut section) = entry.section(title, "a table such as `{ attempts = 3 }`") else {
        return RunRetry::default();
    };
    rules.attempts = section.get("attempts").and_then(|entry| entry.count_between(1, 1000));
    rules.backoff = section
        .get("backoff")
        .and_then(|entry| entry.parse("a range of times such as `\"500ms..30s\"`", quantity::parse_backoff));
    rules.retry_on = section.get("on").and_then(|entry| read_retry_on(&entry));
    rules.retry_unsafe = section.get("unsafe").and_then(|entry| entry.flag());
    rules.longest_wait = section.get("longest_wait").and_then(|entry| entry.duration());
    let mut of_run = |key| {
        let entry: PlanEntry<'_> = section.get(key)?;
        if title != "[retry]" {
            entry.note_invalid(ValueError::new("a setting of the whole run", "write it under `[retry]`"));
        }
        Some(entry)
    };
    let budget = of_run("budget")
        .and_then(|entry| entry.parse("a share of all attempts such as `\"20%\"`", quantity::parse_share));
    let outage = of_run("outage").and_then(|entry| entry.duration());
    let unreachable = of_run("unreachable").and_then(|entry| entry.duration());
    section.finish();
    RunRetry { budget, outage, unreachable }
}

fn read_retry_on(entry: &PlanEntry<'_>) -> Option<RetryOn> {
    let mut on = RetryOn::NOTHING;
    for item in entry.items() {
        let word = match item.number() {
            Some(number) => number,
            None => item.text(EXAMPLE)?.value(),
        };
        item.check(on.add(&word));
    }
    Some(on)
}

/// Reads the statuses that count as refusals.
fn read_throttled(entry: &PlanEntry<'_>) -> Option<Throttled> {
    const EXAMPLE: &str = "a list of statuses such as `[429, 503]`";
    let mut statuses = StatusSet::EMPTY;
    for item in entry.items() {
        let status = match item.number() {
            Some(number) => item.check(parse_refusal(&number)),
            None => item.parse(EXAMPLE, parse_refusal),
        };
        statuses.insert(status?);
    }
    Some(Throttled::Listed(statuses))
}

fn read_statuses(entry: &PlanEntry<'_>) -> Option<Statuses> {
    const EXAMPLE: &str = "a list such as `[200, \"2xx\"]`, or `\"any\"`";
    let mut listed = Vec::new();
    let items = entry.items();
    for item in &items {
        if let Some(number) = item.number() {
            match number.parse::<u16>() {
                Ok(status) if (100..=599).contains(&status) => listed.push(status),
                _ => item.note_invalid(ValueError::new("not a status", "a status is a number from 100 to 599")),
            }
            continue;
        }
        match item.text(EXAMPLE)?.value().as_str() {
            "any" if items.len() == 1 => return Some(Statuses::Any),
            word => match parse_class(word) {
                Some(class) => listed.extend(class),
                None => item.note_invalid(ValueError::new("not a status", format!("write {EXAMPLE}"))),
            },
        }
    }
    if items.is_empty() {
        entry.note_invalid(ValueError::new("empty: no response could be expected", format!("write {EXAMPLE}")));
    }
    listed.sort_unstable();
    listed.dedup();
    Some(Statuses::Listed(Arc::from(listed)))
}
