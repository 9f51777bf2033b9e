//! The example values of an OpenAPI description.
//!
//! Start at [`example_of`].

use serde_json::Value;

use crate::import::openapi::resolve;

/// How deep a schema is searched for examples.
const MAX_DEPTH: u32 = 10;

/// The example of a parameter or a body: its own, or that of its schema.
pub(super) fn example_of(root: &Value, described: &Value) -> Option<Value> {
    let own = Some(&described["example"]).filter(|example| !example.is_null());
    let named = || {
        let first = described["examples"].as_object()?.values().next()?;
        Some(&resolve(root, first)["value"]).filter(|example| !example.is_null())
    };
    own.or_else(named).cloned().or_else(|| example_of_schema(root, &described["schema"], 0))
}

fn example_of_schema(root: &Value, schema: &Value, depth: u32) -> Option<Value> {
    let schema = resolve(root, schema);
    if depth > MAX_DEPTH {
        return None;
    }
    let own = [&schema["example"], &schema["examples"][0], &schema["const"], &schema["default"], &schema["enum"][0]];
    if let Some(own) = own.into_iter().find(|example| !example.is_null()) {
        return Some(own.clone());
    }
    if let Some(properties) = schema["properties"].as_object() {
        // Every required property needs an example, and others are used if they have one.
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut object = serde_json::Map::new();
        for (name, property) in properties {
            match example_of_schema(root, property, depth + 1) {
                Some(example) => drop(object.insert(name.clone(), example)),
                None if required.contains(&name.as_str()) => return None,
                None => {}
            }
        }
        return (!object.is_empty()).then_some(Value::Object(object));
    }
    // All parts apply together; of alternatives, the first with an example.
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().filter_map(|part| example_of_schema(root, part, depth + 1));
        return parts.reduce(|whole, part| match (whole, part) {
            (Value::Object(mut whole), Value::Object(part)) => {
                whole.extend(part);
                Value::Object(whole)
            }
            (whole, _) => whole,
        });
    }
    let alternatives = [&schema["oneOf"], &schema["anyOf"]].into_iter().filter_map(Value::as_array).flatten();
    if let Some(example) = alternatives.into_iter().find_map(|schema| example_of_schema(root, schema, depth + 1)) {
        return Some(example);
    }
    let of_items = || Some(Value::Array(vec![example_of_schema(root, &schema["items"], depth + 1)?]));
    if schema["items"].is_object() { of_items() } else { None }
}

/// A value as the text of a parameter: lists are joined with commas.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}
