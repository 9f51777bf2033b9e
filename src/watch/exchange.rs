//! How a request of a watched program ended, from what its client library reported.
//!
//! Start at [`outcome`].

use std::sync::Arc;

use crate::event::outcome::{JobEnd, Outcome, Phase, Reason};

/// Errors that mean that the program itself gave the request up.
const CANCELLED: [&str; 7] =
    ["ABORT_ERR", "AbortError", "Abandoned", "CancelledError", "GeneratorExit", "KeyboardInterrupt", "UND_ERR_ABORTED"];

/// The outcome of a request: by its status if it has one, and otherwise by the name of the exception.
pub fn outcome(status: Option<u16>, error: Option<&str>) -> Outcome {
    match (status, error) {
        (_, Some(error)) if CANCELLED.contains(&error) => Outcome::Cancelled,
        (None, None) => Outcome::Cancelled,
        (_, Some(error)) => failure(error),
        (Some(429), None) => Outcome::Throttled { status: 429, retry_after: None },
        (Some(status @ (301 | 302 | 303 | 307 | 308)), None) => Outcome::Redirected { status },
        (Some(status), None) => Outcome::Answered { status, bytes: 0, expected: status < 400 },
    }
}

/// How the job of a request ended: each request of a watched program is a job.
pub fn job_end(outcome: &Outcome) -> JobEnd {
    match outcome {
        Outcome::Answered { expected: true, .. } | Outcome::Redirected { .. } => JobEnd::Done,
        Outcome::Cancelled => JobEnd::Cancelled,
        Outcome::Answered { .. } | Outcome::Throttled { .. } | Outcome::TimedOut { .. } | Outcome::Failed { .. } => {
            JobEnd::Failed { last: outcome.clone() }
        }
    }
}

/// A failure, by the name of the exception of any of the client libraries.
fn failure(error: &str) -> Outcome {
    let lower = error.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    if has("timeout") || has("timedout") {
        let phase = if has("connect") || has("pool") { Phase::Connect } else { Phase::FirstByte };
        return Outcome::TimedOut { phase };
    }
    let reason = if ["gaierror", "dns", "nameresolution", "enotfound", "eai_again"].into_iter().any(has) {
        Reason::Dns
    } else if ["ssl", "cert", "_tls_", "unable_to_verify", "signature"].into_iter().any(has) {
        Reason::Tls
    } else if has("proxy") {
        Reason::Proxy
    } else if has("refused") {
        Reason::Refused
    } else if has("reset") || has("brokenpipe") {
        Reason::Reset
    } else if ["connector", "connecterror", "newconnection", "unreach"].into_iter().any(has) {
        Reason::Unreachable
    } else if ["badstatus", "protocol", "invalid", "payload"].into_iter().any(has) {
        Reason::BadResponse
    } else {
        Reason::ClosedEarly
    };
    Outcome::Failed { reason, detail: Some(Arc::from(error)), expected: None }
}

#[cfg(test)]
mod tests {
    use super::outcome;
    use crate::event::outcome::{Outcome, Phase, Reason};

    #[test]
    fn exceptions_of_all_client_libraries_are_understood() {
        let reason = |error: &str| match outcome(None, Some(error)) {
            Outcome::Failed { reason, .. } => reason,
            other => panic!("{error}: {other:?}"),
        };
        assert_eq!(reason("ConnectionRefusedError"), Reason::Refused);
        assert_eq!(reason("ClientConnectorDNSError"), Reason::Dns);
        assert_eq!(reason("ClientConnectorError"), Reason::Unreachable);
        assert_eq!(reason("ServerDisconnectedError"), Reason::ClosedEarly);
        assert_eq!(reason("SSLCertVerificationError"), Reason::Tls);
        assert_eq!(reason("RemoteProtocolError"), Reason::BadResponse);
        assert_eq!(reason("ECONNREFUSED"), Reason::Refused);
        assert_eq!(reason("ENOTFOUND"), Reason::Dns);
        assert_eq!(reason("ECONNRESET"), Reason::Reset);
        assert_eq!(reason("EHOSTUNREACH"), Reason::Unreachable);
        assert_eq!(reason("ERR_TLS_CERT_ALTNAME_INVALID"), Reason::Tls);
        assert_eq!(reason("DEPTH_ZERO_SELF_SIGNED_CERT"), Reason::Tls);
        assert_eq!(reason("HPE_INVALID_CONSTANT"), Reason::BadResponse);
        assert_eq!(reason("UND_ERR_SOCKET"), Reason::ClosedEarly);
        let first_byte = Outcome::TimedOut { phase: Phase::FirstByte };
        assert_eq!(outcome(None, Some("UND_ERR_HEADERS_TIMEOUT")), first_byte);
        let connect = Outcome::TimedOut { phase: Phase::Connect };
        assert_eq!(outcome(None, Some("UND_ERR_CONNECT_TIMEOUT")), connect);
        assert_eq!(outcome(Some(200), Some("AbortError")), Outcome::Cancelled);
        assert_eq!(outcome(None, Some("ConnectTimeout")), Outcome::TimedOut { phase: Phase::Connect });
        assert_eq!(outcome(None, Some("TimeoutError")), Outcome::TimedOut { phase: Phase::FirstByte });
        assert_eq!(outcome(None, Some("CancelledError")), Outcome::Cancelled);
        assert_eq!(outcome(Some(200), None), Outcome::Answered { status: 200, bytes: 0, expected: true });
    }
}
