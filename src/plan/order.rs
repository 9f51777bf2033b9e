//! The order of jobs, as set by a plan or a flag.
//!
//! It only parses the keyword. Start at [`JobOrder`].

use std::path::PathBuf;

use crate::text::value_error::ValueError;

/// The order of jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum JobOrder {
    /// As in the plan.
    #[default]
    AsGiven,
    /// The jobs that took longest in an earlier run come first.
    SlowFirst {
        /// The recording of that run.
        from: PathBuf,
    },
}

/// The keyword that selects an order, without its recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKeyword {
    /// As in the plan.
    AsGiven,
    /// The jobs that took longest in an earlier run come first.
    SlowFirst,
}

/// Parses `as-given` or `slow-first`.
pub fn parse_order(text: &str) -> Result<OrderKeyword, ValueError> {
    match text {
        "as-given" => Ok(OrderKeyword::AsGiven),
        "slow-first" => Ok(OrderKeyword::SlowFirst),
        _ => Err(ValueError::new("not an order", "write `as-given` or `slow-first`")),
    }
}

#[cfg(test)]
mod tests {
    use super::{OrderKeyword, parse_order};

    #[test]
    fn an_order_is_one_of_two() {
        assert_eq!(
            ["as-given", "slow-first"].map(parse_order),
            [Ok(OrderKeyword::AsGiven), Ok(OrderKeyword::SlowFirst)]
        );
        assert_eq!(
            parse_order("fast-first").unwrap_err().to_string(),
            "not an order: write `as-given` or `slow-first`"
        );
    }
}
