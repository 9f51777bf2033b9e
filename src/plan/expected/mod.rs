//! What a good response is, apart from its status: its final address, and the content of its body.
//!
//! It only describes and compares; the pool reads bodies. Start at [`ExpectedAnswer`].

pub mod json;
pub mod text;
pub mod url;

use std::sync::Arc;

use crate::plan::expected::json::ExpectedJson;
use crate::plan::expected::text::ExpectedText;
use crate::plan::expected::url::ExpectedUrl;

/// What is expected of a response with a good status. Anything may be absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedAnswer {
    /// The address that must be reached after redirects.
    pub url: Option<Arc<ExpectedUrl>>,
    /// What the body must contain: all of it.
    pub body: Option<Arc<[ExpectedText]>>,
    /// The values that the body must have as JSON: all of them.
    pub json: Option<Arc<[ExpectedJson]>>,
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
            json: self.json.or_else(|| lower.json.clone()),
            secrets,
        }
    }

    /// Whether the body must be read for it.
    pub fn needs_body(&self) -> bool {
        self.body.as_ref().is_some_and(|all| !all.is_empty()) || self.json.as_ref().is_some_and(|all| !all.is_empty())
    }
}
