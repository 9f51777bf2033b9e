//! The builder of requests from a source's rows.
//!
//! Parts that are the same for all rows are shared. It sends nothing. An error is one sentence without
//! secrets. Start at [`RequestBuilder::build`].

pub mod address;
mod auth;
pub mod bare;
pub(in crate::plan) mod body;
pub mod content_type;
pub mod multipart;

use std::borrow::Cow;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::plan::auth::Auth;
use crate::plan::body_template::Body;
use crate::plan::content::RequestContent;
use crate::plan::error::json_reason;
use crate::plan::job::Policy;
use crate::plan::request::address::{Address, host_key};
use crate::plan::request::auth::AuthBuilder;
use crate::plan::request::body::BodyBuilder;
use crate::plan::request::content_type::JSON;
use crate::plan::rows::Rows;
use crate::plan::rows::row_values::{RowNames, RowValues};
use crate::plan::source::{Source, Target};
use crate::plan::template::{SecretDisplay, Template};
use crate::text::sanitize::sanitize;
use crate::text::secret::{is_secret_name, mask_values};

/// The longest endpoint name of a row, in characters; a longer one is cut.
const MAX_NAME: usize = 120;

/// Builds the requests of one source.
pub(in crate::plan) struct RequestBuilder {
    method: Method,
    has_own_method: bool,
    url: UrlBuilder,
    headers: HeaderBuilder,
    body: BodyBuilder,
    pub(in crate::plan) auth: AuthBuilder,
    pub(in crate::plan) policy: Arc<Policy>,
    pub(in crate::plan) secrets: Arc<[Box<str>]>,
    /// Row values that must be masked.
    hidden: Vec<Box<str>>,
    names: RowNames,
    practice_port: Option<u16>,
}

enum UrlBuilder {
    Same { address: Address, target: Arc<str> },
    Filled(Template),
    InRow,
}

enum HeaderBuilder {
    Same(Arc<HeaderMap>),
    Filled(Vec<(HeaderName, Template)>),
}

/// A request without its place in the plan.
pub(in crate::plan) struct BuiltRequest {
    pub(in crate::plan) method: Method,
    pub(in crate::plan) address: Address,
    pub(in crate::plan) target: Arc<str>,
    pub(in crate::plan) headers: Arc<HeaderMap>,
    pub(in crate::plan) body: RequestContent,
    /// The row's values, if it has any.
    pub(in crate::plan) row_values: Option<Arc<RowValues>>,
    /// The name of its endpoint, if the row has one.
    pub(in crate::plan) name: Option<String>,
}

/// A request as a line of JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonRequest<'r> {
    #[serde(borrow)]
    url: Cow<'r, str>,
    #[serde(borrow, default)]
    method: Option<Cow<'r, str>>,
    #[serde(default, alias = "headers")]
    header: Option<Map<String, Value>>,
    #[serde(borrow, default)]
    body: Option<&'r RawValue>,
    #[serde(default)]
    name: Option<String>,
}

impl RequestBuilder {
    /// Prepares everything that is the same for all rows.
    pub(in crate::plan) fn new(source: &Source, practice_port: Option<u16>) -> Result<Self, String> {
        let method = source.method();
        let url = match &source.url {
            Target::Template(url) if url.is_constant() => {
                let (address, shown) = address(url, &[], &[], practice_port)?;
                UrlBuilder::Same { address, target: target(&method, &shown) }
            }
            Target::Template(url) => UrlBuilder::Filled(url.clone()),
            Target::InRow => UrlBuilder::InRow,
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
        let policy = Arc::new(source.rules.policy());
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
            .chain(hidden.iter().map(|value| &**value));
        let secrets = match &source.url {
            Target::Template(url) => secrets.chain(url.secrets()).map(Box::from).collect(),
            Target::InRow => secrets.map(Box::from).collect(),
        };
        let has_own_method = source.method.is_some();
        let names = RowNames::new(&source.columns);
        Ok(Self { method, has_own_method, url, headers, body, auth, policy, secrets, hidden, names, practice_port })
    }

    /// Builds the request of a row.
    pub(in crate::plan) fn build(&self, values: &[String]) -> Result<BuiltRequest, String> {
        let (address, target) = match &self.url {
            UrlBuilder::Same { address, target } => (address.clone(), Arc::clone(target)),
            UrlBuilder::Filled(url) => {
                let (address, shown) = address(url, values, &self.hidden, self.practice_port)?;
                (address, target(&self.method, &shown))
            }
            UrlBuilder::InRow => return Err("has no URL".to_owned()),
        };
        let mut headers = match &self.headers {
            HeaderBuilder::Same(headers) => Arc::clone(headers),
            HeaderBuilder::Filled(headers) => Arc::new(header_map(headers, values)?),
        };
        self.auth.authorize(&mut headers, values, &address.url)?;
        let body = self.body.content(values)?;
        let (method, row_values) = (self.method.clone(), self.names.values(values, &self.hidden));
        Ok(BuiltRequest { method, address, target, headers, body, row_values, name: None })
    }

    /// Builds the request of a JSON line.
    pub(in crate::plan) fn build_from_json(&self, line: &str) -> Result<BuiltRequest, String> {
        let row: JsonRequest<'_> = serde_json::from_str(line).map_err(|why| json_reason(&why))?;
        let mut headers = match &self.headers {
            HeaderBuilder::Same(headers) => Arc::clone(headers),
            HeaderBuilder::Filled(_) => Arc::default(),
        };
        for (name, value) in row.header.iter().flatten() {
            add_header(Arc::make_mut(&mut headers), name, value)?;
        }
        let BodyBuilder::Same(default_body) = &self.body else { return Err("has no body".to_owned()) };
        let body = match row.body {
            None => default_body.clone(),
            Some(json) => {
                if let Ok(text) = serde_json::from_str::<String>(json.get()) {
                    text.into()
                } else {
                    Arc::make_mut(&mut headers).entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(JSON));
                    json.get().to_owned().into()
                }
            }
        };
        let method = match &row.method {
            Some(name) => parse_method(name).ok_or_else(|| format!("`{}` is not a method", sanitize(name)))?,
            None if !self.has_own_method && !body.is_empty() => Method::POST,
            None => self.method.clone(),
        };
        let address = Address::resolve(&row.url, self.practice_port)?;
        self.auth.authorize(&mut headers, &[], &address.url)?;
        let target = target(&method, &address.masked_url());
        let name = row.name.map(|name| name.chars().take(MAX_NAME).collect());
        Ok(BuiltRequest { method, address, target, headers, body, row_values: None, name })
    }

