//! The credentials that an OpenAPI operation needs, as environment variables.
//!
//! Start at [`apply_security`].

use serde_json::Value;

use crate::import::imported_text::ImportedText;
use crate::import::openapi::{Operation, credential, resolve};
use crate::import::request::{ImportedAuth, ImportedRequest};

/// Adds the credentials of the first alternative that the description names. Returns the kind of those that cannot be
/// added.
pub(super) fn apply_security(operation: &Operation<'_>, request: &mut ImportedRequest) -> Option<String> {
    let own = &operation.own["security"];
    let needed = if own.is_array() { own } else { &operation.root["security"] };
    let alternatives = needed.as_array().map_or(&[][..], Vec::as_slice);
    // An empty alternative means that none are needed.
    if alternatives.iter().any(|alternative| alternative.as_object().is_some_and(serde_json::Map::is_empty)) {
        return None;
    }
    let mut unknown = None;
    for name in alternatives.first().and_then(Value::as_object).into_iter().flat_map(serde_json::Map::keys) {
        let scheme = resolve(operation.root, &operation.root["components"]["securitySchemes"][name]);
        let key = scheme["name"].as_str().unwrap_or_default();
        match (scheme["type"].as_str(), scheme["scheme"].as_str(), scheme["in"].as_str()) {
            (Some("http"), Some(kind), _) if kind.eq_ignore_ascii_case("basic") => {
                request.auth = Some(ImportedAuth::Basic(credential(name, "user"), credential(name, "password")));
            }
            (Some("http"), Some(kind), _) if kind.eq_ignore_ascii_case("digest") => {
                request.auth = Some(ImportedAuth::Digest(credential(name, "user"), credential(name, "password")));
            }
            (Some("http"), Some(kind), _) if !kind.eq_ignore_ascii_case("bearer") => unknown = Some(kind.to_owned()),
            (Some("http" | "oauth2" | "openIdConnect"), ..) => {
                request.auth = Some(ImportedAuth::Bearer(credential(name, "token")));
            }
            (Some("apiKey"), _, Some("query")) => {
                let has_query = request.url.literals().any(|text| text.contains('?'));
                request.url.push(format!("{}{key}=", if has_query { "&" } else { "?" }));
                request.url.append(credential(name, "key"));
            }
            (Some("apiKey"), _, Some("cookie")) => {
                let mut value = ImportedText::literal(format!("{key}="));
                value.append(credential(name, "key"));
                request.headers.push(("cookie".to_owned(), value));
            }
            (Some("apiKey"), _, Some("header")) => request.headers.push((key.to_owned(), credential(name, "key"))),
            (kind, ..) => unknown = Some(kind.unwrap_or(name).to_owned()),
        }
    }
    unknown
}
