//! Makes requests of rows: fills in what a source's templates leave open, and shares the rest.
//!
//! It sends nothing. What cannot be made into a request is told in one sentence that quotes no
//! secret. Start at [`Maker::make`].

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::plan::address::{Address, host_key};
use crate::plan::job::Policy;
use crate::plan::rows::Rows;
use crate::plan::rows::table::json_reason;
use crate::plan::source::{Body, Source, Target};
use crate::plan::template::{Eyes, Template};
use crate::text::sanitize::sanitize;
use crate::text::secret::{is_secret_name, without};

/// The longest name a row may give its endpoint, in characters; a longer one is cut.
const MAX_NAME: usize = 120;

/// What is the same for all jobs of a source, and how the rest is made.
pub(super) struct Maker {
    method: Method,
    has_own_method: bool,
    url: UrlMaker,
    headers: HeaderMaker,
    body: BodyMaker,
    pub(super) policy: Arc<Policy>,
    pub(super) secrets: Arc<[Box<str>]>,
    /// What rows hold that must not be seen.
    hidden: Vec<Box<str>>,
    practice_port: Option<u16>,
}

enum UrlMaker {
    Same { address: Address, target: Arc<str> },
    Filled(Template),
    InRow,
}

enum HeaderMaker {
    Same(Arc<HeaderMap>),
    Filled(Vec<(HeaderName, Template)>),
}

enum BodyMaker {
    Same(Bytes),
    Filled(Template),
}

/// A request, ready but for its place in the plan.
pub(super) struct Made {
    pub(super) method: Method,
    pub(super) address: Address,
    pub(super) target: Arc<str>,
    pub(super) headers: Arc<HeaderMap>,
    pub(super) body: Bytes,
    /// The endpoint it names itself, where it does.
    pub(super) name: Option<String>,
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

impl Maker {
    /// Takes what is constant out of the rows' way.
    pub(super) fn new(source: &Source, practice_port: Option<u16>) -> Result<Self, String> {
        let method = source.method();
        let url = match &source.url {
            Target::Template(url) if url.is_constant() => {
                let (address, seen) = address(url, &[], &[], practice_port)?;
                UrlMaker::Same { address, target: target(&method, &seen) }
            }
            Target::Template(url) => UrlMaker::Filled(url.clone()),
            Target::InRow => UrlMaker::InRow,
        };
        let headers = if source.headers.iter().all(|(_, value)| value.is_constant()) {
            HeaderMaker::Same(Arc::new(header_map(&source.headers, &[])?))
        } else {
            HeaderMaker::Filled(source.headers.clone())
        };
        let body = match &source.body {
            None => BodyMaker::Same(Bytes::new()),
            Some(Body::Bytes(body)) => BodyMaker::Same(body.clone()),
            Some(Body::Template(body)) if body.is_constant() => BodyMaker::Same(body.filled(&[], Eyes::Wire)?.into()),
            Some(Body::Template(body)) => BodyMaker::Filled(body.clone()),
        };
        let policy = Arc::new(source.rules.policy());
        let secrets = source.headers.iter().flat_map(|(_, value)| value.secrets());
        let in_body = match &source.body {
            Some(Body::Template(body)) => Some(body.secrets()),
            Some(Body::Bytes(_)) | None => None,
        };
        let hidden = match &*source.rows {
            Rows::Each(each) => each.hidden().to_vec(),
            Rows::Repeat(_) | Rows::File { .. } | Rows::Stream { .. } => Vec::new(),
        };
        let secrets = secrets.chain(in_body.into_iter().flatten()).chain(hidden.iter().map(|value| &**value));
        let secrets = match &source.url {
            Target::Template(url) => secrets.chain(url.secrets()).map(Box::from).collect(),
            Target::InRow => secrets.map(Box::from).collect(),
        };
        let has_own_method = source.method.is_some();
        Ok(Self { method, has_own_method, url, headers, body, policy, secrets, hidden, practice_port })
    }

