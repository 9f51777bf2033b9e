//! Random events of any kind, in any order.
//!
//! Start at [`any_events`].

use std::sync::Arc;

use inflight::event::adaptive::{AdaptiveMode, Learned, QuotaWindow};
use inflight::event::due_time::{DueTime, MissedStarts};
use inflight::event::failure_sample::{Excerpt, FailureSample, Field};
use inflight::event::idle::Idle;
use inflight::event::origin::Origin;
use inflight::event::outcome::{JobEnd, Outcome, Phase, PhaseTimes, Reason};
use inflight::event::reasons::{ChangedBy, NoRetry, RetryReason, RunEnd, WarningSource};
use inflight::event::run_times::RunTimes;
use inflight::event::waits::WaitTimes;
use inflight::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset, Scope};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::scenario::program;

/// How many kinds of facts there are.
pub const KINDS: usize = 46;

/// The number of a fact's kind. A new kind does not compile before it has a number and a strategy.
pub fn kind_of(fact: &Fact) -> usize {
    match fact {
        Fact::OriginJoined { .. } => 0,
        Fact::RunStarted { .. } => 1,
        Fact::EndpointAnnounced { .. } => 2,
        Fact::HostAnnounced { .. } => 3,
        Fact::PlanDrawn { .. } => 4,
        Fact::AttemptStarted { .. } => 5,
        Fact::AttemptEnded { .. } => 6,
        Fact::RetryScheduled { .. } => 7,
        Fact::RedirectFollowed { .. } => 8,
        Fact::JobSettled { .. } => 9,
        Fact::LimitChanged { .. } => 10,
        Fact::CooldownSet { .. } => 11,
        Fact::Paused => 12,
        Fact::Resumed => 13,
        Fact::Draining => 14,
        Fact::Cancelling => 15,
        Fact::LevelReported { .. } => 16,
        Fact::Stalled { .. } => 17,
        Fact::Warned { .. } => 18,
        Fact::RunEnded { .. } => 19,
        Fact::SlotsIdle { .. } => 20,
        Fact::Adapted { .. } => 21,
        Fact::RoundStarted { .. } => 22,
        Fact::EndpointStateChanged { .. } => 23,
        Fact::EndpointSkipped { .. } => 24,
        Fact::HostQuarantined { .. } => 25,
        Fact::HostReleased { .. } => 26,
        Fact::AdaptiveSet { .. } => 27,
        Fact::AttemptProgressed { .. } => 28,
        Fact::FailureSampled { .. } => 29,
        Fact::JobRepeated { .. } => 30,
        Fact::RunReopened => 31,
        Fact::EndpointProfile { .. } => 32,
        Fact::JobsReordered { .. } => 33,
        Fact::LimitLearned { .. } => 34,
        Fact::RefusalRecognized { .. } => 35,
        Fact::RefusalDismissed { .. } => 36,
        Fact::HostDown { .. } => 37,
        Fact::HostUp { .. } => 38,
        Fact::HostGivenUp { .. } => 39,
        Fact::RetryExcluded { .. } => 40,
        Fact::HostWaits { .. } => 41,
        Fact::Stopped { .. } => 42,
        Fact::TimersLate { .. } => 43,
        Fact::Program(_) => 44,
        Fact::Marked => 45,
    }
}

