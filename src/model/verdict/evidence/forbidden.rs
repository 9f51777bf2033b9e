//! Answers with status 403 by endpoint: whether they look like those of a limiter.
//!
//! Start at [`Forbidden::limiter`].

use crate::model::verdict::thresholds::{FORBIDDEN_BEFORE, FORBIDDEN_CHANCE, FORBIDDEN_LEAST};

/// Answers with status 403, in memory bounded by the endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forbidden {
    /// By index of the endpoint.
    endpoints: Vec<ForbiddenAnswers>,
}

/// The answers of one endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForbiddenAnswers {
    /// Expected answers before the first 403.
    pub before: u64,
    /// Answers with status 403.
    pub n: u64,
    /// Expected answers after the first 403.
    pub after: u64,
}

impl Forbidden {
    /// The status that some limiters use instead of 429.
    const STATUS: u16 = 403;

    pub(super) fn record_answer(&mut self, endpoint: usize, status: u16, is_expected: bool) {
        let is_forbidden = status == Self::STATUS && !is_expected;
        if !is_forbidden && !is_expected {
            return;
        }
        if self.endpoints.len() <= endpoint {
            self.endpoints.resize_with(endpoint + 1, ForbiddenAnswers::default);
        }
        let answers = &mut self.endpoints[endpoint];
        match (is_forbidden, answers.n) {
            (true, _) => answers.n += 1,
            (false, 0) => answers.before += 1,
            (false, _) => answers.after += 1,
        }
    }

    /// The endpoint with most such answers, if they look like those of a limiter.
    pub fn limiter(&self) -> Option<(usize, ForbiddenAnswers)> {
        let alike = self.endpoints.iter().copied().enumerate().filter(|(_, answers)| answers.is_limiter());
        alike.max_by_key(|(_, answers)| answers.n)
    }
}

impl ForbiddenAnswers {
    /// Whether they began so late, and are so many, that single forbidden requests cannot explain them.
    fn is_limiter(self) -> bool {
        let share = self.n as f64 / (self.n + self.after).max(1) as f64;
        let chance = (1.0 - share).powf(self.before as f64);
        self.n >= FORBIDDEN_LEAST && self.before >= FORBIDDEN_BEFORE && chance <= FORBIDDEN_CHANCE
    }
}

#[cfg(test)]
mod tests {
    use super::ForbiddenAnswers;

    #[test]
    fn a_late_flood_looks_like_a_limiter_and_scattered_answers_do_not() {
        let is_limiter = |before, n, after| ForbiddenAnswers { before, n, after }.is_limiter();
        assert!(is_limiter(20, 180, 0), "all after a while");
        assert!(is_limiter(20, 100, 80), "mixed with good answers after a while");
        assert!(!is_limiter(3, 60, 140), "scattered from the start");
        assert!(!is_limiter(0, 200, 0), "all from the start");
        assert!(!is_limiter(50, 9, 0), "too few");
    }
}
