//! A check that foreign JSON is accepted by common parsers.
//!
//! It refuses JSON that some parsers reject, because one unusual answer must not make a whole report unreadable.
//! Start at [`portable`].

use serde_json::value::RawValue;

/// Maximum nesting; several parsers fail soon after a hundred levels.
const DEEPEST: usize = 100;

/// The text as JSON to be embedded in a document; `None` if it is not portable JSON.
///
/// In addition to the grammar, this checks details on which parsers disagree: numbers must fit a double, surrogates
/// must come in pairs, and there are at most [`DEEPEST`] levels. Key order and duplicate keys are kept.
pub fn portable(body: &str) -> Option<&RawValue> {
    let body = body.strip_prefix('\u{feff}').unwrap_or(body);
    let raw: &RawValue = serde_json::from_str(body).ok()?;
    is_portable(raw.get().as_bytes()).then_some(raw)
}

/// Whether common parsers accept this syntactically valid JSON.
fn is_portable(json: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut i = 0;
    while let Some(&byte) = json.get(i) {
        match byte {
            b'"' => match end_of_string(json, i + 1) {
                Some(end) => i = end,
                None => return false,
            },
            b'[' | b'{' if depth == DEEPEST => return false,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let rest = &json[i..];
                let length = rest.iter().position(|byte| !b"+-.0123456789Ee".contains(byte)).unwrap_or(rest.len());
                let number = str::from_utf8(&rest[..length]).ok().and_then(|number| number.parse::<f64>().ok());
                if !number.is_some_and(f64::is_finite) {
                    return false;
                }
                i += length;
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    true
}

/// The position of a string's closing quote; `None` if it contains an unpaired surrogate.
fn end_of_string(json: &[u8], mut i: usize) -> Option<usize> {
    loop {
        match json.get(i)? {
            b'"' => return Some(i),
            b'\\' => match escaped_unit(json, i) {
                Some(0xd800..=0xdbff) => {
                    let low = escaped_unit(json, i + 6)?;
                    (0xdc00..=0xdfff).contains(&low).then_some(())?;
                    i += 12;
                }
                Some(0xdc00..=0xdfff) => return None,
                Some(_) => i += 6,
                None => i += 2,
            },
            _ => i += 1,
        }
    }
}

/// The UTF-16 unit that `\uXXXX` at this place encodes.
fn escaped_unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::portable;
    use crate::text::safe_json::text;
    use crate::text::sanitize;

    #[track_caller]
    fn written(body: &str) -> String {
        text(portable(body).unwrap()).unwrap()
    }

    #[test]
    fn control_characters_are_escaped_in_strings_and_in_raw_json() {
        let hostile = "a\u{1b}[31m\u{9b}2J\u{202e}\u{200b}\u{7f}\u{e0041}z";
        let expected = r#""a\u001b[31m\u009b2J\u202e\u200b\u007f\udb40\udc41z""#;
        assert_eq!(text(hostile).unwrap(), expected);
        let body = format!("[\"{}\"]", hostile.replace('\u{1b}', "\\u001b"));
        assert_eq!(written(&body), format!("[{expected}]"));
    }

    #[test]
    fn raw_json_keeps_its_order_its_duplicates_and_its_numbers() {
        let body = "{ \"b\" : 1.10,\r\n \"a\": 12345678901234567890123, \"b\": \" \\\" \\\\\" }\n";
        assert_eq!(written(body), r#"{"b":1.10,"a":12345678901234567890123,"b":" \" \\"}"#);
    }

    #[test]
    fn a_byte_order_mark_is_accepted() {
        assert_eq!(written("\u{feff}[1]"), "[1]");
    }

    #[test]
    fn json_that_some_parser_refuses_is_not_portable() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(portable(&deep(100)).is_some());
        let refused = [
            &deep(101),
            &deep(1_000_000),
            "1e999",
            &"9".repeat(400),
            r#""\ud800""#,
            r#""\ud800x""#,
            r#""\udc00""#,
            "{\"a\":1,}",
            "{'a':1}",
            "[1] [2]",
            "NaN",
            "[\"a\nb\"]",
            "",
        ];
        for body in refused {
            assert!(portable(body).is_none(), "{}", &body[..body.len().min(40)]);
        }
        assert_eq!(written(r#""\ud83d\ude00""#), r#""\ud83d\ude00""#);
    }

    proptest! {
        #[test]
        fn raw_json_keeps_its_meaning(strings in prop::collection::vec(".*", 0..5), number: f64) {
            let body = serde_json::to_string_pretty(&(strings, number)).unwrap();
            let written = written(&body);
            prop_assert!(!written.chars().any(sanitize::is_unsafe));
            prop_assert_eq!(
                serde_json::from_str::<Value>(&written).unwrap(),
                serde_json::from_str::<Value>(&body).unwrap()
            );
        }
    }
}
