//! The answer on a card: status, headers and the start of the body, if they were sampled.
//!
//! Start at [`rows`].

use crate::event::cause::Cause;
use crate::event::failure_sample::{Excerpt, FailureSample, Field};
use crate::model::incidents::example::Example;
use crate::text::units;
use crate::tui::theme::role::Role;
use crate::tui::view::widgets::labelled::LabelledRow;

/// The rows of the answer. Only answers of failed requests are sampled.
pub(super) fn rows(request: &Example, cause: Option<Cause>) -> Vec<LabelledRow> {
    match (&request.answer, cause) {
        (Some(answer), _) => sample_rows(answer, request.bar.is_none()),
        (None, Some(_)) if request.is_unsent => {
            vec![LabelledRow::new("answer", "none: it was never sent").in_role(Role::TextDim)]
        }
        (None, Some(cause)) => vec![LabelledRow::new("answer", missing_response(cause)).in_role(Role::TextDim)],
        (None, None) => Vec::new(),
    }
}

/// The status, headers and body of a sampled answer.
fn sample_rows(answer: &FailureSample, has_status: bool) -> Vec<LabelledRow> {
    let mut rows = vec![LabelledRow::new("", "")];
    if has_status {
        let status = Cause::Status(answer.status).to_string();
        rows = vec![LabelledRow::new("answer", format!("{status}, {}", units::bytes(answer.bytes)))];
    }
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
