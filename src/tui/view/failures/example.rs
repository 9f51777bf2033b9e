//! The popup of a failure sample: the request, the response and the start of its body.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;

use crate::event::cause::Cause;
use crate::event::failure_sample::{Excerpt, FailureSample, Field};
use crate::model::Model;
use crate::text::units;
use crate::tui::rows::failures::{example_count, nth_example};
use crate::tui::state::example::OpenExample;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::labelled::{self, LabelledRow};

/// Draws the open example.
pub fn draw(screen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let Some(opened) = scene.ui.example else { return };
    let Some((cause, _)) = scene.model.incidents.nth(opened.row) else { return };
    let n = example_count(scene.model, opened.row);
    let remark = if n > 1 { format!("example {} of {n}", opened.nth + 1) } else { "the only example".to_owned() };
    labelled::draw(screen, (&cause.to_string(), &remark), rows(scene.model, opened), opened.scroll);
}

/// The maximum scroll position on a screen of this size.
pub fn last_row(area: Rect, model: &Model, opened: OpenExample) -> usize {
    labelled::last_row(area, rows(model, opened))
}

fn rows(model: &Model, opened: OpenExample) -> Vec<LabelledRow> {
    let Some((cause, group)) = model.incidents.nth(opened.row) else { return Vec::new() };
    let example = nth_example(group, opened.nth);
    let mut rows = Vec::new();
    if let Some(target) = &example.target {
        rows.push(LabelledRow::new("request", &**target).in_role(Role::Title));
    }
    if let Some(endpoint) = model.endpoints.get(example.endpoint).filter(|it| example.target.as_ref() != Some(&it.name))
    {
        rows.push(LabelledRow::new("endpoint", &*endpoint.name));
    }
    if let Some(attempt) = example.attempt {
        let nth = if attempt.n > 1 { format!(", attempt {}", attempt.n) } else { String::new() };
        let (at, took) = (units::clock(example.at), units::length(example.took));
        rows.push(LabelledRow::new("attempt", format!("#{}{nth}, ended at {at} after {took}", attempt.job.0)));
    }
    if let Some(detail) = &example.detail {
        rows.push(LabelledRow::new("detail", &**detail));
    }
    match &example.answer {
        Some(answer) => rows.extend(answer_rows(answer)),
        None => {
            let why = if group.attempts.n == 0 { "none: it was never sent" } else { missing_response(cause) };
            rows.push(LabelledRow::new("answer", why).in_role(Role::TextDim));
        }
    }
    rows
}

/// The status, headers and body of a response.
fn answer_rows(answer: &FailureSample) -> Vec<LabelledRow> {
    let status = Cause::Status(answer.status).to_string();
    let mut rows = vec![LabelledRow::new("answer", format!("{status}, {}", units::bytes(answer.bytes)))];
    let mut label = "headers";
    for Field(name, value) in &answer.headers {
        rows.push(LabelledRow::new(std::mem::take(&mut label), format!("{name}: {value}")));
    }
    if answer.left_out > 0 {
        rows.push(
            LabelledRow::new(label, format!("and {} more", units::count(answer.left_out.into())))
                .in_role(Role::TextDim),
        );
    }
    rows.push(LabelledRow::new("", ""));
    // The terminal would expand tabs and break the layout.
    let spaced = |text: &str| text.replace('\t', "    ");
    match &answer.body {
        Excerpt::Text(text) => rows.push(LabelledRow::new("body", spaced(text))),
        Excerpt::Begins(text) => {
            rows.push(LabelledRow::new("body", spaced(text)));
            rows.push(LabelledRow::new("", "(truncated)").in_role(Role::TextDim));
        }
        Excerpt::Binary => {
            let kind = answer.headers.iter().find(|Field(name, _)| **name == *"content-type");
            let kind = kind.map_or("unknown type", |Field(_, value)| value);
            rows.push(LabelledRow::new("body", format!("{} of binary data ({kind})", units::bytes(answer.bytes))));
        }
        Excerpt::None if answer.bytes == 0 => rows.push(LabelledRow::new("body", "empty").in_role(Role::TextDim)),
        Excerpt::None => {
            let read = format!("{} read, not kept", units::bytes(answer.bytes));
            rows.push(LabelledRow::new("body", read).in_role(Role::TextDim));
        }
    }
    rows
}

/// The text for a missing response.
fn missing_response(cause: Cause) -> &'static str {
    match cause {
        Cause::Status(_) | Cause::Throttled(_) => "not recorded",
        Cause::TimedOut(_) | Cause::Failed(_) | Cause::Unexpected(_) => "none",
    }
}
