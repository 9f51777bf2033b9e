//! The renderer of mistakes for the terminal: message, place, source line with a caret, help.
//!
//! Its output cannot control a terminal. Start at [`render`].

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::text::diagnostics::{Mistake, SourceSpan};
use crate::text::sanitize::sanitize;

/// The number of mistakes that are shown in full.
const MAX_SHOWN: usize = 20;
/// The smallest width; a narrower terminal wraps lines.
const MIN_WIDTH: usize = 40;

/// Renders mistakes, one below the other. `severity` is `error:` or `warning:`.
pub(super) fn render(mistakes: &[Mistake], severity: &str, colour: bool, width: usize) -> String {
    let mut renderer = Renderer { out: String::new(), colour, width: width.max(MIN_WIDTH) };
    for (i, mistake) in mistakes.iter().take(MAX_SHOWN).enumerate() {
        if i > 0 {
            renderer.out.push('\n');
        }
        renderer.mistake(mistake, severity);
    }
    let more = mistakes.len().saturating_sub(MAX_SHOWN);
    if more > 0 {
        let _ = writeln!(renderer.out, "\nand {more} more");
    }
    renderer.out
}

struct Renderer {
    out: String,
    colour: bool,
    width: usize,
}

impl Renderer {
    fn mistake(&mut self, mistake: &Mistake, severity: &str) {
        self.paragraph("1;31", severity, &mistake.message);
        if let Some(snippet) = &mistake.snippet {
            self.out.push('\n');
            self.snippet(mistake, snippet);
        } else if let Some(line) = mistake.line {
            let _ = writeln!(self.out, "  {}:{line}", sanitize(&mistake.file));
        }
        match (&mistake.help, &mistake.snippet) {
            (Some(help), Some(_)) => {
                self.out.push('\n');
                self.paragraph("1;36", "help:", help);
            }
            (Some(help), None) => self.paragraph("1;36", "hint:", help),
            // Without a caret, the label becomes the hint.
            (None, None) => {
                if let Some(label) = &mistake.label {
                    self.paragraph("1;36", "hint:", label);
                }
            }
            (None, Some(_)) => {}
        }
    }

    /// Writes a heading and a text, wrapped at spaces and indented.
    fn paragraph(&mut self, style: &str, heading: &str, text: &str) {
        let heading_width = heading.width();
        let painted = self.paint(style, heading);
        self.out.push_str(&painted);
        let mut column = heading_width;
        for word in sanitize(text).split(' ') {
            let word_width = word.width();
            if column + 1 + word_width > self.width && column > heading_width {
                self.out.push('\n');
                self.out.push_str(&" ".repeat(heading_width));
                column = heading_width;
            }
            self.out.push(' ');
            self.out.push_str(word);
            column += 1 + word_width;
        }
        self.out.push('\n');
    }

    /// Writes the place, and the line with its caret between the two neighbouring lines.
    fn snippet(&mut self, mistake: &Mistake, snippet: &SourceSpan) {
        let (line, column) = (mistake.line.unwrap_or(1), mistake.column.unwrap_or(1));
        let _ = writeln!(self.out, "  {}:{line}:{column}", sanitize(&mistake.file));
        let lines = lines_around(&snippet.source.text, line);
        let first = line - usize::from(line > 1);
        let digits = (first + lines.len() - 1).to_string().len().max(2);
        for (number, text) in (first..).zip(lines) {
            let (text, caret_start) = self.window(text, if number == line { column } else { 1 }, digits);
            let gutter = self.paint("2", &format!("  {number:>digits$} │"));
            self.out.push_str(format!("{gutter} {text}").trim_end());
            self.out.push('\n');
            if number == line {
                let caret = (caret_start, caret_width(snippet, &text, caret_start));
                self.caret(mistake.label.as_deref(), caret, digits);
            }
        }
    }

    /// Writes the caret and its label. A label that does not fit gets its own line.
    fn caret(&mut self, label: Option<&str>, (start, width): (usize, usize), digits: usize) {
        let gutter = self.paint("2", &format!("  {} │", " ".repeat(digits)));
        let room = self.room(digits);
        let label = sanitize(label.unwrap_or_default());
        let label_width = label.width();
        let carets = "^".repeat(width);
        let rows = if label.is_empty() || start + width + 1 + label_width <= room {
            vec![(start, format!("{carets} {label}").trim_end().to_owned())]
        } else {
            vec![(start, carets), (start.min(room.saturating_sub(label_width)), label.into_owned())]
        };
        for (indent, text) in rows {
            let text = self.paint("1;31", &text);
            let _ = writeln!(self.out, "{gutter} {}{text}", " ".repeat(indent));
        }
    }

    /// Returns the part of a line around `column` that fits, and the column within that part.
    fn window(&self, line: &str, column: usize, digits: usize) -> (String, usize) {
        let safe: Vec<char> = sanitize(line.trim_end_matches('\r')).chars().collect();
        let room = self.room(digits).max(20);
        let at = (column - 1).min(safe.len());
        let cut = if at + 8 > room { at - room / 3 } else { 0 };
        let mut text: String = safe[cut..].iter().take(room).collect();
        if cut > 0 {
            text.replace_range(..text.chars().next().map_or(0, char::len_utf8), "…");
        }
        let before: String = text.chars().take(at - cut).collect();
        (text, before.width())
    }

    /// Returns the width to the right of the line numbers.
    fn room(&self, digits: usize) -> usize {
        self.width.saturating_sub(digits + 5)
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn caret_width(snippet: &SourceSpan, line: &str, start: usize) -> usize {
    let marked = snippet.source.text[snippet.bytes.clone()].lines().next().unwrap_or_default();
    let room = line.width().saturating_sub(start);
    sanitize(marked).width().min(room).max(1)
}

/// Returns a line with its neighbours, without a blank line at the end.
fn lines_around(text: &str, line: usize) -> Vec<&str> {
    let first = line - usize::from(line > 1);
    let mut lines: Vec<&str> = text.split('\n').skip(first - 1).take(line - first + 2).collect();
    if first + lines.len() - 1 > line && lines.last().is_some_and(|last| last.trim().is_empty()) {
        lines.pop();
    }
    lines
}
