//! A report as Markdown: what became of the jobs, and a table of them in plan order.
//!
//! Start at [`write()`].

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::Value;

use crate::output::document::markdown::escaped;
use crate::output::report::DocumentHead;
use crate::output::report::entry::stored::StoredEntry;
use crate::output::report::spool::Spool;

/// Writes the document. `columns` are taken out of answers.
pub(super) fn write(to: &mut dyn Write, head: &DocumentHead<'_>, columns: &[Arc<str>], spool: Spool) -> io::Result<()> {
    writeln!(to, "## {}\n\n{}\n", escaped(head.name), head.sentence())?;
    write!(to, "| Endpoint | Row | Request | Status | Time (ms) |")?;
    for name in columns {
        write!(to, " {} |", escaped(name))?;
    }
    writeln!(to, " Error |")?;
    writeln!(to, "| --- | ---: | --- | ---: | ---: |{} --- |", " --- |".repeat(columns.len()))?;
    spool.for_each(|entry| {
        let entry = StoredEntry::read(entry)?;
        write!(
            to,
            "| {} | {} | {} | {} | {} |",
            escaped(&entry.endpoint),
            entry.row,
            escaped(entry.request.as_deref().unwrap_or_default()),
            entry.status.map_or_else(String::new, |status| status.to_string()),
            entry.total_ms,
        )?;
        for name in columns {
            write!(to, " {} |", entry.extract.get(&**name).map_or_else(String::new, |value| escaped(&shown(value))))?;
        }
        writeln!(to, " {} |", escaped(entry.cause()))
    })
}

/// A value as text; a missing one is empty.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
