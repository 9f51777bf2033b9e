//! The writer of a plan, with an endpoint for each request.
//!
//! Start at [`write()`].

use std::collections::HashSet;
use std::fmt::Write;

use crate::import::imported_text::ImportedText;
use crate::import::request::{Import, ImportedAuth, ImportedBody, ImportedPart, ImportedRequest};
use crate::import::write::toml_text::{key, quoted};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Writes a plan.
pub(super) fn write(import: &Import, file: &str) -> String {
    let n = units::plural(import.requests.len() as u64, "request");
    let mut plan = format!("# {n} of {}, imported from {} with `inflight import`.\n", import.source, comment(file));
    for left_out in &import.left_out {
        let _ = writeln!(plan, "# Left out: {}", comment(left_out));
    }
    let mut endpoint_names = HashSet::new();
    for request in &import.requests {
        write_endpoint(&mut plan, request, &mut endpoint_names);
    }
    plan
}

/// A text that cannot end a comment.
fn comment(text: &str) -> String {
    sanitize(text).replace(['\n', '\r'], " ")
}

fn write_endpoint(plan: &mut String, request: &ImportedRequest, endpoint_names: &mut HashSet<String>) {
    plan.push_str("\n[[endpoint]]\n");
    let mut line = |name: &str, value: String| {
        let _ = writeln!(plan, "{name} = {value}");
    };
    if let Some(name) = request.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        let numbered = (2..).map(|n| format!("{name} ({n})"));
        let free = [name.to_owned()].into_iter().chain(numbered).find(|name| !endpoint_names.contains(name));
        let free = free.unwrap_or_default();
        line("name", without_placeholders(&free));
        endpoint_names.insert(free);
    }
    line("url", text(&request.url));
    let default = if request.body.is_some() { "POST" } else { "GET" };
    if let Some(method) = request.method.as_deref().filter(|method| *method != default) {
        line("method", quoted(method));
    }
    if !request.headers.is_empty() {
        line("headers", headers(&request.headers));
    }
    match &request.auth {
        None => {}
        Some(ImportedAuth::Basic(user, password)) => line("auth", login("basic", user, password)),
        Some(ImportedAuth::Digest(user, password)) => line("auth", login("digest", user, password)),
        Some(ImportedAuth::Bearer(token)) => line("auth", format!("{{ bearer = {} }}", text(token))),
    }
    match &request.body {
        None => {}
        Some(ImportedBody::Text(body)) => line("body", text(body)),
        Some(ImportedBody::File(path)) => line("body_file", text(&ImportedText::literal(path.as_str()))),
        Some(ImportedBody::Form(fields)) => {
            // A table has each key once, so fields with equal names are written as a body.
            let names: HashSet<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            if names.len() == fields.len() {
                let fields: Vec<_> =
                    fields.iter().map(|(name, value)| format!("{} = {}", key(name), text(value))).collect();
                line("form", format!("{{ {} }}", fields.join(", ")));
            } else {
                line("body", text(&joined_form(fields)));
            }
        }
        Some(ImportedBody::Multipart(parts)) => {
            let parts: Vec<_> = parts.iter().map(part).collect();
            line("multipart", format!("[\n    {},\n]", parts.join(",\n    ")));
        }
    }
    for (name, time) in [("timeout", request.timeout), ("connect_timeout", request.connect_timeout)] {
        if let Some(time) = time {
            line(name, format!("\"{time}ms\""));
        }
    }
    if let Some(redirects) = request.redirects {
        line("redirects", redirects.to_string());
    }
    if request.path_as_is {
        line("path_as_is", "true".to_owned());
    }
}

fn text(value: &ImportedText) -> String {
    quoted(&value.in_plan())
}

/// A text in which rows fill in nothing, so that braces have no meaning.
fn without_placeholders(value: &str) -> String {
    quoted(&value.replace("${", "$${"))
}

fn login(kind: &str, user: &ImportedText, password: &ImportedText) -> String {
    format!("{{ {kind} = {{ user = {}, password = {} }} }}", text(user), text(password))
}

/// Writes headers as a table. Several values of one name are a list.
fn headers(all: &[(String, ImportedText)]) -> String {
    let mut by_name: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in all {
        match by_name.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            Some((_, values)) => values.push(text(value)),
            None => by_name.push((name.clone(), vec![text(value)])),
        }
    }
    let value = |values: Vec<String>| match &*values {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let fields: Vec<_> =
        by_name.into_iter().map(|(name, values)| format!("{} = {}", key(&name), value(values))).collect();
    format!("{{ {} }}", fields.join(", "))
}

fn part(part: &ImportedPart) -> String {
    let literal = |value: &str| text(&ImportedText::literal(value));
    let mut fields = vec![format!("name = {}", without_placeholders(&part.name))];
    fields.push(match &part.value {
        Ok(value) => format!("value = {}", text(value)),
        Err(path) => format!("file = {}", literal(path)),
    });
    fields.extend(part.kind.as_deref().map(|kind| format!("type = {}", without_placeholders(kind))));
    fields.extend(part.filename.as_deref().map(|name| format!("filename = {}", literal(name))));
    format!("{{ {} }}", fields.join(", "))
}

/// A form as a text, percent-encoded except for variables.
pub(super) fn joined_form(fields: &[(String, ImportedText)]) -> ImportedText {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let mut body = ImportedText::default();
    for (i, (name, value)) in fields.iter().enumerate() {
        body.push(format!("{}{}=", if i > 0 { "&" } else { "" }, encoded(name)));
        let mut value = value.clone();
        value.replace_literals(|text| ImportedText::literal(encoded(text)));
        body.append(value);
    }
    body
}
