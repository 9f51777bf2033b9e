//! A JSON path (RFC 9535) of the plan, as it was written.
//!
//! Start at [`WrittenPath::parse`].

use std::fmt;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::text::value_error::ValueError;

/// A JSON path, and its text.
#[derive(Clone, PartialEq)]
pub struct WrittenPath {
    path: JsonPath,
    written: Box<str>,
}

impl WrittenPath {
    /// Parses a path.
    ///
    /// # Errors
    ///
    /// The text is none.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let wrong = || ValueError::new("not a JSON path", "write one such as `\"$.status\"` or `\"$.items[0].id\"`");
        let path = JsonPath::parse(text).map_err(|_| wrong())?;
        Ok(Self { path, written: text.into() })
    }

    /// Everything in a document that it leads to.
    pub fn find_all<'d>(&self, document: &'d Value) -> Vec<&'d Value> {
        self.path.query(document).all()
    }

    /// The path as written.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

impl fmt::Display for WrittenPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for WrittenPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
