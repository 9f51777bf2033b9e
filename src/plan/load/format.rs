//! The format of a plan, detected by how its text begins.
//!
//! Start at [`detect_format`].

use crate::plan::rows::RowFormat;
use crate::plan::rows::list::split_method;
use crate::text::bare_address::is_address;

/// The number of bytes after which an object that is still open decides the format.
const ENOUGH: usize = 4 << 10;

/// The format of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlanFormat {
    Toml,
    Urls,
    Json,
    Table,
}

impl PlanFormat {
    /// The format of its rows, unless it is a plan in TOML.
    pub(super) fn rows(self) -> Option<RowFormat> {
        match self {
            Self::Toml => None,
            Self::Urls => Some(RowFormat::Lines),
            Self::Json => Some(RowFormat::Json),
            Self::Table => Some(RowFormat::Table { delimiter: None }),
        }
    }
}

/// Detects the format by the first line that is neither blank nor a comment. `None` means that more text is needed.
pub(super) fn detect_format(start: &[u8], is_all: bool) -> Option<PlanFormat> {
    let text = String::from_utf8_lossy(start);
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let key = line.split('=').next().unwrap_or_default().trim();
    let is_key = |c: char| c.is_alphanumeric() || "-_.\"'".contains(c);
    let is_enough = is_all || start.len() > ENOUGH;
    Some(if line.starts_with('{') {
        // The keys of an object over several lines show whether another tool wrote it.
        if !line.ends_with('}') && !is_enough {
            return None;
        }
        PlanFormat::Json
    } else if line.starts_with('<') {
        return is_enough.then_some(PlanFormat::Toml);
    } else if is_json_list(line) || line.starts_with('"') && line.contains("://") {
        PlanFormat::Json
    } else if is_table_of_requests(line) {
        PlanFormat::Table
    } else if line.contains('=') && key.chars().all(is_key) || line.starts_with('[') && !is_address(line) {
        PlanFormat::Toml
    } else if line.contains("://") || is_address(line) || split_method(line).0.is_some() {
        PlanFormat::Urls
    } else {
        PlanFormat::Toml
    })
}

/// Whether a line begins a list in JSON, and not a table in TOML.
fn is_json_list(line: &str) -> bool {
    let Some(rest) = line.strip_prefix('[') else { return false };
    match rest.trim_start().as_bytes() {
        [] | [b'{' | b']', ..] => true,
        [b'"', text @ ..] => {
            let is_header = line.ends_with(']') && memchr::memchr_iter(b'"', text).count() == 1;
            !is_header || line.contains("://")
        }
        _ => false,
    }
}

/// Whether a line is a header with a column `url`.
fn is_table_of_requests(line: &str) -> bool {
    let cells = |separator: char| line.split(separator).map(|cell| cell.trim().trim_matches('"'));
    [',', ';', '\t', '|']
        .into_iter()
        .any(|separator| line.contains(separator) && cells(separator).any(|cell| cell.eq_ignore_ascii_case("url")))
}

#[cfg(test)]
mod tests {
    use super::{PlanFormat, detect_format};

    #[test]
    fn the_first_line_decides_the_format() {
        for (text, format) in [
            ("\u{feff}# list\n\n https://a.b\n", Some(PlanFormat::Urls)),
            ("example.org/x?y=1", Some(PlanFormat::Urls)),
            ("example.org:8080", Some(PlanFormat::Urls)),
            ("[::1]:8080", Some(PlanFormat::Urls)),
            ("[2001:db8::1]/x", Some(PlanFormat::Urls)),
            ("localhost:8080", Some(PlanFormat::Urls)),
            (":8080/x", Some(PlanFormat::Urls)),
            ("practice://slow", Some(PlanFormat::Urls)),
            ("DELETE https://a.b/x?y=z", Some(PlanFormat::Urls)),
            ("GET localhost:80", Some(PlanFormat::Urls)),
            ("{\"url\": \"https://a.b\"}", Some(PlanFormat::Json)),
            ("[\n", Some(PlanFormat::Json)),
            ("[{\"url\": \"https://a.b\"}]", Some(PlanFormat::Json)),
            ("[\"https://a.b\"]", Some(PlanFormat::Json)),
            ("[\"a.b\", \"c.d\"]", Some(PlanFormat::Json)),
            ("\"https://a.b\"", Some(PlanFormat::Json)),
            ("id;URL\n", Some(PlanFormat::Table)),
            ("\"url\",id\n", Some(PlanFormat::Table)),
            ("#:schema x\n[[endpoint]]\nurl = \"https://a.b\"", Some(PlanFormat::Toml)),
            ("name = \"https://a.b\"", Some(PlanFormat::Toml)),
            ("defaults.timeout = \"5s\"", Some(PlanFormat::Toml)),
            ("[limits]", Some(PlanFormat::Toml)),
            ("[\"limits\"]", Some(PlanFormat::Toml)),
            ("hello", Some(PlanFormat::Toml)),
            ("# nothing\n\n", None),
        ] {
            assert_eq!(detect_format(text.as_bytes(), true), format, "{text}");
        }
        assert_eq!(detect_format(b"{\n", false), None);
        assert_eq!(detect_format(b"{\"url\": \"a.b\"}\n", false), Some(PlanFormat::Json));
    }
}
