//! The overview's table by address, host or status.
//!
//! Start at [`draw`].

use crate::model::Model;
use crate::model::endpoint::addresses::AddressStats;
use crate::model::host::HostStats;
use crate::text::host_name::short_host;
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::grouping::Grouping;
use crate::tui::rows::request::{ending_status, ending_text};
use crate::tui::rows::{addresses, hosts, statuses};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::table::{self, ColumnHead, GAP, LEAD};

/// The number of a column that rows cannot be sorted by.
const UNSORTED: usize = usize::MAX;
/// Columns are left out until names have this width.
const NAME_MIN: u16 = 30;

/// A row of the table.
struct GroupRow {
    status: Status,
    /// Foreign text.
    name: String,
    /// The text of each column; an empty one is a dash.
    cells: Vec<(String, Role)>,
}

/// A column: its header, its width, its number if it can be sorted by, and in which order columns are left out.
struct GroupColumn {
    label: &'static str,
    width: u16,
    column: usize,
    /// Columns with the greatest rank are left out first; those with 0 never.
    rank: u8,
}

const fn column(label: &'static str, width: u16, column: usize, rank: u8) -> GroupColumn {
    GroupColumn { label, width, column, rank }
}

const ADDRESS_COLUMNS: &[GroupColumn] = &[
    column("RESULT", 18, UNSORTED, 1),
    column("DONE", 7, addresses::DONE, 4),
    column("LIVE", 5, addresses::LIVE, 3),
    column("LAST", 8, addresses::LAST, 2),
    column("LONGEST", 8, addresses::SLOWEST, 0),
    column("FAIL", 6, addresses::FAILED, 0),
];
const HOST_COLUMNS: &[GroupColumn] = &[
    column("STATE", 28, hosts::STATE, 3),
    column("ANSWERS", 9, hosts::ANSWERED, 1),
    column("LIVE", 5, hosts::LIVE, 2),
    column("P50", 8, UNSORTED, 2),
    column("P95", 8, hosts::P95, 0),
    column("FAIL", 6, hosts::FAILED, 0),
];
const STATUS_COLUMNS: &[GroupColumn] =
    &[column("ATTEMPTS", 11, statuses::ATTEMPTS, 0), column("SHARE", 7, UNSORTED, 0)];

fn columns(grouping: Grouping) -> (&'static str, usize, &'static [GroupColumn]) {
    match grouping {
        Grouping::Endpoint | Grouping::Address => ("ADDRESS", addresses::ADDRESS, ADDRESS_COLUMNS),
        Grouping::Host => ("HOST", hosts::NAME, HOST_COLUMNS),
        Grouping::Status => ("STATUS", statuses::STATUS, STATUS_COLUMNS),
    }
}

/// Draws the table: the title, the column names, and the visible rows.
pub(super) fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let grouping = scene.ui.grouping();
    pen.section(0, grouping.title(), &remark(scene));
    let (label, name_column, all) = columns(grouping);
    let width = pen.width();
    let taken = |most: u8| {
        let shown = all.iter().filter(|column| column.rank <= most);
        shown.map(|column| column.width + GAP).sum::<u16>()
    };
    let most = (0..=4).rev().find(|&most| width.saturating_sub(LEAD + taken(most)) >= NAME_MIN).unwrap_or(0);
    let name = width.saturating_sub(LEAD + taken(most));
    let list = scene.ui.list();
    let mut heads = vec![ColumnHead::left(label, name, Some(name_column))];
    for column in all {
        let shown = if column.rank <= most { column.width } else { 0 };
        heads.push(ColumnHead::right(column.label, shown, Some(column.column).filter(|&column| column != UNSORTED)));
    }
    table::heads(pen, 1, LEAD, &heads, list);
    pen.target(0, 1, LEAD, ClickTarget::ColumnHeader(0));
    if list.column == 0 {
        table::arrow(pen, LEAD - 2, 1, list);
    }
    if list.order.is_empty() {
        return table::draw_empty(pen, LEAD, 2, scene);
    }
    for (y, (i, is_selected)) in (2..pen.height()).zip(list.visible_rows()) {
        let Some(row) = row(scene, i) else { continue };
        table::row_marks(pen, y, row.status, is_selected);
        let role = if row.status == Status::Cancelled { Role::TextDim } else { Role::Text };
        let style = pen.theme.style(role);
        pen.foreign(LEAD, y, &row.name, name, style);
        let mut x = LEAD + name + GAP;
        for (column, (text, role)) in all.iter().zip(&row.cells).filter(|(column, _)| column.rank <= most) {
            table::text_or_nothing(pen, x + column.width, y, Some(&**text).filter(|text| !text.is_empty()), *role);
            x += column.width + GAP;
        }
        if is_selected {
            pen.highlight_row(y, Role::Selection);
        }
        pen.target(0, y, u16::MAX, ClickTarget::Row(i));
    }
}

