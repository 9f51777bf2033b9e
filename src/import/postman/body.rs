//! The bodies of Postman requests.
//!
//! Start at [`body`].

use serde_json::{Value, json};

use crate::import::imported_text::ImportedText;
use crate::import::postman::is_enabled;
use crate::import::postman::variables::Variables;
use crate::import::request::{ImportedBody, ImportedPart};

/// Reads a body, and the content type that it implies.
pub(super) fn body(
    body: &Value,
    variables: &Variables,
) -> Result<Option<(ImportedBody, Option<&'static str>)>, String> {
    let fields = |key: &str| body[key].as_array().into_iter().flatten().filter(|field| is_enabled(field));
    if !is_enabled(body) {
        return Ok(None);
    }
    Ok(match body["mode"].as_str().unwrap_or_default() {
        "raw" => {
            let text = body["raw"].as_str().unwrap_or_default();
            let content_type = match body["options"]["raw"]["language"].as_str() {
                Some("json") => Some("application/json"),
                Some("xml") => Some("application/xml"),
                Some("html") => Some("text/html"),
                Some("javascript") => Some("application/javascript"),
                Some(_) | None => None,
            };
            (!text.is_empty()).then_some((ImportedBody::Text(variables.fill(text)?), content_type))
        }
        "graphql" => {
            let graphql = &body["graphql"];
            let values = graphql["variables"].as_str().and_then(|text| serde_json::from_str(text).ok());
            let text = json!({"query": graphql["query"], "variables": values.unwrap_or(json!({}))}).to_string();
            // The braces of a query are no variables.
            Some((ImportedBody::Text(ImportedText::literal(text)), Some("application/json")))
        }
        "urlencoded" => {
            let field = |field: &Value| -> Result<(String, ImportedText), String> {
                let value = variables.fill(field["value"].as_str().unwrap_or_default())?;
                Ok((field["key"].as_str().unwrap_or_default().to_owned(), value))
            };
            let fields = fields("urlencoded").map(field).collect::<Result<Vec<_>, _>>()?;
            (!fields.is_empty()).then_some((ImportedBody::Form(fields), None))
        }
        "formdata" => {
            let parts = fields("formdata").map(|field| part(field, variables)).collect::<Result<Vec<_>, _>>()?;
            (!parts.is_empty()).then_some((ImportedBody::Multipart(parts), None))
        }
        "file" => {
            let path = body["file"]["src"].as_str().ok_or("its body is a file without a path")?;
            Some((ImportedBody::File(path.to_owned()), None))
        }
        _ => None,
    })
}

fn part(field: &Value, variables: &Variables) -> Result<ImportedPart, String> {
    let name = field["key"].as_str().unwrap_or_default().to_owned();
    let value = if field["type"] == "file" {
        let path = field["src"].as_str().or_else(|| field["src"][0].as_str());
        Err(path.ok_or("a field of its form is a file without a path")?.to_owned())
    } else {
        Ok(variables.fill(field["value"].as_str().unwrap_or_default())?)
    };
    let text = |key: &str| field[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(ImportedPart { name, value, kind: text("contentType"), filename: text("fileName") })
}
