//! Steps before the batch: requests whose answers give values that the batch uses.
//!
//! It only describes them; the pool sends them. Start at [`BeforeStep`].

pub mod secrets;

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName};
use serde_json::Value;

use crate::event::EndpointId;
use crate::plan::extract::json_path::WrittenPath;
use crate::plan::job::{Job, Place};
use crate::plan::request::RequestBuilder;
use crate::plan::request::address::mask_written_url;
use crate::plan::source::{Source, Target};
use crate::text::sanitize::sanitize;

/// A step before the batch.
pub struct BeforeStep {
    /// Its name.
    pub name: Arc<str>,
    /// The values that its answer gives.
    pub gives: Arc<[GivenValue]>,
    /// Its request.
    pub(in crate::plan) source: Source,
}

/// A value that the answer of a step gives.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenValue {
    /// The name by which the plan uses it.
    pub name: Box<str>,
    /// Where it is in the answer.
    pub at: ValuePlace,
}

/// Where a value is in an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum ValuePlace {
    /// In the JSON of the body.
    Json(WrittenPath),
    /// In a header.
    Header(HeaderName),
}

/// A step that is ready to be sent.
#[derive(Debug)]
pub struct StepRequest {
    /// Its name.
    pub name: Arc<str>,
    /// The values that its answer gives.
    pub gives: Arc<[GivenValue]>,
    /// Its request.
    pub job: Box<Job>,
}

impl BeforeStep {
    /// Makes the request. Practice URLs go to the practice upstream at `practice_port` of this machine.
    ///
    /// # Errors
    ///
    /// The request is not valid.
    pub(in crate::plan) fn request(&self, practice_port: Option<u16>) -> Result<StepRequest, String> {
        let builder = RequestBuilder::new(&self.source, practice_port)?;
        let built = builder.build(&[])?;
        let mut policy = (*builder.policy).clone();
        policy.is_step = true;
        let job = Job {
            place: Place { source: u32::MAX, row: 0 },
            endpoint: EndpointId(u32::MAX),
            method: built.method,
            url: built.address.url,
            target: built.target,
            secrets: Arc::clone(&builder.secrets),
            headers: built.headers,
            header_names: built.header_names,
            body: built.body,
            row_values: None,
            login: builder.auth.login(),
            page: None,
            policy: Arc::new(policy),
        };
        Ok(StepRequest { name: Arc::clone(&self.name), gives: Arc::clone(&self.gives), job: Box::new(job) })
    }

    /// Describes it, secrets masked: its request, and the names that it gives.
    pub(in crate::plan) fn describe(&self) -> String {
        let target = match &self.source.url {
            Target::Template(url) => mask_written_url(&url.written(&self.source.columns)),
            Target::InRow(_) => String::new(),
        };
        let target = format!("{} {target}", self.source.written_method());
        let names: Vec<&str> = self.gives.iter().map(|given| &*given.name).collect();
        let gives = if names.is_empty() { String::new() } else { format!(" gives {}", names.join(", ")) };
        format!("{}: {}{gives}", self.name, sanitize(&target))
    }
}

/// Reads the values of an answer. The sentence of an error has none of them in it.
///
/// # Errors
///
/// A value is missing, or is neither a text nor a number.
pub fn read_values(gives: &[GivenValue], headers: &HeaderMap, body: &[u8]) -> Result<Vec<(Box<str>, String)>, String> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let document = serde_json::from_slice::<Value>(text);
    let value = |given: &GivenValue| match &given.at {
        ValuePlace::Json(path) => {
            let document = document.as_ref().map_err(|_| "the body is not JSON".to_owned())?;
            match path.find_all(document).first() {
                Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
                Some(Value::Number(number)) => Ok(number.to_string()),
                None | Some(Value::Null | Value::String(_)) => Err(format!("{path} is missing in its answer")),
                Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                    Err(format!("{path} is neither a text nor a number in its answer"))
                }
            }
        }
        ValuePlace::Header(name) => {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.map(str::to_owned).ok_or_else(|| format!("its answer has no header `{name}`"))
        }
    };
    gives.iter().map(|given| Ok((given.name.clone(), value(given)?))).collect()
}

impl fmt::Debug for BeforeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BeforeStep").field("name", &self.name).field("gives", &self.gives).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{GivenValue, ValuePlace, read_values};
    use crate::plan::extract::json_path::WrittenPath;

    fn json(name: &str, path: &str) -> GivenValue {
        GivenValue { name: name.into(), at: ValuePlace::Json(WrittenPath::parse(path).unwrap()) }
    }

    #[test]
    fn values_are_texts_or_numbers_and_no_error_has_one_in_it() {
        let name = HeaderName::from_static("x-session");
        let headers = HeaderMap::from_iter([(name.clone(), HeaderValue::from_static("abc"))]);
        let body = br#"{"token": "s3cret", "n": 7, "empty": "", "list": ["s3cret"]}"#;
        let header = GivenValue { name: "session".into(), at: ValuePlace::Header(name) };
        let values = read_values(&[json("t", "$.token"), json("n", "$.n"), header], &headers, body).unwrap();
        let texts: Vec<_> = values.iter().map(|(name, value)| (&**name, value.as_str())).collect();
        assert_eq!(texts, [("t", "s3cret"), ("n", "7"), ("session", "abc")]);
        for (path, body) in [("$.empty", &body[..]), ("$.none", body), ("$.list", body), ("$.token", b"s3cret")] {
            let error = read_values(&[json("t", path)], &headers, body).unwrap_err();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
