//! The key figures: in flight, goodput, latency, failures and rate limiting.
//!
//! All but the attempts in flight cover one window, which their labels name. Start at [`large::large`].

pub mod large;
pub mod small;

use ratatui::style::Style;

use crate::event::cause::Cause;
use crate::event::outcome::Reason;
use crate::model::Model;
use crate::model::histogram::Histogram;
use crate::model::window::{TimeWindow, WindowFigures};
use crate::text::units;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;

/// The window that the figures cover. After the run, only the whole run is left.
pub fn window(scene: &ViewScene<'_>) -> TimeWindow {
    if scene.model.ended.is_some() { TimeWindow::Run } else { scene.ui.window }
}

/// The figures of the window.
pub fn figures(scene: &ViewScene<'_>) -> WindowFigures {
    scene.model.figures_of(window(scene), scene.now)
}

/// The latencies of the window, and its name.
pub fn latency(scene: &ViewScene<'_>) -> (Histogram, &'static str) {
    let window = window(scene);
    (scene.model.latency_within(window, scene.now), window.name())
}

/// Good answers per second.
pub fn goodput(figures: &WindowFigures) -> String {
    units::significant(figures.per_second(figures.good))
}

/// Attempts per second.
fn throughput(figures: &WindowFigures) -> String {
    units::significant(figures.per_second(figures.ended))
}

/// The pace or the quota that the only host takes.
fn adapted_pace(model: &Model) -> Option<String> {
    model.only_host().filter(|_| model.ended.is_none())?.adapted?.pace()
}

/// When an attempt was last refused: `last 4 s ago`.
fn last_refusal(scene: &ViewScene<'_>) -> Option<String> {
    let last = scene.model.marks.last_refusal().filter(|_| scene.model.ended.is_none())?;
    Some(format!("last {} ago", units::countdown_seconds(scene.now.since(last))))
}

/// Draws one quantile, with a dim unit.
fn figure(pen: &mut Pen<'_>, x: u16, y: u16, histogram: &Histogram, name: &str) {
    let value = match name {
        "p50" => histogram.quantile(0.5),
        "p95" => histogram.quantile(0.95),
        "p99" => histogram.quantile(0.99),
        _ => histogram.max(),
    };
    if let Some(text) = value.map(units::length) {
        let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
        // Room for three digits and a point, so that the unit does not move.
        let after = pen.text(x, y, &format!("{number:>4}"), Role::Title);
        pen.text(after + 1, y, unit, Role::TextDim);
    } else {
        let nothing = pen.theme.glyphs.none.clone();
        pen.right(x + 4, y, &nothing, Role::TextFaint);
    }
}

/// Failed jobs by kind: unexpected or throttled responses, timeouts, and other failures.
fn kinds(model: &Model) -> [(&'static str, u64); 4] {
    let jobs = |matches: fn(Cause) -> bool| model.incidents.jobs_where(matches);
    let is_unsent = |cause| cause == Cause::Failed(Reason::GivenUp);
    [
        ("not sent", jobs(is_unsent)),
        ("status", jobs(|cause| matches!(cause, Cause::Status(_) | Cause::Throttled(_)))),
        ("timeout", jobs(|cause| matches!(cause, Cause::TimedOut(_)))),
        ("broken", jobs(|cause| matches!(cause, Cause::Failed(_) | Cause::Unexpected(_))) - jobs(is_unsent)),
    ]
}

fn emphasis(pen: &Pen<'_>) -> Style {
    // The emphasis comes from the theme's titles, because not every theme uses bold for it.
    let title = pen.theme.style(Role::Title);
    Style::new().add_modifier(title.add_modifier)
}
