//! How a host fails, and why it is given up, in words.
//!
//! Start at [`given_up_text`].

use std::sync::Arc;
use std::time::Duration;

use crate::event::Micros;
use crate::event::cause::Cause;
use crate::event::outcome::{Outcome, Reason};
use crate::text::units;

/// Why a host is given up that was down for so long; `length` names the setting, and `why` is how it failed at last.
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

/// How long an outage may last, and the setting that says so.
pub fn bound_text(bound: Micros, has_answered: bool, is_crowded: bool) -> String {
    let setting = match (has_answered, is_crowded) {
        (true, _) => "`retry.outage`",
        (false, false) => "`retry.unreachable`",
        (false, true) => "`retry.unreachable` while thousands of jobs wait",
    };
    format!("{} ({setting})", setting_value(bound))
}

/// Why a host is given up that asked for a longer wait than the plan allows.
pub fn wait_too_long(asked: Micros, longest: Micros) -> Arc<str> {
    let (asked, longest) = (units::length(asked), setting_value(longest));
    format!("asked for a wait of {asked}, longer than {longest} (`retry.longest_wait`)").into()
}

/// Why a host is given up that has refused every request for too long.
pub fn refused_too_long(longest: Micros) -> Arc<str> {
    format!("refused every request for {} (`retry.longest_wait`)", setting_value(longest)).into()
}

/// A length as a plan contains it.
fn setting_value(length: Micros) -> String {
    humantime::format_duration(Duration::from_micros(length.0)).to_string()
}
