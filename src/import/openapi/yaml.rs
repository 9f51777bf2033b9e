//! Descriptions in YAML, as values of JSON.
//!
//! Start at [`read_yaml`].

use serde_json::{Map, Number, Value};
use serde_norway::Value as Yaml;

use crate::import::error::ImportError;

/// Reads a document of YAML. Keys become texts, as in `200:`.
pub(super) fn read_yaml(text: &str) -> Result<Value, ImportError> {
    let mut yaml: Yaml = serde_norway::from_str(text).map_err(|why| {
        let place = why.location().map(|at| format!(" (line {}, column {})", at.line(), at.column()));
        let place = place.unwrap_or_default();
        ImportError::new(format!("cannot read the description: it is not valid YAML{place}"), None)
    })?;
    // Where a merge is not valid, the key `<<` stays.
    let _ = yaml.apply_merge();
    Ok(json(yaml))
}

fn json(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => flag.into(),
        Yaml::Number(number) => {
            let whole = number.as_i64().map(Number::from).or_else(|| number.as_u64().map(Number::from));
            whole.or_else(|| Number::from_f64(number.as_f64()?)).map_or(Value::Null, Value::Number)
        }
        Yaml::String(text) => text.into(),
        Yaml::Sequence(items) => items.into_iter().map(json).collect(),
        Yaml::Mapping(fields) => {
            let key = |key: Yaml| match json(key) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            Value::Object(fields.into_iter().map(|(name, value)| (key(name), json(value))).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tagged) => json(tagged.value),
    }
}
