//! The overview's table of endpoints: progress, latency and failures.
//!
//! Start at [`draw`].

use crate::event::Micros;
use crate::model::Model;
use crate::model::endpoint::{EndpointState, EndpointStats};
use crate::model::round_history::RoundMark;
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::endpoints::{DONE, FAILED, LIVE, NAME, P50, P95, STATE};
use crate::tui::rows::grouping::Grouping;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::overview::groups;
use crate::tui::view::pen::{BarParts, Pen};
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::charts::sparkline;
use crate::tui::view::widgets::table::{self, ColumnHead, GAP, LEAD};

/// The widths of the columns; a column of width 0 is left out. Columns are dropped in a fixed order.
struct EndpointColumns {
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

/// Columns are dropped until names have this width.
const NAME_MIN: u16 = 24;
/// From this width on, p99 is shown and trends are longer.
const WIDE: u16 = 150;
/// The maximum width of a bar, if names do not need the space.
const BAR_MAX: u16 = 56;

impl EndpointColumns {
    fn new(width: u16, largest: u64, longest_name: u16) -> Self {
        // The columns fit the largest possible numbers, so that they never move.
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
        // On a wide screen, bars use the space that names do not need. That keeps name and numbers close together.
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

/// Draws the table: the title, the column names, and the visible rows.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    if pen.height() == 0 {
        return;
    }
    if scene.ui.grouping() != Grouping::Endpoint {
        return groups::draw(pen, scene);
    }
    let model = scene.model;
    pen.section(0, "Endpoints", &remark(scene));
    let columns = EndpointColumns::new(pen.width(), most_jobs(model), scene.ui.names.widest());
    heads(pen, &columns, scene);
    let list = scene.ui.list();
    if list.order.is_empty() {
        return table::draw_empty(pen, LEAD, 2, scene);
    }
    for (y, (i, is_selected)) in (2..pen.height()).zip(list.visible_rows()) {
        // A frozen picture may list rows that this model does not have.
        if let Some(endpoint) = model.endpoints.get(i) {
            row(pen, y, &columns, endpoint, is_selected, scene);
            pen.target(0, y, u16::MAX, ClickTarget::Row(i));
        }
    }
}

/// The number of endpoints that are hidden because they are finished.
pub fn folded(scene: &ViewScene<'_>) -> Option<String> {
    let list = scene.ui.list();
    let n = scene.model.endpoints.len().saturating_sub(list.order.len());
    let is_by_endpoint = scene.ui.grouping() == Grouping::Endpoint;
    (n > 0 && is_by_endpoint && list.filter.value().is_empty()).then(|| format!("+{} finished", units::count(n as u64)))
}

fn remark(scene: &ViewScene<'_>) -> String {
    let model = scene.model;
    let settled = model.totals.settled();
    let shown = scene.ui.list().order.len();
    let mut parts: Vec<String> = table::visible_range(scene).into_iter().collect();
    if let Some(folded) = folded(scene) {
        parts.push(folded);
    } else if shown < model.endpoints.len() {
        let all = units::count(model.endpoints.len() as u64);
        parts.push(format!("{} of {all} endpoints", units::count(shown as u64)));
    }
    if model.is_polled {
        parts.push(format!("round {}", model.endpoints.iter().map(|endpoint| endpoint.round).max().unwrap_or(0)));
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

/// The largest number of jobs of one endpoint.
fn most_jobs(model: &Model) -> u64 {
    let of_only = model.endpoints.first().filter(|_| model.endpoints.len() == 1);
    model.most_jobs.max(of_only.and_then(|endpoint| model.jobs_of(endpoint)).unwrap_or(0))
}

fn heads(pen: &mut Pen<'_>, columns: &EndpointColumns, scene: &ViewScene<'_>) {
    let heads = [
        ColumnHead::left("ENDPOINT", columns.name, Some(NAME)),
        ColumnHead::left(if scene.model.is_polled { "STATE" } else { "PROGRESS" }, columns.bar, None),
        if scene.model.is_polled {
            ColumnHead::right("UPTIME", columns.done, None)
        } else {
            ColumnHead::right("DONE", columns.done, Some(DONE))
        },
        ColumnHead::right("LIVE", columns.live, Some(LIVE)),
        ColumnHead::right("P50", columns.p50, Some(P50)),
        ColumnHead::right("P95", columns.p95, Some(P95)),
        ColumnHead::right("P99", columns.p99, None),
        ColumnHead::right("FAIL", columns.fail, Some(FAILED)),
        ColumnHead::left(if scene.model.is_polled { "ROUNDS" } else { "TREND" }, columns.trend, None),
    ];
    table::heads(pen, 1, LEAD, &heads, scene.ui.list());
    pen.target(0, 1, LEAD, ClickTarget::ColumnHeader(STATE));
    if scene.ui.list().column == STATE {
        // The arrow is above the status glyphs, which are the sort key.
        table::arrow(pen, LEAD - 2, 1, scene.ui.list());
    }
}

fn row(
    pen: &mut Pen<'_>,
    y: u16,
    columns: &EndpointColumns,
    endpoint: &EndpointStats,
    is_selected: bool,
    scene: &ViewScene<'_>,
) {
    let state = scene.model.endpoint_state(endpoint, scene.now);
    let status = status_of(state);
    table::row_marks(pen, y, status, is_selected);
    let is_over = matches!(state, EndpointState::Done | EndpointState::Cancelled);
    let text = if is_over { Role::TextDim } else { Role::Text };
    let style = pen.theme.style(text);
    pen.foreign(LEAD, y, &endpoint.name, columns.name, style);

    let mut x = LEAD + columns.name + GAP;
    let jobs = scene.model.jobs_of(endpoint);
    if columns.bar > 0 && scene.model.is_polled {
        let role = if state == EndpointState::Down { Role::Failed } else { Role::TextDim };
        let style = pen.theme.style(role);
        pen.foreign(x, y, &health(endpoint), columns.bar, style);
        x += columns.bar + GAP;
    } else if columns.bar > 0 {
        pen.bar(x, y, columns.bar, &progress(endpoint, scene));
        x += columns.bar + GAP;
    }
    let done = match jobs {
        _ if scene.model.is_polled => {
            let (good, all) = endpoint.rounds.good_of();
            // Unlike elsewhere, zero is the figure to look at.
            match (good, all) {
                (_, 0) => units::NOTHING.to_owned(),
                (0, _) => "0 %".to_owned(),
                _ => units::percent(good, all),
            }
        }
        Some(jobs) if columns.done < 6 => units::percent(endpoint.settled(), jobs),
        Some(jobs) => format!("{} / {}", units::count(endpoint.settled()), units::count(jobs)),
        None => units::count(endpoint.settled()),
    };
    pen.right(x + columns.done, y, &done, text);
    x += columns.done + GAP;
    table::number(pen, x + columns.live, y, u64::from(endpoint.in_flight), text);
    x += columns.live + GAP;
    for (width, q) in [(columns.p50, 0.5), (columns.p95, 0.95), (columns.p99, 0.99)] {
        if width > 0 {
            let value = endpoint.latency.quantile(q).map(units::length);
            let mark =
                if is_slow(endpoint, q, scene) { pen.theme.glyph(Status::Slow).to_owned() } else { String::new() };
            let role = if mark.is_empty() { text } else { Role::Slow };
            table::text_or_nothing(pen, x + width, y, value.map(|value| mark + &value).as_deref(), role);
            x += width + GAP;
        }
    }
    table::number(pen, x + columns.fail, y, endpoint.failed, Role::Failed);
    x += columns.fail + GAP;
    if columns.trend > 0 && scene.model.is_polled {
        rounds(pen, x, y, columns.trend, endpoint);
    } else if columns.trend > 0 {
        let means: Vec<f64> = endpoint.trend.means().map(|mean| mean.map_or(0.0, Micros::as_secs_f64)).collect();
        let skipped = means.len().saturating_sub(usize::from(columns.trend));
        sparkline(pen, x, y, means.into_iter().skip(skipped), Role::Bar);
    }
    if is_selected {
        pen.highlight_row(y, Role::Selection);
    }
}

/// Whether a percentile is slower than the plan expects of the 95th.
fn is_slow(endpoint: &EndpointStats, q: f64, scene: &ViewScene<'_>) -> bool {
    let slow = scene.ui.expectations.slow_from().filter(|_| q <= 0.95);
    slow.zip(endpoint.latency.quantile(q)).is_some_and(|(slow, value)| value >= slow)
}

/// The parts of an endpoint's progress.
pub fn progress(endpoint: &EndpointStats, scene: &ViewScene<'_>) -> BarParts {
    let whole = scene.model.progress(endpoint, scene.now);
    let of_settled = |n: u64| whole * n as f64 / endpoint.settled().max(1) as f64;
    let (retried, failed) = (of_settled(endpoint.retried), of_settled(endpoint.failed));
    let jobs = scene.model.jobs_of(endpoint).unwrap_or(0).max(1) as f64;
    let live = f64::from(endpoint.in_flight) / jobs;
    BarParts { done: (whole - retried - failed).max(0.0), retried, failed, live }
}

/// Draws a strip of the last rounds: a low mark for a good one, a high one for a failed one.
fn rounds(pen: &mut Pen<'_>, x: u16, y: u16, width: u16, endpoint: &EndpointStats) {
    let levels = pen.theme.glyphs.levels;
    for (x, mark) in (x..).zip(endpoint.rounds.last(width)) {
        let (level, role) = match mark {
            RoundMark::Good => (1, Role::Ok),
            RoundMark::Failed => (7, Role::Failed),
            RoundMark::Open => (0, Role::TextFaint),
        };
        let style = pen.theme.style(role);
        pen.set_cell(x, y, levels[level], style);
    }
}

/// Whether a polled endpoint is up, since when, and how often that has changed.
fn health(endpoint: &EndpointStats) -> String {
    let Some(health) = endpoint.health else { return String::new() };
    let since = units::clock(health.since);
    let word = if health.is_up { "up" } else { "down" };
    let changes = match health.flips {
        0 => String::new(),
        n => format!("   {}", units::plural(n.into(), "change")),
    };
    format!("{word} since {since}{changes}")
}

/// The status that a state is drawn with.
pub fn status_of(state: EndpointState) -> Status {
    match state {
        EndpointState::Limited => Status::Limited,
        EndpointState::Running => Status::Running,
        EndpointState::Queued => Status::Queued,
        EndpointState::HostDown => Status::Down,
        EndpointState::Failed | EndpointState::Down => Status::Failed,
        EndpointState::Done | EndpointState::Up => Status::Ok,
        EndpointState::Cancelled => Status::Cancelled,
    }
}
