//! What an import results in: requests, and what the user should know about them.
//!
//! Start at [`Import`].

use std::collections::BTreeSet;

use http::{HeaderName, Method};

use crate::import::imported_text::ImportedText;
use crate::text::sanitize::sanitize;
use crate::text::secret::{mask_queries, remove_users};

/// The result of an import.
#[derive(Debug, Default)]
pub struct Import {
    /// What was imported, such as `a recording of a browser (HAR)`.
    pub source: &'static str,
    /// The requests, in the order of the file.
    pub requests: Vec<ImportedRequest>,
    /// Requests that were left out, each with the reason.
    pub left_out: Vec<String>,
    /// What else the user should know.
    pub notes: Vec<String>,
    /// Whether only the URLs matter, as in a sitemap.
    pub has_urls_only: bool,
}

/// A request of another tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedRequest {
    /// Its name, if the tool has one.
    pub name: Option<String>,
    /// Its method; GET or POST, depending on the body, if it is absent.
    pub method: Option<String>,
    /// Its URL.
    pub url: ImportedText,
    /// Its headers.
    pub headers: Vec<(String, ImportedText)>,
    /// Its credentials.
    pub auth: Option<ImportedAuth>,
    /// Its body.
    pub body: Option<ImportedBody>,
    /// The time-out of an attempt in milliseconds.
    pub timeout: Option<u64>,
    /// The time-out of a connection in milliseconds.
    pub connect_timeout: Option<u64>,
    /// How many redirects are followed.
    pub redirects: Option<u32>,
    /// Whether the path is sent as it is written.
    pub path_as_is: bool,
}

/// The credentials of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportedAuth {
    /// A name and a password.
    Basic(ImportedText, ImportedText),
    /// The same, and the server is asked for a challenge first.
    Digest(ImportedText, ImportedText),
    /// A token.
    Bearer(ImportedText),
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportedBody {
    /// A text.
    Text(ImportedText),
    /// The content of a file.
    File(String),
    /// Fields of a form.
    Form(Vec<(String, ImportedText)>),
    /// Fields of a form, some of which are files.
    Multipart(Vec<ImportedPart>),
}

/// A field of a form with files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedPart {
    /// Its name.
    pub name: String,
    /// Its text, or the path of its file.
    pub value: Result<ImportedText, String>,
    /// Its content type, if one is named.
    pub kind: Option<String>,
    /// The name of its file that is sent, if it is another one.
    pub filename: Option<String>,
}

impl Default for ImportedPart {
    fn default() -> Self {
        Self { name: String::new(), value: Ok(ImportedText::default()), kind: None, filename: None }
    }
}

/// A URL for messages: without user and query.
pub(super) fn shown_url(url: &str) -> String {
    remove_users(url.split(['?', '#']).next().unwrap_or_default())
}

impl Import {
    /// Leaves out the requests that no plan can send, so that the others run.
    pub fn leave_out_faulty(&mut self) {
        let mut faults = Vec::new();
        self.requests.retain(|request| {
            let fault = request.fault();
            faults.extend(fault.map(|why| {
                let url = || shown_url(&request.url.literals().collect::<String>());
                let shown = request.name.as_deref().map_or_else(url, mask_queries);
                format!("{}: {why}", sanitize(&shown))
            }));
            fault.is_none()
        });
        self.left_out.extend(faults);
    }

    /// A note about the environment variables that the requests need, if there are any.
    pub fn undefined_variables(&self) -> Option<String> {
        let names: BTreeSet<&str> = self.requests.iter().flat_map(ImportedRequest::variables).collect();
        let names: Vec<String> = names.iter().take(20).map(|name| format!("`{name}`")).collect();
        (!names.is_empty())
            .then(|| format!("set these environment variables before a run, or use `--env-file`: {}", names.join(", ")))
    }
}

