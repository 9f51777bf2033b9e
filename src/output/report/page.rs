//! A report as a page: what became of the jobs, and a table of them in plan order.
//!
//! It is written row by row, loads nothing and has no script. Start at [`write()`].

use std::io::{self, Write};
use std::sync::Arc;

use maud::{DOCTYPE, PreEscaped, html};

use crate::output::document::page::{POLICY, STYLE};
use crate::output::report::DocumentHead;
use crate::output::report::entry::stored::StoredEntry;
use crate::output::report::markdown::shown;
use crate::output::report::spool::Spool;
use crate::text::sanitize::sanitize;

/// Writes the page. `columns` are taken out of answers.
pub(super) fn write(to: &mut dyn Write, head: &DocumentHead<'_>, columns: &[Arc<str>], spool: Spool) -> io::Result<()> {
    let name = sanitize(head.name);
    let top = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (name) " – inflight" }
                style { (PreEscaped(STYLE)) }
            }
        }
    };
    // The rest is too much for memory, so the elements around the rows stay open until all are written.
    let top = top.into_string();
    to.write_all(top.strip_suffix("</html>").unwrap_or(&top).as_bytes())?;
    let heads = html! {
        header { h1 { (name) } p { (head.sentence()) } }
    };
    write!(to, "<body>{}<section><div class=\"wide\"><table>", heads.into_string())?;
    let heads = html! {
        thead { tr {
            th { "Endpoint" } th { "Row" } th.text { "Request" } th { "Status" } th { "Time" }
            @for name in columns { th.text { (sanitize(name)) } }
            th.text { "Error" }
        } }
    };
    write!(to, "{}<tbody>", heads.into_string())?;
    spool.for_each(|entry| to.write_all(row(&StoredEntry::read(entry)?, columns).as_bytes()))?;
    let note = format!("Made by inflight {}.", env!("CARGO_PKG_VERSION"));
    writeln!(to, "</tbody></table></div></section><p class=\"note\">{note}</p></body></html>")
}

fn row(entry: &StoredEntry<'_>, columns: &[Arc<str>]) -> String {
    let row = html! {
        tr {
            td { (sanitize(&entry.endpoint)) }
            td { (entry.row) }
            td.text { (sanitize(entry.request.as_deref().unwrap_or_default())) }
            td { @if let Some(status) = entry.status { (status) } }
            td { (entry.total_ms) " ms" }
            @for name in columns {
                @match entry.extract.get(&**name) {
                    Some(value) if value.is_number() => td { (shown(value)) },
                    Some(value) => td.text { (sanitize(&shown(value))) },
                    None => td {},
                }
            }
            td.text.failed { (sanitize(entry.cause())) }
        }
    };
    row.into_string() + "\n"
}
