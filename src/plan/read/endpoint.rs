//! The keys of an endpoint, and the defaults that an endpoint can override.
//!
//! Start at [`read_all`].

use std::collections::HashMap;
use std::ops::Range;

use http::Method;
use http::header::CONTENT_TYPE;

use crate::plan::late::has_marker;
use crate::plan::read::auth::{WrittenAuth, read_auth};
use crate::plan::read::body::{BodyContext, BodyEntries};
use crate::plan::read::headers::{WrittenHeader, read_headers};
use crate::plan::read::in_row::{self, InRow};
use crate::plan::read::pages::{CountedPages, read_pages};
use crate::plan::read::rows;
use crate::plan::read::rules::{read_retry, read_rules};
use crate::plan::read::values::PlanEntry;
use crate::plan::read::values::PlanSection;
use crate::plan::request::check;
use crate::plan::rules::Rules;
use crate::plan::source::{Naming, Source, Target};
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
    auth: Option<WrittenAuth>,
    pub(super) rules: Rules,
}

impl Defaults {
    /// Those that need no value of a step before the batch.
    pub(super) fn without_late_values(&self) -> Self {
        let headers = self.headers.iter().filter(|header| !has_marker(&header.value.value())).cloned().collect();
        let auth = self.auth.clone().filter(|auth| !auth.has_late_value());
        Self { method: None, headers, auth, rules: self.rules.clone() }
    }
}

/// An endpoint's name, unmasked, and its position in the file.
pub(super) struct EndpointName {
    text: String,
    span: Range<usize>,
}

/// Reads `[defaults]`.
pub(super) fn read_defaults(mut section: PlanSection<'_>) -> Defaults {
    let method = section.get("method").and_then(|entry| entry.parse(in_row::METHOD, in_row::parse_written_method));
    let headers = section.get("headers").map_or_else(Vec::new, |entry| read_headers(&entry));
    let auth = section.get("auth").and_then(|entry| read_auth(&entry));
    let timeout = section.get("timeout").and_then(|entry| entry.attempt_timeout());
    let pages = read_pages(&mut section, None);
    let rules = Rules { timeout, pages, ..read_rules(&mut section) };
    section.finish();
    Defaults { method, headers, auth, rules }
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
pub(super) fn read_endpoint(
    mut section: PlanSection<'_>,
    defaults: &Defaults,
    has_upstream: bool,
) -> Option<(Source, Option<EndpointName>)> {
    let name = section.get("name");
    let url_entry = section.require("url", "write one such as `url = \"https://shop.internal/orders/{id}\"`");
    let method = section.get("method");
    let own_headers = section.get("headers").map_or_else(Vec::new, |entry| read_headers(&entry));
    let auth = section.get("auth").and_then(|entry| read_auth(&entry));
    let body = BodyEntries::get(&mut section);
    let rows = rows::read(&mut section);
    let unique = section.get("unique").and_then(|entry| rows::read_unique(&entry, rows.as_ref()));
    let weight = section.get("weight").map_or(Some(1), |entry| rows::read_weight(&entry));
    let timeout = section.get("timeout");
    let counted = CountedPages::get(&mut section);
    let pages = read_pages(&mut section, Some(&counted));
    let mut own_rules = Rules { pages, ..read_rules(&mut section) };
    if let Some(entry) = section.get("retry") {
        read_retry(&entry, "endpoint.retry", &mut own_rules);
    }
    let reader = section.reader;
    section.finish();

    let mut columns = Vec::new();
    let mut used = rows::PlaceholderUses::new(reader);
    let url_entry = url_entry?;
    let text = url_entry.text("a URL such as `\"https://example.org/\"`");
    let url = text.and_then(|text| parse_url(&url_entry, &text, &mut columns));
    used.note(&columns, &url_entry.span());
    let method = method.and_then(|entry| in_row::read_method(&entry, &mut columns, &mut used));
    let timeout = timeout.and_then(|entry| in_row::read_timeout(&entry, &mut columns, &mut used));
    // Mistakes in the other keys are reported, too.
    let url = url?;
    let (method, method_in_row) = method.map_or((None, None), InRow::split);
    let (timeout, timeout_in_row) = timeout.map_or((None, None), InRow::split);
    own_rules.timeout = timeout;

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
    templates.extend(content_type.as_deref().map(|name| (CONTENT_TYPE.into(), Template::literal(name))));
    let auth = auth.as_ref().or(defaults.auth.as_ref()).and_then(|auth| auth.parse(&mut columns, &mut used));
    let rows = rows?;
    used.check(&columns, &rows, counted.check_use(&columns));

    let name = name.and_then(|name| Some((name.text("a name such as `\"orders\"`")?, name.span())));
    let naming = naming(name.as_ref().map(|(name, _)| name), &url);
    let mut source = Source {
        method: method.or_else(|| defaults.method.clone()),
        method_in_row,
        timeout_in_row,
        headers: templates,
        body,
        auth,
        derives_content_type: content_type.is_some(),
        rules: own_rules.over(&defaults.rules),
        weight: weight.unwrap_or(1),
        ..Source::new(naming, rows, Target::Template(url), columns)
    };
    if unique == Some(true) {
        source.drop_repeats();
    }
    if let Err(why) = check(&source, has_upstream) {
        reader.note(url_entry.place().mistake(why));
    }
    Some((source, name.map(|(name, span)| EndpointName { text: name.value().trim().to_owned(), span })))
}

/// Parses a URL. Its host decides where jobs wait, so it must be known before they start.
fn parse_url(entry: &PlanEntry<'_>, text: &PlanText, columns: &mut Vec<String>) -> Option<Template> {
    let value = text.value();
    let (scheme, rest) = value.split_once("://").unwrap_or(("", &value));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let wrong =
        || ValueError::new("not usable", "a value of a step can be in the path and in the query, not in the host");
    let is_known = !has_marker(scheme) && !has_marker(host);
    entry.check(if is_known { Ok(Template::parse_url(text, columns)) } else { Err(wrong()) })
}

/// How an endpoint is named: as the plan says, or by its URL.
fn naming(name: Option<&PlanText>, url: &Template) -> Naming {
    match name {
        Some(name) => Naming::Named(sanitize(name.masked().trim()).as_ref().into()),
        None if url.has_constant_host() => Naming::Path,
        None => Naming::ByHost,
    }
}
