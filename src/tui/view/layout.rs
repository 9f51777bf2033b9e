//! The screen layout: which sections fit, and where. Sections are dropped in a fixed order.
//!
//! Pure. Start at [`Layout::new`].

use ratatui::layout::Rect;

/// The layouts of the screen, by size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Header, tabs, a view and the footer, from 60×12 on.
    Full(Shell),
    /// A few lines, from 30×5 on.
    Compact(CompactShell),
    /// A smaller area.
    Line(Rect),
    /// An empty area.
    Nothing,
}

/// The areas around and of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shell {
    /// The header: one line.
    pub header: Rect,
    /// The tabs: two lines with a rule below, or one line with the rule to the right.
    pub tabs: Rect,
    /// The view.
    pub body: Rect,
    /// The scrub bar of a replay; of height 0 in a run. A tall screen has it instead of the footer's rule.
    pub scrub_bar: Rect,
    /// The footer: one line, and a rule above if there is room.
    pub footer: Rect,
}

/// The areas of a small screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompactShell {
    /// The whole screen: the first line is the header, the last one the footer.
    pub whole: Rect,
    /// The view.
    pub body: Rect,
    /// The scrub bar of a replay, if there is room; otherwise of height 0.
    pub scrub_bar: Rect,
}

/// The areas of the overview's sections; a section of height 0 is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sections {
    /// The key figures.
    pub kpis: Rect,
    /// Whether the key figures have room for large digits.
    pub kpis_are_large: bool,
    /// The verdict or the headline in one line.
    pub verdict: Rect,
    /// The plan's expectations in one line, if it has any.
    pub expectations: Rect,
    /// The table of endpoints.
    pub endpoints: Rect,
    /// The latency chart.
    pub latency: Rect,
    /// The latencies over time, on a wide screen.
    pub heat: Rect,
    /// The chart of attempts in flight.
    pub flight: Rect,
    /// The latest events.
    pub events: Rect,
    /// Refusals and failures over time, on a wide screen.
    pub problems: Rect,
}

/// From this height on, tabs and footer have a rule of their own.
const TALL: u16 = 30;
/// The heights of the large, the medium and the small key figures.
const KPI_LARGE: u16 = 5;
const KPI_MEDIUM: u16 = 3;
const KPI_SMALL: u16 = 2;
/// The width that the large key figures need.
pub const KPI_WIDTH: u16 = 105;
/// From this width on, three charts are next to each other.
const WIDE: u16 = 150;
/// The rows above a table's rows: title and column names.
const TABLE_HEAD: u16 = 2;
/// The maximum height of a chart, with title and axis.
const CHART_MAX: u16 = 12;
const CHART_MIN: u16 = 6;

impl Layout {
    /// The layout of a screen of this size, for a run or for a replay.
    pub fn new(area: Rect, is_replay: bool) -> Self {
        match (area.width, area.height) {
            (0, _) | (_, 0) => Self::Nothing,
            (60.., 12..) => Self::Full(Shell::new(area, is_replay)),
            (30.., 5..) => Self::Compact(CompactShell::new(area, is_replay)),
            _ => Self::Line(area),
        }
    }
}

impl CompactShell {
    /// From this height on, there is room for a scrub bar.
    const WITH_SCRUB_BAR: u16 = 8;

    fn new(area: Rect, is_replay: bool) -> Self {
        let bar = u16::from(is_replay && area.height >= Self::WITH_SCRUB_BAR);
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(2 + bar), ..area };
        let scrub_bar = Rect { y: body.bottom(), height: bar, ..area };
        Self { whole: area, body, scrub_bar }
    }
}

impl Shell {
    fn new(area: Rect, is_replay: bool) -> Self {
        let margin = if area.width >= 100 { 2 } else { 1 };
        let mut rows = RowCutter { x: area.x + margin, width: area.width - 2 * margin, y: area.y, left: area.height };
        let thick = if area.height >= TALL { 2 } else { 1 };
        let header = rows.take(1);
        let tabs = rows.take(thick);
        let bar = u16::from(is_replay);
        let below = thick.max(1 + bar);
        let body = rows.take(rows.left.saturating_sub(below));
        let scrub_bar = rows.take(bar);
        let footer = rows.take(below - bar);
        Self { header, tabs, body, scrub_bar, footer }
    }
}

