//! A row in JSON: the values for placeholders, or a whole request.
//!
//! Numbers keep their digits as written. Messages never show the parser's own terms. Start at [`read_values`] and
//! [`read_request`].

use serde_json::Value;
use serde_json::value::RawValue;

use crate::plan::attempt_timeout::parse_attempt_timeout;
use crate::plan::defaults::MAX_WEIGHT;
use crate::plan::job::parse_method;
use crate::plan::rows::json_members::{read_members, unknown_key};
use crate::plan::rows::json_words::{kind, syntax};
use crate::plan::rows::request::RowRequest;
use crate::plan::rows::row_expect::RowExpectation;
use crate::text::sanitize::sanitize;

/// The keys of a request.
const KEYS: [&str; 10] = ["url", "method", "header", "headers", "body", "json", "timeout", "expect", "weight", "name"];

/// Reads the named values of an object.
pub(super) fn read_values(text: &[u8], columns: &[String], values: &mut Vec<String>) -> Result<(), String> {
    let members = read_members(text)?;
    values.resize(columns.len(), String::new());
    for (value, column) in values.iter_mut().zip(columns) {
        value.clear();
        // If a key is repeated, its last value counts.
        match members.iter().rev().find(|(key, _)| key == column).map(|(_, value)| value.get()) {
            None | Some("null") => return Err(format!("has no `{}`", sanitize(column))),
            Some(written) => push_text(written, value),
        }
    }
    Ok(())
}

/// Reads a request: a URL, or an object with one.
pub(super) fn read_request(text: &[u8]) -> Result<RowRequest, String> {
    let mut request = RowRequest { weight: 1, size: text.len(), ..RowRequest::default() };
    if text.first() == Some(&b'"') {
        request.url = serde_json::from_slice(text).map_err(|why| syntax(&why))?;
        return Ok(request);
    }
    let members = read_members(text)?;
    let mut has_url = false;
    for (key, value) in &members {
        if value.get() == "null" {
            continue;
        }
        match &**key {
            "url" => {
                request.url = read_text(key, value)?;
                has_url = true;
            }
            "method" => {
                let name = read_text(key, value)?;
                let method = parse_method(&name).ok_or_else(|| format!("`{}` is not a method", sanitize(&name)))?;
                request.method = Some(method);
            }
            "header" | "headers" => read_headers(value, &mut request.headers)?,
            "body" | "json" => set_body(&mut request, key, value)?,
            "timeout" => {
                let text = serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned());
                let timeout = parse_attempt_timeout(&text);
                request.timeout = Some(timeout.map_err(|wrong| format!("`timeout` is {wrong}"))?);
            }
            "expect" => {
                let expected = RowExpectation::read(value)?;
                (request.status, request.answer) = (expected.status, expected.answer);
            }
            "weight" => request.weight = read_weight(value)?,
            "name" => request.name = Some(read_text(key, value)?),
            unknown => return Err(unknown_key(unknown, &KEYS)),
        }
    }
    if has_url { Ok(request) } else { Err("`url` is missing".to_owned()) }
}

/// Reads the number of jobs that a row makes, without the rest. A row that cannot be read is one job, which fails.
pub(super) fn weight_of(text: &[u8]) -> u64 {
    if memchr::memmem::find(text, b"\"weight\"").is_none() {
        return 1;
    }
    read_request(text).map_or(1, |request| request.weight.into())
}

fn set_body(request: &mut RowRequest, key: &str, value: &RawValue) -> Result<(), String> {
    if request.body.is_some() {
        return Err("has both `body` and `json`: leave one out".to_owned());
    }
    let text = serde_json::from_str::<String>(value.get()).ok().filter(|_| key == "body");
    request.is_json = text.is_none();
    request.body = Some(text.unwrap_or_else(|| value.get().to_owned()).into());
    Ok(())
}

fn read_headers(value: &RawValue, headers: &mut Vec<(String, String)>) -> Result<(), String> {
    let members = read_members(value.get().as_bytes())
        .map_err(|_| "`headers` is not an object such as `{\"accept\": \"text/plain\"}`".to_owned())?;
    for (name, value) in members {
        let wrong = || format!("header `{}` is not a text", sanitize(&name));
        let texts = match serde_json::from_str(value.get()) {
            Ok(Value::String(text)) => vec![text],
            Ok(Value::Array(_)) => serde_json::from_str::<Vec<String>>(value.get()).map_err(|_| wrong())?,
            Ok(Value::Number(_)) => vec![value.get().to_owned()],
            Ok(Value::Null | Value::Bool(_) | Value::Object(_)) | Err(_) => return Err(wrong()),
        };
        headers.extend(texts.into_iter().map(|text| (name.clone().into_owned(), text)));
    }
    Ok(())
}

fn read_weight(value: &RawValue) -> Result<u32, String> {
    let weight = value.get().parse().ok().filter(|weight| *weight <= MAX_WEIGHT);
    weight.ok_or_else(|| "`weight` is not a whole number from 0 to 100,000".to_owned())
}

