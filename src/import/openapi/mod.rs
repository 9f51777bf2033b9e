//! Requests of an OpenAPI 3 or Swagger 2 description in JSON or YAML, as far as it has examples of their values.
//!
//! An operation without an example of a required value is left out, with the reason. Start at [`read`].

mod examples;
mod parameters;
mod security;
mod swagger;
mod yaml;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::import::error::ImportError;
use crate::import::imported_text::ImportedText;
use crate::import::openapi::examples::{as_text, example_of};
use crate::import::openapi::parameters::fill_parameters;
use crate::import::openapi::security::apply_security;
use crate::import::openapi::swagger::upgrade;
use crate::import::openapi::yaml::read_yaml;
use crate::import::request::{Import, ImportedBody, ImportedRequest};
use crate::import::secrets::variable_name;
use crate::text::sanitize::sanitize;

/// The methods that a path can have.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// How many references may follow each other.
const MAX_REFERENCES: u32 = 20;

/// An operation of a description.
pub(super) struct Operation<'d> {
    /// The whole description.
    root: &'d Value,
    /// The path with its braces.
    path: &'d str,
    /// What all operations of the path share.
    item: &'d Value,
    /// The operation itself.
    own: &'d Value,
}

/// Reads an operation for each path and method.
pub(super) fn read(text: &str) -> Result<Import, ImportError> {
    let mut root: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|why| ImportError::json("description", &why))?
    } else {
        read_yaml(text)?
    };
    // In YAML, `2.0` may be a number.
    let is_swagger = root["swagger"].as_str().map_or(root["swagger"] == 2.0, |version| version.starts_with('2'));
    if is_swagger {
        root = upgrade(&root);
    } else if !root["openapi"].as_str().is_some_and(|version| version.starts_with('3')) {
        return Err(ImportError::new("only OpenAPI 3 and Swagger 2 can be imported, and this is neither", None));
    }
    let mut import = Import { source: "an OpenAPI description", ..Import::default() };
    for (path, item) in root["paths"].as_object().into_iter().flatten() {
        // A path may be a reference with operations of its own.
        let item = resolve(&root, item);
        if !item.is_object() {
            import.left_out.push(format!("{}: it has no operations in this file", sanitize(path)));
            continue;
        }
        for (method, own) in METHODS.iter().filter_map(|method| Some((method, item.get(method)?))) {
            let operation = Operation { root: &root, path, item, own };
            let shown = format!("{} {path}", method.to_ascii_uppercase());
            let request = if own.is_object() {
                operation.request(method, &shown, &mut import.notes)
            } else {
                Err("it is no operation".to_owned())
            };
            match request {
                Ok(request) => import.requests.push(request),
                Err(why) => import.left_out.push(format!("{}: {why}", sanitize(&shown))),
            }
        }
    }
    let uses_token = |request: &ImportedRequest| request.auth.is_some();
    if import.requests.iter().any(uses_token) {
        import.notes.push("credentials follow the `security` of the description".to_owned());
    }
    Ok(import)
}

impl Operation<'_> {
    fn request(&self, method: &str, shown: &str, notes: &mut Vec<String>) -> Result<ImportedRequest, String> {
        let mut request = ImportedRequest {
            name: Some(self.own["operationId"].as_str().unwrap_or(shown).to_owned()),
            method: Some(method.to_ascii_uppercase()),
            url: self.server(),
            ..ImportedRequest::default()
        };
        fill_parameters(self, &mut request)?;
        self.add_body(&mut request)?;
        if let Some(unknown) = apply_security(self, &mut request) {
            notes.push(format!("{}: credentials of the kind `{}` are left out", sanitize(shown), sanitize(&unknown)));
        }
        Ok(request)
    }

    /// The URL before the path: that of the first server, with the defaults of its variables.
    fn server(&self) -> ImportedText {
        let servers = [self.own, self.item, self.root].into_iter().map(|from| &from["servers"][0]);
        let server = servers.into_iter().find(|server| server.is_object()).unwrap_or(&Value::Null);
        let mut url = server["url"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
        for (name, variable) in server["variables"].as_object().into_iter().flatten() {
            url = url.replace(&format!("{{{name}}}"), variable["default"].as_str().unwrap_or_default());
        }
        if url.contains("://") {
            return ImportedText::literal(url);
        }
        // It is relative to where the description comes from.
        let mut base = ImportedText::variable("BASE_URL");
        base.push(url);
        base
    }

    fn add_body(&self, request: &mut ImportedRequest) -> Result<(), String> {
        let body = resolve(self.root, &self.own["requestBody"]);
        let Some(kinds) = body["content"].as_object() else { return Ok(()) };
        let by_name = |end: &str| kinds.iter().find(|(kind, _)| kind.contains(end));
        let found =
            by_name("json").map(|kind| (kind, true)).or_else(|| Some((by_name("x-www-form-urlencoded")?, false)));
        let example = found.and_then(|((kind, media), is_json)| Some((kind, example_of(self.root, media)?, is_json)));
        match example {
            Some((kind, example, true)) => {
                request.body = Some(ImportedBody::Text(ImportedText::literal(example.to_string())));
                request.headers.push(("content-type".to_owned(), kind.as_str().into()));
            }
            Some((_, example, false)) => {
                let fields = example.as_object().into_iter().flatten();
                let fields = fields.map(|(name, value)| (name.clone(), ImportedText::literal(as_text(value))));
                request.body = Some(ImportedBody::Form(fields.collect()));
            }
            None if body["required"] == true => return Err("it has no example of its body".to_owned()),
            None => {}
        }
        Ok(())
    }
}

/// Follows references within the description.
pub(super) fn resolve<'d>(root: &'d Value, value: &'d Value) -> &'d Value {
    let mut at = value;
    for _ in 0..MAX_REFERENCES {
        let Some(reference) = at["$ref"].as_str() else { return at };
        // A part of another file is not known.
        let pointer = reference.strip_prefix('#').map(|pointer| percent_decode_str(pointer).decode_utf8_lossy());
        at = pointer.and_then(|pointer| root.pointer(&pointer)).unwrap_or(&Value::Null);
    }
    &Value::Null
}

/// The environment variable for a credential.
pub(super) fn credential(scheme: &str, what: &str) -> ImportedText {
    ImportedText::variable(variable_name(&format!("{scheme}_{what}")).to_ascii_uppercase())
}