    /// Returns the host of all requests, if it is the same for all.
    pub(in crate::plan) fn host(&self, n_columns: usize) -> Option<String> {
        let address = match &self.url {
            UrlBuilder::Same { address, .. } => address.clone(),
            UrlBuilder::Filled(url) if url.has_constant_host() => {
                address(url, &url.sample(n_columns), &[], self.practice_port).ok()?.0
            }
            UrlBuilder::Filled(_) | UrlBuilder::InRow => return None,
        };
        Some(host_key(&address.url).into_owned())
    }
}

/// Checks a source's URL as far as possible without rows.
pub(in crate::plan) fn check(source: &Source, has_upstream: bool) -> Result<(), String> {
    let Target::Template(url) = &source.url else { return Ok(()) };
    address(url, &url.sample(source.columns.len()), &[], has_upstream.then_some(1)).map(|_| ())
}

/// Parses an HTTP method; lower case is accepted.
pub(in crate::plan) fn parse_method(name: &str) -> Option<Method> {
    Method::from_bytes(name.trim().to_ascii_uppercase().as_bytes()).ok()
}

/// Fills in a URL. Returns its address, and the URL for display with `hidden` masked except in the host.
fn address(
    url: &Template,
    values: &[String],
    hidden: &[Box<str>],
    practice_port: Option<u16>,
) -> Result<(Address, String), String> {
    let (address, shown) = resolve_address(url, values, practice_port).map_err(|why| mask_values(&why, hidden))?;
    let path = shown.find("://").and_then(|at| Some(at + 3 + shown[at + 3..].find(['/', '?'])?)).unwrap_or(shown.len());
    let shown =
        if hidden.is_empty() { shown } else { format!("{}{}", &shown[..path], mask_values(&shown[path..], hidden)) };
    Ok((address, shown))
}

fn resolve_address(url: &Template, values: &[String], practice_port: Option<u16>) -> Result<(Address, String), String> {
    let shown = url.filled(values, SecretDisplay::Masked)?;
    if !url.has_secret() {
        let address = Address::resolve(&shown, practice_port)?;
        let shown = address.masked_url();
        return Ok((address, shown));
    }
    // The masked URL is checked first, so that an error quotes no secret.
    let masked = Address::resolve(&shown, practice_port)?;
    let address = Address::resolve(&url.filled(values, SecretDisplay::Plain)?, practice_port)
        .map_err(|_| "the URL is not valid once `${…}` is filled in".to_owned())?;
    Ok((address, masked.masked_url()))
}

fn target(method: &Method, shown: &str) -> Arc<str> {
    format!("{method} {}", sanitize(shown)).into()
}

fn header_map(headers: &[(HeaderName, Template)], values: &[String]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let text = value.filled(values, SecretDisplay::Plain)?;
        map.append(name.clone(), header_value(name, &text, value.has_secret())?);
    }
    Ok(map)
}

fn header_value(name: &HeaderName, text: &str, secret: bool) -> Result<HeaderValue, String> {
    let value = HeaderValue::from_bytes(text.trim().as_bytes());
    let mut value = value.map_err(|_| format!("header `{name}` has a line break or control character in it"))?;
    value.set_sensitive(secret || is_secret_name(name.as_str()));
    Ok(value)
}

/// Adds a header of a JSON row. Its value is a text, or a list of texts.
fn add_header(headers: &mut HeaderMap, name: &str, value: &Value) -> Result<(), String> {
    let wrong = || format!("header `{}` is not a text", sanitize(name));
    let parsed = HeaderName::try_from(name).map_err(|_| format!("`{}` is not a header name", sanitize(name)))?;
    let texts: Vec<&str> = match value {
        Value::String(text) => vec![text],
        Value::Array(texts) => texts.iter().map(|text| text.as_str().ok_or_else(wrong)).collect::<Result<_, _>>()?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return Err(wrong()),
    };
    headers.remove(&parsed);
    for text in texts {
        headers.append(parsed.clone(), header_value(&parsed, text, false)?);
    }
    Ok(())
}
