//! A source of jobs in the plan: an endpoint with its rows, or a list of URLs.
//!
//! It is only a description; the [`Cursor`](crate::plan::cursor::Cursor) opens it and draws its jobs.
//! Its `Debug` shows no header, no body and no secret. Start at [`Source`].

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, Method};

use crate::plan::rows::Rows;
use crate::plan::rules::Rules;
use crate::plan::template::Template;
use crate::plan::template::interpolation::PlanText;
use crate::text::toml_reader::WrittenKey;

/// A source of jobs: an endpoint with its rows, or a list of URLs.
pub struct Source {
    pub(super) naming: Naming,
    /// Shared with cursors, which read them again.
    pub(super) rows: Arc<Rows>,
    /// The placeholders in use.
    pub(super) columns: Vec<String>,
    pub(super) url: Target,
    /// The default is GET, or POST if there is a body.
    pub(super) method: Option<Method>,
    pub(super) headers: Vec<(HeaderName, Template)>,
    pub(super) body: Option<Body>,
    pub(super) rules: Rules,
    /// Its keys that the plan sets, with their lines.
    pub(super) written: Vec<WrittenKey>,
}

/// How the endpoints of a source are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// It is one endpoint with this name.
    Named(Arc<str>),
    /// It is one endpoint, named by method and path.
    Path,
    /// It is one endpoint, named by its URL.
    Url,
    /// Each of its hosts is an endpoint.
    ByHost,
}

/// The URL of a source.
pub(super) enum Target {
    /// Rows fill in this template.
    Template(Template),
    /// Each row is a whole request in JSON.
    InRow,
}

/// The body of a request.
pub(super) enum Body {
    /// The same bytes for all rows.
    Bytes(Bytes),
    /// Rows fill in this template.
    Template(Template),
}

/// The overrides of all sources: the flags of the command line.
#[derive(Clone, Default)]
pub struct Overlay {
    /// HTTP method.
    pub method: Option<Method>,
    /// Headers; they replace those of the same name.
    pub headers: Vec<(HeaderName, String)>,
    /// Body to send.
    pub body: Option<Bytes>,
    /// The rules for running and judging jobs.
    pub rules: Rules,
}

impl Source {
    /// A source without rules, headers or body of its own.
    pub(super) fn plain(naming: Naming, rows: Rows, url: Target, columns: Vec<String>) -> Self {
        Self {
            naming,
            rows: Arc::new(rows),
            columns,
            url,
            method: None,
            headers: Vec::new(),
            body: None,
            rules: Rules::default(),
            written: Vec::new(),
        }
    }

    /// Whether its rows can be read more than once.
    pub(super) fn is_repeatable(&self) -> bool {
        !matches!(*self.rows, Rows::Stream { .. })
    }

    /// Every line is a URL.
    pub(super) fn url_list(rows: Rows) -> Self {
        let mut columns = Vec::new();
        let url = Template::parse_url(&PlanText::written("{url}"), &mut columns);
        Self::plain(Naming::ByHost, rows, Target::Template(url), columns)
    }

    /// Every line is a request in JSON.
    pub(super) fn json_lines(rows: Rows) -> Self {
        Self::plain(Naming::ByHost, rows, Target::InRow, Vec::new())
    }

    /// The same URL several times.
    pub(super) fn repeated(url: &str, times: u64) -> Self {
        // A command line has no rows, so its braces are literal.
        Self::plain(Naming::Url, Rows::Repeat(times), Target::Template(Template::literal(url)), Vec::new())
    }

    /// Overrides the plan with flags.
    pub(super) fn override_with(&mut self, overlay: &Overlay) {
        if let Some(method) = &overlay.method {
            self.method = Some(method.clone());
        }
        for (name, _) in &overlay.headers {
            self.headers.retain(|(own, _)| own != name);
        }
        self.headers.extend(overlay.headers.iter().map(|(name, value)| (name.clone(), Template::secret(value))));
        if let Some(body) = &overlay.body {
            self.body = Some(Body::Bytes(body.clone()));
        }
        self.rules = overlay.rules.clone().over(&self.rules);
    }

    /// Adds rules where the plan has none.
    pub(super) fn lay_under(&mut self, rules: &Rules) {
        self.rules = std::mem::take(&mut self.rules).over(rules);
    }

    /// The HTTP method, or its default.
    pub(super) fn method(&self) -> Method {
        let default = if self.body.is_some() { Method::POST } else { Method::GET };
        self.method.clone().unwrap_or(default)
    }

    /// The name of its endpoint, if it has only one.
    pub(super) fn name(&self) -> Option<Arc<str>> {
        let written = || match &self.url {
            Target::Template(url) => url.written(&self.columns),
            Target::InRow => String::new(),
        };
        match &self.naming {
            Naming::Named(name) => Some(Arc::clone(name)),
            Naming::Path => Some(format!("{} {}", self.method(), path_of(&written())).into()),
            Naming::Url => Some(host_and_path_of(&written()).into()),
            Naming::ByHost => None,
        }
    }

    /// The longer name of its endpoint, for when the short one is taken.
    pub(super) fn longer_name(&self) -> Option<Arc<str>> {
        match (&self.naming, &self.url) {
            (Naming::Path, Target::Template(url)) => {
                Some(format!("{} {}", self.method(), host_and_path_of(&url.written(&self.columns))).into())
            }
            _ => None,
        }
    }
}

/// The part of a written URL that follows the host, without the query.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]);
    let path = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    if path.is_empty() { "/" } else { path }
}

/// A written URL without scheme, user and query.
fn host_and_path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let host_end = rest.find('/').unwrap_or(rest.len());
    &rest[rest[..host_end].rfind('@').map_or(0, |at| at + 1)..]
}

impl Target {
    /// Whether rows are whole requests.
    pub(super) fn is_in_row(&self) -> bool {
        matches!(self, Self::InRow)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&HeaderName> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Source")
            .field("name", &self.name())
            .field("rows", &self.rows)
            .field("headers", &headers)
            .field("body", &self.body.is_some())
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&HeaderName> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Overlay")
            .field("method", &self.method)
            .field("headers", &headers)
            .field("body", &self.body.as_ref().map(Bytes::len))
            .field("rules", &self.rules)
            .finish()
    }
}
