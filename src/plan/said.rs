//! Who said a value: a flag, a line of the plan, another value, or nobody.
//!
//! Pure. Start at [`Said`]; [`Words`] knows who said what.

use std::borrow::Cow;
use std::sync::Arc;

use crate::text::toml_reader::WrittenKey;

/// Keys whose values have keys of their own.
const WITH_PARTS: [&str; 2] = ["endpoint.json", "endpoint.each"];

/// Who said a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Said {
    /// A flag, which wins over the plan.
    Flag(&'static str),
    /// The command line, in words that are no flag.
    CommandLine,
    /// The plan.
    Line {
        /// Its file, as the person named it.
        file: Arc<str>,
        /// In which line, from 1.
        line: usize,
        /// What was filled in from outside, such as `${TOKEN}`.
        given: Vec<String>,
    },
    /// It follows from another value of this name.
    Follows(&'static str),
    /// Nobody: it was found out, and this is the reason.
    Found(String),
    /// Nobody: it is the default.
    Nobody,
}

/// A flag that was given, and the key of the plan that it lies over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flagged {
    /// Full name of the key; an endpoint's own has no `endpoint.` before it.
    pub key: Cow<'static, str>,
    /// As it is written, such as `--timeout`.
    pub flag: &'static str,
}

/// Everything that was said.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    file: Arc<str>,
    plan: &'a [WrittenKey],
    flags: &'a [Flagged],
}

impl<'a> Words<'a> {
    /// What a plan of this file and some flags say.
    pub fn new(file: &str, plan: &'a [WrittenKey], flags: &'a [Flagged]) -> Self {
        Self { file: file.into(), plan, flags }
    }

    /// Who said a key of the whole run.
    pub fn of(&self, key: &str) -> Said {
        self.flag(key).or_else(|| self.line(self.plan, key)).unwrap_or(Said::Nobody)
    }

    /// Who said a key of an endpoint that sets these itself: a flag, the endpoint, or what holds for all of them.
    pub fn of_endpoint(&self, own: &[WrittenKey], key: &str) -> Said {
        // Retries have a table of their own; everything else that holds for all is under `[defaults]`.
        let for_all = if key.starts_with("retry.") { key.to_owned() } else { format!("defaults.{key}") };
        let own = || self.line(own, &format!("endpoint.{key}"));
        self.flag(key).or_else(own).or_else(|| self.line(self.plan, &for_all)).unwrap_or(Said::Nobody)
    }

    fn flag(&self, key: &str) -> Option<Said> {
        let flagged = self.flags.iter().find(|flagged| flagged.key.eq_ignore_ascii_case(key))?;
        Some(Said::Flag(flagged.flag))
    }

    fn line(&self, written: &[WrittenKey], key: &str) -> Option<Said> {
        // Names of headers and hosts mean the same in any letters; our own keys are small.
        let WrittenKey { line, .. } = written.iter().find(|written| written.key.eq_ignore_ascii_case(key))?;
        // What was given for a part of a value was given for the value. Only these have parts: anywhere else a
        // dot is one of a header's or a host's name.
        let has_parts = WITH_PARTS.contains(&key);
        let is_part = |part: &str| has_parts && part.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        let is_part = |part: &str| part.eq_ignore_ascii_case(key) || is_part(part);
        let mut given: Vec<String> = Vec::new();
        for word in written.iter().filter(|written| is_part(&written.key)).flat_map(|written| &written.variables) {
            if !given.contains(word) {
                given.push(word.clone());
            }
        }
        Some(Said::Line { file: Arc::clone(&self.file), line: *line, given })
    }
}

impl Said {
    /// This, unless nobody said it.
    #[must_use]
    pub fn or(self, otherwise: Self) -> Self {
        if self == Self::Nobody { otherwise } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::{Flagged, Said, Words};
    use crate::text::toml_reader::WrittenKey;

    fn written(key: &str, line: usize) -> WrittenKey {
        WrittenKey { key: key.to_owned(), line, variables: Vec::new() }
    }

    #[track_caller]
    fn line(said: &Said) -> usize {
        let Said::Line { line, .. } = said else { panic!("{said:?}") };
        *line
    }

    #[test]
    fn a_flag_wins_over_an_endpoint_and_an_endpoint_over_what_holds_for_all() {
        let plan = [written("defaults.timeout", 2), written("retry.attempts", 3), written("defaults.redirects", 4)];
        let own = [written("endpoint.timeout", 7), written("endpoint.retry.attempts", 8)];
        let flags = [Flagged { key: "retry.attempts".into(), flag: "--tries" }];
        let words = Words::new("a.toml", &plan, &flags);
        assert_eq!(words.of_endpoint(&own, "retry.attempts"), Said::Flag("--tries"));
        assert_eq!(line(&words.of_endpoint(&own, "timeout")), 7);
        assert_eq!(line(&words.of_endpoint(&[], "timeout")), 2);
        assert_eq!(line(&words.of_endpoint(&own, "redirects")), 4);
        assert_eq!(words.of_endpoint(&own, "max_body"), Said::Nobody);
        assert_eq!(words.of("retry.budget"), Said::Nobody);
    }

    #[test]
    fn what_was_given_for_a_part_was_given_for_the_whole() {
        let given = |key: &str, line, word: &str| WrittenKey { variables: vec![word.to_owned()], ..written(key, line) };
        let own = [
            written("endpoint.json", 3),
            given("endpoint.json.user", 4, "${USER}"),
            given("endpoint.json.again", 5, "${USER}"),
            given("endpoint.jsons", 6, "${OTHER}"),
        ];
        let said = Words::new("a.toml", &[], &[]).of_endpoint(&own, "json");
        assert_eq!(said, Said::Line { file: "a.toml".into(), line: 3, given: vec!["${USER}".to_owned()] });
    }

    #[test]
    fn a_dot_in_the_name_of_a_header_makes_no_part_of_it() {
        let dotted = WrittenKey { variables: vec!["${TOKEN}".to_owned()], ..written("endpoint.headers.a.b", 4) };
        let own = [written("endpoint.headers.a", 3), dotted];
        let words = Words::new("a.toml", &[], &[]);
        let given = |key: &str| match words.of_endpoint(&own, key) {
            Said::Line { given, .. } => given,
            said => panic!("{said:?}"),
        };
        assert_eq!((given("headers.a").len(), given("headers.a.b").len()), (0, 1));
    }

    #[test]
    fn a_header_is_the_same_in_any_letters() {
        let plan = [written("defaults.headers.X-Api-Key", 5)];
        let words = Words::new("a.toml", &plan, &[]);
        assert_eq!(line(&words.of_endpoint(&[], "headers.x-api-key")), 5);
    }
}
