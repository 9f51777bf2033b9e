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
    let secret = |key: &str, name: &str| -> Result<ImportedText, String> { Ok(value(key)?.into_secret(name)) };
    match kind {
        "noauth" => {}
        "basic" => request.auth = Some(ImportedAuth::Basic(value("username")?, secret("password", "PASSWORD")?)),
        "digest" => request.auth = Some(ImportedAuth::Digest(value("username")?, secret("password", "PASSWORD")?)),
        "bearer" => request.auth = Some(ImportedAuth::Bearer(secret("token", "TOKEN")?)),
        "apikey" => {
            let key = value("key")?;
            let Some(name) = key.plain().filter(|name| !name.is_empty()) else {
                return Err("the name of its key is a variable, or absent".to_owned());
            };
            let key_value = secret("value", name)?;
            if parameter(&auth[kind], "in") == "query" {
                add_to_query(&mut request.url, &key, key_value);
            } else {
                request.headers.push((name.to_owned(), key_value));
            }
        }
        // Postman gets the token from the server, and keeps it in the collection if it is shared.
        "oauth2" if !parameter(&auth[kind], "accessToken").is_empty() => {
            let token = secret("accessToken", "ACCESS_TOKEN")?;
            let prefix = variables.fill(parameter(&auth[kind], "headerPrefix"))?;
            let prefix = prefix.plain().map(str::trim).filter(|prefix| !prefix.is_empty()).unwrap_or("Bearer");
            if parameter(&auth[kind], "addTokenTo") == "queryParams" {
                add_to_query(&mut request.url, &"access_token".into(), token);
            } else if prefix == "Bearer" {
                request.auth = Some(ImportedAuth::Bearer(token));
            } else {
                let mut header = ImportedText::literal(format!("{prefix} "));
                header.append(token);
                request.headers.push(("Authorization".to_owned(), header));
            }
        }
        other => return Ok(Some(other.to_owned())),
    }
    Ok(None)
}

fn add_to_query(url: &mut ImportedText, name: &ImportedText, value: ImportedText) {
    let has_query = url.literals().any(|text| text.contains('?'));
    url.push(if has_query { "&" } else { "?" });
    url.append(name.clone());
    url.push("=");
    url.append(value);
}

/// A parameter of credentials: from a list in version 2.1, or an object in 2.0.
fn parameter<'v>(parameters: &'v Value, key: &str) -> &'v str {
    let listed = parameters.as_array().into_iter().flatten().find(|own| own["key"] == key).map(|own| &own["value"]);
    listed.unwrap_or(&parameters[key]).as_str().unwrap_or_default()
}
