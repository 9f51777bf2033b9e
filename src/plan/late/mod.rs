//! Values that are known only when a request is sent, and their markers until then.
//!
//! A marker is a word of letters and digits that no plan contains, so every notation of a request leaves it as it is.
//! Start at [`LateValues::fill`].

pub mod page_number;

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use percent_encoding::utf8_percent_encode;

use crate::plan::content::{ContentPart, RequestContent};
use crate::plan::exact::request_url::RequestUrl;
use crate::plan::job::Job;
use crate::plan::template::escape::COMPONENT;

/// Values by name, in the order in which they became known.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LateValues(Vec<LateValue>);

#[derive(Clone, PartialEq, Eq)]
struct LateValue {
    name: Box<str>,
    marker: Box<str>,
    value: Box<str>,
}

/// How a value is written where it belongs.
#[derive(Clone, Copy)]
enum Notation {
    Raw,
    Component,
    Json,
}

/// Returns the marker of a value. Its length depends only on the name.
pub fn marker(name: &str) -> String {
    let mut marker = prefix().to_owned();
    for byte in name.bytes() {
        // Writing into a string cannot fail.
        let _ = write!(marker, "{byte:02x}");
    }
    marker.push('x');
    marker
}

/// Whether a text has a marker in it.
pub fn has_marker(text: &str) -> bool {
    text.contains(prefix())
}

/// The start of every marker, which differs from run to run.
fn prefix() -> &'static str {
    static PREFIX: OnceLock<String> = OnceLock::new();
    PREFIX.get_or_init(|| format!("late{:016x}x", fastrand::u64(..)))
}

impl LateValues {
    /// Sets a value, or replaces it.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|known| &*known.name != name);
        self.0.push(LateValue { name: name.into(), marker: marker(name).into(), value: value.into() });
    }

    /// Returns all values.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|known| &*known.value)
    }

    /// Returns a job with its values, or nothing if it uses none of them.
    ///
    /// # Errors
    ///
    /// A value does not fit where the plan uses it. The sentence has no value in it.
    pub fn fill(&self, job: &Job) -> Result<Option<Job>, String> {
        let url = self.url(job)?;
        let headers = self.headers(&job.headers)?;
        let body = self.body(job);
        if url.is_none() && headers.is_none() && body.is_none() {
            return Ok(None);
        }
        let mut filled = job.clone();
        filled.url = url.unwrap_or(filled.url);
        filled.headers = headers.map_or(filled.headers, Arc::new);
        filled.body = body.unwrap_or(filled.body);
        Ok(Some(filled))
    }

    /// Returns a text with its values, as they are.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let replaced = self.replace(text.as_bytes(), Notation::Raw).and_then(|bytes| String::from_utf8(bytes).ok());
        replaced.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    fn url(&self, job: &Job) -> Result<Option<RequestUrl>, String> {
        let Some(target) = self.replace(job.url.target().as_bytes(), Notation::Component) else { return Ok(None) };
        let text = format!("{}{}", job.url.before_path(), String::from_utf8_lossy(&target));
        let url = RequestUrl::parse(&text, job.policy.path_as_is);
        url.map(Some).map_err(|_| "the URL is not valid with the values of the steps before".to_owned())
    }

    fn headers(&self, headers: &HeaderMap) -> Result<Option<HeaderMap>, String> {
        let mut filled = None;
        for (name, value) in headers {
            let Some(bytes) = self.replace(value.as_bytes(), Notation::Raw) else { continue };
            let mut value = HeaderValue::from_bytes(&bytes).map_err(|_| {
                format!("header `{name}` has a line break or control character in it, from a step before")
            })?;
            value.set_sensitive(true);
            filled.get_or_insert_with(|| headers.clone()).insert(name.clone(), value);
        }
        Ok(filled)
    }

    fn body(&self, job: &Job) -> Option<RequestContent> {
        let kind = job.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        let has = |word: &[u8]| kind.to_ascii_lowercase().windows(word.len()).any(|part| part == word);
        let notation = if has(b"json") {
            Notation::Json
        } else if has(b"x-www-form-urlencoded") {
            Notation::Component
        } else {
            Notation::Raw
        };
        match &job.body {
            RequestContent::Memory(bytes) => self.replace(bytes, notation).map(|bytes| Bytes::from(bytes).into()),
            RequestContent::Parts(parts) => {
                let mut has_any = false;
                let filled: Vec<_> = parts
                    .iter()
                    .map(|part| match part {
                        ContentPart::Memory(bytes) => match self.replace(bytes, notation) {
                            Some(bytes) => {
                                has_any = true;
                                ContentPart::memory(bytes)
                            }
                            None => part.clone(),
                        },
                        ContentPart::File(_) => part.clone(),
                    })
                    .collect();
                has_any.then(|| RequestContent::from_parts(filled))
            }
        }
    }

    /// Replaces every marker. Returns nothing if there is none.
    fn replace(&self, text: &[u8], notation: Notation) -> Option<Vec<u8>> {
        let mut replaced: Option<Vec<u8>> = None;
        for LateValue { marker, value, .. } in &self.0 {
            let text = replaced.as_deref().unwrap_or(text);
            let finder = memchr::memmem::Finder::new(marker.as_bytes());
            let mut from = 0;
            let mut out = Vec::new();
            for at in finder.find_iter(text) {
                out.extend_from_slice(&text[from..at]);
                out.extend_from_slice(notation.write(value).as_bytes());
                from = at + marker.len();
            }
            if from > 0 {
                out.extend_from_slice(&text[from..]);
                replaced = Some(out);
            }
        }
        replaced
    }
}

impl Notation {
    fn write(self, value: &str) -> Cow<'_, str> {
        match self {
            Self::Raw => value.into(),
            Self::Component => utf8_percent_encode(value, COMPONENT).into(),
            Self::Json => {
                let quoted = serde_json::Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned().into()
            }
        }
    }
}

impl fmt::Debug for LateValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|known| &known.name)).finish()
    }
}
