//! A report as CSV: one line for each settled job, in plan order, without bodies.
//!
//! Text that a spreadsheet would take as a formula gets a leading apostrophe. Start at [`write()`].

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::Value;

use crate::output::document::csv::cell;
use crate::output::report::entry::stored::StoredEntry;
use crate::output::report::spool::Spool;

/// The names of the columns that every report has.
const HEADER: &str = "endpoint,row,with,request,final_url,ok,status,tries,started,total_ms,waited_ms,bytes,\
    content_type,file,error,detail,since_due_ms,page";

/// Writes the header, and the line of each entry. `columns` are taken out of answers.
pub(super) fn write(to: &mut dyn Write, columns: &[Arc<str>], spool: Spool) -> io::Result<()> {
    to.write_all(HEADER.as_bytes())?;
    for name in columns {
        write!(to, ",{}", cell(name))?;
    }
    to.write_all(b"\n")?;
    spool.for_each(|entry| to.write_all(line(&StoredEntry::read(entry)?, columns).as_bytes()))
}

/// The line of an entry, with its end.
fn line(entry: &StoredEntry<'_>, columns: &[Arc<str>]) -> String {
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let text = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
    let mut cells = vec![
        cell(&entry.endpoint),
        entry.row.to_string(),
        cell(entry.with.map_or("", |with| with.get())),
        text(&entry.request),
        text(&entry.final_url),
        entry.ok.to_string(),
        number(entry.status.map(u64::from)),
        entry.tries.to_string(),
        entry.started.clone().unwrap_or_default(),
        entry.total_ms.to_string(),
        entry.waited_ms.to_string(),
        number(entry.bytes),
        text(&entry.content_type),
        text(&entry.file),
        cell(entry.cause()),
        cell(entry.error.as_ref().and_then(|error| error.detail.as_deref()).unwrap_or_default()),
        entry.since_due_ms.map_or_else(String::new, |since_due| since_due.to_string()),
        number(entry.page.map(u64::from)),
    ];
    cells.extend(columns.iter().map(|name| entry.extract.get(&**name).map_or_else(String::new, value_cell)));
    cells.join(",") + "\n"
}

/// A value as a cell that readers of tables recognize: numbers and flags are bare, and a missing value is empty.
fn value_cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        // Only quotes distinguish an empty text from a missing value.
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => cell(text),
        Value::Array(_) | Value::Object(_) => cell(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::value_cell;

    #[test]
    fn a_value_keeps_its_type() {
        for (value, expected) in [
            (json!(-5), "-5"),
            (json!(1.5), "1.5"),
            (json!(true), "true"),
            (json!(null), ""),
            (json!(""), "\"\""),
            (json!("-5"), "\"'-5\""),
            (json!("=cmd"), "\"'=cmd\""),
            (json!(["a", 1]), "\"[\"\"a\"\",1]\""),
        ] {
            assert_eq!(value_cell(&value), expected, "{value}");
        }
    }
}
