//! The hosts view: the limit, state and counts of each host.
//!
//! The details of the selected host are below the table. Start at [`HostsPage`].

mod detail;

use ratatui::layout::Rect;

use crate::event::Offset;
use crate::model::Model;
use crate::model::host::HostStats;
use crate::text::host_name::short_host;
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::hosts::{ANSWERED, FAILED, LIVE, NAME, P95, STATE, THROTTLED, state};
use crate::tui::state::UiState;
use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::hosts::detail::{details, is_at_host};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{ViewPage, ViewScene};
use crate::tui::view::widgets::facts::{self, TABLE_HEAD, TableLayout};
use crate::tui::view::widgets::table::{self, ColumnHead, GAP, LEAD};

/// The hosts view.
#[derive(Debug)]
pub struct HostsPage;

/// The rows for the details of the selected host, in a run without and with refusals, outages or adapted limits.
const DETAIL: u16 = 7;
const DETAIL_EVENTFUL: u16 = 10;

impl ViewPage for HostsPage {
    fn rows_in(&self, area: Rect, model: &Model, _ui: &UiState) -> usize {
        usize::from(layout(area.height, model).table.saturating_sub(TABLE_HEAD))
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        let parts = layout(pen.height(), scene.model);
        let (width, height) = (pen.width(), pen.height());
        table(&mut pen.part(0, parts.above, width, parts.table), scene);
        let selected =
            scene.ui.list().selected_row().and_then(|row| scene.model.hosts.row(row).map(|host| (row, host)));
        if let (Some((row, host)), true) = (selected, parts.detail > 0) {
            let from = parts.above + parts.table + parts.gap;
            let details = details(scene, host);
            let used = facts::draw(&mut pen.part(0, from, width, parts.detail), &host.name, "", &details);
            let from = from + used + 1;
            let mut rest = pen.part(0, from, width, height.saturating_sub(from));
            facts::latest_events(&mut rest, scene, |item| is_at_host(item, scene.model, row, host));
        }
    }
}

/// The heights of table and details. They depend on the whole run, so that nothing moves with the selection.
fn layout(height: u16, model: &Model) -> TableLayout {
    let is_eventful = |host: &HostStats| {
        let has_refused = host.adapted.is_some() || host.learned.is_some() || !host.recognized.is_empty();
        has_refused || host.outage.is_some() || host.past_outages.n > 0 || host.last_given_up.is_some()
    };
    let detail = if model.hosts.kept().any(is_eventful) { DETAIL_EVENTFUL } else { DETAIL };
    TableLayout::new(height, model.hosts.all().count(), detail)
}

/// The width of the state, for long and for short texts.
const STATE_DOWN: u16 = 34;
const STATE_SHORT: u16 = 17;
/// The width of the state if a host may wait for its window.
const STATE_WINDOW: u16 = 20;
/// The width of a pace or a quota.
const PACE: u16 = 13;

/// The widths of the columns; a column of width 0 is left out.
struct HostColumns {
    name: u16,
    live: u16,
    state: u16,
    pace: u16,
    answered: u16,
    throttled: u16,
    failed: u16,
    p95: u16,
    why: u16,
}

impl HostColumns {
    fn new(width: u16, model: &Model) -> Self {
        let count = table::count_width(model.totals.ended);
        // The columns fit the largest possible numbers, so that they never move.
        let live = (table::count_width(model.limit.unwrap_or(0).into()) * 2 + 3).max(9);
        let (answered, throttled, failed) = (count.max(8), count.max(9), count.max(6));
        // Without adaptive limits this column would be empty.
        let pace = if model.hosts.all().any(|host| host.adapted.is_some()) { PACE } else { 0 };
        let has_window = model.hosts.all().any(|host| host.adapted.is_some_and(|adapted| adapted.window.is_some()));
        let state = match has_window {
            _ if model.hosts_down().next().is_some() => STATE_DOWN,
            true => STATE_WINDOW,
            false => STATE_SHORT,
        };
        let mut columns = Self { name: 0, live, state, pace, answered, throttled, failed, p95: 7, why: 44 };
        let drops: [fn(&mut Self); 8] = [
            |c| c.state = STATE_SHORT,
            |c| c.why = 0,
            |c| c.p95 = 0,
            |c| c.failed = 0,
            |c| c.pace = 0,
            |c| c.answered = 0,
            |c| c.throttled = 0,
            |c| c.live = 0,
        ];
        for drop in drops {
            if columns.room_for_name(width) >= 22 {
                break;
            }
            drop(&mut columns);
        }
        // Columns that were left out may make room for the long text.
        if columns.room_for_name(width) >= 22 + state.saturating_sub(columns.state) {
            columns.state = state;
        }
        let room = columns.room_for_name(width);
        columns.name = if columns.why > 0 { room.min(40) } else { room };
        columns.why += if columns.why > 0 { room - columns.name } else { 0 };
        columns
    }

    fn room_for_name(&self, width: u16) -> u16 {
        let others = [self.live, self.state, self.pace, self.answered, self.throttled, self.failed, self.p95, self.why];
        width.saturating_sub(LEAD + table::total_width(&others))
    }
}

