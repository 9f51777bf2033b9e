//! A string of the plan after `${…}` has been filled in, piece by piece.
//!
//! The pieces that were given from outside stay apart from what was written: they are never
//! searched for placeholders and never shown. Start at `interpolated`.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::plan::defaults::MAX_SECRET_FILE;
use crate::text::sanitize::sanitize;
use crate::text::secret::MASK;
use crate::text::value_error::ValueError;

/// Looks up a variable by name; where from is the caller's affair.
pub type Var<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Given values shorter than this are not hidden: they say too little to be secrets.
const SHORTEST_SECRET: usize = 4;

/// A part of a text.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it stands in the plan.
    Written(String),
    /// Given by a variable or a file.
    Given(String),
}

/// A string value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) pieces: Vec<Piece>,
    /// The words for which something was given, such as `${TOKEN}`.
    pub(super) given: Vec<String>,
}

/// A `${…}` that cannot be filled in: its own words, and why.
pub(super) struct Unfilled {
    pub(super) written: String,
    pub(super) wrong: ValueError,
}

/// Fills in `${NAME}`, `${NAME:-default}` and `${file:path}`; `$${` stands for `${`.
///
/// Relative paths are relative to `folder`. A default is as written, so it is not secret.
pub(super) fn interpolated(raw: &str, folder: &Path, var: Var<'_>) -> Result<Text, Unfilled> {
    let mut text = Text::default();
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
            return Err(Unfilled { written: rest[at..].to_owned(), wrong });
        };
        let written = &rest[at..=at + end];
        let name = &written[2..written.len() - 1];
        let piece = value(name, folder, var).map_err(|wrong| Unfilled { written: written.to_owned(), wrong })?;
        if matches!(piece, Piece::Given(_)) {
            let name = name.split_once(":-").map_or(name, |(name, _)| name);
            text.given.push(format!("${{{name}}}"));
        }
        text.pieces.push(piece);
        rest = &rest[at + end + 1..];
    }
    text.write(rest);
    Ok(text)
}

fn value(name: &str, folder: &Path, var: Var<'_>) -> Result<Piece, ValueError> {
    if let Some(path) = name.strip_prefix("file:") {
        return file(&folder.join(path)).map(Piece::Given);
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
        (Some(value), Some(default)) if value.is_empty() => Ok(Piece::Written(default.to_owned())),
        (Some(value), _) => Ok(Piece::Given(value)),
        (None, Some(default)) => Ok(Piece::Written(default.to_owned())),
        (None, None) => Err(ValueError::new("not set", format!("set `{name}`, or write `${{{name}:-default}}`"))),
    }
}

/// A file's text without its last line break.
fn file(path: &Path) -> Result<String, ValueError> {
    let fix = "write a path to a small text file, relative to the plan";
    let mut text = String::new();
    let opened = File::open(path).and_then(|file| file.take(MAX_SECRET_FILE + 1).read_to_string(&mut text));
    if let Err(why) = opened {
        return Err(ValueError::new(format!("not readable: {}", reason(&why)), fix));
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

/// Why the system refused, in its own words but without its number.
pub(super) fn reason(why: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match why.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => {
            let words = why.to_string();
            words.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

impl Text {
    /// Text as it stands in the plan.
    pub(super) fn written(text: &str) -> Self {
        let mut written = Self::default();
        written.write(text);
        written
    }

    /// Adds a piece.
    pub(super) fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Written(text) => self.write(&text),
            Piece::Given(_) => self.pieces.push(piece),
        }
    }

    /// Adds text as it stands in the plan.
    pub(super) fn write(&mut self, more: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Written(text)) => text.push_str(more),
            _ if more.is_empty() => {}
            _ => self.pieces.push(Piece::Written(more.to_owned())),
        }
    }

    /// The whole value.
    pub(super) fn value(&self) -> String {
        self.pieces.iter().map(Piece::as_str).collect()
    }

    /// The value as people may see it: what was given is masked.
    pub(super) fn seen(&self) -> String {
        let seen = |piece: &Piece| match piece {
            Piece::Given(given) if is_secret(given) => MASK.to_owned(),
            Piece::Given(text) | Piece::Written(text) => text.clone(),
        };
        self.pieces.iter().map(seen).collect()
    }

    /// What was given and must not be seen.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Given(given) if is_secret(given) => Some(given.as_str()),
            Piece::Given(_) | Piece::Written(_) => None,
        })
    }

    /// The same text with every piece rewritten.
    pub(super) fn map(&self, rewrite: impl Fn(&str) -> String) -> impl Iterator<Item = Piece> {
        let rewritten: Vec<Piece> = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Written(text) => Piece::Written(rewrite(text)),
                Piece::Given(text) => Piece::Given(rewrite(text)),
            })
            .collect();
        rewritten.into_iter()
    }
}

/// Whether a value that was given from outside is long enough to be a secret.
pub(super) fn is_secret(given: &str) -> bool {
    given.chars().count() >= SHORTEST_SECRET
}

impl Piece {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Written(text) | Self::Given(text) => text,
        }
    }
}

impl fmt::Debug for Piece {
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

    use super::interpolated;

    #[track_caller]
    fn filled(raw: &str) -> Result<String, String> {
        let var = |name: &str| match name {
            "TOKEN" => Some("s3cret".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        interpolated(raw, Path::new(""), &var)
            .map(|text| text.value())
            .map_err(|unfilled| format!("{} is {}", unfilled.written, unfilled.wrong.problem))
    }

    #[test]
    fn variables_and_defaults_are_filled_in() {
        assert_eq!(filled("Bearer ${TOKEN}!").unwrap(), "Bearer s3cret!");
        assert_eq!(filled("${NOPE:-a:-b}-${EMPTY:-c}-${EMPTY}").unwrap(), "a:-b-c-");
    }

    #[test]
    fn two_dollars_stand_for_the_characters_themselves() {
        assert_eq!(filled("$${TOKEN} costs $5 and ${TOKEN}").unwrap(), "${TOKEN} costs $5 and s3cret");
    }

    #[test]
    fn what_cannot_be_filled_in_is_named() {
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
        let text = interpolated("<${file:token}>", folder.path(), &|_| None).ok().unwrap();
        assert_eq!(text.value(), "<a\nb>");
    }

    #[test]
    fn given_values_do_not_appear_in_debug_output() {
        let text = interpolated("a ${T} b", Path::new(""), &|_| Some("hidden".to_owned())).ok().unwrap();
        assert!(!format!("{text:?}").contains("hidden"));
    }
}
