//! The request of a row that describes it completely.
//!
//! What the row sets overrides the source and its flags. Start at `RequestBuilder::build_from_row`.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::plan::exact::field_names::{FieldName, FieldNames};
use crate::plan::request::address::Address;
use crate::plan::request::body::BodyBuilder;
use crate::plan::request::content_type::JSON;
use crate::plan::request::{BuiltRequest, HeaderBuilder, RequestBuilder, header_value, target};
use crate::plan::rows::request::RowRequest;
use crate::plan::rules::Rules;
use crate::text::sanitize::sanitize;

/// The longest endpoint name of a row, in characters; a longer one is cut.
const MAX_NAME: usize = 120;

impl RequestBuilder {
    /// Builds the request of a row.
    pub(in crate::plan) fn build_from_row(&self, row: RowRequest) -> Result<BuiltRequest, String> {
        let mut headers = match &self.headers {
            HeaderBuilder::Same(headers) => Arc::clone(headers),
            HeaderBuilder::Filled(_) => Arc::default(),
        };
        let mut header_names = Arc::clone(&self.header_names);
        if !row.headers.is_empty() {
            replace_headers(Arc::make_mut(&mut headers), &mut header_names, &row.headers)?;
        }
        let BodyBuilder::Same(default_body) = &self.body else { return Err("has no body".to_owned()) };
        if row.is_json {
            Arc::make_mut(&mut headers).entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(JSON));
        }
        let body = row.body.unwrap_or_else(|| default_body.clone());
        let method = match row.method {
            Some(method) => method,
            None if !self.has_own_method && !body.is_empty() => Method::POST,
            None => self.method.clone(),
        };
        let address = Address::resolve(&row.url, self.addresses)?;
        self.auth.authorize(&mut headers, &[], &address.url)?;
        let target = target(&method, &address.masked_url());
        let name = row.name.map(|name| name.chars().take(MAX_NAME).collect());
        let own = Rules { timeout: row.timeout, status: row.status, answer: row.answer, ..Rules::default() };
        let policy = (own != Rules::default()).then(|| Arc::new(own.over(&self.rules).policy()));
        Ok(BuiltRequest { method, address, target, headers, header_names, body, row_values: None, name, policy })
    }
}

/// Adds the headers of a row in place of those with the same names.
fn replace_headers(
    headers: &mut HeaderMap,
    names: &mut Arc<FieldNames>,
    own: &[(String, String)],
) -> Result<(), String> {
    let name =
        |name: &String| FieldName::parse(name).ok_or_else(|| format!("`{}` is not a header name", sanitize(name)));
    let own = own.iter().map(|(key, value)| Ok((name(key)?, value))).collect::<Result<Vec<_>, String>>()?;
    for (name, _) in &own {
        headers.remove(&**name);
    }
    for (name, text) in &own {
        headers.append(HeaderName::clone(name), header_value(name, text, false)?);
    }
    let replaced = names.replaced_by(own.iter().map(|(name, _)| name));
    if replaced != **names {
        *names = Arc::new(replaced);
    }
    Ok(())
}
