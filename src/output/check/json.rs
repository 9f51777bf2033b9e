//! The result of a check, for scripts: one document with every value and its source.
//!
//! Within one `schema_version`, fields are only added. Foreign text is not escaped yet: write the document with
//! [`safe_json::text`](crate::text::safe_json::text). Start at [`check_json`].

use serde_json::{Map, Value as Json, json};

use crate::plan::provenance::Provenance;
use crate::plan::resolved::value::Value;
use crate::plan::resolved::warnings::Warning;
use crate::plan::resolved::{Endpoint, Item, Resolved};
use crate::text::diagnostics::Mistake;

/// The version of the document.
pub const SCHEMA_VERSION: u32 = 1;

/// The document for a plan that was read; `mistakes` are in its rows.
pub fn check_json(resolved: &Resolved, warnings: &[Warning], mistakes: &[Mistake]) -> Json {
    let mut document = json!({
        "schema_version": SCHEMA_VERSION,
        "is_valid": mistakes.is_empty(),
        "name": resolved.name,
        "jobs": resolved.jobs,
        "endpoints": resolved.endpoints.iter().map(endpoint).collect::<Vec<_>>(),
        "hosts": resolved.hosts.iter().map(|host| with("host", &host.name, object(&host.items))).collect::<Vec<_>>(),
        "warnings": warnings
            .iter()
            .map(|warning| json!({"message": warning.message, "from": from(&warning.provenance)}))
            .collect::<Vec<_>>(),
    });
    if !mistakes.is_empty() {
        document["mistakes"] = json!(mistakes);
    }
    if let Some(rows) = &resolved.rows {
        document["rows"] = json!({
            "read": rows.n_rows,
            "bad": rows.n_bad,
            "hosts": rows.n_hosts,
            "notes": rows.notes,
            "endpoints": rows.by_endpoint.iter().map(|(name, jobs)| json!({"name": **name, "jobs": jobs})).collect::<Vec<_>>(),
        });
    }
    for group in &resolved.groups {
        document[&*group.title] = object(&group.items).into();
    }
    document
}

/// The document for an invalid plan, with all its mistakes.
pub fn mistakes_json(mistakes: &[Mistake]) -> Json {
    json!({"schema_version": SCHEMA_VERSION, "is_valid": false, "mistakes": mistakes})
}

/// The document for a run that is refused for another reason, without a position in a plan.
pub fn refused_json(message: &str, help: Option<&str>) -> Json {
    let mistake = json!({"message": message, "file": null, "line": null, "column": null, "label": null, "help": help});
    json!({"schema_version": SCHEMA_VERSION, "is_valid": false, "mistakes": [mistake]})
}

fn endpoint(endpoint: &Endpoint) -> Json {
    let mut object = object(&[endpoint.asks.as_slice(), &endpoint.rules].concat());
    let headers = endpoint.headers.iter().map(|item| with("name", &item.key, entry(item)));
    object.insert("headers".to_owned(), headers.collect());
    object.insert("is_list".to_owned(), endpoint.is_list.into());
    object.insert("has_names".to_owned(), endpoint.has_names.into());
    with("name", &endpoint.name, object)
}

fn with(key: &str, name: &str, mut object: Map<String, Json>) -> Json {
    object.insert(key.to_owned(), name.into());
    object.into()
}

/// An object with the values by plan key.
fn object(items: &[Item]) -> Map<String, Json> {
    items.iter().map(|item| (item.key.to_string(), entry(item).into())).collect()
}

fn entry(item: &Item) -> Map<String, Json> {
    let unit = item.value.unit().map(|unit| ("unit", unit.into()));
    let differs = matches!(item.value, Value::UnlessRow(_)).then(|| ("unless_row", true.into()));
    let parts = [("value", item.value.json()), ("from", from(&item.provenance))].into_iter().chain(unit).chain(differs);
    parts.map(|(name, part)| (name.to_owned(), part)).collect()
}

fn from(provenance: &Provenance) -> Json {
    match provenance {
        Provenance::Flag(flag) => json!({"kind": "flag", "flag": flag}),
        Provenance::CommandLine => json!({"kind": "command-line"}),
        Provenance::PlanLine { file, line, variables } => {
            json!({"kind": "plan", "file": **file, "line": line, "given": variables})
        }
        Provenance::DerivedFrom(key) => json!({"kind": "value", "key": key}),
        Provenance::Detected(why) => json!({"kind": "found", "why": why}),
        Provenance::Default => json!({"kind": "default"}),
    }
}
