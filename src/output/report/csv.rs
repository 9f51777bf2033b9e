//! A report as CSV: one line for each settled job, in plan order, without bodies.
//!
//! Text that a spreadsheet would take as a formula gets a leading apostrophe. Start at [`line()`].

use serde_json::Value;

use crate::output::report::entry::{EntryError, ReportEntry};
use crate::plan::row_values::RowValues;
use crate::text::sanitize::sanitize;

/// The names of the columns.
pub const HEADER: &str = "endpoint,row,with,request,final_url,ok,status,tries,started,total_ms,waited_ms,bytes,\
    content_type,file,error,detail,since_due_ms\n";

/// The line of an entry, with its end.
pub fn line(entry: &ReportEntry<'_>) -> String {
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let cells = [
        cell(entry.endpoint),
        entry.row.to_string(),
        cell(&entry.with.map_or_else(String::new, |with| object(with.0))),
        cell(entry.request.unwrap_or_default()),
        cell(entry.final_url.unwrap_or_default()),
        entry.ok.to_string(),
        number(entry.status.map(u64::from)),
        entry.tries.to_string(),
        entry.started.clone().unwrap_or_default(),
        entry.total_ms.to_string(),
        entry.waited_ms.to_string(),
        number(entry.bytes),
        cell(entry.content_type.unwrap_or_default()),
        cell(entry.file.unwrap_or_default()),
        cell(&entry.error.as_ref().map_or_else(String::new, EntryError::cause_or_kind)),
        cell(entry.error.as_ref().and_then(EntryError::detail).unwrap_or_default()),
        entry.since_due_ms.map_or_else(String::new, |since_due| since_due.to_string()),
    ];
    cells.join(",") + "\n"
}

/// The values of a row as JSON.
fn object(values: &RowValues) -> String {
    let values = values.iter().map(|(name, value)| (name.to_string(), Value::from(&**value)));
    Value::Object(values.collect()).to_string()
}

/// Foreign text as a cell.
pub(in crate::output) fn cell(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    let text = sanitize(text).replace('"', "\"\"");
    let apostrophe = if is_formula { "'" } else { "" };
    if is_formula || text.contains([',', '"', '\n', ';']) { format!("\"{apostrophe}{text}\"") } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_no_formula_and_has_no_control_character() {
        assert_eq!(cell("plain text"), "plain text");
        assert_eq!(cell("a,b \"c\""), "\"a,b \"\"c\"\"\"");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", " =1"] {
            assert_eq!(cell(formula), format!("\"'{formula}\""));
        }
        assert!(!cell("\t=1\u{1b}[31m\r\n").contains(['\u{1b}', '\r', '\n']));
    }
}
