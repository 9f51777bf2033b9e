//! The interpolation of `${…}` in texts of the plan.
//!
//! Values of variables and files are kept apart from written text. They are never searched for
//! placeholders and never shown. Start at `interpolate`.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::plan::defaults::MAX_SECRET_FILE;
use crate::plan::error::io_reason;
use crate::text::sanitize::sanitize;
use crate::text::secret::MASK;
use crate::text::value_error::ValueError;

/// Looks up a variable by name. The caller decides where.
pub type VariableLookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How the name of a step's value begins: `${before.token}`.
pub(in crate::plan) const BEFORE: &str = "before.";

/// The shortest value that is masked, in characters. Shorter ones are hardly secrets.
const SHORTEST_SECRET: usize = 4;

/// A part of a text.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::plan) enum TextPiece {
    /// As written in the plan.
    Written(String),
    /// The value of a variable or a file.
    Given(String),
}

/// A text of the plan, in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::plan) struct PlanText {
    pub(in crate::plan) pieces: Vec<TextPiece>,
    /// The variables that were filled in, such as `${TOKEN}`.
    pub(in crate::plan) given: Vec<String>,
}

/// A `${…}` that cannot be filled in, and why.
pub(in crate::plan) struct InterpolationError {
    pub(in crate::plan) written: String,
    pub(in crate::plan) wrong: ValueError,
}

/// Fills in `${NAME}`, `${NAME:-default}` and `${file:path}`; `$${` means `${`.
///
/// Relative paths are relative to `folder`. A default is written in the plan, so it is not secret.
pub(in crate::plan) fn interpolate(
    raw: &str,
    folder: &Path,
    var: VariableLookup<'_>,
) -> Result<PlanText, InterpolationError> {
    let mut text = PlanText::default();
    let mut rest = raw;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            text.write(&rest[..at - 1]);
            text.write("${");
            rest = &rest[at + 2..];
            continue;
        }
        text.write(&rest[..at]);
        let Some(end) = rest[at..].find('}') else {
            let wrong = ValueError::new("not closed", "write `${NAME}`, or `$${` for the characters themselves");
            return Err(InterpolationError { written: rest[at..].to_owned(), wrong });
        };
        let written = &rest[at..=at + end];
        let name = &written[2..written.len() - 1];
        let piece =
            lookup(name, folder, var).map_err(|wrong| InterpolationError { written: written.to_owned(), wrong })?;
        if matches!(piece, TextPiece::Given(_)) {
            let name = name.split_once(":-").map_or(name, |(name, _)| name);
            text.given.push(format!("${{{name}}}"));
        }
        text.pieces.push(piece);
        rest = &rest[at + end + 1..];
    }
    text.write(rest);
    Ok(text)
}

fn lookup(name: &str, folder: &Path, var: VariableLookup<'_>) -> Result<TextPiece, ValueError> {
    if let Some(path) = name.strip_prefix("file:") {
        return read_file(&folder.join(path)).map(TextPiece::Given);
    }
    if name.starts_with(BEFORE) {
        let fix = "name it in `gives` of a `[[before]]`, which only later steps and the batch can use";
        return var(name).map(TextPiece::Given).ok_or_else(|| ValueError::new("given by no step before", fix));
    }
    let (name, default) = match name.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (name, None),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(is_name) || name.starts_with(|c: char| c.is_ascii_digit()) {
        let fix = "write `${NAME}`, `${NAME:-default}` or `${file:path}`, or `$${` for the characters themselves";
        return Err(ValueError::new("not a name", fix));
    }
    match (var(name), default) {
        (Some(value), Some(default)) if value.is_empty() => Ok(TextPiece::Written(default.to_owned())),
        (Some(value), _) => Ok(TextPiece::Given(value)),
        (None, Some(default)) => Ok(TextPiece::Written(default.to_owned())),
        (None, None) => Err(ValueError::new("not set", format!("set `{name}`, or write `${{{name}:-default}}`"))),
    }
}

