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
        for item in folder["item"].as_array().into_iter().flatten() {
            let name = item["name"].as_str().unwrap_or_default();
            let path = if path.is_empty() { name.to_owned() } else { format!("{path} / {name}") };
            let own_auth = if item["auth"].is_object() { &item["auth"] } else { auth };
            if item["item"].is_array() && depth < MAX_DEPTH {
                self.add_items(item, &path, own_auth, depth + 1);
            } else if !item["request"].is_null() {
                self.n_scripts += n_scripts(item);
                match self.request(&item["request"], &path, own_auth) {
                    Ok(request) => self.import.requests.push(request),
                    Err(why) => self.import.left_out.push(format!("{}: {why}", sanitize(&path))),
                }
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
            let (Some(key), Some(value)) = (header["key"].as_str(), header["value"].as_str()) else { continue };
            request.headers.push((key.trim().to_owned(), self.variables.fill(value)?));
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
        let raw = url.as_str().or_else(|| url["raw"].as_str()).unwrap_or_default().trim();
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
