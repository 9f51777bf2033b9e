//! Sets of HTTP statuses, as plans and flags list them.
//!
//! Start at [`StatusSet`].

use std::fmt;

use crate::text::value_error::ValueError;

/// The first and the last status that a plan can list.
const BOUNDS: (u16, u16) = (100, 999);

/// A set of statuses from 100 to 999.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusSet([u64; 15]);

/// The answers that count as refusals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Throttled {
    /// 429; 503 and 403 if the server asks for a wait, or if the evidence shows it.
    #[default]
    Inferred,
    /// Exactly these statuses, without inference.
    Listed(StatusSet),
}

impl StatusSet {
    /// No status.
    pub const EMPTY: Self = Self([0; 15]);

    /// A set of these statuses. Those out of bounds are left out.
    pub const fn from_statuses(statuses: &[u16]) -> Self {
        let mut set = Self::EMPTY;
        let mut i = 0;
        while i < statuses.len() {
            set = set.with(statuses[i]);
            i += 1;
        }
        set
    }

    /// The set with one more status.
    #[must_use]
    pub const fn with(mut self, status: u16) -> Self {
        if status >= BOUNDS.0 && status <= BOUNDS.1 {
            let bit = status - BOUNDS.0;
            self.0[bit as usize / 64] |= 1 << (bit % 64);
        }
        self
    }

    /// Adds a status.
    pub fn insert(&mut self, status: u16) {
        *self = self.with(status);
    }

    /// Removes a status.
    pub fn remove(&mut self, status: u16) {
        let bit = usize::from(status.wrapping_sub(BOUNDS.0));
        if let Some(word) = self.0.get_mut(bit / 64) {
            *word &= !(1 << (bit % 64));
        }
    }

    /// Whether a status is in the set.
    pub fn contains(self, status: u16) -> bool {
        let bit = usize::from(status.wrapping_sub(BOUNDS.0));
        self.0.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// Whether there is no status in it.
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    /// The statuses that are in this set, in the other, or in both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// The statuses and ranges, as in a plan.
    pub fn words(self) -> Vec<String> {
        let statuses: Vec<u16> = self.iter().collect();
        let ranges = statuses.chunk_by(|before, after| before + 1 == *after).flat_map(|range| match range {
            [first, _, .., last] => vec![format!("{first}..={last}")],
            few => few.iter().map(u16::to_string).collect(),
        });
        ranges.collect()
    }

    /// The statuses, in ascending order.
    pub fn iter(self) -> impl Iterator<Item = u16> {
        (BOUNDS.0..=BOUNDS.1).filter(move |&status| self.contains(status))
    }
}

impl fmt::Debug for StatusSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Parses a status, a class or a range: `404`, `2xx`, `200..=299`, `200-299`.
///
/// As in `each`, `200..300` does not contain its end.
pub fn parse_statuses(text: &str) -> Result<StatusSet, ValueError> {
    let text = text.trim();
    let wrong = || {
        ValueError::new("not a status", "a status is a number from 100 to 999, a class `2xx`, or a range `200..=299`")
    };
    let status = |text: &str| {
        let text = text.trim();
        let is_number = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u16>().ok().filter(|status| is_number && (BOUNDS.0..=BOUNDS.1).contains(status))
    };
    let class = |text: &str| {
        let digit = text.trim().strip_suffix("xx").or(text.trim().strip_suffix("XX"))?;
        let first = digit.parse::<u16>().ok().filter(|class| digit.len() == 1 && (1..=9).contains(class))? * 100;
        Some((first, first + 99))
    };
    let limits = |text: &str| status(text).map(|status| (status, status)).or_else(|| class(text));
    let separators = [("..=", false), ("..", true), ("-", false), ("–", false)];
    let range = separators.iter().find_map(|(separator, is_open)| Some((text.split_once(separator)?, *is_open)));
    let (first, last) = match range {
        None => limits(text),
        // The end of a range may be 1000, which is no status.
        Some(((from, "1000"), true)) => limits(from).map(|(first, _)| (first, BOUNDS.1)),
        Some(((from, to), is_open)) => match (limits(from), limits(to)) {
            (Some((first, _)), Some((end, _))) if is_open => Some((first, end - 1)),
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            _ => None,
        },
    }
    .ok_or_else(wrong)?;
    if first > last {
        return Err(ValueError::new("an empty range", "write the lower status first, such as `200..=299`"));
    }
    Ok((first..=last).fold(StatusSet::EMPTY, StatusSet::with))
}

/// Parses the statuses of refusals, separated by commas.
pub fn parse_throttled(text: &str) -> Result<Throttled, ValueError> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let listed = parts.map(parse_refusals).try_fold(StatusSet::EMPTY, |all, part| Ok(all.union(part?)));
    listed.map(Throttled::Listed)
}

/// Parses statuses that can be refusals.
pub fn parse_refusals(text: &str) -> Result<StatusSet, ValueError> {
    let statuses = parse_statuses(text)?;
    if statuses.iter().any(|status| status < 400) {
        return Err(ValueError::new("not a status of an error", "write one from 400 to 999, such as 429"));
    }
    Ok(statuses)
}

#[cfg(test)]
mod tests {
    use super::{StatusSet, Throttled, parse_statuses, parse_throttled};

    #[test]
    fn a_set_holds_what_was_added_and_nothing_else() {
        let set = StatusSet::from_statuses(&[100, 163, 164, 429, 599, 999, 1000, 99]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [100, 163, 164, 429, 599, 999]);
        for status in [0, 99, 101, 600, 998, 1000, 1060, u16::MAX] {
            assert!(!set.contains(status), "{status}");
        }
        assert_eq!(
            set.union(StatusSet::from_statuses(&[500])),
            StatusSet::from_statuses(&[100, 163, 164, 429, 500, 599, 999])
        );
    }

    #[test]
    fn refusals_are_errors_and_none_is_allowed() {
        assert_eq!(parse_throttled("429, 503"), Ok(Throttled::Listed(StatusSet::from_statuses(&[429, 503]))));
        assert_eq!(parse_throttled(""), Ok(Throttled::Listed(StatusSet::EMPTY)));
        for wrong in ["200", "429;503", "abc", "399-429", "1000"] {
            assert!(parse_throttled(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn statuses_are_numbers_classes_and_ranges() {
        for (text, first, last) in [
            ("404", 404, 404),
            ("999", 999, 999),
            ("5xx", 500, 599),
            ("9XX", 900, 999),
            ("200..=299", 200, 299),
            ("200..300", 200, 299),
            ("200 .. 1000", 200, 999),
            ("200-299", 200, 299),
            ("2xx-3xx", 200, 399),
            ("2xx..=404", 200, 404),
        ] {
            let text = text.replace(" .. 1000", "..1000");
            let found: Vec<u16> = parse_statuses(&text).unwrap().iter().collect();
            assert_eq!(found, (first..=last).collect::<Vec<_>>(), "{text}");
        }
        for wrong in
            ["0xx", "xx", "55xx", "5x", "+5xx", "+200", "99", "1000", "200..", "299-200", "200..200", "", "2Xx"]
        {
            assert!(parse_statuses(wrong).is_err(), "{wrong}");
        }
    }
}
