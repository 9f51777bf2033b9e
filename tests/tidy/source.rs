//! One file as text: unchanged, without comments, and without comments and strings.
//!
//! Removed text becomes blanks, so that lines and columns stay the same. Start at [`Source::new`].

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::Finding;

/// One file.
pub struct Source {
    /// From the crate's folder, with slashes.
    pub path: String,
    /// Unchanged.
    pub text: String,
    /// Without comments.
    pub bare: String,
    /// Without comments and the contents of strings.
    pub code: String,
}

impl Source {
    /// A file with this path and text; comments are removed only from Rust.
    pub fn new(path: &str, text: &str) -> Self {
        let is_rust = Path::new(path).extension().is_some_and(|end| end == "rs");
        let blanked = |strings| if is_rust { blanked(text, strings) } else { text.to_owned() };
        Self { path: path.to_owned(), text: text.to_owned(), bare: blanked(false), code: blanked(true) }
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|end| end == "rs")
    }

    /// The lines of the code, counted from 1.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code.lines())
    }

    /// A finding for every line of the code that has one of these words.
    pub fn findings(&self, words: &[&str], instead: &str) -> Vec<Finding> {
        self.code_lines()
            .flat_map(|(line, code)| words.iter().filter(|word| has_word(code, word)).map(move |word| (line, *word)))
            .map(|(line, word)| Finding { line, message: format!("`{word}` does not belong here: {instead}") })
            .collect()
    }
}

/// Every Rust file in these folders, in order.
pub fn rust(folders: &'static [&str]) -> impl Iterator<Item = &'static Source> {
    // Read once for all rules.
    static RUST: LazyLock<Vec<Source>> = LazyLock::new(|| files(&["src", "tests"], &["rs"]));
    RUST.iter().filter(move |file| folders.iter().any(|folder| file.path.starts_with(folder)))
}

/// Every file in these folders with one of these extensions, in order.
pub fn files(folders: &[&str], ends: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in folders {
        gather(root, &root.join(folder), ends, &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The path of every file in these folders, in order.
pub fn file_paths(folders: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut open: Vec<_> = folders.iter().map(|folder| root.join(folder)).collect();
    while let Some(at) = open.pop() {
        if at.is_dir() {
            open.extend(fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()));
        } else if at.exists() {
            found.push(at.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
    found.sort();
    found
}

fn gather(root: &Path, at: &Path, ends: &[&str], found: &mut Vec<Source>) {
    if at.is_dir() {
        for entry in fs::read_dir(at).unwrap() {
            gather(root, &entry.unwrap().path(), ends, found);
        }
    } else if at.exists() && at.extension().and_then(|end| end.to_str()).is_some_and(|end| ends.contains(&end)) {
        let path = at.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        found.push(Source::new(&path, &fs::read_to_string(at).unwrap()));
    }
}

/// Whether the line has the word by itself, not as part of another word.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let starts = !word.starts_with(is_part) || !before.is_some_and(is_part);
        starts && (!word.ends_with(is_part) || !after.is_some_and(is_part))
    })
}

/// The text with blanks for comments, and for strings if `strings` is set.
fn blanked(text: &str, strings: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after_word = out.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let (taken, is_blank) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), true)
        } else if rest.starts_with("/*") {
            (block_comment(rest), true)
        } else if let Some(length) = raw_string(rest).filter(|_| !after_word) {
            (length, strings)
        } else if c == '"' {
            (quoted(rest, '"'), strings)
        } else if c == '\'' && is_character(rest) {
            (quoted(rest, '\''), strings)
        } else {
            (c.len_utf8(), false)
        };
        let (part, next) = rest.split_at(taken);
        if is_blank {
            out.extend(part.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        } else {
            out.push_str(part);
        }
        rest = next;
    }
    out
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of the raw string that begins here.
fn raw_string(text: &str) -> Option<usize> {
    let body = text.strip_prefix("br").or_else(|| text.strip_prefix("cr")).or_else(|| text.strip_prefix('r'))?;
    let hashes = body.chars().take_while(|&c| c == '#').count();
    let inside = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let opened = text.len() - inside.len();
    Some(inside.find(&end).map_or(text.len(), |at| opened + at + end.len()))
}

/// The length of the quoted text that begins here, both quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if !is_escaped && c == quote {
            return at + 1;
        }
        is_escaped = !is_escaped && c == '\\';
    }
    text.len()
}

/// Whether a quote begins a character and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut inside = text.chars().skip(1);
    matches!((inside.next(), inside.next()), (Some('\\'), _) | (Some(_), Some('\'')))
}

#[test]
fn comments_and_strings_are_removed_from_code() {
    let text = "a \"b // \\\" c\" d // e\n'\"' f<'g> /* h /* i */ j */ k r#\"l \" m\"# n";
    let source = Source::new("src/x.rs", text);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&source.code), "a d f<'g> k n");
    assert_eq!(words(&source.bare), "a \"b // \\\" c\" d '\"' f<'g> k r#\"l \" m\"# n");
    assert_eq!(source.code.len(), text.len());
}

#[test]
fn a_word_is_not_part_of_another() {
    assert!(has_word("use tokio::sync;", "tokio") && has_word("x.println!()", "println!"));
    assert!(!has_word("use tokio_util::sync;", "tokio") && !has_word("eprintln!()", "println!"));
}
