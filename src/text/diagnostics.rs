//! Mistakes in files of settings and themes: all of a file at once, each drawn where it stands.
//!
//! A mistake is shown as the line itself with a caret and what would be right. No byte of a file
//! acts on a terminal here. Start at [`Mistakes::render`].

use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use crate::text::sanitize::sanitize;

/// Most that are drawn in full.
const MOST: usize = 20;
/// Two words as alike as this may be the same word, one of them misspelt.
const ALIKE: f64 = 0.6;

/// A file that is looked at: what the user calls it, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its name in messages.
    pub file: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    page: Page,
    /// Bytes of the text; nothing where the whole file is meant.
    span: Option<Range<usize>>,
    message: String,
    label: Option<String>,
    help: Option<String>,
}

/// Everything that is wrong, in the order in which it stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.summary())]
pub struct Mistakes(Vec<Mistake>);

impl Page {
    /// A file by the name that the user knows.
    pub fn new(file: &str, text: &str) -> Self {
        Self { file: file.into(), text: text.into() }
    }

    /// A mistake at a place of it.
    pub fn mistake(&self, span: Range<usize>, message: impl Into<String>) -> Mistake {
        Mistake { span: Some(span), ..self.whole(message) }
    }

    /// In which line a place is, from 1.
    pub fn line_at(&self, at: usize) -> usize {
        self.text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
    }

    /// A mistake that has no place.
    pub fn whole(&self, message: impl Into<String>) -> Mistake {
        Mistake { page: self.clone(), span: None, message: message.into(), label: None, help: None }
    }
}

impl Mistake {
    /// What to do, in the few words that stand beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<Option<String>>) -> Self {
        self.label = label.into();
        self
    }

    /// What would be right, in a line of its own.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// In which line it stands, from 1, and in which column.
    fn place(&self) -> Option<(usize, usize)> {
        let start = self.span.as_ref()?.start;
        let before: &str = self.page.text.get(..start)?;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Some((before.matches('\n').count() + 1, before[line_start..].chars().count() + 1))
    }

    fn draw(&self, out: &mut String, head: &str, pen: Pen) {
        let _ = writeln!(out, "{} {}", pen.paint("1;31", head), sanitize(&self.message));
        if let Some((line, column)) = self.place() {
            let _ = writeln!(out, "\n  {}:{line}:{column}", sanitize(&self.page.file));
            self.excerpt(out, line, column, pen);
        }
        // Without a place there is no caret to stand beside.
        if let Some(help) = self.help.as_ref().or(self.label.as_ref().filter(|_| self.span.is_none())) {
            let (gap, head) = if self.span.is_some() { ("\n", "help:") } else { ("", "hint:") };
            let _ = writeln!(out, "{gap}{} {}", pen.paint("1;36", head), sanitize(help));
        }
    }

    /// The line before, the line with its caret, the line after.
    fn excerpt(&self, out: &mut String, line: usize, column: usize, pen: Pen) {
        let first = line.saturating_sub(1).max(1);
        let digits = (line + 1).to_string().len().max(2);
        let lines = (first..).zip(self.page.text.split('\n').skip(first - 1).take(line + 2 - first));
        for (number, text) in lines.filter(|(number, text)| *number <= line || !text.trim().is_empty()) {
            let text = sanitize(text.trim_end_matches('\r'));
            let room = pen.width.saturating_sub(digits + 5).max(20);
            // Far to the right, the line is shown from a little before the place.
            let cut = if number == line && column > room { column - room / 3 } else { 0 };
            let part: String = text.chars().skip(cut).take(room).collect();
            let gutter = pen.paint("2", &format!("  {number:>digits$} │"));
            let _ = writeln!(out, "{}", format!("{gutter} {part}").trim_end());
            if number == line {
                let before: String = part.chars().take(column - 1 - cut).collect();
                let wide = self.width().min(part.width().saturating_sub(before.width())).max(1);
                let mark = format!("{} {}", "^".repeat(wide), self.label.as_deref().unwrap_or_default());
                let gutter = pen.paint("2", &format!("  {:digits$} │", ""));
                let mark = pen.paint("1;31", sanitize(mark.trim_end()).as_ref());
                let _ = writeln!(out, "{gutter} {}{mark}", " ".repeat(before.width()));
            }
        }
    }

    /// Columns of what is wrong, in its first line.
    fn width(&self) -> usize {
        let spanned = self.span.clone().and_then(|span| self.page.text.get(span)).unwrap_or_default();
        sanitize(spanned.lines().next().unwrap_or_default()).width()
    }
}

