//! Sets of HTTP statuses, as plans and flags list them.
//!
//! Start at [`StatusSet`].

use std::fmt;

use crate::text::value_error::ValueError;

/// The first and the last status that a plan can list.
const BOUNDS: (u16, u16) = (100, 599);

/// A set of statuses from 100 to 599.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusSet([u64; 8]);

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
    pub const EMPTY: Self = Self([0; 8]);

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

/// Parses a status.
pub fn parse_status(text: &str) -> Result<u16, ValueError> {
    let status = text.parse().ok().filter(|status| (BOUNDS.0..=BOUNDS.1).contains(status));
    status.ok_or_else(|| ValueError::new("not a status", "a status is a number from 100 to 599"))
}

/// Parses the statuses of a class such as `5xx`.
pub fn parse_class(text: &str) -> Option<std::ops::Range<u16>> {
    let class = text.strip_suffix("xx")?;
    let first = class.parse::<u16>().ok().filter(|class| (1..=5).contains(class) && text.len() == 3)? * 100;
    Some(first..first + 100)
}

/// Parses the statuses of refusals, separated by commas.
pub fn parse_throttled(text: &str) -> Result<Throttled, ValueError> {
    let mut statuses = StatusSet::EMPTY;
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        statuses.insert(parse_refusal(part)?);
    }
    Ok(Throttled::Listed(statuses))
}

/// Parses a status that can be a refusal.
pub fn parse_refusal(text: &str) -> Result<u16, ValueError> {
    let status = parse_status(text)?;
    if status < 400 {
        return Err(ValueError::new("not a status of an error", "write one from 400 to 599, such as 429"));
    }
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::{StatusSet, Throttled, parse_class, parse_throttled};

    #[test]
    fn a_set_holds_what_was_added_and_nothing_else() {
        let set = StatusSet::from_statuses(&[100, 163, 164, 429, 599, 600, 99]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [100, 163, 164, 429, 599]);
        for status in [0, 99, 101, 600, 611, 700, u16::MAX] {
            assert!(!set.contains(status), "{status}");
        }
        assert_eq!(
            set.union(StatusSet::from_statuses(&[500])),
            StatusSet::from_statuses(&[100, 163, 164, 429, 500, 599])
        );
    }

    #[test]
    fn refusals_are_errors_and_none_is_allowed() {
        assert_eq!(parse_throttled("429, 503"), Ok(Throttled::Listed(StatusSet::from_statuses(&[429, 503]))));
        assert_eq!(parse_throttled(""), Ok(Throttled::Listed(StatusSet::EMPTY)));
        for wrong in ["200", "429;503", "abc", "600"] {
            assert!(parse_throttled(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_class_has_a_hundred_statuses() {
        assert_eq!(parse_class("5xx"), Some(500..600));
        for wrong in ["6xx", "0xx", "xx", "55xx", "5x", "+5xx"] {
            assert_eq!(parse_class(wrong), None, "{wrong}");
        }
    }
}
