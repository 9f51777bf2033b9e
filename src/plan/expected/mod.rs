//! What a good response is, apart from its status: its final address, its headers, its body, and its time.
//!
//! It only describes and compares; the pool reads bodies. Start at [`ExpectedAnswer`].

pub mod header;
pub mod json;
pub mod text;
pub mod url;

use std::sync::Arc;
use std::time::Duration;

use crate::plan::expected::header::ExpectedHeader;
use crate::plan::expected::json::ExpectedJson;
use crate::plan::expected::text::ExpectedText;
use crate::plan::expected::url::ExpectedUrl;
use crate::plan::extract::json_path::WrittenPath;

/// What is expected of a response with a good status. Anything may be absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedAnswer {
    /// The address that must be reached after redirects.
    pub url: Option<Arc<ExpectedUrl>>,
    /// What the body must contain: all of it.
    pub body: Option<Arc<[ExpectedText]>>,
    /// The texts that the body must contain: all of them.
    pub contains: Option<Arc<[ExpectedText]>>,
    /// The values that the body must have as JSON: all of them.
    pub json: Option<Arc<[ExpectedJson]>>,
    /// The paths that must lead to something in the body as JSON.
    pub present: Arc<[WrittenPath]>,
    /// The headers that it must have: all of them.
    pub header: Option<Arc<[ExpectedHeader]>>,
    /// The longest time from the slot to the last byte.
    pub within: Option<Duration>,
    /// The secrets of the plan in them, which must be masked wherever a server repeats them.
    pub secrets: Arc<[Box<str>]>,
}

impl ExpectedAnswer {
    /// Returns these expectations, completed by `lower` where they are absent.
    #[must_use]
    pub fn over(self, lower: &Self) -> Self {
        let secrets = match (&*self.secrets, &*lower.secrets) {
            (own, []) if !own.is_empty() => self.secrets,
            ([], _) => Arc::clone(&lower.secrets),
            (own, lower) => own.iter().chain(lower).cloned().collect(),
        };
        Self {
            url: self.url.or_else(|| lower.url.clone()),
            body: self.body.or_else(|| lower.body.clone()),
            contains: self.contains.or_else(|| lower.contains.clone()),
            json: self.json.or_else(|| lower.json.clone()),
            present: if self.present.is_empty() { Arc::clone(&lower.present) } else { self.present },
            header: self.header.or_else(|| lower.header.clone()),
            within: self.within.or(lower.within),
            secrets,
        }
    }

    /// Whether the body must be read for it.
    pub fn needs_body(&self) -> bool {
        let has_texts = self.texts().next().is_some();
        has_texts || self.json.as_ref().is_some_and(|all| !all.is_empty()) || !self.present.is_empty()
    }

    /// The texts and regular expressions that the body must have.
    pub fn texts(&self) -> impl Iterator<Item = &ExpectedText> {
        self.body.iter().chain(&self.contains).flat_map(|all| all.iter())
    }
}
