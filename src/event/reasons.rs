//! Who or what caused a change: of a limit, of a retry's time, of a warning, of the run's end.
//!
//! Start at [`RetryReason`].

use serde::{Deserialize, Serialize};

/// What decides the time of a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryReason {
    /// The backoff of inflight.
    Backoff,
    /// The server, with `Retry-After` or a similar header field.
    RetryAfter,
    /// The state of the host: it refuses more, or it is down. The wait costs the job no try.
    Host,
    /// The user.
    Asked,
}

/// Why a failed attempt is not retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoRetry {
    /// A retry would not help.
    Final,
    /// The plan does not list the outcome.
    Outcome,
    /// The method is not idempotent, and the server may have acted on the request.
    Method,
    /// The plan allows one try only.
    OneTry,
    /// The plan allows no more tries.
    Tries,
    /// The job's time would be over.
    Time,
}

/// Who changed a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangedBy {
    /// The user.
    Operator,
    /// The adaptive controller.
    Adaptive,
    /// inflight itself, because this machine has no resources for more.
    Machine,
    /// The ramp at the start of the run.
    Ramp,
}

/// The part of inflight that a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WarningSource {
    /// The recording.
    Recorder,
    /// The report or the saved bodies.
    Report,
    /// The machine's limits.
    Machine,
    /// The plan's rows.
    Plan,
    /// A worker.
    Worker,
    /// The retries: there are too many.
    Retries,
    /// The probe in a watched program.
    Probe,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunEnd {
    /// Every job has settled; a watched program has ended.
    Finished,
    /// The user stopped it; attempts in flight were finished.
    Drained,
    /// The user stopped it; attempts in flight were cancelled.
    Cancelled,
    /// A job failed, and the plan stops at the first failure.
    FailedFast,
    /// A run for a time ended early, because every host was given up.
    GivenUp,
}
