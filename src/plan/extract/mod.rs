//! Values that a report takes out of answers: a column for each, with a JSON path that leads to it.
//!
//! Start at [`Extraction`].

pub mod json_path;

use std::sync::Arc;

use serde_json::Value;

use crate::plan::extract::json_path::WrittenPath;

/// Names that the columns of every report have.
pub const RESERVED: [&str; 19] = [
    "endpoint",
    "row",
    "with",
    "page",
    "request",
    "final_url",
    "ok",
    "status",
    "tries",
    "started",
    "total_ms",
    "waited_ms",
    "since_due_ms",
    "bytes",
    "content_type",
    "file",
    "error",
    "detail",
    "data",
];

/// What is taken out of the answers of an endpoint, in written order.
pub type Extractions = Arc<[Extraction]>;

/// A column of a report, with a value of each answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Extraction {
    /// The name of the column.
    pub name: Arc<str>,
    /// Where the value is.
    pub path: WrittenPath,
}

impl Extraction {
    /// The value in a document: nothing if it is missing, and a list if the path can match several values.
    pub fn value(&self, document: &Value) -> Option<Value> {
        let found = self.path.find_all(document);
        if self.path.is_plural() {
            return Some(Value::Array(found.into_iter().cloned().collect()));
        }
        found.first().map(|&value| value.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Extraction;
    use crate::plan::extract::json_path::WrittenPath;

    #[test]
    fn a_column_always_has_the_same_shape() {
        let document = json!({"sum": 3, "none": null, "items": [{"id": 1}, {"id": 2}]});
        for (path, value) in [
            ("$.sum", Some(json!(3))),
            ("$.none", Some(json!(null))),
            ("$.absent", None),
            ("$.items[*].id", Some(json!([1, 2]))),
            ("$.items[?@.id == 2].id", Some(json!([2]))),
            ("$.items[?@.id == 9].id", Some(json!([]))),
        ] {
            let column = Extraction { name: "c".into(), path: WrittenPath::parse(path).unwrap() };
            assert_eq!(column.value(&document), value, "{path}");
        }
    }
}
