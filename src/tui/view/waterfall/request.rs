//! The line below the waterfall: the phases of the selected request.
//!
//! Start at [`line()`].

use crate::event::outcome::Outcome;
use crate::event::waits::WaitReason;
use crate::model::timeline::Bar;
use crate::text::units;
use crate::tui::rows::request::attempt_number;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;

/// Draws the numbers of a request; the last ones are left out if they do not fit.
pub(super) fn line(pen: &mut Pen<'_>, y: u16, bar: &Bar, scene: &ViewScene<'_>) {
    let took = bar.took(scene.now);
    let mut facts = vec![(attempt_number(bar), format!("at {}", units::clock(bar.started)))];
    let mut add = |label: &str, text: String| facts.push((label.to_owned(), text));
    if !bar.waited.is_none() {
        add("waited", waited(bar));
    }
    match &bar.end {
        Some(end) if !end.spent.is_empty() => {
            if let Some(stale) = end.spent.stale {
                add("stale", units::length(stale));
            }
            if let Some(resolve) = end.spent.resolve {
                add("resolve", units::length(resolve));
            }
            add("connect", end.spent.connect.map_or_else(|| "reused".to_owned(), units::length));
            if let Some(tls) = end.spent.tls {
                add("TLS", units::length(tls));
            }
            if let Some(first_byte) = end.spent.first_byte {
                add("first byte", units::length(first_byte));
            }
            if let Some(body) = end.spent.body {
                add("body", units::length(body));
            }
        }
        Some(_) => add("in flight", units::length(took)),
        None => add("in flight", units::countdown(took)),
    }
    match bar.end.as_ref().and_then(|end| end.outcome.as_ref()) {
        Some(Outcome::Answered { bytes, .. }) => add("read", units::bytes(*bytes)),
        None => {
            if let Some(progress) = bar.progress.filter(|progress| progress.bytes > 0) {
                add("read", units::bytes(progress.bytes));
            }
        }
        Some(_) => {}
    }
    add("slot", units::count(bar.slot.into()));
    let mut x = 2;
    for (label, text) in facts {
        if x + width_of(&label) + 1 + width_of(&text) > pen.width() {
            break;
        }
        x = pen.text(x, y, &label, Role::TextDim);
        x = pen.text(x + 1, y, &text, Role::Text) + 3;
    }
}

/// The time that a request waited, and the main reason.
fn waited(bar: &Bar) -> String {
    let most = WaitReason::ALL.into_iter().max_by_key(|&why| bar.waited.get(why));
    let total = units::length(bar.waited.total());
    most.map_or_else(|| total.clone(), |why| format!("{total} ({})", why.label()))
}
