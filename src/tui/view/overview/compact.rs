//! The overview for small terminals: a few lines, or only one.
//!
//! Start at [`endpoints`].

use crate::model::endpoint::EndpointState;
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::grouping::Grouping;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::chrome::{footer, header};
use crate::tui::view::overview::endpoints::{folded, status_of};
use crate::tui::view::overview::{groups, kpi};
use crate::tui::view::pen::{BarParts, Pen};
use crate::tui::view::scene::ViewScene;
use crate::tui::view::verdict;
use crate::tui::view::widgets::table;

/// The number of lines above the rows: progress, numbers, the verdict if there is room, and a rule.
pub fn above(height: u16) -> u16 {
    3 + u16::from(height >= VERDICT_FROM)
}

/// The minimum height with a verdict.
const VERDICT_FROM: u16 = 6;

/// Draws the overview below the first line of a small terminal: progress, four numbers, and endpoints.
pub fn endpoints(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let width = pen.width();
    progress(pen, 0, scene);
    numbers(pen, 1, scene);
    let above = above(pen.height());
    if above > 3 {
        verdict::line(&mut pen.part(0, 2, width, 1), scene);
    }
    pen.rule(above - 1);
    if let Some(folded) = folded(scene) {
        pen.right(width, above - 1, &format!(" {folded}"), Role::TextDim);
    }
    let list = scene.ui.list();
    if list.order.is_empty() {
        table::draw_empty(pen, 0, above, scene);
    }
    for (y, (i, is_selected)) in (above..pen.height()).zip(list.visible_rows()) {
        pen.target(0, y, u16::MAX, ClickTarget::Row(i));
        if scene.ui.grouping() != Grouping::Endpoint {
            groups::compact_row(pen, y, i, scene);
            if is_selected {
                pen.highlight_row(y, Role::Selection);
            }
            continue;
        }
        let Some(endpoint) = scene.model.endpoints.get(i) else { continue };
        let state = scene.model.endpoint_state(endpoint, scene.now);
        let status = status_of(state);
        let glyph = pen.theme.glyph(status).to_owned();
        pen.text(0, y, &glyph, status);
        let role = if state == EndpointState::Done { Role::TextDim } else { Role::Text };
        let style = pen.theme.style(role);
        let numbers_at = width.saturating_sub(19);
        pen.foreign(2, y, &endpoint.name, numbers_at.saturating_sub(3), style);
        pen.right(width - 14, y, &units::percent(endpoint.settled(), scene.model.jobs_of(endpoint).unwrap_or(0)), role);
        let p95 = endpoint.latency.quantile(0.95).map_or_else(|| units::NOTHING.to_owned(), units::length);
        pen.right(width - 6, y, &p95, role);
        let failed = if endpoint.failed == 0 { Role::TextFaint } else { Role::Failed };
        pen.right(width, y, &units::count_or_nothing(endpoint.failed), failed);
        if is_selected {
            pen.highlight_row(y, Role::Selection);
        }
    }
}

/// Draws the smallest overview: a line with state and numbers, and a progress bar below if there is room.
pub fn line(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let last = pen.height().saturating_sub(1);
    if footer::is_wanted(scene) && last == 0 {
        return footer::line(pen, 0, scene);
    }
    head(pen, scene);
    if last > 0 {
        progress(pen, 1, scene);
    }
    if last > 1 {
        numbers(pen, 2, scene);
    }
    if footer::is_wanted(scene) {
        pen.part(0, last, pen.width(), 1).clear(Role::Bg);
        footer::line(pen, last, scene);
    }
}

/// Draws the first line: as many numbers as fit, shortened if necessary.
pub fn head(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let model = scene.model;
    let header::StateText { status, long: word, .. } = header::state(scene);
    let limit = model.limit_in_force().map_or_else(String::new, |limit| format!("/{}", units::count(u64::from(limit))));
    let flight = format!("{}{limit}", units::count(u64::from(model.in_flight())));
    let settled = model.totals.settled();
    let share = model.jobs.map_or_else(|| units::count(settled), |jobs| units::percent(settled, jobs));
    let elapsed = header::elapsed(scene);
    // What the screen hides or holds back is more important than the time.
    let elapsed = match scene.ui.frozen {
        Some(_) => format!("FROZEN {elapsed}"),
        None if scene.ui.privacy.is_on => header::PRIVATE.to_owned(),
        None => elapsed,
    };
    let failed = model.totals.jobs_failed;
    let (failed, failed_short) = if failed > 0 {
        (
            format!("{} failed", units::count(failed)),
            format!("{}{}", pen.theme.glyph(Status::Failed), units::count(failed)),
        )
    } else {
        (String::new(), String::new())
    };
    // The rest of the state is shown by the other numbers.
    let short = word.split([',', ' ']).next().unwrap_or_default().to_owned();
    let choices = [
        vec![format!("{flight} in flight"), share.clone(), failed, elapsed.clone()],
        vec![format!("{flight} in flight"), share.clone(), failed_short.clone(), elapsed.clone()],
        vec![flight.clone(), share.clone(), failed_short.clone(), elapsed],
        vec![flight.clone(), share, failed_short.clone()],
        vec![flight.clone(), failed_short],
        vec![flight],
    ];
    let width =
        |parts: &[String]| parts.iter().filter(|part| !part.is_empty()).map(|part| 2 + width_of(part)).sum::<u16>();
    // As in the header, an unchecked run says so in every frame.
    let from = if model.is_insecure { pen.text(0, 0, "INSECURE", Role::Failed) + 2 } else { 0 };
    let room = pen.width().saturating_sub(from);
    let fits = |parts: &&Vec<String>| width_of(&short) + width(parts) <= room;
    let parts = choices.iter().find(fits).map_or(&[][..], Vec::as_slice);
    let mut x = pen.text(from, 0, if width_of(&word) + width(parts) <= room { &word } else { &short }, status);
    for part in parts.iter().filter(|part| !part.is_empty()) {
        x = pen.text(x + 2, 0, part, Role::Text);
    }
}

fn progress(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>) {
    let model = scene.model;
    let totals = &model.totals;
    let of_jobs = |n: u64| model.jobs.map_or(0.0, |jobs| n as f64 / jobs.max(1) as f64);
    let retried = totals.jobs_saved + totals.jobs_waited;
    let progress = BarParts {
        done: of_jobs(totals.settled().saturating_sub(retried + totals.jobs_failed)),
        retried: of_jobs(retried),
        failed: of_jobs(totals.jobs_failed),
        live: of_jobs(model.in_flight().into()),
    };
    pen.bar(0, y, pen.width(), &progress);
}

fn numbers(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>) {
    let (histogram, _) = kpi::latency(scene);
    let p95 = histogram.quantile(0.95).map_or_else(|| units::NOTHING.to_owned(), units::length);
    let figures = kpi::figures(scene);
    let rate = kpi::goodput(&figures);
    let failed = units::count_or_nothing(figures.failed);
    let limited = units::count_or_nothing(figures.throttled);
    let mut x = 0;
    for (name, value) in [("", format!("{rate}/s")), ("p95 ", p95), ("fail ", failed), ("429 ", limited)] {
        if x + width_of(name) + width_of(&value) > pen.width() {
            break;
        }
        x = pen.text(x, y, name, Role::TextDim);
        x = pen.text(x, y, &value, Role::Text) + 2;
    }
    let window = kpi::window(scene).short_name();
    if x + width_of(window) <= pen.width() {
        let width = pen.width();
        pen.right(width, y, window, Role::TextFaint);
    }
}
