//! How far is each endpoint, which is slow, which fails?

use crate::event::Micros;
use crate::model::endpoint::{Endpoint, EndpointState};
use crate::model::histogram::Histogram;
use crate::tui::state::sort::Sort;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::Scene;
use crate::tui::view::kpi::sparkline;
use crate::tui::view::paint::{Pen, width_of};
use crate::units;

/// Where each column lies; a column of no width is left out. They go in a fixed order, never squeezed.
struct Columns {
    name: u16,
    bar: u16,
    done: u16,
    live: u16,
    p50: u16,
    p95: u16,
    p99: u16,
    fail: u16,
    trend: u16,
}

/// Between two columns.
const GAP: u16 = 2;
/// Mark of the selected row and glyph of the state, each with a space.
const LEAD: u16 = 4;
/// Columns are given up until names have this much room.
const NAME_MIN: u16 = 24;
/// From this width on, and when names have what they need, bars grow to this.
const WIDE: u16 = 150;
const BAR_MAX: u16 = 56;

impl Columns {
    fn of(width: u16, largest: u64, longest_name: u16) -> Self {
        // As wide as the largest it may ever show, so that nothing jitters.
        let count = u16::try_from(units::count(largest).len()).unwrap_or(u16::MAX);
        let done = (count * 2 + 3).max(6);
        let mut columns =
            Self { name: 0, bar: 24, done, live: 5, p50: 7, p95: 7, p99: 0, fail: 5.max(count.min(9)), trend: 10 };
        if width >= WIDE {
            columns.p99 = 7;
            columns.trend = 24;
        }
        let drops: [fn(&mut Self); 6] =
            [|c| c.trend = 0, |c| c.bar = 12, |c| c.p50 = 0, |c| c.bar = 6, |c| c.done = 5, |c| c.bar = 0];
        for drop in drops {
            if columns.room_for_name(width) >= NAME_MIN {
                break;
            }
            drop(&mut columns);
        }
        columns.name = columns.room_for_name(width);
        // A wide screen gives bars what names do not need, so that the eye does not lose the row.
        let spare = columns.name.saturating_sub(longest_name.max(NAME_MIN));
        let grows = if columns.bar == 24 { spare.min(BAR_MAX - 24) } else { 0 };
        columns.bar += grows;
        columns.name -= grows;
        columns
    }

    fn room_for_name(&self, width: u16) -> u16 {
        let others = [self.bar, self.done, self.live, self.p50, self.p95, self.p99, self.fail, self.trend];
        let taken: u16 = others.iter().filter(|&&w| w > 0).map(|w| w + GAP).sum();
        width.saturating_sub(LEAD + taken)
    }
}

/// The table: a head, the columns' names, and the visible rows.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    if pen.height() == 0 {
        return;
    }
    let model = scene.model;
    pen.section(0, "Endpoints", &remark(scene));
    let largest = model.endpoints.iter().filter_map(|endpoint| endpoint.jobs).max().unwrap_or(0);
    let longest = model.endpoints.iter().map(|endpoint| width_of(&endpoint.name)).max().unwrap_or(0);
    let columns = Columns::of(pen.width(), largest, longest);
    heads(pen, &columns, scene);
    if scene.ui.order.is_empty() {
        return nothing(pen, LEAD, 2, scene);
    }
    let visible = scene.ui.order.iter().skip(scene.ui.scroll).take(usize::from(pen.height().saturating_sub(2)));
    for (y, &i) in (2..).zip(visible) {
        row(pen, y, &columns, &model.endpoints[i], i == scene.ui.selected, scene);
    }
}

/// Says why there is no row.
pub fn nothing(pen: &mut Pen<'_>, x: u16, y: u16, scene: &Scene<'_>) {
    let text = match (scene.model.endpoints.is_empty(), scene.ui.filter.value()) {
        (false, filter) => format!("no endpoint matches \"{filter}\", esc clears"),
        (true, _) => "no endpoint yet".to_owned(),
    };
    let style = pen.theme.style(Role::TextDim);
    let room = pen.width().saturating_sub(x);
    pen.foreign(x, y, &text, room, style);
}

fn remark(scene: &Scene<'_>) -> String {
    let model = scene.model;
    let settled = model.totals.settled();
    let shown = scene.ui.order.len();
    let mut parts = Vec::new();
    if shown < model.endpoints.len() {
        let all = units::count(model.endpoints.len() as u64);
        parts.push(format!("{} of {all} endpoints", units::count(shown as u64)));
    }
    parts.push(match model.jobs {
        Some(jobs) if settled == jobs => units::plural(jobs, "job"),
        Some(jobs) => {
            format!("{} of {}   {}", units::count(settled), units::plural(jobs, "job"), units::percent(settled, jobs))
        }
        None => format!("{} so far", units::plural(settled, "job")),
    });
    parts.join("   ")
}

