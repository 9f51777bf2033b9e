//! Draws mistakes as text: what is wrong, where, the line itself with a caret, what would be right.
//!
//! It writes no byte of a plan that could act on a terminal. Start at [`drawn`].

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::plan::defaults::MAX_MISTAKES;
use crate::plan::mistake::{Excerpt, Mistake};
use crate::text::sanitize::sanitize;

/// The mistakes one below the other.
pub(super) fn drawn(mistakes: &[Mistake], colour: bool, width: usize) -> String {
    let pen = Pen { colour, width: width.max(40) };
    let mut out = String::new();
    for (i, mistake) in mistakes.iter().take(MAX_MISTAKES).enumerate() {
        if i > 0 {
            out.push('\n');
        }
        pen.draw(&mut out, mistake);
    }
    let more = mistakes.len().saturating_sub(MAX_MISTAKES);
    if more > 0 {
        let _ = writeln!(out, "\nand {more} more");
    }
    out
}

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
        } else if let Some(line) = mistake.line {
            let _ = writeln!(out, "  {}:{line}", sanitize(&mistake.file));
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
            let wide = UnicodeWidthStr::width(word);
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
        let _ = writeln!(out, "  {}:{line}:{column}", sanitize(&mistake.file));
        let lines: Vec<&str> = neighbours(excerpt, line);
        let first = line - usize::from(line > 1);
        let digits = (first + lines.len() - 1).to_string().len().max(2);
        for (i, text) in lines.iter().enumerate() {
            let number = first + i;
            let (text, caret_from) = self.window(text, if number == line { column } else { 1 }, digits);
            out.push_str(format!("{} {text}", self.paint("2", &format!("  {number:>digits$} │"))).trim_end());
            out.push('\n');
            if number == line {
                self.caret(out, mistake, (caret_from, caret_width(excerpt, &text, caret_from)), digits);
            }
        }
    }

    /// The caret and what to do; the words get a line of their own where they do not fit beside it.
    fn caret(&self, out: &mut String, mistake: &Mistake, (from, wide): (usize, usize), digits: usize) {
        let gutter = self.paint("2", &format!("  {} │", " ".repeat(digits)));
        let room = self.width.saturating_sub(digits + 5);
        let label = mistake.label.as_deref().unwrap_or_default();
        let label_wide = UnicodeWidthStr::width(label);
        let mut line = |from: usize, words: &str| {
            let _ = writeln!(out, "{gutter} {}{}", " ".repeat(from), self.paint("1;31", words));
        };
        let carets = "^".repeat(wide);
        if from + wide + 1 + label_wide <= room || label.is_empty() {
            line(from, format!("{carets} {label}").trim_end());
        } else {
            line(from, &carets);
            line(from.min(room.saturating_sub(label_wide)), label);
        }
    }

    /// The part of a line around a column that fits, and where that column is in it.
    fn window(&self, line: &str, column: usize, digits: usize) -> (String, usize) {
        let safe: Vec<char> = sanitize(line.trim_end_matches('\r')).chars().collect();
        let room = self.width.saturating_sub(digits + 5).max(20);
        let at = (column - 1).min(safe.len());
        let cut = if at + 8 > room { at - room / 3 } else { 0 };
        let mut text: String = safe[cut..].iter().take(room).collect();
        if cut > 0 {
            text.replace_range(..text.chars().next().map_or(0, char::len_utf8), "…");
        }
        let before: String = text.chars().take(at - cut).collect();
        (text, UnicodeWidthStr::width(before.as_str()))
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn caret_width(excerpt: &Excerpt, line: &str, from: usize) -> usize {
    let spanned = excerpt.text[excerpt.span.clone()].lines().next().unwrap_or("");
    let wide = UnicodeWidthStr::width(&*sanitize(spanned));
    let room = UnicodeWidthStr::width(line).saturating_sub(from);
    wide.min(room).max(1)
}

/// The line and those beside it.
fn neighbours(excerpt: &Excerpt, line: usize) -> Vec<&str> {
    let first = line - usize::from(line > 1);
    let mut lines: Vec<&str> = excerpt.text.split('\n').skip(first - 1).take(line - first + 2).collect();
    if first + lines.len() - 1 > line && lines.last().is_some_and(|last| last.trim().is_empty()) {
        lines.pop();
    }
    lines
}
