//! The lines of the output view: which of them are visible. They are scrolled by lines, and filtered by the view's filter.
//!
//! Start at [`OutputPane::refresh`].

use crate::text::output_lines::{LineRing, OutputLine, OutputLines};
use crate::tui::rows::filter::{Filter, Term};

/// What a watched program prints, as far as it is visible.
#[derive(Debug, Default)]
pub struct OutputPane {
    /// All lines that are kept; nothing without a program.
    lines: Option<OutputLines>,
    /// The visible lines.
    pub visible: Vec<OutputLine>,
    /// Lines that match the filter.
    pub n_matching: usize,
    /// Lines that are kept.
    pub n_kept: usize,
    /// Older lines that were dropped.
    pub n_dropped: usize,
    /// Matching lines below the visible ones.
    pub n_below: usize,
    /// The number of the first visible line, unless the newest are followed.
    top: Option<usize>,
    /// The numbers of the matching lines.
    matching: Vec<usize>,
    rows: usize,
}

impl OutputPane {
    /// The pane of a program's lines.
    pub fn new(lines: OutputLines) -> Self {
        Self { lines: Some(lines), ..Self::default() }
    }

    /// Whether a program prints something to be shown.
    pub fn is_there(&self) -> bool {
        self.lines.is_some()
    }

    /// Whether the newest lines are visible.
    pub fn is_followed(&self) -> bool {
        self.top.is_none()
    }

    /// Takes the lines that fit into so many rows.
    pub(in crate::tui) fn refresh(&mut self, rows: usize, filter: &str) {
        let Some(lines) = self.lines.clone() else { return };
        let filter = Filter::parse(filter);
        let ring = lines.lock();
        self.find(&ring, &filter);
        self.rows = rows;
        let first = self.first();
        let shown = self.matching.get(first..).unwrap_or_default().iter().take(rows);
        let numbers: Vec<usize> = shown.copied().collect();
        self.n_below = self.matching.len() - first - numbers.len();
        let from = numbers.first().copied().unwrap_or(0);
        let visible = ring.iter().skip(from.saturating_sub(ring.n_dropped()));
        // The numbers ascend, so that each line is compared with the next one that is wanted.
        let mut wanted = numbers.into_iter().peekable();
        let is_wanted = |(n, line): (usize, OutputLine)| wanted.next_if_eq(&n).map(|_| line);
        self.visible = visible.filter_map(is_wanted).collect();
    }

    /// Scrolls by some lines. At the end, new lines are followed again.
    pub(in crate::tui) fn step(&mut self, by: isize) {
        let last = self.matching.len().saturating_sub(self.rows);
        let to = self.first().saturating_add_signed(by).min(last);
        self.top = if to == last { None } else { self.matching.get(to).copied() };
    }

    /// Follows the newest lines, or no longer.
    pub(in crate::tui) fn toggle_follow(&mut self) {
        self.top = if self.top.is_none() { self.matching.get(self.first()).copied() } else { None };
    }

    fn find(&mut self, ring: &LineRing, filter: &Filter) {
        self.matching.clear();
        let accepts = |line: &OutputLine| {
            filter.is_empty() || filter.accepts(|term| matches!(term, Term::Word(word) if word.is_in(&line.text)))
        };
        self.n_kept = 0;
        for (n, line) in ring.iter() {
            self.n_kept += 1;
            if accepts(&line) {
                self.matching.push(n);
            }
        }
        (self.n_matching, self.n_dropped) = (self.matching.len(), ring.n_dropped());
    }

    /// The place of the first visible line among the matching ones.
    fn first(&self) -> usize {
        let last = self.matching.len().saturating_sub(self.rows);
        self.top.map_or(last, |top| self.matching.partition_point(|n| *n < top).min(last))
    }
}

#[cfg(test)]
mod tests {
    use super::OutputPane;
    use crate::text::output_lines::OutputLines;
    use crate::text::output_lines::OutputStream::Stdout;

    fn shown(pane: &mut OutputPane, filter: &str) -> Vec<String> {
        pane.refresh(3, filter);
        pane.visible.iter().map(|line| line.text.to_string()).collect()
    }

    #[test]
    fn new_lines_are_followed_until_the_user_scrolls() {
        let lines = OutputLines::default();
        let mut pane = OutputPane::new(lines.clone());
        let print = |from: usize| (from..from + 10).for_each(|n| lines.add(Stdout, format!("line {n}\n").as_bytes()));
        print(0);
        assert_eq!(shown(&mut pane, ""), ["line 7", "line 8", "line 9"]);
        pane.step(-2);
        print(10);
        assert_eq!(shown(&mut pane, ""), ["line 5", "line 6", "line 7"]);
        assert_eq!((pane.n_below, pane.n_matching, pane.is_followed()), (12, 20, false));
        pane.step(isize::MAX);
        assert_eq!(shown(&mut pane, ""), ["line 17", "line 18", "line 19"]);
        assert!(pane.is_followed());
        pane.step(isize::MIN);
        assert_eq!(shown(&mut pane, "")[0], "line 0");
        pane.toggle_follow();
        assert_eq!(shown(&mut pane, "9"), ["line 9", "line 19"]);
        assert_eq!(shown(&mut pane, "!1 line"), ["line 7", "line 8", "line 9"]);
    }
}
