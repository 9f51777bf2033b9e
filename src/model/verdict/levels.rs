//! The level in flight from which on attempts are refused or break.
//!
//! Start at [`refused_above`].

use crate::model::verdict::figures::{AttemptFigures, RunFigures};
use crate::model::verdict::thresholds as t;

/// The highest level in flight at which attempts succeed, if with more in flight hardly any does.
pub(super) fn refused_above(figures: &RunFigures<'_>, is_refused: impl Fn(&AttemptFigures) -> bool) -> Option<u32> {
    let judged: Vec<(u32, bool)> = figures
        .attempts
        .iter()
        .filter_map(|attempt| match (is_refused(attempt), attempt.is_answer()) {
            (true, _) => Some((attempt.host_level, true)),
            (false, true) => Some((attempt.host_level, false)),
            (false, false) => None,
        })
        .collect();
    split(judged)
}

/// The level that separates accepted from refused attempts with the fewest exceptions.
fn split(mut judged: Vec<(u32, bool)>) -> Option<u32> {
    judged.sort_unstable();
    let refused = judged.iter().filter(|(_, is_refused)| *is_refused).count();
    let accepted = judged.len() - refused;
    if refused < t::LEVEL_LEAST || accepted < t::LEVEL_LEAST {
        return None;
    }
    // Exceptions if all are refused from the first level on: every accepted one.
    let (mut wrong, mut best) = (accepted, (accepted, None));
    let (mut accepted_above, mut refused_above) = (accepted, refused);
    let mut clear = false;
    for (i, (level, is_refused)) in judged.iter().enumerate() {
        if *is_refused {
            wrong += 1;
            refused_above -= 1;
        } else {
            wrong -= 1;
            accepted_above -= 1;
        }
        let is_last_of_level = judged.get(i + 1).is_none_or(|(next, _)| next != level);
        if is_last_of_level && wrong < best.0 {
            best = (wrong, Some(*level));
            clear = accepted_above as f64 <= t::LEVEL_ACCEPTED * (accepted_above + refused_above) as f64
                && (refused - refused_above) as f64 <= t::LEVEL_BELOW * refused as f64;
        }
    }
    best.1.filter(|_| clear)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_level_separates_only_if_hardly_any_is_accepted_above_it() {
        let attempts = |accepted: &[u32], refused: &[u32]| {
            let all = accepted.iter().map(|level| (*level, false)).chain(refused.iter().map(|level| (*level, true)));
            split(all.cycle().take(10 * (accepted.len() + refused.len())).collect())
        };
        assert_eq!(attempts(&[1, 4, 8, 8], &[9, 12, 16]), Some(8));
        assert_eq!(attempts(&[1, 8, 16], &[2, 9, 16]), None, "a rate refuses at any level");
    }
}
