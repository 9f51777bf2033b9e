//! Stable names of failure kinds, for scripts.
//!
//! The names are those of the recording. Start at [`outcome_kind`].

use crate::event::cause::Cause;
use crate::event::outcome::{Outcome, Phase, Reason};

/// The name of the kind of failure of one outcome.
pub fn outcome_kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Answered { .. } => "status",
        Outcome::Redirected { .. } => reason_kind(Reason::Redirect),
        Outcome::Throttled { .. } => "throttled",
        Outcome::TimedOut { .. } => "timeout",
        Outcome::Failed { reason, .. } => reason_kind(*reason),
        Outcome::Cancelled => "cancelled",
    }
}

/// The name of the kind of failure of a cause.
pub fn cause_kind(cause: Cause) -> &'static str {
    match cause {
        Cause::Status(_) => "status",
        Cause::Throttled(_) => "throttled",
        Cause::TimedOut(_) => "timeout",
        Cause::Failed(reason) => reason_kind(reason),
        Cause::Unexpected(_) => reason_kind(Reason::Unexpected),
    }
}

/// The HTTP status of an outcome, if the server answered.
pub fn status_of(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Answered { status, .. } | Outcome::Redirected { status } | Outcome::Throttled { status, .. } => {
            Some(*status)
        }
        Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => None,
    }
}

/// Whether no connection to the host was established.
pub fn is_out_of_reach(cause: Cause) -> bool {
    match cause {
        Cause::TimedOut(phase) => matches!(phase, Phase::Resolve | Phase::Connect | Phase::Tls),
        Cause::Failed(reason) => matches!(reason, Reason::Dns | Reason::Refused | Reason::Unreachable | Reason::Proxy),
        Cause::Status(_) | Cause::Throttled(_) | Cause::Unexpected(_) => false,
    }
}

/// Whether the job's time-out expired between tries.
pub fn is_out_of_time(cause: Cause) -> bool {
    cause == Cause::TimedOut(Phase::Job)
}

fn reason_kind(reason: Reason) -> &'static str {
    match reason {
        Reason::Dns => "dns",
        Reason::Refused => "refused",
        Reason::Unreachable => "unreachable",
        Reason::Proxy => "proxy",
        Reason::Tls => "tls",
        Reason::Reset => "reset",
        Reason::ClosedEarly => "closed-early",
        Reason::BadResponse => "bad-response",
        Reason::TooLarge => "too-large",
        Reason::Redirect => "redirect",
        Reason::Unexpected => "unexpected",
        Reason::BadRow => "bad-row",
        Reason::GivenUp => "given-up",
        Reason::Local => "local",
        Reason::Panicked => "panicked",
    }
}

#[cfg(test)]
mod tests {
    use super::reason_kind;
    use crate::event::outcome::Reason;

    #[test]
    fn reasons_are_called_as_in_the_recording() {
        let reasons = [
            Reason::Dns,
            Reason::Refused,
            Reason::Unreachable,
            Reason::Proxy,
            Reason::Tls,
            Reason::Reset,
            Reason::ClosedEarly,
            Reason::BadResponse,
            Reason::TooLarge,
            Reason::Redirect,
            Reason::Unexpected,
            Reason::BadRow,
            Reason::GivenUp,
            Reason::Local,
            Reason::Panicked,
        ];
        for reason in reasons {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason_kind(reason));
        }
    }
}
