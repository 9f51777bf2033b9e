//! How a host fails, in words and as the reason with which its jobs fail.
//!
//! Start at [`given_up_text`].

use std::sync::Arc;

use crate::event::cause::Cause;
use crate::event::outcome::{Outcome, Reason};

/// Why a host is given up that was down for so long; `why` is how it failed at last.
pub fn given_up_text(last: &Outcome, why: &str, length: &str, has_answered: bool) -> Arc<str> {
    if has_answered {
        return format!("down for {length}: {why}").into();
    }
    let text = match last {
        // A gateway has answered, but not the server behind it.
        Outcome::Answered { .. } => format!("answered only {why} for {length}; is the server behind it running?"),
        Outcome::Failed { reason: Reason::Unreachable, .. } | Outcome::TimedOut { .. } => {
            format!("never answered for {length}: {why}; is the address right?")
        }
        Outcome::Failed { .. } | Outcome::Redirected { .. } | Outcome::Throttled { .. } | Outcome::Cancelled => {
            format!("never answered for {length}: {why}; is it running?")
        }
    };
    text.into()
}

/// How the host fails.
pub fn sentence(outcome: &Outcome) -> Arc<str> {
    Cause::from_outcome(outcome).map_or_else(|| Arc::from("no answer"), |cause| cause.to_string().into())
}

/// The reason with which jobs fail that were never sent.
pub fn reason_of(outcome: &Outcome) -> Reason {
    match outcome {
        Outcome::Failed { reason, .. } => *reason,
        Outcome::Answered { .. }
        | Outcome::Redirected { .. }
        | Outcome::Throttled { .. }
        | Outcome::TimedOut { .. }
        | Outcome::Cancelled => Reason::Unreachable,
    }
}