/// A fact of one kind.
pub fn fact(kind: usize) -> BoxedStrategy<Fact> {
    match kind {
        0 => (text(), moment()).prop_map(|(name, zero)| Fact::OriginJoined { name, zero }).boxed(),
        1 => (text(), of(any::<u32>()), of(any::<u64>()), any::<bool>())
            .prop_map(|(name, limit, jobs, insecure)| Fact::RunStarted {
                name,
                limit,
                jobs,
                insecure,
                times: insecure.then(|| RunTimes { gap: limit.map(|gap| Micros(gap.into())), ..RunTimes::default() }),
            })
            .boxed(),
        2 => (endpoint(), text(), of(any::<u64>()))
            .prop_map(|(endpoint, name, jobs)| Fact::EndpointAnnounced { endpoint, name, jobs })
            .boxed(),
        3 => (host(), text(), of(any::<u32>()))
            .prop_map(|(host, name, limit)| Fact::HostAnnounced { host, name, limit })
            .boxed(),
        4 => any::<u64>().prop_map(|jobs| Fact::PlanDrawn { jobs }).boxed(),
        5..=8 | 28..=29 => attempt_fact(kind),
        9 => (job(), endpoint(), job_end(), any::<u32>(), length(), waits(), of(text()))
            .prop_map(|(job, endpoint, end, tries, total, waited, target)| Fact::JobSettled {
                job,
                endpoint,
                end,
                tries,
                total,
                waited,
                target,
            })
            .boxed(),
        10 => (
            prop_oneof![Just(Scope::Run), host().prop_map(Scope::Host)],
            any::<u32>(),
            select(vec![ChangedBy::Operator, ChangedBy::Adaptive, ChangedBy::Machine, ChangedBy::Ramp]),
        )
            .prop_map(|(scope, limit, by)| Fact::LimitChanged { scope, limit, by })
            .boxed(),
        11 => (host(), moment()).prop_map(|(host, until)| Fact::CooldownSet { host, until }).boxed(),
        12..=15 => Just([Fact::Paused, Fact::Resumed, Fact::Draining, Fact::Cancelling][kind - 12].clone()).boxed(),
        45 => Just(Fact::Marked).boxed(),
        16 => any::<u32>().prop_map(|in_flight| Fact::LevelReported { in_flight }).boxed(),
        42 => length().prop_map(|lasted| Fact::Stopped { lasted }).boxed(),
        43 => late_timers().boxed(),
        17 => program::stall().boxed(),
        44 => program::fact().prop_map(|fact| Fact::Program(Box::new(fact))).boxed(),
        18 => (warning_source(), text()).prop_map(|(about, message)| Fact::Warned { about, message }).boxed(),
        20 => (length(), length(), length())
            .prop_map(|(no_work, cooldown, rate)| Fact::SlotsIdle {
                idle: Idle { no_work, cooldown, rate, ..Idle::default() },
            })
            .boxed(),
        22 => (of(endpoint()), any::<u32>(), length())
            .prop_map(|(endpoint, round, late)| Fact::RoundStarted { endpoint, round, late })
            .boxed(),
        23 => {
            (endpoint(), any::<bool>()).prop_map(|(endpoint, up)| Fact::EndpointStateChanged { endpoint, up }).boxed()
        }
        24 => endpoint().prop_map(|endpoint| Fact::EndpointSkipped { endpoint }).boxed(),
        25 => host().prop_map(|host| Fact::HostQuarantined { host }).boxed(),
        26 => host().prop_map(|host| Fact::HostReleased { host }).boxed(),
        27 => (any::<bool>(), of(select(AdaptiveMode::ALL.to_vec())))
            .prop_map(|(on, mode)| Fact::AdaptiveSet { on, mode })
            .boxed(),
        30 => (job(), job(), endpoint(), outcome())
            .prop_map(|(job, of, endpoint, after)| Fact::JobRepeated { job, of, endpoint, after })
            .boxed(),
        31 => Just(Fact::RunReopened).boxed(),
        32 => (endpoint(), prop::collection::vec(field(), 0..4), any::<u64>(), any::<bool>())
            .prop_map(|(endpoint, headers, body, varies)| Fact::EndpointProfile { endpoint, headers, body, varies })
            .boxed(),
        33 => (any::<u64>(), any::<u64>()).prop_map(|(jobs, of)| Fact::JobsReordered { jobs, of }).boxed(),
        21 | 34..=39 | 41 => host_fact(kind),
        40 => (outcome(), select(vec![NoRetry::Outcome, NoRetry::Method]))
            .prop_map(|(after, why)| Fact::RetryExcluded { after, why })
            .boxed(),
        _ => run_end().prop_map(|how| Fact::RunEnded { how }).boxed(),
    }
}

