//! The outcomes that are retried: their words in a plan and on the command line, and their default.
//!
//! Start at [`RetryOn`].

use crate::plan::statuses::{StatusSet, parse_statuses};
use crate::text::value_error::ValueError;

/// What a list of outcomes can contain.
pub const EXAMPLE: &str =
    "some of `\"throttled\"`, `\"timeout\"`, `\"connect\"`, `\"5xx\"`, and statuses such as `500` or `\"500..=504\"`";

/// The outcomes that are retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryOn {
    /// Refusals: 429, and other answers that ask to slow down.
    pub throttled: bool,
    /// A time-out in any phase.
    pub timeout: bool,
    /// No connection, or a broken one.
    pub connect: bool,
    /// Statuses 500 to 599.
    pub server_error: bool,
    /// These statuses.
    pub statuses: StatusSet,
}

impl RetryOn {
    /// Nothing is retried.
    pub const NOTHING: Self =
        Self { throttled: false, timeout: false, connect: false, server_error: false, statuses: StatusSet::EMPTY };

    /// Adds an outcome.
    pub fn add(&mut self, word: &str) -> Result<(), ValueError> {
        match word {
            "throttled" => self.throttled = true,
            "timeout" => self.timeout = true,
            "connect" => self.connect = true,
            "server_error" | "5xx" => self.server_error = true,
            _ => match parse_statuses(word) {
                Ok(statuses) => self.statuses = self.statuses.union(statuses),
                Err(_) => return Err(ValueError::new("not an outcome to retry", format!("write {EXAMPLE}"))),
            },
        }
        Ok(())
    }

    /// The outcomes of this list and those of another.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            throttled: self.throttled | other.throttled,
            timeout: self.timeout | other.timeout,
            connect: self.connect | other.connect,
            server_error: self.server_error | other.server_error,
            statuses: self.statuses.union(other.statuses),
        }
    }

    /// Whether an answer with this status is retried.
    pub fn has_status(&self, status: u16) -> bool {
        self.server_error && (500..600).contains(&status) || self.statuses.contains(status)
    }

    /// Whether a refusal with this status is retried.
    pub fn has_refusal(&self, status: u16) -> bool {
        self.throttled || self.has_status(status)
    }

    /// The words of the outcomes, as in a plan.
    pub fn words(&self) -> Vec<String> {
        let Self { throttled, timeout, connect, server_error, statuses } = *self;
        let named = [(throttled, "throttled"), (timeout, "timeout"), (connect, "connect"), (server_error, "5xx")];
        let named = named.into_iter().filter(|(is_on, _)| *is_on).map(|(_, word)| word.to_owned());
        let mut others = StatusSet::EMPTY;
        let is_other = |status: &u16| !(server_error && (500..600).contains(status));
        statuses.iter().filter(is_other).for_each(|status| others.insert(status));
        named.chain(others.words()).collect()
    }
}

/// Parses outcomes that are separated by commas.
pub fn parse_retry_on(text: &str) -> Result<RetryOn, ValueError> {
    let mut on = RetryOn::NOTHING;
    for word in text.split(',') {
        on.add(word.trim())?;
    }
    Ok(on)
}

#[cfg(test)]
mod tests {
    use super::{RetryOn, parse_retry_on};

    #[test]
    fn words_are_parsed_as_they_are_written() {
        assert_eq!(parse_retry_on("timeout, 500,5xx,429").unwrap().words(), ["timeout", "5xx", "429"]);
        let some = parse_retry_on("throttled,connect,408,502,4xx").unwrap();
        assert_eq!(parse_retry_on(&some.words().join(",")), Ok(some));
        for wrong in ["", "slow", "1000", "timeout,,500", "504-500"] {
            assert!(parse_retry_on(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_listed_status_is_retried_also_as_a_refusal() {
        let on = parse_retry_on("429,500").unwrap();
        assert!(on.has_refusal(429) && !on.has_refusal(503) && on.has_status(500) && !on.has_status(502));
        assert!(RetryOn { throttled: true, ..RetryOn::NOTHING }.has_refusal(503));
    }
}
