//! The headers of a curl command: those of `-H`, and those that other options imply.
//!
//! Start at [`GivenHeaders::finish`].

use crate::import::curl::option_notes::OptionNotes;
use crate::import::curl::words::imported_word;
use crate::import::har::is_own_header;
use crate::import::imported_text::ImportedText;
use crate::plan::source::HAVE_DEFAULTS;
use crate::text::sanitize::sanitize;

/// Headers of a connection that a plan can set.
const SETTABLE: [&str; 3] = ["host", "expect", "connection"];

/// The headers so far.
#[derive(Default)]
pub(super) struct GivenHeaders {
    /// Those of `-H`. Without a value, the header is not sent.
    own: Vec<(String, Option<String>)>,
    /// Those of other options, which apply unless `-H` has the same name.
    implied: Vec<(&'static str, String)>,
}

impl GivenHeaders {
    /// Adds `name: value`, `name;` for an empty value, or `name:` for a header that is not sent.
    pub(super) fn add(&mut self, line: &str, notes: &mut OptionNotes) -> Result<(), String> {
        let (name, value) = match line.split_once(':') {
            Some((name, value)) => (name.trim(), Some(value.trim()).filter(|value| !value.is_empty())),
            None => match line.trim_end().strip_suffix(';') {
                Some(name) => (name.trim(), Some("")),
                None => return Err("one of its headers has no colon".to_owned()),
            },
        };
        let is = |own: &str| own.eq_ignore_ascii_case(name);
        let is_default = HAVE_DEFAULTS.iter().any(|own| is(own.as_str()));
        // The connection is kept anyway.
        let is_kept = is("connection") && value.is_some_and(|value| value.eq_ignore_ascii_case("keep-alive"));
        if is_kept || is_own_header(name) && !SETTABLE.iter().any(|own| is(own)) || is("host") && value.is_none() {
            notes.own_headers.insert(format!("`{}`", sanitize(name)));
        } else if value == Some("") && is_default {
            notes.others.insert(format!("`{};` is left out: a plan cannot send it without a value", sanitize(name)));
        } else {
            self.own.push((name.to_owned(), value.map(str::to_owned)));
        }
        Ok(())
    }

    /// Sets a header unless `-H` does. Without a value, it is not sent. Cookies are joined.
    pub(super) fn imply(&mut self, name: &'static str, value: String) {
        match self.implied.iter_mut().find(|(own, _)| *own == name) {
            Some((_, cookies)) if name == "cookie" => cookies.extend(["; ", &value]),
            Some((_, own)) => *own = value,
            None => self.implied.push((name, value)),
        }
    }

    /// Returns the headers of the request. An empty one of those with a default is not sent.
    pub(super) fn finish(self) -> Result<Vec<(String, ImportedText)>, String> {
        let has_own = |name: &str| self.own.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let implied = self.implied.iter().filter(|(name, _)| !has_own(name));
        let implied =
            implied.map(|(name, value)| ((*name).to_owned(), Some(value.clone()).filter(|value| !value.is_empty())));
        let mut headers = Vec::new();
        for (name, value) in self.own.iter().cloned().chain(implied) {
            let is_default = HAVE_DEFAULTS.iter().any(|own| own.as_str().eq_ignore_ascii_case(&name));
            match value {
                Some(value) => {
                    let text = imported_word(&value).ok_or("it has the output of another command in it")?;
                    headers.push((name, text));
                }
                None if is_default => headers.push((name, ImportedText::default())),
                None => {}
            }
        }
        Ok(headers)
    }
}