fn heads(pen: &mut Pen<'_>, columns: &Columns, scene: &Scene<'_>) {
    let sort = scene.ui.sort;
    let arrow = if scene.ui.is_reversed { &pen.theme.glyphs.ascending } else { &pen.theme.glyphs.descending }.clone();
    let mut head = |x: u16, width: u16, label: &str, by: Option<Sort>, is_left: bool| {
        if width == 0 {
            return;
        }
        let is_sorted = by == Some(sort);
        let text = if is_sorted { format!("{label} {arrow}") } else { label.to_owned() };
        let role = if is_sorted { Role::Title } else { Role::TextDim };
        // The arrow stands in the gap, so that the label keeps its place.
        if is_left {
            pen.text(x, 1, &text, role);
        } else {
            let end = x + width + if is_sorted { GAP.min(width_of(&text) - width_of(label)) } else { 0 };
            pen.right(end, 1, &text, role);
        }
    };
    let mut x = LEAD;
    head(x, columns.name, "ENDPOINT", Some(Sort::Name), true);
    x += columns.name + GAP;
    for (width, label, by, is_left) in [
        (columns.bar, "PROGRESS", None, true),
        (columns.done, "DONE", Some(Sort::Done), false),
        (columns.live, "LIVE", Some(Sort::Live), false),
        (columns.p50, "P50", Some(Sort::P50), false),
        (columns.p95, "P95", Some(Sort::P95), false),
        (columns.p99, "P99", None, false),
        (columns.fail, "FAIL", Some(Sort::Failed), false),
        (columns.trend, "TREND", None, true),
    ] {
        head(x, width, label, by, is_left);
        x += if width > 0 { width + GAP } else { 0 };
    }
    if sort == Sort::State {
        // Over the glyphs that it sorts by.
        pen.text(LEAD - 2, 1, &arrow, Role::Title);
    }
}

fn row(pen: &mut Pen<'_>, y: u16, columns: &Columns, endpoint: &Endpoint, is_selected: bool, scene: &Scene<'_>) {
    let state = endpoint.state(scene.now);
    let status = status_of(state);
    if is_selected {
        let mark = pen.theme.glyphs.selected.clone();
        pen.text(0, y, &mark, Role::BorderFocus);
    }
    let glyph = pen.theme.glyph(status).to_owned();
    pen.text(2, y, &glyph, status);
    let is_over = matches!(state, EndpointState::Done | EndpointState::Cancelled);
    let text = if is_over { Role::TextDim } else { Role::Text };
    let style = pen.theme.style(text);
    pen.foreign(LEAD, y, &endpoint.name, columns.name, style);

    let mut x = LEAD + columns.name + GAP;
    let jobs = endpoint.jobs.unwrap_or(0).max(1) as f64;
    if columns.bar > 0 {
        let full = if endpoint.jobs.is_some() { endpoint.settled() as f64 / jobs } else { 0.0 };
        pen.bar(x, y, columns.bar, full, f64::from(endpoint.in_flight) / jobs);
        x += columns.bar + GAP;
    }
    let done = match endpoint.jobs {
        Some(jobs) if columns.done < 6 => units::percent(endpoint.settled(), jobs),
        Some(jobs) => format!("{} / {}", units::count(endpoint.settled()), units::count(jobs)),
        None => units::count(endpoint.settled()),
    };
    pen.right(x + columns.done, y, &done, text);
    x += columns.done + GAP;
    number(pen, x + columns.live, y, u64::from(endpoint.in_flight), text);
    x += columns.live + GAP;
    for (width, q) in [(columns.p50, 0.5), (columns.p95, 0.95), (columns.p99, 0.99)] {
        if width > 0 {
            quantile(pen, x + width, y, &endpoint.latency, q, text);
            x += width + GAP;
        }
    }
    number(pen, x + columns.fail, y, endpoint.failed, Role::Failed);
    x += columns.fail + GAP;
    if columns.trend > 0 {
        let means: Vec<f64> = endpoint.trend.means().map(|mean| mean.map_or(0.0, Micros::as_secs_f64)).collect();
        let skipped = means.len().saturating_sub(usize::from(columns.trend));
        sparkline(pen, x, y, means.into_iter().skip(skipped));
    }
    if is_selected {
        pen.underlay(y, Role::Selection);
    }
}

fn number(pen: &mut Pen<'_>, end: u16, y: u16, n: u64, role: Role) {
    let role = if n == 0 { Role::TextFaint } else { role };
    let text = if n == 0 { pen.theme.glyphs.none.to_string() } else { units::count(n) };
    pen.right(end, y, &text, role);
}

fn quantile(pen: &mut Pen<'_>, end: u16, y: u16, latency: &Histogram, q: f64, role: Role) {
    if let Some(value) = latency.quantile(q) {
        pen.right(end, y, &units::length(value), role);
    } else {
        let nothing = pen.theme.glyphs.none.clone();
        pen.right(end, y, &nothing, Role::TextFaint);
    }
}

/// How a state looks.
pub fn status_of(state: EndpointState) -> Status {
    match state {
        EndpointState::Limited => Status::Limited,
        EndpointState::Running => Status::Running,
        EndpointState::Queued => Status::Queued,
        EndpointState::Failed => Status::Failed,
        EndpointState::Done => Status::Ok,
        EndpointState::Cancelled => Status::Cancelled,
    }
}
