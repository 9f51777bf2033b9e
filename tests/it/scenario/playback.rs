//! Random complete runs without contradictions.
//!
//! Start at [`run`].

use std::sync::Arc;

use inflight::event::origin::Origin;
use inflight::event::outcome::{JobEnd, Outcome, Phase, PhaseTimes, Reason};
use inflight::event::reasons::{ChangedBy, RetryReason, RunEnd};
use inflight::event::waits::WaitTimes;
use inflight::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset, Scope};
use proptest::prelude::*;

/// A complete run: every attempt ends, every job settles, and time never goes back.
pub fn run() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec((0..16_u8, any::<u16>(), 0..400_000_u64), 0..120).prop_map(|choices| play(&choices))
}

/// Builds a run from a list of choices: the action, its object, and the time until then.
fn play(choices: &[(u8, u16, u64)]) -> Vec<Event> {
    let mut run = Played::default();
    run.apply(Fact::RunStarted { name: "played".into(), limit: Some(8), jobs: None, insecure: false, times: None });
    for id in 0..3 {
        run.apply(Fact::EndpointAnnounced { endpoint: EndpointId(id), name: format!("GET /{id}").into(), jobs: None });
        run.apply(Fact::HostAnnounced {
            host: HostId(id),
            name: format!("https://{id}.example:443").into(),
            limit: None,
        });
    }
    for &(what, which, later) in choices {
        run.now += Micros(later).0;
        match what {
            0..5 => run.start_new(u32::from(which) % 3),
            5 => run.start_waiting(which),
            6 => run.apply(Fact::LimitChanged {
                scope: Scope::Run,
                limit: u32::from(which) + 1,
                by: ChangedBy::Operator,
            }),
            7 => run.apply(if which % 2 == 0 { Fact::Paused } else { Fact::Resumed }),
            8 => run.apply(Fact::CooldownSet { host: HostId(0), until: Offset(run.now + later) }),
            _ => run.end(what, which),
        }
    }
    while !run.open.is_empty() || !run.waiting.is_empty() {
        run.now += 1_000;
        run.start_waiting(0);
        run.end(9, 0);
    }
    run.apply(Fact::PlanDrawn { jobs: run.jobs });
    run.apply(Fact::RunEnded { how: RunEnd::Finished });
    run.events
}

/// A run that is being built.
#[derive(Default)]
struct Played {
    events: Vec<Event>,
    now: u64,
    jobs: u64,
    open: Vec<(Attempt, u32)>,
    waiting: Vec<(Attempt, u32)>,
}

impl Played {
    fn apply(&mut self, fact: Fact) {
        self.events.push(Event { at: Offset(self.now), origin: Origin::HERE, fact });
    }

    fn start_new(&mut self, endpoint: u32) {
        self.jobs += 1;
        self.start(Attempt { job: JobId(self.jobs), n: 1 }, endpoint);
    }

    fn start_waiting(&mut self, which: u16) {
        if !self.waiting.is_empty() {
            let (Attempt { job, n }, endpoint) = self.waiting.remove(usize::from(which) % self.waiting.len());
            self.start(Attempt { job, n: n + 1 }, endpoint);
        }
    }

    fn start(&mut self, attempt: Attempt, endpoint: u32) {
        self.open.push((attempt, endpoint));
        let (row, slot, waited) = (attempt.job.0, 0, WaitTimes::NONE);
        let target: Arc<str> = format!("GET https://{endpoint}.example/{row}").into();
        let (endpoint, host) = (EndpointId(endpoint), HostId(endpoint));
        self.apply(Fact::AttemptStarted {
            attempt,
            endpoint,
            host,
            row,
            slot,
            target,
            waited,
            page: None,
            until: None,
            due: None,
        });
    }

    fn end(&mut self, what: u8, which: u16) {
        if self.open.is_empty() {
            return;
        }
        let (attempt, endpoint) = self.open.remove(usize::from(which) % self.open.len());
        let outcome = match what {
            10 => Outcome::Throttled { status: 429, retry_after: Some(Micros(which.into())) },
            11 => Outcome::TimedOut { phase: Phase::Body },
            12 => Outcome::Failed { reason: Reason::Tls, detail: Some("bad certificate".into()), expected: None },
            13 => Outcome::Answered { status: 500 + which % 5, bytes: 12, expected: false },
            14 => Outcome::Redirected { status: 302 },
            15 => Outcome::Cancelled,
            _ => Outcome::Answered { status: 200, bytes: u64::from(which), expected: true },
        };
        self.apply(Fact::AttemptEnded {
            attempt,
            outcome: outcome.clone(),
            spent: PhaseTimes::default(),
            malformed: 0,
            decoded: None,
        });
        let (tries, total, target) = (attempt.n, Micros::ZERO, None);
        let (job, id) = (attempt.job, EndpointId(endpoint));
        let settled = |end| Fact::JobSettled { job, endpoint: id, end, tries, total, waited: WaitTimes::NONE, target };
        match outcome {
            Outcome::Answered { expected: true, .. } => self.apply(settled(JobEnd::Done)),
            Outcome::Cancelled => self.apply(settled(JobEnd::Cancelled)),
            Outcome::Redirected { .. } => {
                self.apply(Fact::RedirectFollowed { attempt, hop: 1, target: "GET https://0.example/there".into() });
                self.waiting.push((attempt, endpoint));
            }
            _ if attempt.n < 3 => {
                let until = Offset(self.now + 1_000);
                self.apply(Fact::RetryScheduled { attempt, until, why: RetryReason::Backoff });
                self.waiting.push((attempt, endpoint));
            }
            last => self.apply(settled(JobEnd::Failed { last })),
        }
    }
}