impl Mistakes {
    /// Nothing, if nothing is wrong.
    pub fn of(mut mistakes: Vec<Mistake>) -> Result<(), Self> {
        mistakes.sort_by(|a, b| {
            let place = |mistake: &Mistake| mistake.span.as_ref().map(|span| span.start);
            (&a.page.file, place(a)).cmp(&(&b.page.file, place(b)))
        });
        mistakes.dedup();
        if mistakes.is_empty() { Ok(()) } else { Err(Self(mistakes)) }
    }

    /// One thing.
    pub fn one(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them as people read them. Colour only repeats what the words say.
    pub fn render(&self, colour: bool, width: usize) -> String {
        self.drawn("error:", colour, width)
    }

    /// The same, for what is no reason to stop.
    pub fn as_warnings(&self, colour: bool, width: usize) -> String {
        self.drawn("warning:", colour, width)
    }

    fn drawn(&self, head: &str, colour: bool, width: usize) -> String {
        let mut out = String::new();
        for (i, mistake) in self.0.iter().take(MOST).enumerate() {
            if i > 0 {
                out.push('\n');
            }
            mistake.draw(&mut out, head, Pen { colour, width });
        }
        if self.0.len() > MOST {
            let _ = writeln!(out, "\nand {} more", self.0.len() - MOST);
        }
        out
    }

    fn summary(&self) -> String {
        let first = self.0.first().map_or("", |mistake| mistake.message.as_str());
        match self.0.len() {
            0 | 1 => first.to_owned(),
            n => format!("{first}, and {} more", n - 1),
        }
    }
}

/// `did you mean …?`, where one of the known words is close enough.
pub fn meant<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<String> {
    let alike = |known: &str| strsim::normalized_damerau_levenshtein(&word.to_lowercase(), known);
    let best = known.into_iter().map(|known| (alike(known), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(likeness, _)| *likeness >= ALIKE).map(|(_, known)| format!("did you mean `{known}`?"))
}

/// How it is drawn.
#[derive(Clone, Copy)]
struct Pen {
    colour: bool,
    width: usize,
}

impl Pen {
    fn paint(self, style: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Mistakes, Page, meant};

    #[test]
    fn a_mistake_is_shown_where_it_stands() {
        let page = Page::new("a.toml", "x = 1\nyy = 2\nz = 3\n");
        let mistake = page.mistake(6..8, "unknown key `yy`").label(meant("yy", ["y"])).help("keys are y");
        let text = Mistakes::one(mistake).render(false, 80);
        assert_eq!(
            text,
            "error: unknown key `yy`\n\n  a.toml:2:1\n   1 │ x = 1\n   2 │ yy = 2\n     │ ^^\n   3 │ z = 3\n\n\
             help: keys are y\n"
        );
        assert_eq!(meant("limitd", ["failed", "limited"]).as_deref(), Some("did you mean `limited`?"));
    }

    #[test]
    fn no_byte_of_a_file_acts_and_no_place_is_too_far() {
        let text = format!("{}\u{1b}[31m = 1", "x".repeat(500));
        let page = Page::new("a\u{1b}.toml", &text);
        for span in [0..text.len(), 499..502, 505..900, 9000..9001] {
            let drawn = Mistakes::one(page.mistake(span, "bad \u{1b}")).render(false, 60);
            assert!(!drawn.contains('\u{1b}'), "{drawn}");
            assert!(drawn.lines().all(|line| line.chars().count() <= 62), "{drawn}");
        }
    }

    #[test]
    fn mistakes_come_in_order_and_once() {
        let page = Page::new("a.toml", "abc");
        let mistakes = Mistakes::of(vec![page.mistake(1..2, "b"), page.mistake(0..1, "a"), page.mistake(1..2, "b")]);
        let mistakes = mistakes.unwrap_err();
        assert_eq!(mistakes.count(), 2);
        assert_eq!(mistakes.to_string(), "a, and 1 more");
        assert_eq!(Mistakes::of(Vec::new()), Ok(()));
    }
}