/// A fact about an attempt, of one kind.
fn attempt_fact(kind: usize) -> BoxedStrategy<Fact> {
    match kind {
        5 => {
            (
                attempt(),
                endpoint(),
                host(),
                any::<u64>(),
                any::<u32>(),
                text(),
                waits(),
                (of(moment()), of(due()), of(any::<u32>())),
            )
                .prop_map(|(attempt, endpoint, host, row, slot, target, waited, (until, due, page))| {
                    Fact::AttemptStarted { attempt, endpoint, host, row, page, slot, target, waited, until, due }
                })
                .boxed()
        }
        6 => (attempt(), outcome(), spent(), prop_oneof![9 => Just(0), 1 => any::<u64>()], any::<Option<u64>>())
            .prop_map(|(attempt, outcome, spent, malformed, decoded)| Fact::AttemptEnded {
                attempt,
                outcome,
                spent,
                malformed,
                decoded,
            })
            .boxed(),
        7 => (
            attempt(),
            moment(),
            select(vec![RetryReason::Backoff, RetryReason::RetryAfter, RetryReason::Host, RetryReason::Asked]),
        )
            .prop_map(|(attempt, until, why)| Fact::RetryScheduled { attempt, until, why })
            .boxed(),
        8 => (attempt(), any::<u32>(), text())
            .prop_map(|(attempt, hop, target)| Fact::RedirectFollowed { attempt, hop, target })
            .boxed(),
        28 => (attempt(), phase(), any::<u64>(), of(moment()))
            .prop_map(|(attempt, phase, bytes, received)| Fact::AttemptProgressed { attempt, phase, bytes, received })
            .boxed(),
        _ => (attempt(), failure_sample())
            .prop_map(|(attempt, answer)| Fact::FailureSampled { attempt, answer: answer.into() })
            .boxed(),
    }
}

/// A fact about a host as a whole, of one kind.
fn host_fact(kind: usize) -> BoxedStrategy<Fact> {
    match kind {
        21 => (host(), any::<u32>(), length(), of((any::<u64>(), length())), text())
            .prop_map(|(host, limit, gap, window, why)| Fact::Adapted {
                host,
                limit,
                gap,
                window: window.map(|(quota, length)| QuotaWindow { quota, length }),
                why,
            })
            .boxed(),
        34 => (host(), of(prop_oneof![any::<u32>().prop_map(Learned::AtOnce), length().prop_map(Learned::Gap)]))
            .prop_map(|(host, learned)| Fact::LimitLearned { host, learned })
            .boxed(),
        35 => (host(), any::<u16>(), text())
            .prop_map(|(host, status, why)| Fact::RefusalRecognized { host, status, why })
            .boxed(),
        36 => (host(), any::<u16>(), text())
            .prop_map(|(host, status, why)| Fact::RefusalDismissed { host, status, why })
            .boxed(),
        37 => {
            (host(), text(), moment()).prop_map(|(host, why, next_try)| Fact::HostDown { host, why, next_try }).boxed()
        }
        41 => (host(), moment()).prop_map(|(host, until)| Fact::HostWaits { host, until }).boxed(),
        38 => host().prop_map(|host| Fact::HostUp { host }).boxed(),
        _ => (host(), text()).prop_map(|(host, why)| Fact::HostGivenUp { host, why }).boxed(),
    }
}

/// Events of any kind, in any order, at any time.
pub fn any_events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let kind = prop_oneof![0..KINDS, 5..10_usize];
    let event = (moment(), prop_oneof![4 => Just(0), 1 => 0..3_u16], kind.prop_flat_map(fact))
        .prop_map(|(at, origin, fact)| Event { at, origin: Origin(origin), fact });
    prop::collection::vec(event, 0..most)
}

/// Mostly a moment of a short run, sometimes any possible value.
fn moment() -> impl Strategy<Value = Offset> {
    prop_oneof![20 => 0..60_000_000_u64, 1 => any::<u64>()].prop_map(Offset)
}

fn due() -> impl Strategy<Value = DueTime> {
    let missed = (any::<u64>(), moment()).prop_map(|(n, first)| MissedStarts { n, first });
    (moment(), of(missed)).prop_map(|(at, missed)| DueTime { at, missed })
}

pub(super) fn length() -> impl Strategy<Value = Micros> {
    prop_oneof![20 => 0..60_000_000_u64, 1 => any::<u64>()].prop_map(Micros)
}

fn waits() -> impl Strategy<Value = WaitTimes> {
    (length(), length(), length(), length(), length()).prop_map(|(slot, gap, rate, cooldown, backoff)| WaitTimes {
        slot,
        gap,
        rate,
        cooldown,
        backoff,
        ..WaitTimes::NONE
    })
}

