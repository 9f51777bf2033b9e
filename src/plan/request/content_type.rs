//! The content type of a body for which none is given.
//!
//! Start at [`is_json`] and [`of_file`].

use percent_encoding::percent_encode;
use serde::de::IgnoredAny;

use crate::plan::template::escape::COMPONENT;

/// The content type of a JSON body.
pub const JSON: &str = "application/json";

/// The content type of a form whose fields are in one text.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The content type of bytes of any kind.
pub const BYTES: &str = "application/octet-stream";

/// Whether a body is a JSON object or array.
pub fn is_json(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start(), [b'{' | b'[', ..]) && serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

/// Returns the content type of an uploaded file, by the end of its name, as curl does for forms.
pub fn of_file(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "csv" => "text/csv",
        "gif" => "image/gif",
        "htm" | "html" => "text/html",
        "jpg" | "jpeg" => "image/jpeg",
        "json" => JSON,
        "pdf" => "application/pdf",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain",
        "xml" => "application/xml",
        _ => BYTES,
    }
}

/// Encodes a name or a value of a form.
pub fn encode_field(text: &str) -> String {
    encode_field_bytes(text.as_bytes())
}

/// Encodes a value of a form that may be no text.
pub fn encode_field_bytes(value: &[u8]) -> String {
    percent_encode(value, COMPONENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn json_is_an_object_or_an_array() {
        assert!(is_json(b" {\"a\": 1}\n") && is_json(b"[]"));
        for other in ["a=1", "{a}", "1", "\"text\"", "{\"a\": 1} x", ""] {
            assert!(!is_json(other.as_bytes()), "{other}");
        }
    }
}
