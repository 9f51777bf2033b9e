//! The writer of JSON Lines: a request on each line.
//!
//! Rows are data, so they have no variables: what needs one is left out, and reported. Start at [`write()`].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::import::error::ImportError;
use crate::import::imported_text::ImportedText;
use crate::import::request::{Import, ImportedAuth, ImportedBody, ImportedRequest, shown_url};
use crate::import::write::plan::joined_form;
use crate::text::safe_json;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Writes a line for each request.
pub(super) fn write(import: &mut Import) -> Result<String, ImportError> {
    let (mut lines, mut n_headers, mut left_out) = (String::new(), 0, Vec::new());
    for request in &import.requests {
        match object(request, &mut n_headers) {
            Ok(object) => {
                let line = safe_json::text(&object)
                    .map_err(|why| ImportError::new(format!("cannot write a request: {why}"), None))?;
                lines.push_str(&line);
                lines.push('\n');
            }
            Err(why) => {
                let url = shown_url(&request.url.literals().collect::<String>());
                left_out.push(format!("{}: {why}", sanitize(request.name.as_deref().unwrap_or(&url))));
            }
        }
    }
    import.left_out.extend(left_out);
    if n_headers > 0 {
        let n = units::plural(n_headers, "header");
        import.notes.push(format!("{n} with secrets left out: a list has no variables, so give them with `-H`"));
    }
    let n_reduced = import.requests.iter().filter(|request| request.needs_plan()).count();
    if n_reduced > 0 {
        let n = units::plural(n_reduced as u64, "request");
        import.notes.push(format!("the settings of {n} are left out: a plan can express them"));
    }
    if lines.is_empty() {
        return Err(ImportError::nothing("no request can be written as JSON: a plan can express them"));
    }
    Ok(lines)
}

fn object(request: &ImportedRequest, n_headers: &mut u64) -> Result<Value, &'static str> {
    const NEEDS_PLAN: &str = "it has a variable, which only a plan can have";
    let plain = |text: &ImportedText| text.plain().map(str::to_owned).ok_or(NEEDS_PLAN);
    let mut object = Map::new();
    object.insert("url".to_owned(), plain(&request.url)?.into());
    let default = if request.body.is_some() { "POST" } else { "GET" };
    if let Some(method) = request.method.as_deref().filter(|method| *method != default) {
        object.insert("method".to_owned(), method.into());
    }
    object.extend(request.name.as_deref().map(|name| ("name".to_owned(), name.into())));
    let mut headers: Map<String, Value> = Map::new();
    let mut add = |name: &str, value: Option<String>| match (value, headers.get_mut(name)) {
        (None, _) => *n_headers += 1,
        (Some(value), Some(Value::Array(values))) => values.push(value.into()),
        (Some(value), _) => drop(headers.insert(name.to_owned(), json!([value]))),
    };
    for (name, value) in &request.headers {
        add(&name.to_ascii_lowercase(), value.plain().map(str::to_owned));
    }
    match &request.auth {
        None => {}
        Some(ImportedAuth::Basic(user, password)) => {
            let pair = user.plain().zip(password.plain()).map(|(user, password)| format!("{user}:{password}"));
            add("authorization", pair.map(|pair| format!("Basic {}", STANDARD.encode(pair))));
        }
        Some(ImportedAuth::Bearer(token)) => {
            add("authorization", token.plain().map(|token| format!("Bearer {token}")));
        }
        Some(ImportedAuth::Digest(..)) => return Err("its credentials need a plan"),
    }
    match &request.body {
        None => {}
        Some(ImportedBody::Text(text)) => drop(object.insert("body".to_owned(), plain(text)?.into())),
        Some(ImportedBody::Form(fields)) => {
            object.insert("body".to_owned(), plain(&joined_form(fields))?.into());
            add(
                "content-type",
                Some("application/x-www-form-urlencoded".to_owned()).filter(|_| !request.has_header("content-type")),
            );
        }
        Some(ImportedBody::File(_) | ImportedBody::Multipart(_)) => return Err("its body needs a plan"),
    }
    for values in headers.values_mut() {
        if let Value::Array(several) = values
            && several.len() == 1
        {
            *values = several.remove(0);
        }
    }
    if !headers.is_empty() {
        object.insert("headers".to_owned(), headers.into());
    }
    object.extend(request.timeout.map(|timeout| ("timeout".to_owned(), format!("{timeout}ms").into())));
    Ok(object.into())
}
