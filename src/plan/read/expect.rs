//! The expectations of an endpoint, apart from the status.
//!
//! Start at [`read_answer`].

use std::sync::Arc;
use std::time::Duration;

use crate::plan::expected::ExpectedAnswer;
use crate::plan::expected::header::ExpectedHeader;
use crate::plan::expected::json::ExpectedJson;
use crate::plan::expected::text::ExpectedText;
use crate::plan::expected::url::ExpectedUrl;
use crate::plan::late::has_marker;
use crate::plan::read::json::json_text;
use crate::plan::read::values::{PlanEntry, PlanSection};
use crate::plan::template::Template;
use crate::plan::template::escape::Escaping;
use crate::plan::template::interpolation::PlanText;
use crate::text::value_error::ValueError;

/// Reads what a good response is.
pub(super) fn read_answer(expect: &mut PlanSection<'_>) -> ExpectedAnswer {
    let mut secrets = Vec::new();
    let url = expect.get("url").and_then(|entry| read_url(&entry)).map(Arc::new);
    let body = expect.get("body").and_then(|entry| read_texts(&entry, ExpectedText::parse, &mut secrets));
    let contains = expect.get("contains").and_then(|entry| read_texts(&entry, ExpectedText::literal, &mut secrets));
    let json = expect.get("json").and_then(|entry| read_values(&entry, &mut secrets));
    let header = expect.get("header").and_then(|entry| read_headers(&entry, &mut secrets));
    let within = expect.get("max_ms").and_then(|entry| read_milliseconds(&entry));
    let secrets = secrets.into();
    ExpectedAnswer { url, body, contains, json, header, within, secrets, ..ExpectedAnswer::default() }
}

fn read_url(entry: &PlanEntry<'_>) -> Option<ExpectedUrl> {
    let text = entry.text("a URL such as `\"https://a.example/me\"`")?;
    entry.check(ExpectedUrl::parse(&text.value(), &text.masked()))
}

/// Reads a number of milliseconds above zero.
fn read_milliseconds(entry: &PlanEntry<'_>) -> Option<Duration> {
    let most = entry.count_between(1, u32::MAX)?;
    Some(Duration::from_millis(most.into()))
}

/// Reads a table of headers, each with what its value must contain.
fn read_headers(entry: &PlanEntry<'_>, secrets: &mut Vec<Box<str>>) -> Option<Arc<[ExpectedHeader]>> {
    let mut headers = Vec::new();
    for item in entry.section("header", "a table such as `{ content-type = \"json\" }`")?.entries() {
        let text = item.text("a text such as `\"json\"`")?;
        let header = item.check(ExpectedHeader::parse(&item.key, &text.value(), &text.masked()))?;
        if !header.value().is_regex() {
            refuse_placeholders(&item, &text)?;
        }
        secrets.extend(text.secrets().map(Box::from));
        headers.push(header);
    }
    Some(headers.into())
}

/// Reads a text or a regular expression, or a list of them.
fn read_texts(
    entry: &PlanEntry<'_>,
    parse: fn(&str, &str) -> Result<ExpectedText, ValueError>,
    secrets: &mut Vec<Box<str>>,
) -> Option<Arc<[ExpectedText]>> {
    let mut texts = Vec::new();
    for item in entry.items() {
        let text = item.text("a text such as `\"welcome\"`")?;
        let expected = item.check(parse(&text.value(), &text.masked()))?;
        if !expected.is_regex() {
            refuse_placeholders(&item, &text)?;
        }
        secrets.extend(text.secrets().map(Box::from));
        texts.push(expected);
    }
    Some(texts.into())
}

/// Reads a table of JSON paths, each with the value to which it leads.
fn read_values(entry: &PlanEntry<'_>, secrets: &mut Vec<Box<str>>) -> Option<Arc<[ExpectedJson]>> {
    let mut values = Vec::new();
    for item in entry.section("json", "a table such as `{ \"$.status\" = \"ok\" }`")?.entries() {
        let text = json_text(&item)?;
        refuse_placeholders(&item, &text)?;
        secrets.extend(text.secrets().map(Box::from));
        values.push(item.check(ExpectedJson::parse(&item.key, &text.value(), &text.masked()))?);
    }
    Some(values.into())
}

/// Refuses a placeholder, which would be searched as it is written.
fn refuse_placeholders(entry: &PlanEntry<'_>, text: &PlanText) -> Option<()> {
    let mut columns = Vec::new();
    Template::parse(text, Escaping::Raw, &mut columns);
    let wrong = || ValueError::new("a text with a placeholder", "rows and steps do not change what is expected");
    entry.check(if columns.is_empty() && !has_marker(&text.value()) { Ok(()) } else { Err(wrong()) })
}
