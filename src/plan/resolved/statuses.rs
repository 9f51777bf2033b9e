//! The resolved sets of statuses: those that are expected, and those that count as refusals.
//!
//! Start at [`statuses`].

use crate::plan::job::Statuses;
use crate::plan::resolved::value::Value;
use crate::plan::statuses::Throttled;

/// The statuses that count as refusals.
pub(super) fn refusals(throttled: Throttled) -> Value {
    match throttled {
        Throttled::Inferred => Value::Nothing("429; also 503 and 403, as the host answers"),
        Throttled::Listed(statuses) => Value::List(statuses.words()),
    }
}

/// Lists the expected statuses. Consecutive ones are a range.
pub(super) fn statuses(statuses: &Statuses) -> String {
    match statuses {
        Statuses::Success => "200 to 399".to_owned(),
        Statuses::Any => "any".to_owned(),
        Statuses::Listed(listed) => listed.words().join(", ").replace("..=", " to "),
    }
}

#[cfg(test)]
mod tests {
    use super::statuses;
    use crate::plan::job::Statuses;
    use crate::plan::statuses::StatusSet;

    #[test]
    fn consecutive_statuses_are_a_range() {
        let listed: Vec<u16> = [200, 204, 205].into_iter().chain(400..500).collect();
        assert_eq!(statuses(&Statuses::Listed(StatusSet::from_statuses(&listed))), "200, 204, 205, 400 to 499");
    }
}
