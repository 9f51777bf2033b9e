//! What a row in JSON expects of its response: the same keys as `expect` in a plan.
//!
//! Start at [`RowExpectation::read`].

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;

use crate::plan::expected::ExpectedAnswer;
use crate::plan::expected::header::ExpectedHeader;
use crate::plan::expected::json::ExpectedJson;
use crate::plan::expected::text::ExpectedText;
use crate::plan::expected::url::ExpectedUrl;
use crate::plan::job::Statuses;
use crate::plan::rows::json_members::{read_members, unknown_key};
use crate::plan::statuses::{StatusSet, parse_statuses};
use crate::text::value_error::ValueError;

/// The keys of `expect`.
const KEYS: [&str; 7] = ["status", "url", "body", "contains", "json", "header", "max_ms"];

/// What a row expects.
#[derive(Debug, Default)]
pub(super) struct RowExpectation {
    pub(super) status: Option<Statuses>,
    pub(super) answer: ExpectedAnswer,
}

impl RowExpectation {
    /// Reads an object, or statuses alone.
    pub(super) fn read(value: &RawValue) -> Result<Self, String> {
        if !value.get().starts_with('{') {
            return Ok(Self { status: Some(read_statuses("expect", value)?), ..Self::default() });
        }
        let mut expected = Self::default();
        let members = read_members(value.get().as_bytes())?;
        for (key, value) in &members {
            let answer = &mut expected.answer;
            match &**key {
                _ if value.get() == "null" => {}
                "status" => expected.status = Some(read_statuses("expect.status", value)?),
                "url" => {
                    let text = texts("expect.url", value)?.into_iter().next().unwrap_or_default();
                    answer.url = Some(Arc::new(ExpectedUrl::parse(&text, &text).map_err(wrong("expect.url"))?));
                }
                "body" => {
                    let texts = texts("expect.body", value)?;
                    let parsed = texts.iter().map(|text| ExpectedText::parse(text, text));
                    answer.body = Some(parsed.collect::<Result<_, _>>().map_err(wrong("expect.body"))?);
                }
                "contains" => {
                    let texts = texts("expect.contains", value)?;
                    let parsed = texts.iter().map(|text| ExpectedText::literal(text, text));
                    answer.contains = Some(parsed.collect::<Result<_, _>>().map_err(wrong("expect.contains"))?);
                }
                "header" => answer.header = Some(read_headers(value)?),
                "max_ms" => {
                    let most = serde_json::from_str::<NonZeroU32>(value.get());
                    let most = most.map_err(|_| "`expect.max_ms` is not a number of milliseconds such as `500`")?;
                    answer.within = Some(Duration::from_millis(u32::from(most).into()));
                }
                "json" => answer.json = Some(read_values(value)?),
                unknown => return Err(unknown_key(unknown, &KEYS)),
            }
        }
        if expected.status.is_none() && expected.answer == ExpectedAnswer::default() {
            return Err(format!("`expect` is empty: its keys are {}", KEYS.join(", ")));
        }
        Ok(expected)
    }
}

/// Reads a status, or a list of statuses.
fn read_statuses(key: &str, value: &RawValue) -> Result<Statuses, String> {
    let items: Vec<&RawValue> = serde_json::from_str(value.get()).unwrap_or_else(|_| vec![value]);
    let words = items.iter().map(|item| serde_json::from_str(item.get()).unwrap_or_else(|_| item.get().to_owned()));
    let words: Vec<String> = words.collect();
    match &words[..] {
        [any] if any == "any" => return Ok(Statuses::Any),
        [] => return Err(format!("`{key}` is empty: no response could be expected")),
        _ => {}
    }
    let mut all = words.iter().map(|word| parse_statuses(word));
    let listed = all.try_fold(StatusSet::EMPTY, |all, part| Ok(all.union(part.map_err(wrong(key))?)));
    listed.map(Statuses::Listed)
}

/// Reads a text, or a list of texts.
fn texts(key: &str, value: &RawValue) -> Result<Vec<String>, String> {
    let one = serde_json::from_str(value.get()).map(|text| vec![text]);
    let all = one.or_else(|_| serde_json::from_str(value.get()));
    all.map_err(|_| format!("`{key}` is not a text such as `\"welcome\"`"))
}

