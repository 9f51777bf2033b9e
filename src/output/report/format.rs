//! The formats of a report.
//!
//! Start at [`ReportFormat::of_file`].

use std::path::Path;

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReportFormat {
    /// One JSON document.
    Json,
    /// A JSON object on each line.
    JsonLines,
    /// A table with comma-separated values.
    Csv,
    /// A table in Markdown.
    Markdown,
    /// An HTML page with a table.
    Page,
}

impl ReportFormat {
    /// The format that the ending of a file name says: JSON if that is unknown.
    pub(super) fn of_file(path: &Path) -> Self {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("jsonl" | "ndjson") => Self::JsonLines,
            Some("csv") => Self::Csv,
            Some("md" | "markdown") => Self::Markdown,
            Some("html" | "htm") => Self::Page,
            _ => Self::Json,
        }
    }

    /// Whether it contains the bodies of answers.
    pub(super) fn has_data(self) -> bool {
        matches!(self, Self::Json | Self::JsonLines)
    }
}
