//! What the end of an attempt says about its host: whether it is up.
//!
//! Pure. Start at [`HostSign::from_outcome`].

use crate::event::outcome::{Outcome, Phase, Reason};

/// What the end of an attempt says about its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostSign {
    /// The host answered: it is up, even if it refuses or reports an error.
    Answered,
    /// Nothing listens there, or there is no route. One such end is evidence of an outage.
    Absent,
    /// There was no connection, or no answer of the application. It is evidence only if every attempt ends so.
    Broken,
    /// The host did not answer in time. It may only be slow, unless that happens to several attempts in a row.
    Silent,
    /// It says nothing about the host.
    Nothing,
}

impl HostSign {
    /// The sign of an outcome, at a host that has answered before or has not.
    pub fn from_outcome(outcome: &Outcome, has_answered: bool) -> Self {
        match outcome {
            Outcome::Answered { status: 502..=504, expected: false, .. }
            | Outcome::TimedOut { phase: Phase::Resolve | Phase::Connect | Phase::Tls }
            | Outcome::Failed { reason: Reason::Reset | Reason::ClosedEarly, .. } => Self::Broken,
            Outcome::Answered { .. }
            | Outcome::Redirected { .. }
            | Outcome::Throttled { .. }
            | Outcome::TimedOut { phase: Phase::Body }
            | Outcome::Failed {
                reason: Reason::Tls | Reason::BadResponse | Reason::TooLarge | Reason::Redirect | Reason::Unexpected,
                ..
            } => Self::Answered,
            Outcome::TimedOut { phase: Phase::FirstByte } => Self::Silent,
            Outcome::Failed { reason: Reason::Refused | Reason::Unreachable, .. } => Self::Absent,
            // A name that has never had an address is probably wrong.
            Outcome::Failed { reason: Reason::Dns, .. } if has_answered => Self::Broken,
            Outcome::Failed {
                reason:
                    Reason::Dns | Reason::Proxy | Reason::BadRow | Reason::GivenUp | Reason::Local | Reason::Panicked,
                ..
            }
            | Outcome::TimedOut { phase: Phase::Job }
            | Outcome::Cancelled => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HostSign;
    use crate::event::outcome::{Outcome, Reason};

    fn answered(status: u16, expected: bool) -> HostSign {
        HostSign::from_outcome(&Outcome::Answered { status, bytes: 0, expected }, true)
    }

    #[test]
    fn only_a_gateway_without_an_application_is_no_answer() {
        for status in [200, 404, 429, 500, 501, 505] {
            assert_eq!(answered(status, false), HostSign::Answered, "{status}");
        }
        for status in 502..=504 {
            assert_eq!(answered(status, false), HostSign::Broken, "{status}");
            assert_eq!(answered(status, true), HostSign::Answered, "the plan expects {status}");
        }
        let refusal = Outcome::Throttled { status: 503, retry_after: None };
        assert_eq!(HostSign::from_outcome(&refusal, true), HostSign::Answered);
    }

    #[test]
    fn a_name_without_an_address_is_an_outage_only_of_a_host_that_has_answered() {
        let unknown = Outcome::Failed { reason: Reason::Dns, detail: None, expected: None };
        assert_eq!(HostSign::from_outcome(&unknown, false), HostSign::Nothing);
        assert_eq!(HostSign::from_outcome(&unknown, true), HostSign::Broken);
    }
}
