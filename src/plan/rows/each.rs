//! The rows of `each`: every combination of ranges and lists, computed from the row's number.
//!
//! Keys combine in written order like nested loops: the last one changes fastest. Start at
//! [`Each::write`].

use std::fmt::Write;
use std::sync::Arc;

use crate::plan::defaults::MAX_JOBS;
use crate::text::value_error::ValueError;

/// Every combination of its axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) struct Each {
    axes: Vec<(String, Axis)>,
    n_rows: u64,
    /// Values, or parts of them, that must be masked.
    hidden: Vec<Box<str>>,
}

/// The values of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Axis {
    /// Whole numbers, written with at least `width` digits.
    Range {
        /// The first.
        from: i64,
        /// How many.
        len: u64,
        /// The number of digits, if the first number has leading zeros; otherwise 0.
        width: usize,
    },
    /// These values.
    List(Arc<[String]>),
}

impl Axis {
    /// A range as it is written: `1..=1200`, `1..10`; leading zeros are kept: `0001..=1000`.
    pub(in crate::plan) fn range(text: &str) -> Result<Self, ValueError> {
        let wrong =
            |what: &str| ValueError::new(what, "write a range such as `1..=1200`, or a list such as `[\"a\", \"b\"]`");
        let (from, to) = text.split_once("..").ok_or_else(|| wrong("not a range"))?;
        let (to, past_end) = to.strip_prefix('=').map_or((to, 0), |to| (to, 1));
        let (from, to) = (from.trim(), to.trim());
        let number = |text: &str| text.parse::<i64>().map_err(|_| wrong("not a range of whole numbers"));
        let (first, end) = (number(from)?, i128::from(number(to)?) + past_end);
        let len = end - i128::from(first);
        if len <= 0 {
            return Err(wrong("an empty range"));
        }
        let len = u64::try_from(len).ok().filter(|&len| len <= MAX_JOBS).ok_or_else(too_many)?;
        let width = if from.starts_with('0') && from.len() > 1 { from.len() } else { 0 };
        Ok(Self::Range { from: first, len, width })
    }

    fn len(&self) -> u64 {
        match self {
            Self::Range { len, .. } => *len,
            Self::List(values) => values.len() as u64,
        }
    }

    fn write(&self, at: u64, out: &mut String) {
        match self {
            Self::Range { from, width, .. } => {
                // Writing into a string cannot fail.
                let _ = write!(out, "{:0width$}", i128::from(*from) + i128::from(at));
            }
            Self::List(values) => {
                let value = usize::try_from(at).ok().and_then(|at| values.get(at));
                out.push_str(value.map_or("", String::as_str));
            }
        }
    }
}

fn too_many() -> ValueError {
    ValueError::new("more than 1,000,000,000,000 jobs", "write a shorter range")
}

impl Each {
    /// All combinations of these axes, in this order.
    pub(in crate::plan) fn new(axes: Vec<(String, Axis)>) -> Result<Self, ValueError> {
        let n_rows = axes.iter().try_fold(1_u64, |n, (_, axis)| n.checked_mul(axis.len()));
        let n_rows = n_rows.filter(|&n| n <= MAX_JOBS).ok_or_else(too_many)?;
        Ok(Self { axes, n_rows, hidden: Vec::new() })
    }

    /// The same rows, with values that must be masked.
    pub(in crate::plan) fn hiding(self, hidden: Vec<Box<str>>) -> Self {
        Self { hidden, ..self }
    }

    /// Values, or parts of them, that must be masked.
    pub(in crate::plan) fn hidden(&self) -> &[Box<str>] {
        &self.hidden
    }

    /// The names of the keys.
    pub(in crate::plan) fn columns(&self) -> Vec<String> {
        self.axes.iter().map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.axes.iter().position(|(key, _)| key == name)
    }

    pub(super) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Writes the value of a column in a row.
    pub(super) fn write(&self, column: usize, row: u64, out: &mut String) {
        let Some((_, axis)) = self.axes.get(column) else { return };
        let faster: u64 = self.axes[column + 1..].iter().map(|(_, axis)| axis.len()).product();
        axis.write(row / faster % axis.len(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::{Axis, Each};

    fn all(axes: &[(&str, Axis)]) -> Vec<String> {
        let each = Each::new(axes.iter().map(|(name, axis)| ((*name).to_owned(), axis.clone())).collect()).unwrap();
        (0..each.n_rows())
            .map(|row| {
                let mut out = String::new();
                (0..axes.len()).for_each(|column| each.write(column, row, &mut out));
                out
            })
            .collect()
    }

    #[test]
    fn the_last_key_changes_fastest() {
        let letters = Axis::List(["a".to_owned(), "b".to_owned()].into());
        assert_eq!(
            all(&[("x", letters.clone()), ("y", Axis::range("1..=3").unwrap())]),
            ["a1", "a2", "a3", "b1", "b2", "b3"]
        );
        assert_eq!(all(&[("y", Axis::range("1..3").unwrap()), ("x", letters)]), ["1a", "1b", "2a", "2b"]);
    }

    #[test]
    fn ranges_keep_leading_zeros_and_may_be_negative() {
        assert_eq!(all(&[("n", Axis::range("08..=11").unwrap())]), ["08", "09", "10", "11"]);
        assert_eq!(all(&[("n", Axis::range("-1 ..= 1").unwrap())]), ["-1", "0", "1"]);
    }

    #[test]
    fn ranges_that_are_empty_or_invalid_are_refused() {
        for text in ["5..5", "10..=1", "a..b", "1", "1..", "-9223372036854775808..=9223372036854775807"] {
            assert!(Axis::range(text).is_err(), "{text}");
        }
        let wide = Axis::range("1..=1000000000").unwrap();
        assert!(Each::new(vec![("a".to_owned(), wide.clone()), ("b".to_owned(), wide)]).is_err());
    }
}
