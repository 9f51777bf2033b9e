//! The last lines that a program has printed, for a view of them.
//!
//! Lines are kept as text without sequences that style or move; the rest is sanitized where it is drawn. Memory is bounded.
//! Start at [`OutputLines::add`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The stream that a line was printed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A printed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputLine {
    /// Where it was printed to.
    pub stream: OutputStream,
    /// Its text; foreign.
    pub text: Arc<str>,
}

/// The last lines, shared by the thread that reads them and by the screen.
#[derive(Clone, Debug, Default)]
pub struct OutputLines(Arc<Mutex<LineRing>>);

/// The lines that are kept. A line's number never changes.
#[derive(Debug, Default)]
pub struct LineRing {
    lines: VecDeque<OutputLine>,
    n_dropped: usize,
    /// The line of each stream that has no end yet.
    unfinished: [Vec<u8>; 2],
}

impl OutputLines {
    /// Adds what was printed.
    pub fn add(&self, stream: OutputStream, bytes: &[u8]) {
        self.lock().add(stream, bytes);
    }

    /// The lines as of now.
    pub fn lock(&self) -> MutexGuard<'_, LineRing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LineRing {
    /// Lines that are kept.
    pub const KEPT: usize = 10_000;
    /// The bytes of a line that are kept.
    const LONGEST: usize = 4_096;

    /// All lines with their numbers, the oldest first: at the end those that have no end yet.
    pub fn iter(&self) -> impl Iterator<Item = (usize, OutputLine)> {
        let streams = [OutputStream::Stdout, OutputStream::Stderr];
        let unfinished = streams.into_iter().zip(&self.unfinished).filter(|(_, bytes)| !bytes.is_empty());
        let unfinished = unfinished.map(|(stream, bytes)| OutputLine { stream, text: text_of(bytes) });
        (self.n_dropped..).zip(self.lines.iter().cloned().chain(unfinished))
    }

    /// Older lines that were dropped.
    pub fn n_dropped(&self) -> usize {
        self.n_dropped
    }

    fn add(&mut self, stream: OutputStream, bytes: &[u8]) {
        let mut parts = bytes.split(|byte| *byte == b'\n');
        let last = parts.next_back().unwrap_or_default();
        for part in parts {
            self.extend(stream, part);
            let line = std::mem::take(&mut self.unfinished[stream as usize]);
            if self.lines.len() == Self::KEPT {
                self.lines.pop_front();
                self.n_dropped += 1;
            }
            self.lines.push_back(OutputLine { stream, text: text_of(&line) });
        }
        self.extend(stream, last);
    }

    fn extend(&mut self, stream: OutputStream, bytes: &[u8]) {
        let line = &mut self.unfinished[stream as usize];
        // A progress bar writes the same line again and again; its last state counts.
        if line.len() > Self::LONGEST / 2
            && let Some(at) = line.iter().rposition(|byte| *byte == b'\r')
        {
            line.drain(..at);
        }
        let room = Self::LONGEST.saturating_sub(line.len());
        line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// The text that a line shows in the end: without styles, and after the last carriage return.
fn text_of(line: &[u8]) -> Arc<str> {
    let text = String::from_utf8_lossy(line);
    let text = without_styles(text.trim_end_matches('\r'));
    let text = text.rsplit('\r').next().unwrap_or_default();
    text.replace('\t', "    ").into()
}

/// The text without the control sequences that are usual in output: styles, titles and links. An unusual one stays.
fn without_styles(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        shown.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let end = match after.chars().next() {
            Some('[') => end_of_style(after),
            Some(']') => after
                .find(['\u{7}', '\u{1b}'])
                .map(|end| end + if after[end..].starts_with("\u{1b}\\") { 2 } else { 1 }),
            Some('\\' | '(') => Some(after.len().min(if after.starts_with('(') { 2 } else { 1 })),
            _ => None,
        };
        let end = end.filter(|end| after.is_char_boundary(*end));
        if end.is_none() {
            shown.push('\u{1b}');
        }
        rest = &after[end.unwrap_or(0)..];
    }
    shown + rest
}

/// Where a sequence that begins with `[` ends: after parameters, with one letter.
fn end_of_style(text: &str) -> Option<usize> {
    let at = text[1..].find(|c: char| !matches!(c, ' '..='?'))? + 1;
    text[at..].starts_with(|c: char| matches!(c, '@'..='~')).then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::OutputStream::{Stderr, Stdout};
    use super::{LineRing, OutputLines, without_styles};

    fn texts(lines: &OutputLines) -> Vec<String> {
        lines.lock().iter().map(|(n, line)| format!("{n} {:?} {}", line.stream, line.text)).collect()
    }

    #[test]
    fn streams_are_cut_into_lines_of_their_own() {
        let lines = OutputLines::default();
        lines.add(Stdout, b"on");
        lines.add(Stderr, b"oops\nhal");
        lines.add(Stdout, b"e\n");
        assert_eq!(texts(&lines), ["0 Stderr oops", "1 Stdout one", "2 Stderr hal"]);
    }

    #[test]
    fn only_the_last_lines_are_kept_and_none_is_longer_than_a_bound() {
        let lines = OutputLines::default();
        for n in 0..LineRing::KEPT + 5 {
            lines.add(Stdout, format!("{n}\n").as_bytes());
        }
        lines.add(Stdout, &vec![b'x'; 1 << 20]);
        let ring = lines.lock();
        let all: Vec<_> = ring.iter().collect();
        assert_eq!((ring.n_dropped(), all.len(), &*all[0].1.text), (5, LineRing::KEPT + 1, "5"));
        assert_eq!(all[LineRing::KEPT].1.text.len(), LineRing::LONGEST);
    }

    #[test]
    fn the_last_state_of_a_progress_bar_is_shown() {
        let lines = OutputLines::default();
        lines.add(Stderr, b" 10 %\r 50 %\r100 %\r\n");
        for n in 0..10_000 {
            lines.add(Stderr, format!("\r{n} rows").as_bytes());
        }
        assert_eq!(texts(&lines), ["0 Stderr 100 %", "1 Stderr 9999 rows"]);
    }

    #[test]
    fn styles_are_left_out_and_other_sequences_stay_to_be_made_visible() {
        assert_eq!(without_styles("\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x07"), "red link");
        assert_eq!(without_styles("a\x1b7b\x1b"), "a\x1b7b\x1b");
        assert_eq!(without_styles("\x1b[3ünfinished"), "\x1b[3ünfinished");
    }
}