impl Sections {
    /// The sections of the overview in its part of the screen.
    pub fn new(body: Rect, endpoints: usize, has_expectations: bool) -> Self {
        let mut rows = RowCutter { x: body.x, width: body.width, y: body.y, left: body.height };
        let kpis_are_large = body.height >= TALL - 5 && body.width >= KPI_WIDTH;
        let has_gaps = body.height >= 17;
        let kpis = rows.take(match body {
            _ if kpis_are_large => KPI_LARGE,
            Rect { width: 76.., height: 20.., .. } => KPI_MEDIUM,
            _ => KPI_SMALL,
        });
        let gap = u16::from(has_gaps);
        rows.skip(u16::from(kpis_are_large));
        let verdict = rows.take(1);
        let expectations = rows.take(u16::from(has_expectations));
        // Three rows of figures leave no room for a blank row; the title of the table sets it apart.
        let gap_above = if body.height < 24 && kpis.height == KPI_MEDIUM { 0 } else { gap };

        // Space goes to the table first, then to charts, then to events. The rest enlarges them in that order.
        let wanted = u16::try_from(endpoints.max(1)).unwrap_or(u16::MAX).saturating_add(TABLE_HEAD);
        let least = wanted.min(TABLE_HEAD + 3);
        let mut room = rows.left.saturating_sub(gap_above);
        let mut table = least.min(room);
        room -= table;
        let mut charts = if room > CHART_MIN { CHART_MIN } else { 0 };
        room -= charts + if charts > 0 { gap } else { 0 };
        let mut events = if room > 3 { 3 } else { 0 };
        room -= events + if events > 0 { gap } else { 0 };
        for (section, most) in [
            (FlexibleSection::Table, wanted.min(TABLE_HEAD + 8)),
            (FlexibleSection::Charts, CHART_MAX - 3),
            (FlexibleSection::Table, wanted),
            (FlexibleSection::Charts, CHART_MAX),
            (FlexibleSection::Events, 12),
        ] {
            let height: &mut u16 = match section {
                FlexibleSection::Charts => &mut charts,
                FlexibleSection::Table => &mut table,
                FlexibleSection::Events => &mut events,
            };
            if *height > 0 {
                let more = most.saturating_sub(*height).min(room);
                *height += more;
                room -= more;
            }
        }
        // Unused rows go to the table, so that the footer stays at the bottom.
        table += room;

        rows.skip(gap_above);
        let endpoints = rows.take(table);
        rows.skip(if charts > 0 { gap } else { 0 });
        let both = rows.take(charts);
        // A wide screen has room for the latencies over time too.
        let n = if both.width >= WIDE { 3 } else { 2 };
        let width = (both.width + 3) / n - 3;
        let latency = Rect { width, ..both };
        let heat = Rect { x: both.x + width + 3, width: if n == 3 { width } else { 0 }, ..both };
        let from = (width + 3) * (n - 1);
        let flight = Rect { x: both.x + from, width: both.width - from, ..both };
        rows.skip(if events > 0 { gap } else { 0 });
        let below = rows.take(events);
        // The text of an event needs no more than half of a wide screen.
        let has_problems = below.width >= WIDE && below.height > 3;
        let width = if has_problems { (below.width - 3) / 2 } else { below.width };
        let events = Rect { width, ..below };
        let rest = if has_problems { below.width - width - 3 } else { 0 };
        let problems = Rect { x: below.right() - rest, width: rest, ..below };
        Self { kpis, kpis_are_large, verdict, expectations, endpoints, latency, heat, flight, events, problems }
    }
}

/// A section that can use more rows.
#[derive(Clone, Copy)]
enum FlexibleSection {
    Charts,
    Table,
    Events,
}

/// Cuts rows off the top of an area.
struct RowCutter {
    x: u16,
    width: u16,
    y: u16,
    left: u16,
}

impl RowCutter {
    fn take(&mut self, height: u16) -> Rect {
        let height = height.min(self.left);
        let taken = Rect { x: self.x, y: self.y, width: self.width, height };
        self.skip(height);
        taken
    }

    fn skip(&mut self, height: u16) {
        let height = height.min(self.left);
        self.y += height;
        self.left -= height;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    use super::{Layout, Sections, Shell};

    fn shell(width: u16, height: u16) -> Shell {
        match Layout::new(Rect::new(0, 0, width, height), false) {
            Layout::Full(shell) => shell,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_usual_terminal_shows_everything() {
        for (width, height) in [(80, 24), (120, 36), (120, 40), (200, 50)] {
            let s = Sections::new(shell(width, height).body, 100, false);
            assert!(
                [s.endpoints, s.latency, s.flight, s.events].iter().all(|r| r.height >= 3),
                "{width}x{height} {s:?}"
            );
        }
    }

    #[test]
    fn smaller_terminals_have_their_own_layouts() {
        let layout = |width, height| Layout::new(Rect::new(0, 0, width, height), false);
        assert!(matches!(layout(60, 16), Layout::Full(_)));
        assert!(matches!(layout(40, 10), Layout::Compact(_)));
        assert!(matches!(layout(29, 10), Layout::Line(_)));
        assert!(matches!(layout(200, 1), Layout::Line(_)));
        assert_eq!(layout(0, 10), Layout::Nothing);
    }

    #[test]
    fn a_scrub_bar_takes_one_row_and_on_a_tall_screen_that_of_the_rule() {
        let body = |width, height, is_replay| match Layout::new(Rect::new(0, 0, width, height), is_replay) {
            Layout::Full(shell) => (shell.body.height, shell.scrub_bar.height),
            Layout::Compact(shell) => (shell.body.height, shell.scrub_bar.height),
            other => panic!("{other:?}"),
        };
        assert_eq!([body(120, 40, false), body(120, 40, true)], [(35, 0), (35, 1)]);
        assert_eq!([body(80, 24, false), body(80, 24, true)], [(21, 0), (20, 1)]);
        assert_eq!([body(40, 10, true), body(40, 6, true)], [(7, 1), (4, 0)]);
    }

    proptest! {
        #[test]
        fn sections_never_overlap_and_stay_inside(width in 60..300_u16, height in 12..100_u16, endpoints in 0..2000_usize, has_expectations in any::<bool>()) {
            let around = shell(width, height);
            let s = Sections::new(around.body, endpoints, has_expectations);
            let used: Vec<Rect> =
                [around.header, around.tabs, s.kpis, s.verdict, s.expectations, s.endpoints, s.latency, s.heat, s.flight, s.events, s.problems, around.footer]
                    .into_iter().filter(|r| r.area() > 0).collect();
            let area = Rect::new(0, 0, width, height);
            for (i, a) in used.iter().enumerate() {
                prop_assert_eq!(a.intersection(area), *a);
                for b in &used[i + 1..] {
                    prop_assert!(!a.intersects(*b), "{:?} {:?}", a, b);
                }
            }
            prop_assert!(s.endpoints.height >= 3);
            prop_assert_eq!(around.footer.bottom(), height);
        }
    }
}
