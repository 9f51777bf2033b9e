//! A run written by hand: events folded into a model, without a clock.
//!
//! Start at [`Run::new`].

use inflight::event::origin::Origin;
use inflight::event::outcome::{JobEnd, Outcome, PhaseTimes};
use inflight::event::reasons::{RetryReason, RunEnd};
use inflight::event::waits::WaitTimes;
use inflight::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset};
use inflight::model::Model;

/// A run and its model.
pub struct Run {
    pub model: Model,
    jobs: u64,
}

impl Run {
    /// A run with this many jobs and these endpoints, all at one host, at most 4 in flight.
    pub fn new(jobs: u64, endpoints: &[&str]) -> Self {
        let mut run = Self { model: Model::default(), jobs: 0 };
        run.apply(
            0,
            Fact::RunStarted {
                name: "nightly.toml".into(),
                limit: Some(4),
                jobs: Some(jobs),
                insecure: false,
                times: None,
            },
        );
        for (endpoint, name) in (0..).map(EndpointId).zip(endpoints) {
            run.apply(0, Fact::EndpointAnnounced { endpoint, name: (*name).into(), jobs: None });
        }
        run.apply(0, Fact::HostAnnounced { host: HostId(0), name: "http://a.b:80".into(), limit: None });
        run
    }

    pub fn apply(&mut self, ms: u64, fact: Fact) {
        self.model.apply(&Event { at: Offset(ms * 1_000), origin: Origin::HERE, fact });
    }

    /// Adds an attempt with its start and end in milliseconds, and returns its id.
    pub fn attempt(&mut self, endpoint: u32, (from, to): (u64, u64), target: &str, outcome: Outcome) -> Attempt {
        self.jobs += 1;
        let attempt = Attempt { job: JobId(self.jobs), n: 1 };
        let start = Fact::AttemptStarted {
            attempt,
            endpoint: EndpointId(endpoint),
            host: HostId(0),
            row: self.jobs - 1,
            slot: 0,
            target: target.into(),
            waited: WaitTimes::NONE,
            until: None,
            page: None,
            due: None,
        };
        self.apply(from, start);
        self.apply(
            to,
            Fact::AttemptEnded { attempt, outcome, spent: PhaseTimes::default(), malformed: 0, decoded: None },
        );
        attempt
    }

    /// A job whose first attempt succeeded.
    pub fn done(&mut self, endpoint: u32, (from, to): (u64, u64)) {
        let outcome = Outcome::Answered { status: 200, bytes: 1_000, expected: true };
        let Attempt { job, .. } = self.attempt(endpoint, (from, to), "GET http://a.b/", outcome);
        self.settle(endpoint, to, job, JobEnd::Done, None);
    }

    /// A job that failed with its first attempt.
    pub fn failed(&mut self, endpoint: u32, (from, to): (u64, u64), target: &str, last: Outcome) {
        let Attempt { job, .. } = self.attempt(endpoint, (from, to), target, last.clone());
        self.settle(endpoint, to, job, JobEnd::Failed { last }, Some(target));
    }

    /// An attempt that was refused and will be retried.
    pub fn throttled(&mut self, endpoint: u32, (from, to): (u64, u64)) {
        let refused = Outcome::Throttled { status: 429, retry_after: None };
        let attempt = self.attempt(endpoint, (from, to), "GET http://a.b/", refused);
        let until = Offset((to + 100) * 1_000);
        self.apply(to, Fact::RetryScheduled { attempt, until, why: RetryReason::RetryAfter });
    }

    /// An attempt that was refused for an hour, which `retry.longest_wait` cuts to ten minutes.
    pub fn asks_for_an_hour(&mut self, endpoint: u32, (from, to): (u64, u64)) {
        let refused = Outcome::Throttled { status: 429, retry_after: Some(Micros(3_600_000_000)) };
        let attempt = self.attempt(endpoint, (from, to), "GET http://a.b/", refused);
        let until = Offset((to + 600_000) * 1_000);
        self.apply(to, Fact::CooldownSet { host: HostId(0), until });
        self.apply(to, Fact::RetryScheduled { attempt, until, why: RetryReason::Host });
    }

    pub fn end(&mut self, ms: u64, how: RunEnd) {
        self.apply(ms, Fact::RunEnded { how });
    }

    fn settle(&mut self, endpoint: u32, ms: u64, job: JobId, end: JobEnd, target: Option<&str>) {
        let endpoint = EndpointId(endpoint);
        let (target, total) = (target.map(Into::into), Micros(1_000));
        self.apply(ms, Fact::JobSettled { job, endpoint, end, tries: 1, total, waited: WaitTimes::NONE, target });
    }
}

/// An unexpected answer.
pub fn status(status: u16) -> Outcome {
    Outcome::Answered { status, bytes: 10, expected: false }
}