/// Draws a row of a small terminal: its mark, its name and its last two columns.
pub(super) fn compact_row(pen: &mut Pen<'_>, y: u16, i: usize, scene: &ViewScene<'_>) {
    let Some(row) = row(scene, i) else { return };
    let width = pen.width();
    let glyph = pen.theme.glyph(row.status).to_owned();
    pen.text(0, y, &glyph, row.status);
    let style = pen.theme.style(Role::Text);
    pen.foreign(2, y, &row.name, width.saturating_sub(19), style);
    for ((text, role), end) in row.cells.iter().rev().zip([width, width.saturating_sub(7)]) {
        table::text_or_nothing(pen, end, y, Some(&**text).filter(|text| !text.is_empty()), *role);
    }
}

/// Which rows are visible, how many there are, and how many are folded.
fn remark(scene: &ViewScene<'_>) -> String {
    let model = scene.model;
    let mut parts: Vec<String> = table::visible_range(scene).into_iter().collect();
    parts.extend(table::n_matching(scene));
    let folded = model.addresses.folded();
    if scene.ui.grouping() == Grouping::Address && folded > 0 {
        parts.push(format!("+ {} at further addresses", units::plural(folded, "job")));
    }
    let settled = model.totals.settled();
    parts.push(match model.jobs {
        Some(jobs) if settled < jobs => {
            format!("{} of {}   {}", units::count(settled), units::plural(jobs, "job"), units::percent(settled, jobs))
        }
        _ => units::plural(settled, "job"),
    });
    parts.join("   ")
}

fn row(scene: &ViewScene<'_>, i: usize) -> Option<GroupRow> {
    let model = scene.model;
    match scene.ui.grouping() {
        Grouping::Endpoint => None,
        Grouping::Address => model.addresses.get(i).map(|address| address_row(address, scene)),
        Grouping::Host => model.hosts.row(i).map(|host| host_row(host, scene)),
        Grouping::Status => status_row(model, i),
    }
}

fn number(n: impl Into<u64>, role: Role) -> (String, Role) {
    let n = n.into();
    (if n == 0 { String::new() } else { units::count(n) }, role)
}

fn address_row(address: &AddressStats, scene: &ViewScene<'_>) -> GroupRow {
    let status = addresses::state(address);
    let result = match (address.last_end, address.health) {
        _ if scene.model.is_polled && address.health.is_some() => address.health.map_or_else(String::new, |health| {
            let word = if health.is_up { "up" } else { "down" };
            format!("{word} for {}", units::roughly(scene.now.since(health.since)))
        }),
        (Some((_, ending)), _) => addresses::result(ending),
        (None, _) => String::new(),
    };
    let role = if status == Status::Ok || status == Status::Running { Role::TextDim } else { status.into() };
    let length = |length: crate::event::Micros| if length.is_zero() { String::new() } else { units::length(length) };
    // The time of an attempt in flight has fewer digits, so that it does not flicker.
    let longest = match address.longest(scene.now) {
        longest if longest > address.slowest => units::countdown(longest),
        longest => length(longest),
    };
    GroupRow {
        status,
        name: address.target.to_string(),
        cells: vec![
            (result, role),
            number(address.settled(), Role::Text),
            number(address.in_flight, Role::Text),
            (address.last_end.map_or_else(String::new, |(took, _)| length(took)), Role::Text),
            (longest, Role::Text),
            number(address.failed, Role::Failed),
        ],
    }
}

fn host_row(host: &HostStats, scene: &ViewScene<'_>) -> GroupRow {
    let (status, text) = hosts::state(host, scene.now, scene.model);
    let quantile = |q| host.latency.quantile(q).map_or_else(String::new, units::length);
    GroupRow {
        status,
        name: short_host(&host.name).to_owned(),
        cells: vec![
            (text, Role::TextDim),
            number(host.answered, Role::Text),
            number(host.in_flight, Role::Text),
            (quantile(0.5), Role::Text),
            (quantile(0.95), Role::Text),
            number(host.failed, Role::Failed),
        ],
    }
}

fn status_row(model: &Model, i: usize) -> Option<GroupRow> {
    let (ending, n) = model.anatomy.nth_ending(i)?;
    let all = model.totals.started.saturating_sub(model.in_flight().into());
    Some(GroupRow {
        status: ending_status(ending),
        name: ending_text(ending),
        cells: vec![number(n, Role::Text), (units::percent(n, all), Role::Text)],
    })
}
