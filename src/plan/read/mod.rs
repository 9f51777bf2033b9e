//! Reads a plan from TOML: every key by hand, so that every mistake has its place.
//!
//! Nothing is read twice and nothing stops at the first mistake. Start at [`plan`]; what the keys are
//! stands in `document` and `endpoint`, how they are asked for in `section`.

mod document;
mod endpoint;
mod entry;
mod json;
mod rows;
mod section;

use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

use crate::plan::error::PlanError;
use crate::plan::text::Var;
use crate::plan::{Plan, Written};
use crate::text::diagnostics::{Mistake, SourceText};
use crate::text::sanitize::sanitize;

/// Reads a plan; `file` is what messages call it, `folder` where the files it names are.
pub(super) fn plan(text: &str, file: &str, folder: &Path, var: Var<'_>) -> Result<Plan, PlanError> {
    let document = SourceText::new(file, text.strip_prefix('\u{feff}').unwrap_or(text));
    let source = Arc::clone(&document.text);
    let line_ends = memchr::memchr_iter(b'\n', source.as_bytes()).collect();
    let reading =
        Reading { file, document, source: Arc::clone(&source), line_ends, folder, var, notes: RefCell::default() };
    let (table, errors) = DeTable::parse_recoverable(&source);
    for error in &errors {
        reading.note(error.span().unwrap_or(0..0), sanitize(error.message()).into_owned());
    }
    let broken_lines: Vec<_> = reading.notes.borrow().mistakes.iter().map(|mistake| mistake.line).collect();
    let n_broken = broken_lines.len();

    let plan = document::read(&reading, table.get_ref());

    let Notes { mut mistakes, written } = reading.notes.into_inner();
    if n_broken > 0 {
        // What a broken line means is a guess, and what seems to be missing may stand in it.
        let meant = mistakes.split_off(n_broken);
        let is_sure = |mistake: &Mistake| mistake.label.as_deref() != Some(MISSING);
        mistakes.extend(meant.into_iter().filter(|mistake| !broken_lines.contains(&mistake.line) && is_sure(mistake)));
    }
    match plan {
        Some(plan) if mistakes.is_empty() => Ok(Plan { written, ..plan }),
        None if mistakes.is_empty() => Err(PlanError::no_jobs(file, "add an `[[endpoint]]` with a `url`")),
        Some(_) | None => Err(PlanError::new(mistakes)),
    }
}

/// The label of a mistake that is an absence.
const MISSING: &str = "missing";

/// One reading of one text.
struct Reading<'r> {
    file: &'r str,
    document: SourceText,
    source: Arc<str>,
    /// Where its lines end: they are asked for once for every key.
    line_ends: Vec<usize>,
    folder: &'r Path,
    var: Var<'r>,
    notes: RefCell<Notes>,
}

/// What a reading leaves behind.
#[derive(Default)]
struct Notes {
    mistakes: Vec<Mistake>,
    written: Vec<Written>,
}

impl Reading<'_> {
    /// Notes a mistake at a place.
    fn note(&self, span: Range<usize>, message: String) {
        self.note_with(span, message, None, None);
    }

    /// Notes a mistake at a place, what to do about it beside the caret, and a line of help.
    fn note_with(&self, span: Range<usize>, message: String, label: Option<String>, help: Option<String>) {
        let mistake = self.document.mistake(span, message).with_label(label).with_help(help.unwrap_or_default());
        self.notes.borrow_mut().mistakes.push(mistake);
    }

    /// Notes that a key is set.
    fn note_written(&self, key: String, at: usize) {
        let line = self.line_at(at);
        self.notes.borrow_mut().written.push(Written { key, line, given: Vec::new() });
    }

    /// Notes what the value of a key was filled in with.
    fn note_given(&self, path: &str, given: &[String]) {
        if given.is_empty() {
            return;
        }
        if let Some(written) = self.notes.borrow_mut().written.iter_mut().rfind(|written| written.key == path) {
            written.given.extend_from_slice(given);
        }
    }

    /// How many keys were set so far.
    fn n_written(&self) -> usize {
        self.notes.borrow().written.len()
    }

    /// Hands over the keys that were set since there were so many.
    fn written_since(&self, n: usize) -> Vec<Written> {
        self.notes.borrow_mut().written.split_off(n)
    }

    fn line_at(&self, at: usize) -> usize {
        self.line_ends.partition_point(|&end| end < at) + 1
    }

    /// Where a few words stand within a place, or the whole place.
    fn within(&self, span: &Range<usize>, words: &str) -> Range<usize> {
        let found = self.source.get(span.clone()).and_then(|text| text.find(words));
        found.map_or_else(|| span.clone(), |at| span.start + at..span.start + at + words.len())
    }
}
