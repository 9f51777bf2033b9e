//! The provenance of a value: a flag, a plan line, another value, or the default.
//!
//! It reads no file. Start at [`ProvenanceIndex`].

use std::borrow::Cow;
use std::sync::Arc;

use crate::text::toml_reader::WrittenKey;

/// Keys whose values contain further keys.
const WITH_PARTS: [&str; 7] = [
    "endpoint.auth",
    "endpoint.json",
    "endpoint.form",
    "endpoint.multipart",
    "endpoint.each",
    "endpoint.expect.json",
    "defaults.expect.json",
];

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// A flag, which overrides the plan.
    Flag(&'static str),
    /// A command-line argument other than a flag.
    CommandLine,
    /// A line of the plan.
    PlanLine {
        /// The file, as the user named it.
        file: Arc<str>,
        /// The line, from 1.
        line: usize,
        /// The variables in its value, such as `${TOKEN}`.
        variables: Vec<String>,
    },
    /// The value of this key determines it.
    DerivedFrom(&'static str),
    /// It was detected, for this reason.
    Detected(String),
    /// It is the default.
    Default,
}

/// A command-line flag, and the plan key that it overrides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagOverride {
    /// The full name of the key, but without the `endpoint.` prefix.
    pub key: Cow<'static, str>,
    /// The flag, such as `--timeout`.
    pub flag: &'static str,
}

/// The keys that a plan and the flags set.
#[derive(Clone, Debug)]
pub struct ProvenanceIndex<'a> {
    file: Arc<str>,
    plan: &'a [WrittenKey],
    flags: &'a [FlagOverride],
}

impl<'a> ProvenanceIndex<'a> {
    /// Indexes the keys of a plan and the flags.
    pub fn new(file: &str, plan: &'a [WrittenKey], flags: &'a [FlagOverride]) -> Self {
        Self { file: file.into(), plan, flags }
    }

    /// Returns the provenance of a key of the whole run.
    pub fn key_provenance(&self, key: &str) -> Provenance {
        self.flag(key).or_else(|| self.line(self.plan, key)).unwrap_or(Provenance::Default)
    }

    /// Returns the provenance of an endpoint's key. A flag overrides the endpoint, which overrides the defaults.
    pub fn endpoint_key_provenance(&self, own: &[WrittenKey], key: &str) -> Provenance {
        // Retry rules have their own table; all other defaults are in `[defaults]`.
        let for_all = if key.starts_with("retry.") { key.to_owned() } else { format!("defaults.{key}") };
        let own = || self.line(own, &format!("endpoint.{key}"));
        self.flag(key).or_else(own).or_else(|| self.line(self.plan, &for_all)).unwrap_or(Provenance::Default)
    }

    /// Returns the flag that overrides a key, if it was given.
    pub fn flag_provenance(&self, key: &str) -> Option<Provenance> {
        self.flag(key)
    }

    fn flag(&self, key: &str) -> Option<Provenance> {
        let flagged = self.flags.iter().find(|flagged| flagged.key.eq_ignore_ascii_case(key))?;
        Some(Provenance::Flag(flagged.flag))
    }

    fn line(&self, written: &[WrittenKey], key: &str) -> Option<Provenance> {
        // Header and host names ignore case. All other keys are lower case.
        let WrittenKey { line, .. } = written.iter().find(|written| written.key.eq_ignore_ascii_case(key))?;
        // The variables of a part belong to the whole value. Only these keys have parts. In other keys, a dot
        // is part of a header or host name.
        let has_parts = WITH_PARTS.contains(&key);
        let is_part = |part: &str| has_parts && part.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        let is_part = |part: &str| part.eq_ignore_ascii_case(key) || is_part(part);
        let mut variables: Vec<String> = Vec::new();
        for variable in written.iter().filter(|written| is_part(&written.key)).flat_map(|written| &written.variables) {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        }
        Some(Provenance::PlanLine { file: Arc::clone(&self.file), line: *line, variables })
    }
}

impl Provenance {
    /// This provenance, or `otherwise` if it is the default.
    #[must_use]
    pub fn or(self, otherwise: Self) -> Self {
        if self == Self::Default { otherwise } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::{FlagOverride, Provenance, ProvenanceIndex};
    use crate::text::toml_reader::WrittenKey;

    fn written(key: &str, line: usize) -> WrittenKey {
        WrittenKey { key: key.to_owned(), line, variables: Vec::new() }
    }

    #[track_caller]
    fn line(provenance: &Provenance) -> usize {
        let Provenance::PlanLine { line, .. } = provenance else { panic!("{provenance:?}") };
        *line
    }

    #[test]
    fn a_flag_wins_over_an_endpoint_and_an_endpoint_over_the_defaults() {
        let plan = [written("defaults.timeout", 2), written("retry.attempts", 3), written("defaults.redirects", 4)];
        let own = [written("endpoint.timeout", 7), written("endpoint.retry.attempts", 8)];
        let flags = [FlagOverride { key: "retry.attempts".into(), flag: "--tries" }];
        let index = ProvenanceIndex::new("a.toml", &plan, &flags);
        assert_eq!(index.endpoint_key_provenance(&own, "retry.attempts"), Provenance::Flag("--tries"));
        assert_eq!(line(&index.endpoint_key_provenance(&own, "timeout")), 7);
        assert_eq!(line(&index.endpoint_key_provenance(&[], "timeout")), 2);
        assert_eq!(line(&index.endpoint_key_provenance(&own, "redirects")), 4);
        assert_eq!(index.endpoint_key_provenance(&own, "max_body"), Provenance::Default);
        assert_eq!(index.key_provenance("retry.budget"), Provenance::Default);
    }

    #[test]
    fn variables_of_a_part_belong_to_the_whole_value() {
        let variables =
            |key: &str, line, word: &str| WrittenKey { variables: vec![word.to_owned()], ..written(key, line) };
        let own = [
            written("endpoint.json", 3),
            variables("endpoint.json.user", 4, "${USER}"),
            variables("endpoint.json.again", 5, "${USER}"),
            variables("endpoint.jsons", 6, "${OTHER}"),
        ];
        let provenance = ProvenanceIndex::new("a.toml", &[], &[]).endpoint_key_provenance(&own, "json");
        assert_eq!(
            provenance,
            Provenance::PlanLine { file: "a.toml".into(), line: 3, variables: vec!["${USER}".to_owned()] }
        );
    }

    #[test]
    fn a_dot_in_a_header_name_makes_no_part() {
        let dotted = WrittenKey { variables: vec!["${TOKEN}".to_owned()], ..written("endpoint.headers.a.b", 4) };
        let own = [written("endpoint.headers.a", 3), dotted];
        let index = ProvenanceIndex::new("a.toml", &[], &[]);
        let variables = |key: &str| match index.endpoint_key_provenance(&own, key) {
            Provenance::PlanLine { variables, .. } => variables,
            provenance => panic!("{provenance:?}"),
        };
        assert_eq!((variables("headers.a").len(), variables("headers.a.b").len()), (0, 1));
    }

    #[test]
    fn header_names_ignore_case() {
        let plan = [written("defaults.headers.X-Api-Key", 5)];
        let index = ProvenanceIndex::new("a.toml", &plan, &[]);
        assert_eq!(line(&index.endpoint_key_provenance(&[], "headers.x-api-key")), 5);
    }
}