/// Reads an object of JSON paths, each with the value to which it leads.
fn read_values(value: &RawValue) -> Result<Arc<[ExpectedJson]>, String> {
    let members = read_members(value.get().as_bytes())
        .map_err(|_| "`expect.json` is not an object such as `{\"$.status\": \"ok\"}`".to_owned())?;
    let parsed = members.iter().map(|(path, value)| ExpectedJson::parse(path, value.get(), value.get()));
    parsed.collect::<Result<_, _>>().map_err(wrong("expect.json"))
}

/// Reads an object of headers, each with what its value must contain.
fn read_headers(value: &RawValue) -> Result<Arc<[ExpectedHeader]>, String> {
    let members = read_members(value.get().as_bytes())
        .map_err(|_| "`expect.header` is not an object such as `{\"content-type\": \"json\"}`".to_owned())?;
    let mut headers = Vec::new();
    for (name, value) in &members {
        let text = texts("expect.header", value)?.into_iter().next().unwrap_or_default();
        headers.push(ExpectedHeader::parse(name, &text, &text).map_err(wrong("expect.header"))?);
    }
    Ok(headers.into())
}

fn wrong(key: &str) -> impl Fn(ValueError) -> String {
    move |wrong| format!("`{key}` is {wrong}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::value::RawValue;

    use super::RowExpectation;
    use crate::plan::job::Statuses;

    fn read(text: &str) -> Result<RowExpectation, String> {
        RowExpectation::read(&RawValue::from_string(text.to_owned()).unwrap())
    }

    #[test]
    fn a_row_expects_what_a_plan_can_expect() {
        let text = r#"{"status": [200, "4xx"], "url": "https://a.b/*", "body": ["x", "/y+/"], "json": {"$.n": 1}}"#;
        let RowExpectation { status, answer } = read(text).unwrap();
        assert!(matches!(status, Some(Statuses::Listed(set)) if set.contains(404) && !set.contains(500)));
        assert!(answer.url.unwrap().matches(&"https://a.b/c".parse().unwrap()));
        assert_eq!(answer.body.unwrap().len(), 2);
        assert_eq!(answer.json.unwrap()[0].to_string(), "$.n = 1");
        let text = r#"{"contains": "/x/", "header": {"etag": "/./"}, "max_ms": 20}"#;
        let RowExpectation { answer, .. } = read(text).unwrap();
        assert!(!answer.contains.unwrap()[0].is_regex() && answer.within == Some(Duration::from_millis(20)));
        assert_eq!(answer.header.unwrap()[0].to_string(), "etag: /./");
        assert!(read(r#"{"body": "x", "status": null}"#).unwrap().status.is_none());
        assert_eq!(read("\"any\"").unwrap().status, Some(Statuses::Any));
    }

    #[test]
    fn what_is_wrong_names_its_key() {
        for (text, why) in [
            ("{}", "`expect` is empty: its keys are status, url, body, contains, json, header, max_ms"),
            ("[]", "`expect` is empty: no response could be expected"),
            ("{\"status\": []}", "`expect.status` is empty: no response could be expected"),
            ("{\"body\": 5}", "`expect.body` is not a text such as `\"welcome\"`"),
            ("{\"max_ms\": \"1s\"}", "`expect.max_ms` is not a number of milliseconds such as `500`"),
            ("{\"header\": 1}", "`expect.header` is not an object such as `{\"content-type\": \"json\"}`"),
            ("{\"json\": []}", "`expect.json` is not an object such as `{\"$.status\": \"ok\"}`"),
            ("{\"jsn\": {}}", "unknown key `jsn`: did you mean `json`?"),
        ] {
            assert_eq!(read(text).unwrap_err(), why, "{text}");
        }
        for (text, start) in [
            ("{\"url\": \"me\"}", "`expect.url` is not a URL"),
            ("{\"json\": {\"n\": 1}}", "`expect.json` is not a JSON path"),
            ("{\"body\": \"\"}", "`expect.body` is empty"),
            ("{\"status\": 99}", "`expect.status` is "),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.starts_with(start), "{text}: {why}");
        }
    }
}
