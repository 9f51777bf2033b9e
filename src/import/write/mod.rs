//! The writers of imported requests: as a plan, as JSON Lines, or as a list of URLs.
//!
//! Start at [`write()`].

mod json_lines;
mod plan;
mod toml_text;
mod url_list;

use crate::import::error::ImportError;
use crate::import::request::Import;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenFormat {
    /// A plan in TOML, with an endpoint for each request.
    Plan,
    /// A request on each line, in JSON.
    JsonLines,
    /// A URL on each line.
    Urls,
}

impl WrittenFormat {
    /// Its names on the command line.
    pub const NAMES: [(&'static str, Self); 3] =
        [("plan", Self::Plan), ("jsonl", Self::JsonLines), ("urls", Self::Urls)];

    /// The format that the ending of a file implies.
    pub fn from_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "toml" => Some(Self::Plan),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "txt" | "list" | "urls" => Some(Self::Urls),
            _ => None,
        }
    }
}

/// Writes what was imported from `file`. Adds what the format cannot express to its notes.
pub fn write(import: &mut Import, file: &str, format: Option<WrittenFormat>) -> Result<String, ImportError> {
    let default = if import.has_urls_only { WrittenFormat::Urls } else { WrittenFormat::Plan };
    match format.unwrap_or(default) {
        WrittenFormat::Plan => Ok(plan::write(import, file)),
        WrittenFormat::JsonLines => json_lines::write(import),
        WrittenFormat::Urls => url_list::write(import),
    }
}
