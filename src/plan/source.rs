//! A source of jobs in the plan: an endpoint with its rows, or a list of URLs.
//!
//! It only describes the jobs. The [`Cursor`](crate::plan::cursor::Cursor) opens it and draws them.
//! Its `Debug` shows no header, no body and no secret. Start at [`Source`].

use std::sync::Arc;
use std::{fmt, mem};

use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, EXPECT, USER_AGENT};
use http::{HeaderName, HeaderValue, Method};

use crate::plan::auth::{Auth, GivenAuth};
use crate::plan::body_template::Body;
use crate::plan::content::RequestContent;
use crate::plan::defaults;
use crate::plan::exact::field_names::FieldName;
use crate::plan::retry_on::RetryOn;
use crate::plan::rows::Rows;
use crate::plan::rules::Rules;
use crate::plan::template::Template;
use crate::text::toml_reader::WrittenKey;
use crate::text::written_url::{written_host_and_path, written_path};

/// A source of jobs: an endpoint with its rows, or a list of URLs.
pub struct Source {
    pub(super) naming: Naming,
    /// The rows, shared with cursors, which read them again.
    pub(super) rows: Arc<Rows>,
    /// The placeholders in use.
    pub(super) columns: Vec<String>,
    pub(super) url: Target,
    /// The HTTP method; the default is GET, or POST with a body.
    pub(super) method: Option<Method>,
    /// The method, if rows fill it in.
    pub(super) method_in_row: Option<Template>,
    /// The time-out of an attempt, if rows fill it in.
    pub(super) timeout_in_row: Option<Template>,
    pub(super) headers: Vec<(FieldName, Template)>,
    pub(super) body: Option<Body>,
    /// The credentials, which apply unless a header sets them.
    pub(super) auth: Option<Auth>,
    /// Whether the body of the plan implied the content type.
    pub(super) derives_content_type: bool,
    pub(super) rules: Rules,
    /// Its share of the starts, compared with those of other sources.
    pub(super) weight: u32,
    /// Whether rows that repeat an earlier one are left out.
    pub(super) unique: bool,
    /// How many different rows are remembered to find those that repeat one.
    pub(super) compares: usize,
    /// The keys that the plan sets for it, with their lines.
    pub(super) written: Vec<WrittenKey>,
}

/// How the endpoints of a source are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// One endpoint with this name.
    Named(Arc<str>),
    /// One endpoint, named by method and path.
    Path,
    /// One endpoint, named by its URL.
    Url,
    /// One endpoint for each host.
    ByHost,
}

/// The URL of a source.
pub(super) enum Target {
    /// Rows fill in this template.
    Template(Template),
    /// Each row is a request.
    InRow(RowContent),
}

/// What a row can contain that is a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowContent {
    /// A URL, with an optional method, headers and a body.
    Line,
    /// Values by key, one of which can name the endpoint.
    Keys,
}

/// The headers that are sent unless the plan sets them, even to nothing.
pub const HAVE_DEFAULTS: [HeaderName; 5] = [ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, EXPECT, USER_AGENT];

/// Overrides for the requests of all sources, from command-line flags.
#[derive(Clone, Default)]
pub struct Overrides {
    /// The HTTP method.
    pub method: Option<Method>,
    /// Headers, which replace those of the same name. One without a value is not sent.
    pub headers: Vec<(FieldName, Option<String>)>,
    /// The credentials.
    pub auth: Option<GivenAuth>,
    /// The body to send.
    pub body: Option<RequestContent>,
    /// Headers where neither the plan nor a flag sets them.
    pub default_headers: Vec<(HeaderName, HeaderValue)>,
    /// The rules for running and judging jobs.
    pub rules: Rules,
    /// Outcomes that are retried in addition to those of the plan.
    pub retry_also: Option<RetryOn>,
}

impl Source {
    /// Returns a source without rules, headers and body.
    pub(super) fn new(naming: Naming, rows: Rows, url: Target, columns: Vec<String>) -> Self {
        Self {
            naming,
            rows: Arc::new(rows),
            columns,
            url,
            method: None,
            method_in_row: None,
            timeout_in_row: None,
            headers: Vec::new(),
            body: None,
            auth: None,
            derives_content_type: false,
            rules: Rules::default(),
            weight: 1,
            unique: false,
            compares: defaults::COMPARED_ROWS,
            written: Vec::new(),
        }
    }

    /// Whether its rows can be read more than once; those of a named pipe cannot.
    pub(super) fn is_repeatable(&self) -> bool {
        !matches!(*self.rows, Rows::Stream { .. }) && !self.rows.blocks_on_open()
    }

    /// Leaves out rows that repeat an earlier one.
    pub(super) fn drop_repeats(&mut self) {
        self.unique = true;
        self.compare_more_rows();
    }

    /// Finds repeats among more rows, which takes more memory.
    pub(super) fn compare_more_rows(&mut self) {
        self.compares = defaults::MAX_COMPARED_ROWS;
    }

    /// The line in which the plan sets its rows.
    pub(super) fn line_of_rows(&self) -> Option<usize> {
        self.written.iter().find(|written| written.key == "endpoint.rows").map(|written| written.line)
    }