    /// The request that a row makes.
    pub(super) fn make(&self, values: &[String]) -> Result<Made, String> {
        let (address, target) = match &self.url {
            UrlMaker::Same { address, target } => (address.clone(), Arc::clone(target)),
            UrlMaker::Filled(url) => {
                let (address, seen) = address(url, values, &self.hidden, self.practice_port)?;
                (address, target(&self.method, &seen))
            }
            UrlMaker::InRow => return Err("has no URL".to_owned()),
        };
        let headers = match &self.headers {
            HeaderMaker::Same(headers) => Arc::clone(headers),
            HeaderMaker::Filled(headers) => Arc::new(header_map(headers, values)?),
        };
        let body = match &self.body {
            BodyMaker::Same(body) => body.clone(),
            BodyMaker::Filled(body) => body.filled(values, Eyes::Wire)?.into(),
        };
        Ok(Made { method: self.method.clone(), address, target, headers, body, name: None })
    }

    /// The request that a line of JSON is.
    pub(super) fn make_of_json(&self, line: &str) -> Result<Made, String> {
        let row: JsonRequest<'_> = serde_json::from_str(line).map_err(|why| json_reason(&why))?;
        let mut headers = match &self.headers {
            HeaderMaker::Same(headers) => Arc::clone(headers),
            HeaderMaker::Filled(_) => Arc::default(),
        };
        for (name, value) in row.header.iter().flatten() {
            add_header(Arc::make_mut(&mut headers), name, value)?;
        }
        let BodyMaker::Same(default_body) = &self.body else { return Err("has no body".to_owned()) };
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
        let target = target(&method, &address.seen());
        let name = row.name.map(|name| name.chars().take(MAX_NAME).collect());
        Ok(Made { method, address, target, headers, body, name })
    }

    /// The one host that all requests go to, where there is only one.
    pub(super) fn host(&self, n_columns: usize) -> Option<String> {
        let address = match &self.url {
            UrlMaker::Same { address, .. } => address.clone(),
            UrlMaker::Filled(url) if url.has_constant_host() => {
                address(url, &url.sample(n_columns), &[], self.practice_port).ok()?.0
            }
            UrlMaker::Filled(_) | UrlMaker::InRow => return None,
        };
        Some(host_key(&address.url).into_owned())
    }
}

/// Whether a source's URL can be one, as far as that shows before there are rows.
pub(super) fn check(source: &Source, has_upstream: bool) -> Result<(), String> {
    let Target::Template(url) = &source.url else { return Ok(()) };
    address(url, &url.sample(source.columns.len()), &[], has_upstream.then_some(1)).map(|_| ())
}

/// What a JSON body is announced as.
pub(super) const JSON: &str = "application/json";

/// Reads an HTTP method; small letters are taken for capitals.
pub(super) fn parse_method(name: &str) -> Option<Method> {
    Method::from_bytes(name.trim().to_ascii_uppercase().as_bytes()).ok()
}

/// Where a filled template goes, and how that looks to people, who see nothing of `hidden` but in the host.
fn address(
    url: &Template,
    values: &[String],
    hidden: &[Box<str>],
    practice_port: Option<u16>,
) -> Result<(Address, String), String> {
    let (address, seen) = address_seen(url, values, practice_port).map_err(|why| without(&why, hidden))?;
    let path = seen.find("://").and_then(|at| Some(at + 3 + seen[at + 3..].find(['/', '?'])?)).unwrap_or(seen.len());
    let seen = if hidden.is_empty() { seen } else { format!("{}{}", &seen[..path], without(&seen[path..], hidden)) };
    Ok((address, seen))
}

fn address_seen(url: &Template, values: &[String], practice_port: Option<u16>) -> Result<(Address, String), String> {
    let seen = url.filled(values, Eyes::Screen)?;
    if !url.has_secret() {
        let address = Address::resolve(&seen, practice_port)?;
        let seen = address.seen();
        return Ok((address, seen));
    }
    // What is wrong with it is told of the masked one.
    let masked = Address::resolve(&seen, practice_port)?;
    let address = Address::resolve(&url.filled(values, Eyes::Wire)?, practice_port)
        .map_err(|_| "the URL is not valid once `${…}` is filled in".to_owned())?;
    Ok((address, masked.seen()))
}

fn target(method: &Method, seen: &str) -> Arc<str> {
    format!("{method} {}", sanitize(seen)).into()
}

fn header_map(headers: &[(HeaderName, Template)], values: &[String]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let text = value.filled(values, Eyes::Wire)?;
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

/// Adds a header of a JSON row: one text, or a list of them.
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
