//! The marks of statuses and charts in Unicode and ASCII, so that nothing depends on colour alone.
//!
//! In both sets, every mark is one cell wide and every status has its own mark.
//! A theme may replace Unicode marks. Start at [`Glyphs`].

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::text::sanitize::is_unsafe;
use crate::tui::theme::role::Status;

/// The character set that the terminal and its font can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Block elements, arrows and rules.
    Unicode,
    /// ASCII characters only.
    Ascii,
}

/// A mark, one cell wide.
pub type Glyph = Cow<'static, str>;

/// The marks of a theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// A job that has not started.
    pub queued: Glyph,
    /// In flight.
    pub running: Glyph,
    /// Succeeded.
    pub ok: Glyph,
    /// Failed.
    pub failed: Glyph,
    /// Timed out.
    pub timeout: Glyph,
    /// Rate limited or backing off; paused.
    pub limited: Glyph,
    /// Slow, or a warning.
    pub slow: Glyph,
    /// Cancelled.
    pub cancelled: Glyph,
    /// A host that does not answer.
    pub down: Glyph,
    /// In front of the selected row.
    pub selected: Glyph,
    /// The done part of a bar.
    pub bar_full: Glyph,
    /// The part of a bar that is in flight.
    pub bar_live: Glyph,
    /// The empty part of a bar.
    pub bar_rest: Glyph,
    /// Half a cell of the done part, from the left.
    pub bar_half: Glyph,
    /// The start of a bar that may directly follow another.
    pub bar_head: Glyph,
    /// Zero, or unknown.
    pub none: Glyph,
    /// The cut part of a name.
    pub ellipsis: Glyph,
    /// A rule or a horizontal axis.
    pub rule: Glyph,
    /// A projected line.
    pub dashed: Glyph,
    /// A vertical axis.
    pub axis: Glyph,
    /// A tick on a vertical axis.
    pub tick: Glyph,
    /// The corner of the axes.
    pub corner: Glyph,
    /// A mark on a horizontal axis.
    pub marker: Glyph,
    /// Sorted upwards.
    pub ascending: Glyph,
    /// Sorted downwards.
    pub descending: Glyph,
    /// The light area below the edge of a chart, where colours do not set it apart.
    pub shade: Glyph,
    /// Steps of intensity, for a terminal whose colours do not show them.
    pub heat: [&'static str; 4],
    /// Heights of a cell from below, 1/8 to 8/8.
    pub levels: [&'static str; 8],
}

impl Glyphs {
    /// The built-in marks of a character set.
    pub const fn for_charset(charset: Charset) -> Self {
        match charset {
            Charset::Unicode => UNICODE,
            Charset::Ascii => ASCII,
        }
    }

    /// The mark of a status.
    pub fn status(&self, status: Status) -> &str {
        match status {
            Status::Queued => &self.queued,
            Status::Running => &self.running,
            Status::Ok => &self.ok,
            Status::Slow => &self.slow,
            Status::Retrying | Status::Limited | Status::Paused => &self.limited,
            Status::Failed => &self.failed,
            Status::Timeout => &self.timeout,
            Status::Cancelled => &self.cancelled,
            Status::Down => &self.down,
        }
    }

    /// The mark with this name in theme files.
    pub(super) fn by_name(&mut self, name: &str) -> Option<&mut Glyph> {
        Some(match name {
            "queued" => &mut self.queued,
            "running" => &mut self.running,
            "ok" => &mut self.ok,
            "failed" => &mut self.failed,
            "timeout" => &mut self.timeout,
            "limited" => &mut self.limited,
            "slow" => &mut self.slow,
            "cancelled" => &mut self.cancelled,
            "down" => &mut self.down,
            "selected" => &mut self.selected,
            "bar_full" => &mut self.bar_full,
            "bar_live" => &mut self.bar_live,
            "bar_rest" => &mut self.bar_rest,
            _ => return None,
        })
    }
}

/// The marks that a theme file may replace.
pub(super) const NAMES: [&str; 13] = [
    "queued",
    "running",
    "ok",
    "failed",
    "timeout",
    "limited",
    "slow",
    "cancelled",
    "down",
    "selected",
    "bar_full",
    "bar_live",
    "bar_rest",
];

/// Whether a text is a valid mark: one visible character, one column wide.
pub(super) fn is_glyph(text: &str) -> bool {
    text.chars().count() == 1 && text.width() == 1 && !text.chars().any(is_unsafe)
}

const UNICODE: Glyphs = Glyphs {
    queued: Cow::Borrowed("·"),
    running: Cow::Borrowed("●"),
    ok: Cow::Borrowed("✓"),
    failed: Cow::Borrowed("×"),
    timeout: Cow::Borrowed("!"),
    limited: Cow::Borrowed("‖"),
    slow: Cow::Borrowed("▲"),
    cancelled: Cow::Borrowed("–"),
    down: Cow::Borrowed("○"),
    selected: Cow::Borrowed("▌"),
    // Half as high as the line, so that bars of neighbouring rows do not merge.
    bar_full: Cow::Borrowed("▄"),
    bar_live: Cow::Borrowed("▂"),
    bar_rest: Cow::Borrowed("▁"),
    bar_half: Cow::Borrowed("▖"),
    bar_head: Cow::Borrowed("▗"),
    none: Cow::Borrowed("–"),
    ellipsis: Cow::Borrowed("…"),
    rule: Cow::Borrowed("─"),
    dashed: Cow::Borrowed("╌"),
    axis: Cow::Borrowed("│"),
    tick: Cow::Borrowed("┤"),
    corner: Cow::Borrowed("└"),
    marker: Cow::Borrowed("┴"),
    ascending: Cow::Borrowed("▲"),
    descending: Cow::Borrowed("▼"),
    shade: Cow::Borrowed("░"),
    heat: ["░", "▒", "▓", "█"],
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
};

const ASCII: Glyphs = Glyphs {
    queued: Cow::Borrowed("."),
    running: Cow::Borrowed(">"),
    ok: Cow::Borrowed("+"),
    failed: Cow::Borrowed("x"),
    timeout: Cow::Borrowed("!"),
    limited: Cow::Borrowed("="),
    slow: Cow::Borrowed("^"),
    cancelled: Cow::Borrowed("-"),
    down: Cow::Borrowed("o"),
    selected: Cow::Borrowed("|"),
    bar_full: Cow::Borrowed("#"),
    bar_live: Cow::Borrowed(">"),
    bar_rest: Cow::Borrowed("."),
    bar_half: Cow::Borrowed("-"),
    bar_head: Cow::Borrowed("["),
    none: Cow::Borrowed("-"),
    ellipsis: Cow::Borrowed("~"),
    rule: Cow::Borrowed("-"),
    dashed: Cow::Borrowed("-"),
    axis: Cow::Borrowed("|"),
    tick: Cow::Borrowed("+"),
    corner: Cow::Borrowed("+"),
    marker: Cow::Borrowed("^"),
    ascending: Cow::Borrowed("^"),
    descending: Cow::Borrowed("v"),
    shade: Cow::Borrowed(":"),
    heat: [".", ":", "*", "#"],
    levels: ["_", ".", ":", "-", "=", "+", "*", "#"],
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Charset, Glyphs, NAMES, is_glyph};

    #[test]
    fn statuses_and_the_selection_mark_differ_in_both_sets() {
        for charset in [Charset::Unicode, Charset::Ascii] {
            let g = Glyphs::for_charset(charset);
            let marks =
                [g.queued, g.running, g.ok, g.failed, g.timeout, g.limited, g.slow, g.cancelled, g.down, g.selected];
            assert_eq!(marks.iter().collect::<BTreeSet<_>>().len(), marks.len(), "{charset:?}");
            let parts = [g.bar_full, g.bar_live, g.bar_rest];
            assert_eq!(parts.iter().collect::<BTreeSet<_>>().len(), parts.len(), "{charset:?}");
        }
    }

    #[test]
    fn every_mark_is_one_cell_wide() {
        for charset in [Charset::Unicode, Charset::Ascii] {
            let mut g = Glyphs::for_charset(charset);
            for name in NAMES {
                assert!(g.by_name(name).is_some_and(|glyph| is_glyph(glyph)), "{name} of {charset:?}");
            }
            let rest = [
                &g.none,
                &g.ellipsis,
                &g.rule,
                &g.dashed,
                &g.axis,
                &g.tick,
                &g.corner,
                &g.marker,
                &g.ascending,
                &g.descending,
                &g.bar_half,
                &g.bar_head,
                &g.shade,
            ];
            let rest = rest.into_iter().map(AsRef::as_ref).chain(g.heat).chain(g.levels);
            for glyph in rest {
                assert!(is_glyph(glyph), "{glyph} of {charset:?}");
            }
        }
    }

    #[test]
    fn control_characters_are_not_marks() {
        for text in ["\u{1b}", "\u{9b}", "\u{ad}", "\u{202e}", "\n", "", "ab", "✅"] {
            assert!(!is_glyph(text), "{text:?}");
        }
    }

    #[test]
    fn ascii_is_ascii() {
        let mut g = Glyphs::for_charset(Charset::Ascii);
        assert!(NAMES.iter().all(|name| g.by_name(name).is_some_and(|glyph| glyph.is_ascii())));
    }
}
