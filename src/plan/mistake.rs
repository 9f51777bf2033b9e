//! What is wrong with a plan: every mistake of a file at once, each with its place and its cure.
//!
//! It draws itself as text for people and as rows for machines. It never quotes a value that came
//! from the environment: excerpts show the plan as written. Start at [`PlanError`].

use std::error::Error;
use std::fmt;
use std::iter;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, SourceCode};
use serde::Serialize;

use crate::plan::Plan;
use crate::plan::drawing;
use crate::text::sanitize::sanitize;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// In which file, as the person named it.
    pub file: String,
    /// In which line, from 1, where it has a place.
    pub line: Option<usize>,
    /// In which column, from 1.
    pub column: Option<usize>,
    /// What stands beside the caret: the shortest way to put it right.
    pub label: Option<String>,
    /// What would be right.
    pub help: Option<String>,
    /// The text it stands in, and where.
    #[serde(skip)]
    pub(super) excerpt: Option<Excerpt>,
}

/// A place in a text.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: Arc<str>,
    pub(super) span: Range<usize>,
}

/// A plan that cannot be run.
#[derive(Debug, thiserror::Error)]
#[error("{}", summary(mistakes))]
pub struct PlanError {
    mistakes: Vec<Mistake>,
    nothing_to_do: bool,
}

impl Mistake {
    /// A mistake that has no place in a text.
    pub(super) fn whole(file: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        let help = Some(help.into()).filter(|help| !help.is_empty());
        Self {
            message: message.into(),
            file: file.to_owned(),
            line: None,
            column: None,
            label: None,
            help,
            excerpt: None,
        }
    }

    /// A mistake at a place.
    pub(super) fn at(file: &str, text: &Arc<str>, span: Range<usize>, message: String) -> Self {
        let start = floor_char(text, span.start);
        let end = floor_char(text, span.end).max(start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            message,
            file: file.to_owned(),
            line: Some(before.matches('\n').count() + 1),
            column: Some(before[line_start..].chars().count() + 1),
            label: None,
            help: None,
            excerpt: Some(Excerpt { text: Arc::clone(text), span: start..end }),
        }
    }
}

impl Plan {
    /// A mistake in the value of a key such as `limits.concurrency`, found out once the plan was read.
    pub fn mistake_at(&self, key: &str, message: impl Into<String>, help: impl Into<String>) -> Mistake {
        Mistake { line: self.line_of(key), ..Mistake::whole(&self.file, message, help) }
    }
}

impl PlanError {
    /// The given mistakes, in the order of the file.
    pub fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        Self { mistakes, nothing_to_do: false }
    }

    /// One mistake that has no place.
    pub(super) fn whole(file: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(vec![Mistake::whole(file, message, help)])
    }

    /// A plan without jobs, which callers may treat as less than an error.
    pub(super) fn no_jobs(file: &str, help: impl Into<String>) -> Self {
        let message = format!("{} has no jobs", named(file));
        Self { mistakes: vec![Mistake::whole(file, message, help)], nothing_to_do: true }
    }

    /// Every mistake, in the order of the file.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// Whether the plan is sound but empty.
    pub fn has_nothing_to_do(&self) -> bool {
        self.nothing_to_do
    }

    /// The mistakes as people read them: up to 20 in full, lines no longer than `width` where they
    /// can be broken. Colour only repeats what the words say.
    pub fn render(&self, colour: bool, width: usize) -> String {
        drawing::drawn(&self.mistakes, colour, width)
    }
}

fn summary(mistakes: &[Mistake]) -> String {
    let first = mistakes.first().map_or("", |mistake| mistake.message.as_str());
    match mistakes.len() {
        0 | 1 => first.to_owned(),
        n => format!("{first}, and {} more mistakes", n - 1),
    }
}

/// How a plan is called in a message.
pub(super) fn named(file: &str) -> String {
    match file {
        STDIN => "standard input".to_owned(),
        file => format!("plan `{}`", sanitize(file)),
    }
}

/// What stands for the name of standard input.
pub(super) const STDIN: &str = "standard input";

fn floor_char(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes {}..{}", self.span.start, self.span.end)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Mistake {}

impl Diagnostic for Mistake {
    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| &excerpt.text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        Some(Box::new(iter::once(LabeledSpan::new_with_span(self.label.clone(), excerpt.span.clone()))))
    }
}

impl Diagnostic for PlanError {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.mistakes.iter().map(|mistake| mistake as &dyn Diagnostic)))
    }
}
