//! The sentence of a finding: first the number, then the place, then the remedy.
//!
//! Screen, plain lines and summary take their sentences from here. Foreign text in them is sanitized. Start at
//! [`VerdictSentence`].

use std::fmt;

use crate::event::Micros;
use crate::event::program::CodeLine;
use crate::model::Model;
use crate::text::host_name::short_host;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// A sentence in three parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictSentence {
    /// The figure that supports the finding.
    pub number: String,
    /// What the figure applies to.
    pub place: String,
    /// What the user can change; empty if nothing needs to be changed.
    pub remedy: String,
    /// The parts in a few words, for narrow screens.
    pub brief: BriefSentence,
    /// The line of a watched program that is to blame.
    pub code: Option<CodeLine>,
}

/// A sentence in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BriefSentence {
    /// The figure.
    pub number: String,
    /// What it applies to.
    pub place: String,
    /// What the user can change.
    pub remedy: String,
}

impl VerdictSentence {
    /// A sentence of three parts.
    pub fn new(number: String, place: String, remedy: String) -> Self {
        let brief = BriefSentence { number: number.clone(), place: place.clone(), remedy: remedy.clone() };
        Self { number, place, remedy, brief, code: None }
    }

    /// The sentence with the line of a watched program that is to blame.
    #[must_use]
    pub fn at(self, code: Option<CodeLine>) -> Self {
        Self { code, ..self }
    }

    /// The sentence with a shorter place and a shorter remedy, for narrow screens.
    #[must_use]
    pub fn or_brief(mut self, place: String, remedy: &str) -> Self {
        (self.brief.place, self.brief.remedy) = (place, remedy.to_owned());
        self
    }

    /// The sentence with a shorter number, for narrow screens.
    #[must_use]
    pub fn or_number(mut self, number: String) -> Self {
        self.brief.number = number;
        self
    }

    /// The sentence with a shorter remedy, for narrow screens.
    #[must_use]
    pub fn or_remedy(mut self, remedy: &str) -> Self {
        remedy.clone_into(&mut self.brief.remedy);
        self
    }
}

impl fmt::Display for VerdictSentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, place, remedy, .. } = self;
        let remedy_mark = if remedy.is_empty() { "" } else { "; " };
        write!(f, "{number}: {place}{remedy_mark}{remedy}")
    }
}

/// The first text while the run goes on, and the second once it is over: what has ended is reported in the past tense.
pub(super) fn by_tense<'a>(model: &Model, present: &'a str, past: &'a str) -> &'a str {
    if model.ended.is_some() { past } else { present }
}

/// A share as a whole percentage.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share.clamp(0.0, 1.0) * 100.0)
}

/// A mean number of slots, as a whole number if it is one.
pub(super) fn slot_count(slots: f64) -> String {
    if (slots - slots.round()).abs() < 0.05 { format!("{slots:.0}") } else { format!("{slots:.1}") }
}

/// A length of time, or a dash if there is none.
pub(super) fn length(length: Option<Micros>) -> String {
    length.map_or_else(|| units::NOTHING.to_owned(), units::length)
}

/// A host's name without the usual scheme and port.
pub(super) fn host_name(model: &Model, host: usize) -> String {
    let name = model.hosts.get(host).map_or("the upstream", |host| &*host.name);
    sanitize(short_host(name)).into_owned()
}

/// The name of the only host, or else `the upstream`.
pub(super) fn host_or_upstream(model: &Model, host: Option<usize>) -> String {
    host.map_or_else(|| "the upstream".to_owned(), |host| host_name(model, host))
}