fn read_text(key: &str, value: &RawValue) -> Result<String, String> {
    serde_json::from_str(value.get()).map_err(|_| format!("`{key}` is {}, not a text", kind(value.get().as_bytes())))
}

/// Appends a value as text. Numbers are not parsed.
fn push_text(written: &str, out: &mut String) {
    match written.as_bytes().first() {
        Some(b'"') => out.push_str(&serde_json::from_str::<String>(written).unwrap_or_default()),
        Some(b'{' | b'[') => push_compact(written, out),
        Some(_) | None => out.push_str(written),
    }
}

/// Appends JSON without the blanks between its parts.
fn push_compact(written: &str, out: &mut String) {
    let (mut is_text, mut is_escaped) = (false, false);
    out.extend(written.chars().filter(|&c| {
        let was_text = is_text;
        if c == '"' && !is_escaped {
            is_text = !is_text;
        }
        is_escaped = is_text && c == '\\' && !is_escaped;
        was_text || !c.is_ascii_whitespace()
    }));
}

#[cfg(test)]
mod tests {
    use super::{read_request, read_values, weight_of};
    use crate::plan::job::Statuses;

    #[test]
    fn numbers_keep_their_digits_and_other_values_are_text() {
        let columns = ["n", "d", "e", "s", "o", "b"].map(str::to_owned);
        let mut values = Vec::new();
        let row =
            br#"{"n": 12345678901234567890123, "d": 1.0, "e": 1e5, "s": "a\"b", "o": {"x": [1, "a \" b"]}, "b": true}"#;
        read_values(row, &columns, &mut values).unwrap();
        assert_eq!(values, ["12345678901234567890123", "1.0", "1e5", "a\"b", r#"{"x":[1,"a \" b"]}"#, "true"]);
    }

    #[test]
    fn values_that_cannot_be_used_are_reported_in_words() {
        let columns = ["s".to_owned()];
        for (row, why) in [
            (r#"{"n": 1}"#, "has no `s`"),
            (r#"{"s": null}"#, "has no `s`"),
            ("{", "is not JSON: it ends too early at column 1"),
            ("[1]", "is a list, not an object"),
            ("5", "is a number, not an object"),
            ("nonsense", "is not JSON: a value was expected at column 2"),
            ("{\"s\": x}", "is not JSON: a value was expected at column 7"),
            ("{s: 1}", "is not JSON: a key in quotes was expected at column 2"),
            ("{\"s\": 1,\n}", "is not JSON: a comma is followed by nothing at column 1 of its line 2"),
        ] {
            assert_eq!(read_values(row.as_bytes(), &columns, &mut Vec::new()).unwrap_err(), why, "{row}");
        }
    }

    #[test]
    fn a_request_has_its_own_rules() {
        let row = br#"{"url": "a.b", "timeout": "2s", "expect": {"status": [404, "2xx"]}, "weight": 3, "json": "x"}"#;
        let request = read_request(row).unwrap();
        assert!(matches!(request.status, Some(Statuses::Listed(set)) if set.contains(404) && set.contains(250)));
        assert_eq!((request.weight, request.is_json, request.body), (3, true, Some("\"x\"".to_owned().into())));
        assert_eq!((weight_of(row), weight_of(b"{\"weight\": }"), weight_of(b"{}")), (3, 1, 1));
        for expect in ["404", "\"4xx\"", "[\"any\"]", "{\"status\": \"any\"}"] {
            assert!(read_request(format!("{{\"url\": \"a.b\", \"expect\": {expect}}}").as_bytes()).is_ok(), "{expect}");
        }
    }

    #[test]
    fn a_request_that_is_wrong_is_reported_in_words() {
        for (row, why) in [
            (r#"{"method": "GET"}"#, "`url` is missing"),
            (r#"{"url": 5}"#, "`url` is a number, not a text"),
            (r#"{"url": "a.b", "bdy": 1}"#, "unknown key `bdy`: did you mean `body`?"),
            (r#"{"url": "a.b", "method": "G T"}"#, "`G T` is not a method"),
            (r#"{"url": "a.b", "headers": []}"#, "`headers` is not an object such as `{\"accept\": \"text/plain\"}`"),
            (r#"{"url": "a.b", "headers": {"x": true}}"#, "header `x` is not a text"),
            (r#"{"url": "a.b", "body": "", "json": 1}"#, "has both `body` and `json`: leave one out"),
            (r#"{"url": "a.b", "timeout": 5}"#, "`timeout` is a number without a unit: write `5ms` or `5s`"),
            (r#"{"url": "a.b", "expect": {"stauts": 1}}"#, "unknown key `stauts`: did you mean `status`?"),
            (r#"{"url": "a.b", "weight": 1.5}"#, "`weight` is not a whole number from 0 to 100,000"),
            ("[1]", "is a list, not an object"),
            ("7", "is a number, not an object"),
        ] {
            assert_eq!(read_request(row.as_bytes()).unwrap_err(), why, "{row}");
        }
    }
}
