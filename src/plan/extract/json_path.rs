//! A JSON path (RFC 9535) as it is written in a plan.
//!
//! Start at [`WrittenPath::parse`].

use std::fmt;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::text::secret_name::is_secret_name;
use crate::text::value_error::ValueError;

/// A JSON path, and its text.
#[derive(Clone, PartialEq)]
pub struct WrittenPath {
    path: JsonPath,
    text: Box<str>,
}

impl WrittenPath {
    /// Parses a path.
    ///
    /// # Errors
    ///
    /// The path is none.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let wrong = |_| ValueError::new("not a JSON path", "write one such as `\"$.status\"` or `\"$.items[0].id\"`");
        Ok(Self { path: JsonPath::parse(text).map_err(wrong)?, text: text.into() })
    }

    /// The path as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Everything that it matches in a document, in the order of the document.
    pub fn find_all<'d>(&self, document: &'d Value) -> Vec<&'d Value> {
        self.path.query(document).all()
    }

    /// Whether it can match more than one value: it has a wildcard, a slice, a filter, a list or `..`.
    pub fn is_plural(&self) -> bool {
        let mut quote = None;
        let mut before = ' ';
        for c in self.text.chars() {
            match quote {
                // An escaped quote or backslash must not be taken for the next escape.
                Some(_) if before == '\\' => {
                    before = ' ';
                    continue;
                }
                Some(end) if c == end => quote = None,
                None if matches!(c, '\'' | '"') => quote = Some(c),
                None if matches!(c, '*' | '?' | ':' | ',') || c == '.' && before == '.' => return true,
                Some(_) | None => {}
            }
            before = c;
        }
        false
    }

    /// Whether it ends at the name of a secret, such as `$.access_token`.
    pub fn is_secret(&self) -> bool {
        let name = self.text.trim_end_matches([']', '\'', '"']).rsplit(['.', '[', '\'', '"']).next();
        name.is_some_and(is_secret_name)
    }
}

impl fmt::Display for WrittenPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for WrittenPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::WrittenPath;

    #[test]
    fn what_is_no_path_is_refused() {
        for path in ["", "status", ".status", "$.", "$[", "$.a b"] {
            assert!(WrittenPath::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_path_to_a_secret_is_known_by_its_last_name() {
        for (path, is_secret) in [
            ("$.access_token", true),
            ("$['access_token']", true),
            ("$.tokens[0]", false),
            ("$.author.name", false),
            ("$.status", false),
        ] {
            assert_eq!(WrittenPath::parse(path).unwrap().is_secret(), is_secret, "{path}");
        }
    }

    #[test]
    fn a_path_is_plural_if_it_can_match_several_values() {
        for path in ["$", "$.a.b", "$['a']['*']", "$[\"a,b\"][0]", "$['it\\'s:'].x", "$[-1]", "$['a\\\\'].b"] {
            assert!(!WrittenPath::parse(path).unwrap().is_plural(), "{path}");
        }
        for path in ["$.*", "$[*]", "$..a", "$[0:2]", "$['a','b']", "$[?@.x == 1]", "$['a\\\\'].*"] {
            assert!(WrittenPath::parse(path).unwrap().is_plural(), "{path}");
        }
    }
}