/// Returns a file's text without its last line break.
fn read_file(path: &Path) -> Result<String, ValueError> {
    let fix = "write a path to a small text file, relative to the plan";
    let mut text = String::new();
    let opened = File::open(path).and_then(|file| file.take(MAX_SECRET_FILE + 1).read_to_string(&mut text));
    if let Err(why) = opened {
        return Err(ValueError::new(format!("not readable: {}", io_reason(&why)), fix));
    }
    if text.len() as u64 > MAX_SECRET_FILE {
        return Err(ValueError::new("larger than 1 MiB", fix));
    }
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

impl PlanText {
    /// Returns a text without variables.
    #[cfg(test)]
    pub(in crate::plan) fn written(text: &str) -> Self {
        let mut written = Self::default();
        written.write(text);
        written
    }

    /// Adds a piece.
    pub(in crate::plan) fn push(&mut self, piece: TextPiece) {
        match piece {
            TextPiece::Written(text) => self.write(&text),
            TextPiece::Given(_) => self.pieces.push(piece),
        }
    }

    /// Adds written text.
    pub(in crate::plan) fn write(&mut self, more: &str) {
        match self.pieces.last_mut() {
            Some(TextPiece::Written(text)) => text.push_str(more),
            _ if more.is_empty() => {}
            _ => self.pieces.push(TextPiece::Written(more.to_owned())),
        }
    }

    /// Returns the whole value.
    pub(in crate::plan) fn value(&self) -> String {
        self.pieces.iter().map(TextPiece::as_str).collect()
    }

    /// Returns the value with secrets masked.
    pub(in crate::plan) fn masked(&self) -> String {
        let masked = |piece: &TextPiece| match piece {
            TextPiece::Given(given) if is_secret(given) => MASK.to_owned(),
            TextPiece::Given(text) | TextPiece::Written(text) => text.clone(),
        };
        self.pieces.iter().map(masked).collect()
    }

    /// Returns the values that must be masked.
    pub(in crate::plan) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            TextPiece::Given(given) if is_secret(given) => Some(given.as_str()),
            TextPiece::Given(_) | TextPiece::Written(_) => None,
        })
    }

    /// Rewrites every piece.
    pub(in crate::plan) fn map(&self, rewrite: impl Fn(&str) -> String) -> impl Iterator<Item = TextPiece> {
        let rewritten: Vec<TextPiece> = self
            .pieces
            .iter()
            .map(|piece| match piece {
                TextPiece::Written(text) => TextPiece::Written(rewrite(text)),
                TextPiece::Given(text) => TextPiece::Given(rewrite(text)),
            })
            .collect();
        rewritten.into_iter()
    }
}

/// Whether the value of a variable or file is long enough to be a secret.
pub(in crate::plan) fn is_secret(given: &str) -> bool {
    given.chars().count() >= SHORTEST_SECRET
}

impl TextPiece {
    pub(in crate::plan) fn as_str(&self) -> &str {
        match self {
            Self::Written(text) | Self::Given(text) => text,
        }
    }
}

impl fmt::Debug for TextPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(text) => write!(f, "{:?}", sanitize(text)),
            Self::Given(_) => f.write_str(MASK),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::interpolate;

    #[track_caller]
    fn filled(raw: &str) -> Result<String, String> {
        let var = |name: &str| match name {
            "TOKEN" => Some("s3cret".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        interpolate(raw, Path::new(""), &var)
            .map(|text| text.value())
            .map_err(|unfilled| format!("{} is {}", unfilled.written, unfilled.wrong.problem))
    }

    #[test]
    fn variables_and_defaults_are_filled_in() {
        assert_eq!(filled("Bearer ${TOKEN}!").unwrap(), "Bearer s3cret!");
        assert_eq!(filled("${NOPE:-a:-b}-${EMPTY:-c}-${EMPTY}").unwrap(), "a:-b-c-");
    }

    #[test]
    fn a_second_dollar_escapes_a_variable() {
        assert_eq!(filled("$${TOKEN} costs $5 and ${TOKEN}").unwrap(), "${TOKEN} costs $5 and s3cret");
    }

    #[test]
    fn an_error_names_the_variable_that_cannot_be_filled_in() {
        assert_eq!(filled("x ${NOPE} y").unwrap_err(), "${NOPE} is not set");
        assert_eq!(filled("${TOKEN").unwrap_err(), "${TOKEN is not closed");
        assert_eq!(filled("${a-b}").unwrap_err(), "${a-b} is not a name");
        assert_eq!(filled("${}").unwrap_err(), "${} is not a name");
        assert!(filled("${file:no/such}").unwrap_err().contains("there is no such file"));
    }

    #[test]
    fn a_file_loses_its_last_line_break() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "a\nb\r\n").unwrap();
        let text = interpolate("<${file:token}>", folder.path(), &|_| None).ok().unwrap();
        assert_eq!(text.value(), "<a\nb>");
    }

    #[test]
    fn given_values_do_not_appear_in_debug_output() {
        let text = interpolate("a ${T} b", Path::new(""), &|_| Some("hidden".to_owned())).ok().unwrap();
        assert!(!format!("{text:?}").contains("hidden"));
    }
}
