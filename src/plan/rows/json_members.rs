//! The members of a JSON object in a row, whose values stay as they are written.
//!
//! Start at [`read_members`].

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::plan::rows::json_words::{kind, syntax};
use crate::text::nearest::did_you_mean;
use crate::text::sanitize::sanitize;

pub(super) type JsonMembers<'r> = Vec<(Cow<'r, str>, &'r RawValue)>;

/// Reads the members of an object, whose values stay as they are written.
pub(super) fn read_members(text: &[u8]) -> Result<JsonMembers<'_>, String> {
    struct Object;
    impl<'r> Visitor<'r> for Object {
        type Value = JsonMembers<'r>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'r>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(key) = map.next_key::<Key<'r>>()? {
                members.push((key.0, map.next_value()?));
            }
            Ok(members)
        }
    }

    let text = str::from_utf8(text).map_err(|_| "is not UTF-8 text".to_owned())?;
    if let Some(first) = text.as_bytes().first().filter(|first| **first != b'{')
        && (*first == b'[' || serde_json::from_str::<&RawValue>(text).is_ok())
    {
        return Err(format!("is {}, not an object", kind(text.as_bytes())));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let members = reader.deserialize_map(Object).and_then(|members| reader.end().map(|()| members));
    members.map_err(|why| syntax(&why))
}

/// A key, which is borrowed unless it has escapes.
#[derive(serde::Deserialize)]
struct Key<'r>(#[serde(borrow)] Cow<'r, str>);

/// The message about a key that has no meaning.
pub(super) fn unknown_key(key: &str, known: &[&str]) -> String {
    let help = did_you_mean(key, known.iter().copied());
    let help = help.unwrap_or_else(|| format!("the keys are {}", known.join(", ")));
    format!("unknown key `{}`: {help}", sanitize(key))
}
