//! The parameters of an OpenAPI operation, in its path, query and headers.
//!
//! Optional parameters are used only if they have an example of their own. Start at [`fill_parameters`].

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::import::imported_text::ImportedText;
use crate::import::openapi::examples::{as_text, example_of};
use crate::import::openapi::{Operation, resolve};
use crate::import::request::ImportedRequest;
use crate::text::sanitize::sanitize;

/// All characters except the unreserved ones of RFC 3986.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Adds the path with its parameters, the query and the headers to a request.
pub(super) fn fill_parameters(operation: &Operation<'_>, request: &mut ImportedRequest) -> Result<(), String> {
    let mut path = operation.path.to_owned();
    let mut query = Vec::new();
    for parameter in parameters(operation) {
        let (name, place) =
            (parameter["name"].as_str().unwrap_or_default(), parameter["in"].as_str().unwrap_or_default());
        let is_required = parameter["required"] == true || place == "path";
        let has_own = !parameter["example"].is_null() || parameter["examples"].is_object();
        if !is_required && !has_own {
            continue;
        }
        let value = example_of(operation.root, parameter).map(|value| as_text(&value));
        let Some(value) = value.filter(|value| !(place == "path" && value.is_empty())) else {
            return Err(format!("its parameter `{}` has no example", sanitize(name)));
        };
        let encoded = utf8_percent_encode(&value, COMPONENT).to_string();
        match place {
            "path" => path = path.replace(&format!("{{{name}}}"), &encoded),
            "query" => query.push(format!("{}={encoded}", utf8_percent_encode(name, COMPONENT))),
            "header" => request.headers.push((name.to_owned(), ImportedText::literal(value))),
            "cookie" => request.headers.push(("cookie".to_owned(), ImportedText::literal(format!("{name}={value}")))),
            _ => {}
        }
    }
    if let Some((_, name)) = path.split_once('{') {
        let name = name.split('}').next().unwrap_or_default();
        return Err(format!("its parameter `{}` is not described", sanitize(name)));
    }
    request.url.push(path);
    if !query.is_empty() {
        request.url.push(format!("?{}", query.join("&")));
    }
    Ok(())
}

/// The parameters of the operation, and those of its path that it does not replace.
fn parameters<'d>(operation: &Operation<'d>) -> Vec<&'d Value> {
    let listed = |from: &'d Value| {
        let listed = from["parameters"].as_array().into_iter().flatten();
        listed.map(|parameter| resolve(operation.root, parameter)).collect::<Vec<_>>()
    };
    let mut own = listed(operation.own);
    for shared in listed(operation.item) {
        if !own.iter().any(|own| own["name"] == shared["name"] && own["in"] == shared["in"]) {
            own.push(shared);
        }
    }
    own
}
