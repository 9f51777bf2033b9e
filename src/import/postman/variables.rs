//! The variables of a Postman collection.
//!
//! Start at [`Variables::fill`].

use std::collections::HashMap;

use serde_json::Value;

use crate::import::imported_text::ImportedText;
use crate::import::secrets::variable_name;
use crate::text::secret_name::is_secret_name;

/// How deep variables may be in variables.
const MAX_DEPTH: u32 = 10;

/// The variables that a collection defines.
pub(super) struct Variables(HashMap<String, String>);

impl Variables {
    /// Reads the variables that have a value. Secret ones are taken from the environment.
    pub(super) fn new(list: &Value) -> Self {
        let mut known = HashMap::new();
        for variable in list.as_array().into_iter().flatten().filter(|variable| variable["disabled"] != true) {
            let Some(key) = variable["key"].as_str().or_else(|| variable["id"].as_str()) else { continue };
            let value = match &variable["value"] {
                Value::String(text) => text.clone(),
                value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => continue,
            };
            if !value.is_empty() && variable["type"] != "secret" && !is_secret_name(key) {
                known.insert(key.to_owned(), value);
            }
        }
        Self(known)
    }

    /// Fills in `{{name}}`. A variable that the collection does not define becomes an environment variable.
    pub(super) fn fill(&self, text: &str) -> Result<ImportedText, String> {
        self.fill_at(text, 0)
    }

    fn fill_at(&self, text: &str, depth: u32) -> Result<ImportedText, String> {
        let (mut filled, mut rest) = (ImportedText::default(), text);
        while let Some((before, from)) = rest.split_once("{{") {
            let Some((name, after)) = from.split_once("}}") else { break };
            filled.push(before);
            let name = name.trim();
            if name.starts_with('$') {
                return Err(format!("`{{{{{name}}}}}` has another value in each request"));
            }
            match self.0.get(name).filter(|_| depth < MAX_DEPTH) {
                Some(value) => filled.append(self.fill_at(value, depth + 1)?),
                None => filled.append(ImportedText::variable(variable_name(name))),
            }
            rest = after;
        }
        filled.push(rest);
        Ok(filled)
    }
}
