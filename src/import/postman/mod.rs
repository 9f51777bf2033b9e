//! Requests of a Postman collection, version 2.0 or 2.1.
//!
//! Variables of the collection are filled in; all others become environment variables. Scripts are not run. Start at
//! [`read`].

mod auth;
mod body;
mod variables;

use serde_json::Value;

use crate::import::error::ImportError;
use crate::import::imported_text::ImportedText;
use crate::import::postman::auth::apply_auth;
use crate::import::postman::body::body;
use crate::import::postman::variables::Variables;
use crate::import::request::{Import, ImportedRequest};
use crate::import::secrets::variable_name;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// The deepest nesting of folders.
const MAX_DEPTH: usize = 50;

/// A collection while it is read.
struct Collection {
    variables: Variables,
    import: Import,
    n_scripts: u64,
}

/// Reads the requests of all folders.
pub(super) fn read(text: &str) -> Result<Import, ImportError> {
    let mut file: Value = serde_json::from_str(text).map_err(|why| ImportError::json("collection", &why))?;
    // The API of Postman wraps a collection.
    if file.get("item").is_none() && file["collection"].is_object() {
        file = file["collection"].take();
    }
    if !file["item"].is_array() {
        return Err(ImportError::new("cannot read the collection: it has no list `item`", None));
    }
    let import = Import { source: "a Postman collection", ..Import::default() };
    let mut collection = Collection { variables: Variables::new(&file["variable"]), import, n_scripts: 0 };
    collection.add_items(&file, "", &file["auth"], 0);
    let mut import = collection.import;
    if collection.n_scripts > 0 {
        import.notes.push(format!("{} not run", units::plural(collection.n_scripts, "script")));
    }
    Ok(import)
}

impl Collection {
    /// Adds the requests of a folder. `auth` applies where a request has none.
    fn add_items(&mut self, folder: &Value, path: &str, auth: &Value, depth: usize) {
        self.n_scripts += n_scripts(folder);
        for (i, item) in folder["item"].as_array().into_iter().flatten().enumerate() {
            let numbered = || format!("item {}", i + 1);
            let name =
                item["name"].as_str().filter(|name| !name.trim().is_empty()).map_or_else(numbered, str::to_owned);
            let path = if path.is_empty() { name } else { format!("{path} / {name}") };
            let own_auth = if item["auth"].is_object() { &item["auth"] } else { auth };
            if item["item"].is_array() && depth < MAX_DEPTH {
                self.add_items(item, &path, own_auth, depth + 1);
                continue;
            }
            self.n_scripts += n_scripts(item);
            let request = match &item["request"] {
                _ if item["item"].is_array() => Err("it is nested too deeply".to_owned()),
                request @ (Value::Object(_) | Value::String(_)) => self.request(request, &path, own_auth),
                Value::Null => Err("it has no request".to_owned()),
                Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err("its request is not valid".to_owned()),
            };
            match request {
                Ok(request) => self.import.requests.push(request),
                Err(why) => self.import.left_out.push(format!("{}: {why}", sanitize(&path))),
            }
        }
    }

    fn request(&mut self, item: &Value, name: &str, auth: &Value) -> Result<ImportedRequest, String> {
        let url = self.url(if item.is_string() { item } else { &item["url"] })?;
        let mut request = ImportedRequest {
            name: Some(name.to_owned()),
            method: Some(item["method"].as_str().unwrap_or("GET").to_owned()),
            url,
            ..ImportedRequest::default()
        };
        for header in item["header"].as_array().into_iter().flatten().filter(|header| is_enabled(header)) {
            let Some(key) = header["key"].as_str().map(str::trim).filter(|key| !key.is_empty()) else { continue };
            let value = match &header["value"] {
                Value::String(text) => self.variables.fill(text)?,
                value @ (Value::Number(_) | Value::Bool(_)) => value.to_string().as_str().into(),
                Value::Null => ImportedText::default(),
                Value::Array(_) | Value::Object(_) => return Err("the value of a header is not a text".to_owned()),
            };
            request.headers.push((key.to_owned(), value));
        }
        if let Some((body, content_type)) = body(&item["body"], &self.variables)? {
            request.body = Some(body);
            if let Some(content_type) = content_type.filter(|_| !request.has_header("content-type")) {
                request.headers.push(("content-type".to_owned(), content_type.into()));
            }
        }
        let auth = if item["auth"].is_object() { &item["auth"] } else { auth };
        if let Some(left_out) = apply_auth(auth, &mut request, &self.variables)? {
            self.import.notes.push(format!("{}: credentials of the kind `{left_out}` are left out", sanitize(name)));
        }
        Ok(request)
    }

