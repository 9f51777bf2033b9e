//! One plain vocabulary: words that no name, comment, message or document may use.
//!
//! Names are split at underscores and capitals, so `n_told` and `WasTold` both count. Serialized names
//! are exempt, because renaming them would break recordings. Start at [`BANNED`].

use crate::source::{Source, files, rust};
use crate::{Finding, assert_rule, lines};

/// A banned word, and what to write instead.
const BANNED: &[(&[&str], &str)] = &[
    (&["told", "tell", "tells", "telling", "said"], "reported, recorded, shown, returned"),
    (&["whoever", "nobody", "somebody", "anybody", "everybody"], "the user, the caller, the server, the worker"),
    (&["whatever", "whichever", "thereof"], "any, all, or the thing itself"),
    (&["stands"], "is"),
    (&["beside", "besides"], "next to, with"),
    (&["wish", "wishes", "wished"], "command, request, setting"),
    (&["book", "books", "booked", "booking", "bookings"], "count, record, account"),
    (&["ears", "hearer"], "wake-ups, listener"),
    (&["errand", "errands"], "workload"),
    (&["desk"], "resolver threads"),
    (&["shelf", "easel"], "catalog, encoder"),
    (&["harvest", "harvests", "harvested"], "result"),
    (&["exhibit", "exhibits"], "failure sample"),
];

/// Words that are fine in a sentence or as a part of a name, but say nothing as a whole name.
const BANNED_NAMES: &[&str] = &["seen", "Seen"];

/// Functions are verbs with an object, or the noun that they return.
const BANNED_FUNCTIONS: &[&str] = &["put", "of", "seen", "stir", "ring"];

/// A path, text of the line, and the reason why this line may use a banned word.
const EXCEPTIONS: &[(&str, &str, &str)] = &[("tests/tidy/vocabulary.rs", "", "this file lists the words")];

fn vocabulary(file: &Source) -> Vec<Finding> {
    let code: Vec<&str> = file.code.lines().collect();
    let mut findings = Vec::new();
    for (line, text) in (1..).zip(file.text.lines()) {
        if is_serialized_name(text) || is_exception(&file.path, text) {
            continue;
        }
        let code = if file.is_rust() { code[line - 1] } else { "" };
        let found = words(text).filter_map(|word| instead_of(&word).map(|instead| (word, instead)));
        for (word, instead) in found {
            findings.push(Finding { line, message: format!("`{word}` is not in the vocabulary: write {instead}") });
        }
        let identifiers = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        for name in identifiers.filter(|name| BANNED_NAMES.contains(name)) {
            let message = format!("`{name}` does not say what it is: name the thing");
            findings.push(Finding { line, message });
        }
        if let Some(name) = function_name(code).filter(|name| BANNED_FUNCTIONS.contains(name)) {
            let message = format!("`fn {name}` does not say what it does: name its object or its result");
            findings.push(Finding { line, message });
        }
    }
    findings
}

/// What to write instead of a banned word.
fn instead_of(word: &str) -> Option<&'static str> {
    BANNED.iter().find(|(words, _)| words.contains(&word)).map(|(_, instead)| *instead)
}

/// Whether the line fixes the name of something in a file format.
fn is_serialized_name(text: &str) -> bool {
    text.contains("#[serde(") && (text.contains("rename") || text.contains("alias"))
}

fn is_exception(path: &str, text: &str) -> bool {
    EXCEPTIONS.iter().any(|(file, part, _)| path == *file && text.contains(part))
}

/// The words of a line in lower case; names are split at underscores and capitals.
fn words(text: &str) -> impl Iterator<Item = String> {
    let mut all = Vec::new();
    for run in text.split(|c: char| !c.is_alphabetic()) {
        let mut word = String::new();
        let mut was_lower = false;
        for c in run.chars() {
            if c.is_uppercase() && was_lower {
                all.push(std::mem::take(&mut word));
            }
            was_lower = c.is_lowercase();
            word.extend(c.to_lowercase());
        }
        all.push(word);
    }
    all.into_iter().filter(|word| !word.is_empty())
}

fn function_name(code: &str) -> Option<&str> {
    let (before, after) = code.split_once("fn ")?;
    let is_word_start = before.is_empty() || before.ends_with(' ');
    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    is_word_start.then_some(&after[..end])
}

#[test]
fn the_code_uses_plain_words() {
    assert_rule(rust(&["src", "tests"]), vocabulary);
}

#[test]
fn everything_else_that_people_read_uses_plain_words() {
    let places =
        ["benches", "examples", "themes", "docs", "Cargo.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"];
    let all = files(&places, &["rs", "py", "toml", "md"]);
    assert_rule(all.iter(), vocabulary);
}

#[test]
fn every_exception_is_needed() {
    let all = files(&["src", "tests", "benches", "examples"], &["rs", "py", "toml"]);
    for (path, part, reason) in EXCEPTIONS {
        let file = all.iter().find(|file| file.path == *path);
        assert!(file.is_some_and(|file| file.text.contains(part)), "{path} has no `{part}`: remove the exception");
        assert!(reason.len() > 15, "{path} needs a better reason");
    }
}

#[test]
fn a_banned_word_is_found_in_names_and_prose() {
    for text in
        ["let n_told = 1;", "struct WasTold;", "// Nobody knows.", "x(\"it stands here\")", "/// A book's page."]
    {
        assert_eq!(lines(vocabulary, "src/x.rs", &format!("//! Doc.\n{text}\n")), [2], "{text}");
    }
    assert_eq!(lines(vocabulary, "docs/x.md", "Fine.\nWhoever reads this.\n"), [2]);
}

#[test]
fn a_name_that_says_nothing_is_found() {
    assert_eq!(lines(vocabulary, "src/x.rs", "struct Seen;\npub fn of(n: u64) {}\nfn put() {}\n"), [1, 2, 3]);
}

#[test]
fn plain_words_are_fine() {
    let text = "// A foretold bookmark, seen twice.\nfn output_of(input: u64) {}\nlet shelfish = handbook;\n";
    assert_eq!(lines(vocabulary, "src/x.rs", text), []);
    assert_eq!(lines(vocabulary, "src/x.rs", "#[serde(rename = \"wish\")]\n"), []);
}