/// Foreign text, including control characters and wide characters.
pub(super) fn text() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![
        Just("GET https://a.example/v1/items/7?q=x".to_owned()),
        prop::collection::vec(any::<char>(), 0..12).prop_map(|chars| chars.into_iter().collect()),
        "[a-z 日本語\\x1b\\u{202e}\"\\\\]{0,40}",
    ]
    .prop_map(Arc::from)
}

fn endpoint() -> impl Strategy<Value = EndpointId> {
    prop_oneof![9 => 0..6_u32, 1 => any::<u32>()].prop_map(EndpointId)
}

fn host() -> impl Strategy<Value = HostId> {
    prop_oneof![9 => 0..4_u32, 1 => any::<u32>()].prop_map(HostId)
}

fn job() -> impl Strategy<Value = JobId> {
    prop_oneof![9 => 0..12_u64, 1 => any::<u64>()].prop_map(JobId)
}

fn attempt() -> impl Strategy<Value = Attempt> {
    (job(), prop_oneof![9 => 1..4_u32, 1 => any::<u32>()]).prop_map(|(job, n)| Attempt { job, n })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        (any::<u16>(), any::<u64>(), any::<bool>()).prop_map(|(status, bytes, expected)| Outcome::Answered {
            status,
            bytes,
            expected
        }),
        any::<u16>().prop_map(|status| Outcome::Redirected { status }),
        (any::<u16>(), of(length())).prop_map(|(status, retry_after)| Outcome::Throttled { status, retry_after }),
        phase().prop_map(|phase| Outcome::TimedOut { phase }),
        (reason(), of(text()), of(text())).prop_map(|(reason, detail, expected)| Outcome::Failed {
            reason,
            detail,
            expected
        }),
        Just(Outcome::Cancelled),
    ]
}

fn field() -> impl Strategy<Value = Field> {
    (text(), text()).prop_map(|(name, value)| Field(name, value))
}

fn failure_sample() -> impl Strategy<Value = FailureSample> {
    let body = prop_oneof![
        Just(Excerpt::None),
        Just(Excerpt::Binary),
        text().prop_map(Excerpt::Text),
        text().prop_map(Excerpt::Begins)
    ];
    (any::<u16>(), prop::collection::vec(field(), 0..4), any::<u32>(), any::<u64>(), body)
        .prop_map(|(status, headers, left_out, bytes, body)| FailureSample { status, headers, left_out, bytes, body })
}

fn job_end() -> impl Strategy<Value = JobEnd> {
    prop_oneof![Just(JobEnd::Done), outcome().prop_map(|last| JobEnd::Failed { last }), Just(JobEnd::Cancelled)]
}

fn spent() -> impl Strategy<Value = PhaseTimes> {
    let (setup, answer) = ((of(length()), of(length()), of(length())), (of(length()), of(length()), of(length())));
    (of(length()), setup, answer).prop_map(|(stale, (resolve, resolve_queued, connect), (tls, first_byte, body))| {
        PhaseTimes { stale, resolve, resolve_queued, connect, tls, first_byte, body }
    })
}

fn phase() -> impl Strategy<Value = Phase> {
    select(vec![Phase::Resolve, Phase::Connect, Phase::Tls, Phase::FirstByte, Phase::Body, Phase::Job])
}

fn reason() -> impl Strategy<Value = Reason> {
    select(vec![
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
    ])
}

fn warning_source() -> impl Strategy<Value = WarningSource> {
    select(vec![
        WarningSource::Recorder,
        WarningSource::Report,
        WarningSource::Machine,
        WarningSource::Plan,
        WarningSource::Worker,
        WarningSource::Retries,
        WarningSource::Probe,
    ])
}

fn run_end() -> impl Strategy<Value = RunEnd> {
    select(vec![RunEnd::Finished, RunEnd::Drained, RunEnd::Cancelled, RunEnd::FailedFast, RunEnd::GivenUp])
}

fn late_timers() -> impl Strategy<Value = Fact> {
    let lengths = (length(), length(), length());
    lengths.prop_map(|(observed, mean, worst)| Fact::TimersLate { observed, mean, worst })
}
