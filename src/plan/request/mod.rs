//! The builder of requests from a source's rows.
//!
//! Parts that are the same for all rows are shared. It sends nothing. An error is one sentence without
//! secrets. Start at [`RequestBuilder::build`].

pub mod address;
mod auth;
pub(in crate::plan) mod body;
pub mod content_type;
mod from_row;
mod in_row;
pub mod multipart;

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::plan::auth::Auth;
use crate::plan::body_template::Body;
use crate::plan::content::RequestContent;
use crate::plan::exact::field_names::{FieldName, FieldNames};
use crate::plan::job::Policy;
use crate::plan::late::marker;
use crate::plan::late::page_number::PAGE;
use crate::plan::request::address::{Address, AddressRules};
use crate::plan::request::auth::AuthBuilder;
use crate::plan::request::body::BodyBuilder;
use crate::plan::request::in_row::InRowBuilder;
use crate::plan::row_values::{RowNames, RowValues};
use crate::plan::rows::Rows;
use crate::plan::rules::Rules;
use crate::plan::source::{Source, Target};
use crate::plan::template::{SecretDisplay, Template};
use crate::text::sanitize::sanitize;
use crate::text::secret::mask_values;
use crate::text::secret_name::is_secret_name;

/// The fix for a row that leaves a segment of the path empty.
const EMPTY_SEGMENT: &str = "leaves a part of the path empty: fill in the value, or set `allow_empty = true`";

/// Builds the requests of one source.
pub(in crate::plan) struct RequestBuilder {
    method: Method,
    has_own_method: bool,
    /// What rows fill in next to URL, headers and body.
    in_row: InRowBuilder,
    url: UrlBuilder,
    headers: HeaderBuilder,
    header_names: Arc<FieldNames>,
    body: BodyBuilder,
    pub(in crate::plan) auth: AuthBuilder,
    pub(in crate::plan) policy: Arc<Policy>,
    /// The rules of the source, which a row can override.
    rules: Rules,
    pub(in crate::plan) secrets: Arc<[Box<str>]>,
    /// Row values that must be masked.
    hidden: Vec<Box<str>>,
    names: RowNames,
    /// The column of the page's number, if pages are counted.
    page_column: Option<usize>,
    addresses: AddressRules,
}

enum UrlBuilder {
    Same { address: Address, target: Arc<str> },
    Filled(Template),
    InRow,
}

enum HeaderBuilder {
    Same(Arc<HeaderMap>),
    Filled(Vec<(FieldName, Template)>),
}

/// A request without its place in the plan.
pub(in crate::plan) struct BuiltRequest {
    pub(in crate::plan) method: Method,
    pub(in crate::plan) address: Address,
    pub(in crate::plan) target: Arc<str>,
    pub(in crate::plan) headers: Arc<HeaderMap>,
    pub(in crate::plan) header_names: Arc<FieldNames>,
    pub(in crate::plan) body: RequestContent,
    /// The row's values, if it has any.
    pub(in crate::plan) row_values: Option<Arc<RowValues>>,
    /// The name of its endpoint, if the row has one.
    pub(in crate::plan) name: Option<String>,
    /// Its own rules, if the row has any.
    pub(in crate::plan) policy: Option<Arc<Policy>>,
}

impl RequestBuilder {
    /// Prepares everything that is the same for all rows.
    pub(in crate::plan) fn new(source: &Source, practice_port: Option<u16>) -> Result<Self, String> {
        let policy = Arc::new(source.rules.policy());
        let addresses = AddressRules { practice_port, path_as_is: policy.path_as_is };
        let method = source.method();
        let url = match &source.url {
            Target::Template(url) if url.is_constant() && source.method_in_row.is_none() => {
                let (address, shown) = address(url, &[], &[], addresses)?;
                UrlBuilder::Same { address, target: target(&method, &shown) }
            }
            Target::Template(url) => UrlBuilder::Filled(url.clone()),
            Target::InRow(_) => UrlBuilder::InRow,
        };
        let auth = AuthBuilder::new(source)?;
        let headers = if source.headers.iter().all(|(_, value)| value.is_constant()) {
            let mut headers = Arc::new(header_map(&source.headers, &[])?);
            auth.share(&mut headers);
            HeaderBuilder::Same(headers)
        } else {
            HeaderBuilder::Filled(source.headers.clone())
        };
        let body = BodyBuilder::new(source.body.as_ref())?;
        let rules = source.rules.clone();
        let header_names = Arc::new(FieldNames::collect(source.headers.iter().map(|(name, _)| name)));
        let secrets = source.headers.iter().flat_map(|(_, value)| value.secrets());
        let in_body = source.body.iter().flat_map(Body::secrets);
        let hidden = match &*source.rows {
            Rows::Each(each) => each.hidden().to_vec(),
            Rows::Repeat(_) | Rows::File { .. } | Rows::Stream { .. } => Vec::new(),
        };
        let of_auth = source.auth.iter().flat_map(Auth::secrets).collect::<Vec<_>>();
        let secrets = secrets
            .chain(in_body)
            .chain(of_auth.iter().map(|secret| &**secret))
            .chain(source.rules.answer.secrets.iter().map(|secret| &**secret))
            .chain(hidden.iter().map(|value| &**value));
        let secrets = match &source.url {
            Target::Template(url) => secrets.chain(url.secrets()).map(Box::from).collect(),
            Target::InRow(_) => secrets.map(Box::from).collect(),
        };
        let has_own_method = source.method.is_some();
        let names = RowNames::new(&source.row_columns());
        Ok(Self {
            method,
            has_own_method,
            in_row: InRowBuilder::new(source),
            url,
            headers,
            header_names,
            body,
            auth,
            policy,
            rules,
            secrets,
            hidden,
            names,
            page_column: source.page_column(),
            addresses,
        })
    }

