//! The pages of a row: how each page names the next one, and how many are read.
//!
//! A page is a job of its own. It only describes and compares; the pool reads bodies. Start at [`PageRules`].

pub mod page_range;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::plan::extract::json_path::WrittenPath;
use crate::plan::pages::page_range::PageRange;
use crate::text::glob;

/// How the pages of a row follow each other.
#[derive(Clone, Debug, PartialEq)]
pub struct PageRules {
    /// How a page names the next one.
    pub next: NextLink,
    /// The most pages of a row.
    pub most: u32,
    /// Patterns of other hosts that a next page may have, in lower case.
    pub hosts: Arc<[Box<str>]>,
}

/// How a page names the next one.
#[derive(Clone, Debug, PartialEq)]
pub enum NextLink {
    /// In a `Link` header with `rel="next"` (RFC 8288).
    Header,
    /// By its URL in the JSON of the body.
    Url(WrittenPath),
    /// By a value in the JSON of the body, which becomes a query parameter of the URL.
    Query {
        /// Where the value is.
        path: WrittenPath,
        /// The name of the parameter.
        name: Box<str>,
    },
    /// Pages are counted, until one of them is empty.
    Number {
        /// The numbers.
        range: PageRange,
        /// What is empty on an empty page. If absent, the whole page, or all its lists.
        items: Option<WrittenPath>,
    },
}

/// The pages of an endpoint, as far as the plan sets them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WrittenPages {
    /// How a page names the next one.
    pub next: Option<NextLink>,
    /// The most pages of a row.
    pub most: Option<u32>,
    /// Patterns of other hosts.
    pub hosts: Option<Arc<[Box<str>]>>,
}

/// The most pages of a row by default.
pub const MOST_PAGES: u32 = 1_000;

impl WrittenPages {
    /// Returns these settings, completed by `lower` where they are absent.
    #[must_use]
    pub fn over(self, lower: &Self) -> Self {
        Self {
            next: self.next.or_else(|| lower.next.clone()),
            most: self.most.or(lower.most),
            hosts: self.hosts.or_else(|| lower.hosts.clone()),
        }
    }

    /// Returns the rules, if rows have pages.
    pub fn rules(&self) -> Option<Arc<PageRules>> {
        let rules = |next: &NextLink| {
            let most = self.most.unwrap_or(MOST_PAGES);
            Arc::new(PageRules { next: next.clone(), most, hosts: self.hosts.clone().unwrap_or_default() })
        };
        self.next.as_ref().map(rules)
    }
}

impl PageRules {
    /// Whether the body must be read to find the next page.
    pub fn needs_body(&self) -> bool {
        !matches!(self.next, NextLink::Header)
    }

    /// Whether a next page may be at another host with this name.
    pub fn allows_host(&self, name: &str) -> bool {
        self.hosts.iter().any(|pattern| glob::matches(pattern, &name.to_lowercase()))
    }
}

/// Whether a document has nothing: it is empty, or it is an object whose lists are all empty.
pub fn is_empty(document: &Value) -> bool {
    match document {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => {
            let mut lists = members.values().filter_map(Value::as_array).peekable();
            members.is_empty() || lists.peek().is_some() && lists.all(Vec::is_empty)
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

impl fmt::Display for NextLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("the `Link` header"),
            Self::Url(path) => write!(f, "{path}"),
            Self::Query { path, name } => write!(f, "{path} as `{name}`"),
            Self::Number { range, items: None } => write!(f, "{range} until one is empty"),
            Self::Number { range, items: Some(items) } => write!(f, "{range} until {items} is empty"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_empty;

    #[test]
    fn a_page_without_items_is_empty() {
        let empty = [json!(null), json!([]), json!({}), json!({"items": [], "total": 30}), json!({"a": [], "b": []})];
        for document in empty {
            assert!(is_empty(&document), "{document}");
        }
        for document in [json!([1]), json!({"total": 0}), json!({"items": [1]}), json!({"a": [], "b": [1]}), json!(0)] {
            assert!(!is_empty(&document), "{document}");
        }
    }
}