    fn url(&self, url: &Value) -> Result<ImportedText, String> {
        let raw = url.as_str().or_else(|| url["raw"].as_str()).map_or_else(|| joined(url), str::to_owned);
        let raw = raw.trim();
        if raw.is_empty() {
            return Err("it has no URL".to_owned());
        }
        let raw = if raw.contains("://") || raw.starts_with("{{") { raw.to_owned() } else { format!("http://{raw}") };
        let (start, query) = raw.find(['?', '#']).map_or((&*raw, ""), |at| raw.split_at(at));
        // The host is the third part behind a scheme, and the first without one.
        let n_before_path = if start.contains("://") { 3 } else { 1 };
        let mut filled = ImportedText::default();
        for (i, segment) in start.split('/').enumerate() {
            if i > 0 {
                filled.push("/");
            }
            // `:id` is a variable of this URL, but `:8080` belongs to the host.
            match segment.strip_prefix(':').filter(|name| i >= n_before_path && !name.is_empty()) {
                None => filled.append(self.variables.fill(segment)?),
                Some(name) => {
                    let own = url["variable"].as_array().into_iter().flatten().find(|own| own["key"] == name);
                    match own.and_then(|own| own["value"].as_str()).filter(|value| !value.is_empty()) {
                        Some(value) => filled.append(self.variables.fill(value)?),
                        None => filled.append(ImportedText::variable(variable_name(name))),
                    }
                }
            }
        }
        filled.append(self.variables.fill(query)?);
        Ok(filled)
    }
}

/// A URL of its parts: a collection need not have it as a whole.
fn joined(url: &Value) -> String {
    let parts = |key: &str, separator: &str| match &url[key] {
        Value::Array(parts) => {
            let text = |part: &Value| part.as_str().or_else(|| part["value"].as_str()).map(str::to_owned);
            parts.iter().filter_map(text).collect::<Vec<_>>().join(separator)
        }
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    };
    let host = parts("host", ".");
    if host.is_empty() {
        return host;
    }
    let scheme = url["protocol"].as_str().map_or_else(String::new, |scheme| format!("{scheme}://"));
    let port = parts("port", "");
    let port = if port.is_empty() { port } else { format!(":{port}") };
    let fields = url["query"].as_array().into_iter().flatten().filter(|field| is_enabled(field));
    let fields = fields.map(|field| match (field["key"].as_str(), field["value"].as_str()) {
        (Some(key), Some(value)) => format!("{key}={value}"),
        (key, value) => key.or(value).unwrap_or_default().to_owned(),
    });
    let query = fields.collect::<Vec<_>>().join("&");
    let query = if query.is_empty() { query } else { format!("?{query}") };
    format!("{scheme}{host}{port}/{}{query}", parts("path", "/").trim_start_matches('/'))
}

/// Whether a field is not switched off.
fn is_enabled(field: &Value) -> bool {
    field["disabled"] != true
}

/// How many scripts with content an item has.
fn n_scripts(item: &Value) -> u64 {
    let has_content = |event: &&Value| match &event["script"]["exec"] {
        Value::Array(lines) => lines.iter().any(|line| !line.as_str().unwrap_or_default().trim().is_empty()),
        Value::String(text) => !text.trim().is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    item["event"].as_array().into_iter().flatten().filter(has_content).count() as u64
}
