//! A value that a JSON path must lead to.
//!
//! Start at [`ExpectedJson::parse`] and [`ExpectedJson::find_other`].

use std::fmt;

use serde_json::{Number, Value};

use crate::plan::extract::json_path::WrittenPath;
use crate::text::value_error::ValueError;

/// A JSON path (RFC 9535), and the value of everything that it matches. Its `Debug` shows no secret.
#[derive(Clone, PartialEq)]
pub struct ExpectedJson {
    path: WrittenPath,
    value: Value,
    /// The value as JSON, secrets masked.
    shown_value: Box<str>,
}

/// What a path leads to instead of the expected value.
#[derive(Debug, PartialEq)]
pub enum OtherValue<'d> {
    /// Nothing.
    Missing,
    /// This value.
    Value(&'d Value),
}

impl ExpectedJson {
    /// Parses a path, and a value in JSON. `masked` is the value without the secrets of the plan.
    ///
    /// # Errors
    ///
    /// The path is none.
    pub fn parse(path: &str, value: &str, masked: &str) -> Result<Self, ValueError> {
        let path = WrittenPath::parse(path)?;
        let value = serde_json::from_str(value).map_err(|_| ValueError::new("not a value", "write a JSON value"))?;
        Ok(Self { path, value, shown_value: masked.into() })
    }

    /// Finds something in a document that is not as expected. If a path matches several values, each must be.
    pub fn find_other<'d>(&self, document: &'d Value) -> Option<OtherValue<'d>> {
        let found = self.path.find_all(document);
        if found.is_empty() {
            return Some(OtherValue::Missing);
        }
        found.into_iter().find(|value| !is_same(value, &self.value)).map(OtherValue::Value)
    }

    /// The path as written.
    pub fn path(&self) -> &str {
        self.path.text()
    }

    /// The value as JSON, secrets masked.
    pub fn value(&self) -> &str {
        &self.shown_value
    }

    /// Whether the path ends at the name of a secret, such as `$.access_token`.
    pub fn is_secret(&self) -> bool {
        self.path.is_secret()
    }
}

/// Whether two values are the same. Numbers are compared by value, so that `1` is `1.0`.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => is_same_number(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let has = |(key, value): (&String, &Value)| other.get(key).is_some_and(|other| is_same(value, other));
            one.len() == other.len() && one.iter().all(has)
        }
        (one, other) => one == other,
    }
}

fn is_same_number(one: &Number, other: &Number) -> bool {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one == other,
        (Some(_) | None, None) | (None, Some(_)) => one.as_f64() == other.as_f64(),
    }
}

impl fmt::Display for ExpectedJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.path, self.shown_value)
    }
}

impl fmt::Debug for ExpectedJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ExpectedJson, OtherValue};

    fn expected(path: &str, value: &Value) -> ExpectedJson {
        ExpectedJson::parse(path, &value.to_string(), "***").unwrap()
    }

    #[test]
    fn every_value_that_a_path_matches_must_be_the_expected_one() {
        let document = json!({"status": "ok", "n": 1.0, "big": 9_007_199_254_740_993_u64, "items": [
            {"id": 1, "tags": ["a", 2]}, {"id": 1, "tags": []}
        ], "none": null});
        for (path, value) in [
            ("$.status", json!("ok")),
            ("$.n", json!(1)),
            ("$['n']", json!(1.0)),
            ("$.big", json!(9_007_199_254_740_993_u64)),
            ("$.items[*].id", json!(1)),
            ("$..id", json!(1)),
            ("$.items[0].tags", json!(["a", 2.0])),
            ("$.items[?@.id == 1].id", json!(1)),
            ("$.items[-1]", json!({"tags": [], "id": 1.0})),
        ] {
            assert_eq!(expected(path, &value).find_other(&document), None, "{path}");
        }
        for (path, value, other) in [
            ("$.status", json!("down"), OtherValue::Value(&json!("ok"))),
            ("$.status", json!(true), OtherValue::Value(&json!("ok"))),
            ("$.n", json!("1"), OtherValue::Value(&json!(1.0))),
            ("$.big", json!(9_007_199_254_740_992_u64), OtherValue::Value(&json!(9_007_199_254_740_993_u64))),
            ("$.items[*].tags", json!([]), OtherValue::Value(&json!(["a", 2]))),
            ("$.none", json!(false), OtherValue::Value(&Value::Null)),
            ("$.absent", json!(1), OtherValue::Missing),
            ("$.items[7]", json!(1), OtherValue::Missing),
        ] {
            assert_eq!(expected(path, &value).find_other(&document), Some(other), "{path}");
        }
    }
}