    /// Returns a source in which every line is a URL.
    pub(super) fn url_list(rows: Rows) -> Self {
        Self::new(Naming::ByHost, rows, Target::InRow(RowContent::Line), Vec::new())
    }

    /// Returns a source in which every row is a request with keys.
    pub(super) fn request_rows(rows: Rows) -> Self {
        Self::new(Naming::ByHost, rows, Target::InRow(RowContent::Keys), Vec::new())
    }

    /// Returns a source that requests the same URL several times.
    pub(super) fn repeated(url: &str, times: u64) -> Self {
        // A command line has no rows, so its braces are literal.
        Self::new(Naming::Url, Rows::Repeat(times), Target::Template(Template::literal(url)), Vec::new())
    }

    /// Overrides the plan with flags.
    pub(super) fn override_requests(&mut self, overlay: &Overrides) {
        if let Some(method) = &overlay.method {
            (self.method, self.method_in_row) = (Some(method.clone()), None);
        }
        if overlay.rules.timeout.is_some() {
            self.timeout_in_row = None;
        }
        for (name, _) in &overlay.headers {
            self.headers.retain(|(own, _)| own != name);
        }
        for (name, value) in &overlay.headers {
            match value {
                Some(value) => self.headers.push((name.clone(), Template::secret(value))),
                // Without an entry, it would be sent with its default.
                None if HAVE_DEFAULTS.contains(&**name) => self.headers.push((name.clone(), Template::literal(""))),
                None => {}
            }
        }
        if let Some(body) = &overlay.body {
            self.body = Some(Body::Constant(body.clone()));
            self.remove_derived_content_type();
        }
        if let Some(auth) = &overlay.auth {
            self.auth = Some(auth.clone().into());
            // Flags win, but a header flag is more exact.
            if overlay.headers.iter().all(|(name, _)| name != AUTHORIZATION) {
                self.headers.retain(|(name, _)| name != AUTHORIZATION);
            }
        }
        for (name, value) in &overlay.default_headers {
            self.add_default_header(name, value);
        }
        self.rules = overlay.rules.clone().over(&self.rules);
        if let Some(also) = overlay.retry_also {
            self.rules.retry_on = Some(self.rules.retry_on.unwrap_or(defaults::RETRY_ON).union(also));
        }
    }

    /// Adds a header, unless it is set. Its value is no secret.
    pub(super) fn add_default_header(&mut self, name: &HeaderName, value: &HeaderValue) {
        if let Ok(text) = value.to_str()
            && self.headers.iter().all(|(own, _)| own != name)
        {
            self.headers.push((name.clone().into(), Template::literal(text)));
        }
    }

    /// Removes the content type that the body of the plan implied, because another body replaces it.
    fn remove_derived_content_type(&mut self) {
        if mem::take(&mut self.derives_content_type) {
            self.headers.retain(|(name, _)| name != CONTENT_TYPE);
        }
    }

    /// Adds rules where the plan sets none.
    pub(super) fn add_default_rules(&mut self, rules: &Rules) {
        self.rules = mem::take(&mut self.rules).over(rules);
    }

    /// Returns the HTTP method, or its default.
    pub(super) fn method(&self) -> Method {
        let default = if self.body.is_some() { Method::POST } else { Method::GET };
        self.method.clone().unwrap_or(default)
    }

    /// Returns the method as written, or its default.
    pub(super) fn written_method(&self) -> String {
        let in_row = self.method_in_row.as_ref().map(|method| method.written(&self.columns));
        in_row.unwrap_or_else(|| self.method().to_string())
    }

    /// Returns the name of its endpoint, if it has only one.
    pub(super) fn name(&self) -> Option<Arc<str>> {
        let written = || match &self.url {
            Target::Template(url) => url.written(&self.columns),
            Target::InRow(_) => String::new(),
        };
        match &self.naming {
            Naming::Named(name) => Some(Arc::clone(name)),
            Naming::Path => Some(format!("{} {}", self.written_method(), written_path(&written())).into()),
            Naming::Url => Some(written_host_and_path(&written()).into()),
            Naming::ByHost => None,
        }
    }

    /// Returns a longer name for its endpoint, if the short one is taken.
    pub(super) fn longer_name(&self) -> Option<Arc<str>> {
        match (&self.naming, &self.url) {
            (Naming::Path, Target::Template(url)) => {
                Some(format!("{} {}", self.written_method(), written_host_and_path(&url.written(&self.columns))).into())
            }
            _ => None,
        }
    }
}

impl Target {
    /// Whether rows are requests.
    pub(super) fn is_in_row(&self) -> bool {
        matches!(self, Self::InRow(_))
    }

    /// Whether rows are requests with keys.
    pub(super) fn has_keys(&self) -> bool {
        matches!(self, Self::InRow(RowContent::Keys))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&HeaderName> = self.headers.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("Source")
            .field("name", &self.name())
            .field("rows", &self.rows)
            .field("headers", &headers)
            .field("body", &self.body.is_some())
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Overrides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&HeaderName> = self.headers.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("Overrides")
            .field("method", &self.method)
            .field("headers", &headers)
            .field("body", &self.body.as_ref().map(RequestContent::len_in_memory))
            .field("rules", &self.rules)
            .field("retry_also", &self.retry_also)
            .finish_non_exhaustive()
    }
}
