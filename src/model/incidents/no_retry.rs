//! The rules of a plan that keep failures of one cause from being retried, and the settings that change that.
//!
//! Start at [`NoRetryRules::sentence`].

use crate::event::cause::Cause;
use crate::event::outcome::{Phase, Reason};
use crate::event::reasons::NoRetry;

/// The rules that made failures of one cause final.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoRetryRules {
    /// `retry.on` does not contain the outcome.
    pub outcome: bool,
    /// The method is not idempotent.
    pub method: bool,
}

impl NoRetryRules {
    /// Adds a rule. The number of tries and the time of a job are no such rules.
    pub(super) fn add(&mut self, why: NoRetry) {
        match why {
            NoRetry::Outcome => self.outcome = true,
            NoRetry::Method => self.method = true,
            NoRetry::Final | NoRetry::OneTry | NoRetry::Tries | NoRetry::Time => {}
        }
    }

    /// Why such failures are not retried.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self { outcome: true, method: false } => Some("`retry.on` does not contain it"),
            Self { outcome: false, method: true } => Some("the method is not idempotent"),
            Self { outcome: true, method: true } => {
                Some("`retry.on` does not contain it, and some methods are not idempotent")
            }
            Self { outcome: false, method: false } => None,
        }
    }

    /// The setting that changes that.
    pub fn fix(self, cause: Cause) -> Option<String> {
        let outcome = if self.outcome { Some(format!("`--retry-on {}`", retry_word(cause)?)) } else { None };
        match (outcome, self.method) {
            (Some(flag), false) => Some(flag),
            (None, true) => Some("`retry.unsafe = true` in a plan".to_owned()),
            (Some(flag), true) => Some(format!("{flag} with `retry.unsafe = true` in a plan")),
            (None, false) => None,
        }
    }

    /// A sentence with the reason and the setting; `None` where a retry would not change the answer.
    pub fn sentence(self, cause: Cause) -> Option<String> {
        let fix = self.fix(cause).filter(|_| can_change(cause))?;
        // Short, and the setting comes early: a narrow terminal cuts the end.
        let why = if self.outcome { "" } else { ", not idempotent" };
        Some(format!("not retried{why}; {fix} changes that"))
    }
}

/// The word of a cause in `retry.on`.
fn retry_word(cause: Cause) -> Option<String> {
    match cause {
        Cause::Status(status) => Some(status.to_string()),
        Cause::Throttled(_) => Some("throttled".to_owned()),
        Cause::TimedOut(Phase::Job) => None,
        Cause::TimedOut(_) => Some("timeout".to_owned()),
        Cause::Failed(
            Reason::Dns
            | Reason::Refused
            | Reason::Unreachable
            | Reason::Proxy
            | Reason::Reset
            | Reason::ClosedEarly
            | Reason::Local,
        ) => Some("connect".to_owned()),
        Cause::Failed(_) | Cause::Unexpected(_) => None,
    }
}

/// Whether the same request can have another result. Most client errors last until the request is changed (RFC 9110
/// §15.5), and so do 501 and 505.
fn can_change(cause: Cause) -> bool {
    match cause {
        Cause::Status(status @ 400..=499) => matches!(status, 403 | 408 | 409 | 421 | 423..=425 | 429),
        Cause::Status(status) => !matches!(status, 501 | 505),
        Cause::Throttled(_) | Cause::TimedOut(_) | Cause::Failed(_) | Cause::Unexpected(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::NoRetryRules;
    use crate::event::cause::Cause;
    use crate::event::outcome::{Phase, Reason};

    const BY_OUTCOME: NoRetryRules = NoRetryRules { outcome: true, method: false };
    const BY_METHOD: NoRetryRules = NoRetryRules { outcome: false, method: true };

    #[test]
    fn the_sentence_names_the_setting() {
        let by_outcome = |cause| BY_OUTCOME.sentence(cause).unwrap();
        assert_eq!(by_outcome(Cause::Status(500)), "not retried; `--retry-on 500` changes that");
        assert!(by_outcome(Cause::Throttled(429)).contains("`--retry-on throttled`"));
        assert!(by_outcome(Cause::TimedOut(Phase::Connect)).contains("`--retry-on timeout`"));
        assert!(by_outcome(Cause::Failed(Reason::Reset)).contains("`--retry-on connect`"));
        let by_method = BY_METHOD.sentence(Cause::Status(503)).unwrap();
        assert_eq!(by_method, "not retried, not idempotent; `retry.unsafe = true` in a plan changes that");
        let both = NoRetryRules { outcome: true, method: true }.sentence(Cause::Status(500)).unwrap();
        assert!(both.contains("`--retry-on 500` with `retry.unsafe = true` in a plan"), "{both}");
    }

    #[test]
    fn a_request_that_fails_the_same_way_again_has_no_advice_to_retry() {
        for status in [400, 401, 404, 410, 422, 501] {
            assert_eq!(BY_OUTCOME.sentence(Cause::Status(status)), None, "{status}");
            assert!(BY_OUTCOME.fix(Cause::Status(status)).is_some(), "the document has it: {status}");
        }
        assert_eq!(NoRetryRules::default().sentence(Cause::Status(500)), None);
    }
}
