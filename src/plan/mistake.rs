//! What is wrong with a plan: every mistake of a file at once, each with its place and its cure.
//!
//! It draws itself as text for people and as rows for machines. It never quotes a value that came
//! from the environment: excerpts show the plan as written. Start at [`PlanError`].

use std::error::Error;
use std::fmt::{self, Write};
use std::iter;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, SourceCode};
use serde::Serialize;

use crate::plan::defaults::MAX_MISTAKES;
use crate::shown::shown;

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

impl PlanError {
    /// The given mistakes, in the order of the file.
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
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
        let pen = Pen { colour, width: width.max(40) };
        let mut out = String::new();
        for (i, mistake) in self.mistakes.iter().take(MAX_MISTAKES).enumerate() {
            if i > 0 {
                out.push('\n');
            }
            pen.draw(&mut out, mistake);
        }
        let more = self.mistakes.len().saturating_sub(MAX_MISTAKES);
        if more > 0 {
            let _ = writeln!(out, "\nand {more} more");
        }
        out
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
        file => format!("plan `{}`", shown(file)),
    }
}

/// What stands for the name of standard input.
pub(super) const STDIN: &str = "standard input";

struct Pen {
    colour: bool,
    width: usize,
}

impl Pen {
    fn draw(&self, out: &mut String, mistake: &Mistake) {
        self.paragraph(out, &self.paint("1;31", "error:"), "error: ", &mistake.message);
        if let Some(excerpt) = &mistake.excerpt {
            out.push('\n');
            self.excerpt(out, mistake, excerpt);
        }
        let head = if mistake.excerpt.is_some() { "help:" } else { "hint:" };
        if let Some(help) = &mistake.help {
            if mistake.excerpt.is_some() {
                out.push('\n');
            }
            self.paragraph(out, &self.paint("1;36", head), &format!("{head} "), help);
        }
    }

    /// Words, broken at spaces, later lines set in under the first.
    fn paragraph(&self, out: &mut String, painted: &str, head: &str, words: &str) {
        out.push_str(painted);
        let mut column = head.len() - 1;
        for word in words.split(' ') {
            let wide = unicode_width::UnicodeWidthStr::width(word);
            if column + 1 + wide > self.width && column >= head.len() {
                out.push('\n');
                out.push_str(&" ".repeat(head.len() - 1));
                column = head.len() - 1;
            }
            out.push(' ');
            out.push_str(word);
            column += 1 + wide;
        }
        out.push('\n');
    }

    /// The place, the line before, the line with its caret, the line after.
    fn excerpt(&self, out: &mut String, mistake: &Mistake, excerpt: &Excerpt) {
        let (line, column) = (mistake.line.unwrap_or(1), mistake.column.unwrap_or(1));
        let _ = writeln!(out, "  {}:{line}:{column}", shown(&mistake.file));
        let lines: Vec<&str> = neighbours(excerpt, line);
        let first = line - usize::from(line > 1);
        let digits = (first + lines.len() - 1).to_string().len().max(2);
        for (i, text) in lines.iter().enumerate() {
            let number = first + i;
            let (text, caret_from) = self.window(text, if number == line { column } else { 1 }, digits);
            out.push_str(format!("{} {text}", self.paint("2", &format!("  {number:>digits$} │"))).trim_end());
            out.push('\n');
            if number == line {
                let carets = "^".repeat(caret_width(excerpt, &text, caret_from));
                let label = mistake.label.as_deref().map_or(String::new(), |label| format!(" {label}"));
                let gutter = self.paint("2", &format!("  {} │", " ".repeat(digits)));
                let advice = self.paint("1;31", &(carets + &label));
                let _ = writeln!(out, "{gutter} {}{advice}", " ".repeat(caret_from));
            }
        }
    }

    /// The part of a line around a column that fits, and where that column is in it.
    fn window(&self, line: &str, column: usize, digits: usize) -> (String, usize) {
        let safe: Vec<char> = shown(line.trim_end_matches('\r')).chars().collect();
        let room = self.width.saturating_sub(digits + 5).max(20);
        let at = (column - 1).min(safe.len());
        let cut = if at + 8 > room { at - room / 3 } else { 0 };
        let mut text: String = safe[cut..].iter().take(room).collect();
        if cut > 0 {
            text.replace_range(..text.chars().next().map_or(0, char::len_utf8), "…");
        }
        let before: String = text.chars().take(at - cut).collect();
        (text, unicode_width::UnicodeWidthStr::width(before.as_str()))
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn caret_width(excerpt: &Excerpt, line: &str, from: usize) -> usize {
    let spanned = excerpt.text[excerpt.span.clone()].lines().next().unwrap_or("");
    let wide = unicode_width::UnicodeWidthStr::width(&*shown(spanned));
    let room = unicode_width::UnicodeWidthStr::width(line).saturating_sub(from);
    wide.min(room).max(1)
}

/// The line and those beside it.
fn neighbours(excerpt: &Excerpt, line: usize) -> Vec<&str> {
    let first = line - usize::from(line > 1);
    excerpt.text.split('\n').skip(first - 1).take(line - first + 2).collect()
}

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
