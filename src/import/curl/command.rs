//! The arguments of one curl command.
//!
//! Start at [`request`].

use crate::import::curl::given::Given;
use crate::import::curl::option_notes::OptionNotes;
use crate::import::curl::options::{CurlOption, FoundOption, find, find_letter};
use crate::import::request::ImportedRequest;
use crate::text::sanitize::sanitize;

/// Makes the requests of a command: one for each URL. Adds what the user should know to `notes`.
pub(super) fn request(arguments: &[String], notes: &mut OptionNotes) -> Vec<Result<ImportedRequest, String>> {
    let mut found = Vec::new();
    let mut given = Given::default();
    let mut rest = arguments.iter();
    let mut has_options = true;
    while let Some(argument) = rest.next() {
        if has_options && argument == "--" {
            has_options = false;
            continue;
        }
        for word in words_of(argument, has_options) {
            let (name, FoundOption { option, takes_value }, attached) = match word {
                Word::Url(url) => {
                    given.add_url(url);
                    continue;
                }
                // What follows may be its value.
                Word::Unknown(name) => {
                    given.fail(format!("the option {name} is not known"));
                    continue;
                }
                Word::Option(name, option, attached) => (name, option, attached),
            };
            let value = if takes_value { attached.or_else(|| rest.next().cloned()) } else { Some(String::new()) };
            let Some(value) = value else {
                given.fail(format!("the option {name} has no value"));
                continue;
            };
            match option {
                CurlOption::Next => found.extend(std::mem::take(&mut given).finish()),
                CurlOption::NoEffect => drop(notes.no_effect.insert(name)),
                CurlOption::Flag(flag) => drop(notes.flags.insert((name, flag))),
                CurlOption::LeftOut => drop(notes.left_out.insert(name)),
                CurlOption::Needed => given.fail(format!("a plan cannot express its option {name}")),
                option => given.set(option, value, notes),
            }
        }
    }
    found.extend(given.finish());
    found
}

/// A part of an argument.
enum Word {
    Url(String),
    /// An option with its name as written, and the value that is attached to it.
    Option(String, FoundOption, Option<String>),
    Unknown(String),
}

/// The options of one argument, or its URL.
fn words_of(argument: &str, has_options: bool) -> Vec<Word> {
    let shown = |name: &str| format!("`{}`", sanitize(name));
    if let Some(long) = argument.strip_prefix("--").filter(|_| has_options) {
        let name = shown(argument);
        return vec![match find(long) {
            Some(option) => Word::Option(name, option, None),
            None => Word::Unknown(name),
        }];
    }
    let letters = argument.strip_prefix('-').filter(|letters| has_options && !letters.is_empty());
    let Some(letters) = letters else { return vec![Word::Url(argument.to_owned())] };
    let mut found = Vec::new();
    for (at, letter) in letters.char_indices() {
        let name = shown(&format!("-{letter}"));
        match find_letter(letter) {
            Some(option) if option.takes_value => {
                let attached = &letters[at + letter.len_utf8()..];
                found.push(Word::Option(name, option, Some(attached.to_owned()).filter(|text| !text.is_empty())));
                break;
            }
            Some(option) => found.push(Word::Option(name, option, None)),
            None => found.push(Word::Unknown(name)),
        }
    }
    found
}
