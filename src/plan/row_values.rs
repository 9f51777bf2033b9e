//! The values of a row that its request uses, for reports, with secrets masked.
//!
//! Start at [`RowNames::values`].

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::text::secret::{MASK, mask_queries, mask_values, remove_users};
use crate::text::secret_name::is_secret_name;

/// The values of a row by name, in the order of their first use.
pub type RowValues = [(Arc<str>, Box<str>)];

/// The values of a row as one object.
#[derive(Clone, Copy, Debug)]
pub struct RowObject<'a>(pub &'a RowValues);

impl Serialize for RowObject<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (&**name, &**value)))
    }
}

/// The names of the values that a source uses.
pub(in crate::plan) struct RowNames(Vec<Arc<str>>);

impl RowNames {
    /// The names of a source. In a list of URLs, the only value is the URL, which a report has anyway.
    pub(in crate::plan) fn new(columns: &[String]) -> Self {
        let names = if columns == ["url"] { &[][..] } else { columns };
        Self(names.iter().map(|name| Arc::from(&**name)).collect())
    }

    /// The values of a row. `hidden` are secrets of the plan.
    pub(in crate::plan) fn values(&self, values: &[String], hidden: &[Box<str>]) -> Option<Arc<RowValues>> {
        let shown = |(name, value): (&Arc<str>, &String)| {
            let value = if is_secret_name(name) {
                MASK.into()
            } else {
                remove_users(&mask_queries(&mask_values(value, hidden))).into()
            };
            (Arc::clone(name), value)
        };
        (!self.0.is_empty()).then(|| self.0.iter().zip(values).map(shown).collect())
    }
}
