//! The headers of a plan.
//!
//! Start at [`read_headers`].

use std::ops::Range;

use crate::plan::exact::field_names::FieldName;
use crate::plan::read::values::PlanEntry;
use crate::plan::template::interpolation::PlanText;
use crate::text::sanitize::sanitize;
use crate::text::value_error::ValueError;

/// A header as written in the plan.
#[derive(Clone)]
pub(super) struct WrittenHeader {
    pub(super) name: FieldName,
    pub(super) value: PlanText,
    pub(super) span: Range<usize>,
}

/// Reads a table of headers. A value is a text, or a list of texts.
pub(super) fn read_headers(entry: &PlanEntry<'_>) -> Vec<WrittenHeader> {
    let Some(section) = entry.section("headers", "a table such as `{ accept = \"application/json\" }`") else {
        return Vec::new();
    };
    let mut headers = Vec::new();
    for entry in section.entries() {
        let name = FieldName::parse(&entry.key);
        if name.is_none() {
            let message = format!("`{}` is not a header name", sanitize(&entry.key));
            entry.reader.note_at(entry.name.clone(), message, "write one such as `accept`");
        }
        for item in entry.items() {
            let value = item.text("a text such as `\"application/json\"`");
            if let Some(value) = &value
                && value.value().trim().chars().any(|c| c.is_control() && c != '\t')
            {
                item.note_invalid(ValueError::new(
                    "not a header value",
                    "a header has no line breaks and no control characters",
                ));
            }
            if let (Some(name), Some(value)) = (&name, value) {
                headers.push(WrittenHeader { name: name.clone(), value, span: item.span() });
            }
        }
    }
    headers
}