    /// Builds the request of a row.
    pub(in crate::plan) fn build(&self, values: &[String]) -> Result<BuiltRequest, String> {
        let row_values = self.names.values(values, &self.hidden);
        let values = &*self.with_page(values);
        let method = self.in_row.method(values, &self.hidden)?.unwrap_or_else(|| self.method.clone());
        let (address, target) = match &self.url {
            UrlBuilder::Same { address, target } => (address.clone(), Arc::clone(target)),
            UrlBuilder::Filled(url) => {
                if !self.policy.allow_empty && url.has_empty_segment(values) {
                    return Err(EMPTY_SEGMENT.to_owned());
                }
                let (address, shown) = address(url, values, &self.hidden, self.addresses)?;
                (address, target(&method, &shown))
            }
            UrlBuilder::InRow => return Err("has no URL".to_owned()),
        };
        let mut headers = match &self.headers {
            HeaderBuilder::Same(headers) => Arc::clone(headers),
            HeaderBuilder::Filled(headers) => Arc::new(header_map(headers, values)?),
        };
        self.auth.authorize(&mut headers, values, &address.url)?;
        let body = self.body.content(values)?;
        let policy = self.in_row.policy(values, &self.rules)?;
        let header_names = Arc::clone(&self.header_names);
        Ok(BuiltRequest { method, address, target, headers, header_names, body, row_values, name: None, policy })
    }

    /// The values of a row, with a marker for the page's number.
    fn with_page<'v>(&self, values: &'v [String]) -> Cow<'v, [String]> {
        match self.page_column {
            None => values.into(),
            Some(at) => {
                let mut values = values.to_vec();
                values.insert(at.min(values.len()), marker(PAGE));
                values.into()
            }
        }
    }

    /// Whether these headers are the ones that all rows share.
    pub(in crate::plan) fn shares_headers(&self, headers: &Arc<HeaderMap>) -> bool {
        matches!(&self.headers, HeaderBuilder::Same(own) if Arc::ptr_eq(own, headers))
    }

    /// Whether this body is the one that all rows share.
    pub(in crate::plan) fn shares_body(&self, body: &RequestContent) -> bool {
        matches!(&self.body, BodyBuilder::Same(own) if own.shares_with(body))
    }

    /// Returns the host of all requests, if it is the same for all.
    pub(in crate::plan) fn host(&self, n_columns: usize) -> Option<String> {
        let address = match &self.url {
            UrlBuilder::Same { address, .. } => address.clone(),
            UrlBuilder::Filled(url) if url.has_constant_host() => {
                address(url, &url.sample(n_columns), &[], self.addresses).ok()?.0
            }
            UrlBuilder::Filled(_) | UrlBuilder::InRow => return None,
        };
        Some(address.url.host_key().into_owned())
    }
}

/// Checks a source's URL as far as possible without rows.
pub(in crate::plan) fn check(source: &Source, has_upstream: bool) -> Result<(), String> {
    let Target::Template(url) = &source.url else { return Ok(()) };
    let rules = AddressRules { practice_port: has_upstream.then_some(1), path_as_is: false };
    address(url, &url.sample(source.columns.len()), &[], rules).map(|_| ())
}

/// Fills in a URL. Returns its address, and the URL for display with `hidden` masked except in the host.
fn address(
    url: &Template,
    values: &[String],
    hidden: &[Box<str>],
    rules: AddressRules,
) -> Result<(Address, String), String> {
    let (address, shown) = resolve_address(url, values, rules).map_err(|why| mask_values(&why, hidden))?;
    let path = shown.find("://").and_then(|at| Some(at + 3 + shown[at + 3..].find(['/', '?'])?)).unwrap_or(shown.len());
    let shown =
        if hidden.is_empty() { shown } else { format!("{}{}", &shown[..path], mask_values(&shown[path..], hidden)) };
    Ok((address, shown))
}

fn resolve_address(url: &Template, values: &[String], rules: AddressRules) -> Result<(Address, String), String> {
    let shown = url.filled(values, SecretDisplay::Masked)?;
    if !url.has_secret() {
        let address = Address::resolve(&shown, rules)?;
        let shown = address.masked_url();
        return Ok((address, shown));
    }
    // The masked URL is checked first, so that an error quotes no secret.
    let masked = Address::resolve(&shown, rules)?;
    let address = Address::resolve(&url.filled(values, SecretDisplay::Plain)?, rules)
        .map_err(|_| "the URL is not valid once `${…}` is filled in".to_owned())?;
    Ok((address, masked.masked_url()))
}

fn target(method: &Method, shown: &str) -> Arc<str> {
    format!("{method} {}", sanitize(shown)).into()
}

fn header_map(headers: &[(FieldName, Template)], values: &[String]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let text = value.filled(values, SecretDisplay::Plain)?;
        map.append(HeaderName::clone(name), header_value(name, &text, value.has_secret())?);
    }
    Ok(map)
}

fn header_value(name: &HeaderName, text: &str, secret: bool) -> Result<HeaderValue, String> {
    let value = HeaderValue::from_bytes(text.trim().as_bytes());
    let mut value = value.map_err(|_| format!("header `{name}` has a line break or control character in it"))?;
    value.set_sensitive(secret || is_secret_name(name.as_str()));
    Ok(value)
}
