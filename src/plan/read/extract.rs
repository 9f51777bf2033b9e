//! The columns that a report takes out of the answers of an endpoint.
//!
//! Start at [`read_extract`].

use std::sync::Arc;

use crate::plan::extract::json_path::WrittenPath;
use crate::plan::extract::{Extraction, Extractions, RESERVED};
use crate::plan::read::values::{PlanEntry, PlanSection};
use crate::text::sanitize::sanitize;

/// Reads `extract`, if it is there: a table of names, each with a JSON path.
pub(super) fn read_extract(section: &mut PlanSection<'_>) -> Option<Extractions> {
    let entry = section.get("extract")?;
    let table = entry.section("extract", "a table such as `{ total = \"$.sum\" }`")?;
    Some(table.entries().iter().filter_map(read_column).collect())
}

fn read_column(entry: &PlanEntry<'_>) -> Option<Extraction> {
    let name = sanitize(entry.key.trim());
    if name.is_empty() || RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
        let message = format!("`{name}` cannot be the name of a column");
        let label = if name.is_empty() { "write a name" } else { "every report has a column of this name" };
        entry.reader.note_at(entry.name.clone(), message, label);
        return None;
    }
    let path = entry.parse("a JSON path such as `\"$.sum\"`", WrittenPath::parse)?;
    Some(Extraction { name: Arc::from(&*name), path })
}
