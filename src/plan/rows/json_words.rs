//! What is wrong with a JSON value, in words of the user.
//!
//! Start at [`syntax`] and [`kind`].

/// What a value is, for messages.
pub(super) fn kind(text: &[u8]) -> &'static str {
    match text.first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        Some(_) | None => "a number",
    }
}

/// Describes a syntax error in words.
pub(super) fn syntax(why: &serde_json::Error) -> String {
    let text = why.to_string();
    let words = text.split(" at line ").next().unwrap_or_default();
    let words = match words {
        "expected ident" | "expected value" => "a value was expected",
        "key must be a string" => "a key in quotes was expected",
        "trailing comma" => "a comma is followed by nothing",
        "trailing characters" => "more text follows the value",
        "number out of range" => "a number is out of range",
        "invalid escape" => "an escape such as `\\n` is not valid",
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => "half a character is missing",
        "recursion limit exceeded" => "it is nested too deeply",
        words if words.starts_with("EOF") => "it ends too early",
        words if words.starts_with("control character") => "a control character must be escaped",
        "expected `,` or `}`" | "expected `,` or `]`" | "expected `:`" => words,
        _ => "its syntax is wrong",
    };
    let place = match why.line() {
        0 | 1 => format!("column {}", why.column()),
        line => format!("column {} of its line {line}", why.column()),
    };
    format!("is not JSON: {words} at {place}")
}
