//! The credentials of Postman requests.
//!
//! Start at [`apply_auth`].

use serde_json::Value;

use crate::import::imported_text::ImportedText;
use crate::import::postman::variables::Variables;
use crate::import::request::{ImportedAuth, ImportedRequest};

/// Adds credentials to a request. Returns the kind of those that cannot be added.
pub(super) fn apply_auth(
    auth: &Value,
    request: &mut ImportedRequest,
    variables: &Variables,
) -> Result<Option<String>, String> {
    let kind = auth["type"].as_str().unwrap_or("noauth");
    let value = |key: &str| -> Result<ImportedText, String> { variables.fill(parameter(&auth[kind], key)) };
    match kind {
        "noauth" => {}
        "basic" => request.auth = Some(ImportedAuth::Basic(value("username")?, value("password")?)),
        "digest" => request.auth = Some(ImportedAuth::Digest(value("username")?, value("password")?)),
        "bearer" => request.auth = Some(ImportedAuth::Bearer(value("token")?)),
        "apikey" if parameter(&auth[kind], "in") == "query" => {
            let has_query = request.url.literals().any(|text| text.contains('?'));
            request.url.push(if has_query { "&" } else { "?" });
            request.url.append(value("key")?);
            request.url.push("=");
            request.url.append(value("value")?);
        }
        "apikey" => request.headers.push((parameter(&auth[kind], "key").to_owned(), value("value")?)),
        other => return Ok(Some(other.to_owned())),
    }
    Ok(None)
}

/// A parameter of credentials: from a list in version 2.1, or an object in 2.0.
fn parameter<'v>(parameters: &'v Value, key: &str) -> &'v str {
    let listed = parameters.as_array().into_iter().flatten().find(|own| own["key"] == key).map(|own| &own["value"]);
    listed.unwrap_or(&parameters[key]).as_str().unwrap_or_default()
}