impl ImportedRequest {
    /// Why it cannot be sent, if so.
    fn fault(&self) -> Option<&'static str> {
        let is_method = |method: &str| Method::from_bytes(method.as_bytes()).is_ok();
        let is_name = |name: &str| HeaderName::from_bytes(name.as_bytes()).is_ok();
        let is_value =
            |value: &ImportedText| value.characters().all(|text| !text.chars().any(|c| c != '\t' && c.is_control()));
        if self.method.as_deref().is_some_and(|method| !is_method(method)) {
            Some("its method is not valid")
        } else if self.url.is_empty() {
            Some("it has no URL")
        } else if self.url.characters().any(|text| text.trim().contains(|c: char| c.is_whitespace() || c.is_control()))
        {
            Some("its URL has a blank or a control character")
        } else if self.has_other_scheme() {
            Some("its scheme is not http or https")
        } else if !self.headers.iter().all(|(name, value)| is_name(name) && is_value(value)) {
            Some("one of its headers is not valid")
        } else {
            None
        }
    }

    /// Whether its URL begins with another scheme than http.
    fn has_other_scheme(&self) -> bool {
        let url: String = if self.url.variables().next().is_some() {
            // A variable may be the beginning.
            self.url.in_plan()
        } else {
            self.url.characters().collect()
        };
        let scheme = url.trim().split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        let is_scheme =
            |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.contains(['/', '?', '.']);
        let other = scheme.filter(|scheme| is_scheme(scheme) && !["http", "https"].contains(&&**scheme));
        // `localhost:8080` is a host and its port.
        other.is_some_and(|scheme| {
            let rest = &url.trim()[scheme.len() + 1..];
            rest.starts_with("//") || !rest.starts_with(|c: char| c.is_ascii_digit()) && !rest.starts_with("${")
        })
    }

    /// All its texts, to change them.
    pub(super) fn texts_mut(&mut self) -> impl Iterator<Item = &mut ImportedText> {
        let auth: Vec<&mut ImportedText> = match &mut self.auth {
            None => Vec::new(),
            Some(ImportedAuth::Basic(user, password) | ImportedAuth::Digest(user, password)) => vec![user, password],
            Some(ImportedAuth::Bearer(token)) => vec![token],
        };
        let body: Vec<&mut ImportedText> = match &mut self.body {
            None | Some(ImportedBody::File(_)) => Vec::new(),
            Some(ImportedBody::Text(text)) => vec![text],
            Some(ImportedBody::Form(fields)) => fields.iter_mut().map(|(_, value)| value).collect(),
            Some(ImportedBody::Multipart(parts)) => {
                parts.iter_mut().filter_map(|part| part.value.as_mut().ok()).collect()
            }
        };
        [&mut self.url].into_iter().chain(self.headers.iter_mut().map(|(_, value)| value)).chain(auth).chain(body)
    }

    /// All its texts.
    pub fn texts(&self) -> impl Iterator<Item = &ImportedText> {
        let auth: Vec<&ImportedText> = match &self.auth {
            None => Vec::new(),
            Some(ImportedAuth::Basic(user, password) | ImportedAuth::Digest(user, password)) => vec![user, password],
            Some(ImportedAuth::Bearer(token)) => vec![token],
        };
        let body: Vec<&ImportedText> = match &self.body {
            None | Some(ImportedBody::File(_)) => Vec::new(),
            Some(ImportedBody::Text(text)) => vec![text],
            Some(ImportedBody::Form(fields)) => fields.iter().map(|(_, value)| value).collect(),
            Some(ImportedBody::Multipart(parts)) => parts.iter().filter_map(|part| part.value.as_ref().ok()).collect(),
        };
        [&self.url].into_iter().chain(self.headers.iter().map(|(_, value)| value)).chain(auth).chain(body)
    }

    /// The names of all variables that it needs.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.texts().flat_map(ImportedText::variables)
    }

    /// Whether it has settings that only a plan can express.
    pub(super) fn needs_plan(&self) -> bool {
        self.connect_timeout.is_some() || self.redirects.is_some() || self.path_as_is
    }

    /// Whether it has this header.
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    }
}
