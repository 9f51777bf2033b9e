//! In which order jobs are drawn, as a plan or a flag says it.
//!
//! Pure. Start at [`Order`].

use std::path::PathBuf;

use crate::text::value_error::ValueError;

/// In which order jobs are drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the plan has them.
    #[default]
    AsGiven,
    /// Those first that took long in an earlier run.
    SlowFirst {
        /// Where that run was recorded.
        from: PathBuf,
    },
}

/// The word for an order, without what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// As the plan has them.
    AsGiven,
    /// Those first that took long in an earlier run.
    SlowFirst,
}

/// `as-given` or `slow-first`.
pub fn parse_order(text: &str) -> Result<Word, ValueError> {
    match text {
        "as-given" => Ok(Word::AsGiven),
        "slow-first" => Ok(Word::SlowFirst),
        _ => Err(ValueError::new("not an order", "write `as-given` or `slow-first`")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Word, parse_order};

    #[test]
    fn an_order_is_one_of_two() {
        assert_eq!(["as-given", "slow-first"].map(parse_order), [Ok(Word::AsGiven), Ok(Word::SlowFirst)]);
        assert_eq!(
            parse_order("fast-first").unwrap_err().to_string(),
            "not an order: write `as-given` or `slow-first`"
        );
    }
}