fn table(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let list = scene.ui.list();
    pen.section(0, "Hosts", &remark(scene));
    if list.order.is_empty() {
        return table::draw_empty(pen, LEAD, TABLE_HEAD, scene);
    }
    let columns = HostColumns::new(pen.width(), scene.model);
    let heads = [
        ColumnHead::left("HOST", columns.name, Some(NAME)),
        ColumnHead::right("IN FLIGHT", columns.live, Some(LIVE)),
        ColumnHead::left("NOW", columns.state, Some(STATE)),
        ColumnHead::right("PACE", columns.pace, None),
        ColumnHead::right("ANSWERED", columns.answered, Some(ANSWERED)),
        ColumnHead::right("THROTTLED", columns.throttled, Some(THROTTLED)),
        ColumnHead::right("ERRORS", columns.failed, Some(FAILED)),
        ColumnHead::right("P95", columns.p95, Some(P95)),
        ColumnHead::left("WHY", columns.why, None),
    ];
    table::heads(pen, 1, LEAD, &heads, list);
    for (y, (row, is_selected)) in (TABLE_HEAD..pen.height()).zip(list.visible_rows()) {
        if let Some(host) = scene.model.hosts.row(row) {
            draw_row(pen, y, &columns, host, is_selected, scene);
            pen.target(0, y, u16::MAX, ClickTarget::Row(row));
        }
    }
}

fn draw_row(
    pen: &mut Pen<'_>,
    y: u16,
    columns: &HostColumns,
    host: &HostStats,
    is_selected: bool,
    scene: &ViewScene<'_>,
) {
    let (status, state_text) = state(host, scene.now, scene.model);
    let state_text = if width_of(&state_text) > columns.state { short_state(host, scene.now) } else { state_text };
    let text = if status == Status::Queued { Role::TextDim } else { Role::Text };
    table::row_marks(pen, y, status, is_selected);
    let style = pen.theme.style(text);
    pen.foreign(LEAD, y, short_host(&host.name), columns.name, style);
    let mut x = LEAD + columns.name + GAP;
    let in_flight = match host.effective_limit() {
        Some(limit) => format!("{} / {}", units::count(host.in_flight.into()), units::count(limit.into())),
        None => units::count_or_nothing(host.in_flight.into()),
    };
    if columns.live > 0 {
        pen.right(x + columns.live, y, &in_flight, text);
        x += columns.live + GAP;
    }
    // Only waiting hosts have a colour.
    let is_coloured = matches!(status, Status::Limited | Status::Down);
    let role = if is_coloured { Role::from(status) } else { Role::TextDim };
    pen.text(x, y, &state_text, role);
    x += columns.state + GAP;
    if columns.pace > 0 {
        let pace = host.adapted.and_then(|adapted| adapted.pace());
        table::text_or_nothing(pen, x + columns.pace, y, pace.as_deref(), text);
        x += columns.pace + GAP;
    }
    for (width, n, role) in [
        (columns.answered, host.answered, text),
        (columns.throttled, host.throttled, Role::Limited),
        (columns.failed, host.failed, Role::Failed),
    ] {
        if width > 0 {
            table::number(pen, x + width, y, n, role);
            x += width + GAP;
        }
    }
    if columns.p95 > 0 {
        table::quantile(pen, x + columns.p95, y, &host.latency, 0.95, text);
        x += columns.p95 + GAP;
    }
    let given_up = host.given_up.as_ref().map(|given_up| &given_up.why);
    let why = host.outage.as_ref().map(|outage| &outage.why).or(given_up).or(host.why.as_ref());
    if let (Some(why), true) = (why, columns.why > 0) {
        let ellipsis = pen.theme.glyphs.ellipsis.clone();
        pen.text(x, y, &cut_end(&pen.safe(why), usize::from(columns.why), &ellipsis), Role::TextDim);
    }
    if is_selected {
        pen.highlight_row(y, Role::Selection);
    }
}

/// The state of a host that is down or waits for its window, for a narrow column.
fn short_state(host: &HostStats, now: Offset) -> String {
    if let Some(given_up) = &host.given_up {
        return format!("given up {}", units::clock_seconds(given_up.since));
    }
    if let Some(wait) = host.cut_wait(now) {
        return format!("fails in {}", units::countdown_seconds(wait.fails_at.since(now)));
    }
    match (&host.outage, host.waits_until(now)) {
        (Some(outage), _) if outage.next_try > now => {
            format!("down, try in {}", units::countdown_seconds(outage.next_try.since(now)))
        }
        (None, Some(until)) => {
            let has_window = host.adapted.is_some_and(|adapted| adapted.window.is_some());
            let verb = if has_window { "opens" } else { "starts" };
            format!("{verb} in {}", units::countdown_seconds(until.since(now)))
        }
        (Some(_) | None, _) => "down, trying now".to_owned(),
    }
}

/// The number of hosts, and how many of them are down, or wait because of a limit.
fn remark(scene: &ViewScene<'_>) -> String {
    let model = scene.model;
    let cooling = model.hosts.all().filter(|host| host.is_limited(scene.now)).count();
    let all = units::plural(model.hosts.n_kept() as u64 + model.hosts.n_others(), "host");
    let mut parts = vec![table::n_matching(scene).or(table::visible_range(scene)).unwrap_or(all)];
    if model.hosts.n_others() > 0 {
        parts.push(format!("{} idle hosts counted together", units::count(model.hosts.n_others())));
    }
    let down = model.hosts_down().count();
    if down > 0 {
        parts.push(format!("{} down", units::count(down as u64)));
    }
    let given_up = model.hosts_given_up().count();
    if given_up > 0 {
        parts.push(format!("{} given up", units::count(given_up as u64)));
    }
    if cooling > 0 && model.ended.is_none() {
        parts.push(format!("{} limited", units::count(cooling as u64)));
    }
    parts.join("   ")
}
