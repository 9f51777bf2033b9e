//! The events of a busy run, for benchmarks.
//!
//! Start at [`Busy::events`].

use inflight::event::origin::Origin;
use inflight::event::outcome::{JobEnd, Outcome, PhaseTimes};
use inflight::event::reasons::RunEnd;
use inflight::event::waits::WaitTimes;
use inflight::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset};

/// Hosts, at most.
const HOSTS: u32 = 20;

/// How busy the run is.
#[derive(Clone, Copy, Debug)]
pub struct Busy {
    /// Endpoints; jobs take them in turn.
    pub endpoints: u32,
    /// The number of jobs.
    pub jobs: u64,
    /// How many are in flight at once.
    pub in_flight: u64,
    /// How many start per second.
    pub a_second: u64,
}

impl Busy {
    /// All events in order: at each step one job starts and another ends.
    pub fn events(self) -> impl Iterator<Item = Event> {
        let hosts = HOSTS.min(self.endpoints);
        let begun = Fact::RunStarted {
            name: "busy".into(),
            limit: u32::try_from(self.in_flight).ok(),
            jobs: None,
            insecure: false,
            times: None,
        };
        let endpoints = (0..self.endpoints).map(|id| {
            let name = format!("GET /things/{id}").into();
            Fact::EndpointAnnounced { endpoint: EndpointId(id), name, jobs: None }
        });
        let hosts = (0..hosts).map(|id| {
            let name = format!("https://{id}.example:443").into();
            Fact::HostAnnounced { host: HostId(id), name, limit: None }
        });
        let ended = Fact::RunEnded { how: RunEnd::Finished };
        std::iter::once(begun)
            .chain(endpoints)
            .chain(hosts)
            .map(|fact| event(0, fact))
            .chain((0..self.jobs).flat_map(move |job| self.step(job)))
            .chain(std::iter::once(event(self.jobs * self.micros(), ended)))
    }

    fn step(self, job: u64) -> impl Iterator<Item = Event> {
        let at = job * self.micros();
        let over = job.checked_sub(self.in_flight).map(|job| self.over(job));
        std::iter::once(self.started(job)).chain(over.into_iter().flatten()).map(move |fact| event(at, fact))
    }

    fn started(self, job: u64) -> Fact {
        let EndpointId(id) = self.endpoint(job);
        let host = HostId(id % HOSTS);
        Fact::AttemptStarted {
            attempt: Attempt { job: JobId(job), n: 1 },
            endpoint: EndpointId(id),
            host,
            row: job,
            slot: u32::try_from(job % self.in_flight).unwrap_or_default(),
            target: format!("GET https://{}.example/things/{id}", host.0).into(),
            waited: WaitTimes::NONE,
            until: None,
            page: None,
            due: None,
        }
    }

    /// A job ends; one in a hundred fails.
    fn over(self, job: u64) -> [Fact; 2] {
        let status = if job.is_multiple_of(97) { 503 } else { 200 };
        let outcome = Outcome::Answered { status, expected: status == 200, bytes: 512 };
        let end = if status == 200 { JobEnd::Done } else { JobEnd::Failed { last: outcome.clone() } };
        let (attempt, endpoint) = (Attempt { job: JobId(job), n: 1 }, self.endpoint(job));
        let total = Micros(self.in_flight * self.micros());
        [
            Fact::AttemptEnded { attempt, outcome, spent: PhaseTimes::default(), malformed: 0, decoded: None },
            Fact::JobSettled { job: JobId(job), endpoint, end, tries: 1, total, waited: WaitTimes::NONE, target: None },
        ]
    }

    fn endpoint(self, job: u64) -> EndpointId {
        EndpointId(u32::try_from(job % u64::from(self.endpoints)).unwrap_or_default())
    }

    /// The time from one start to the next.
    fn micros(self) -> u64 {
        1_000_000 / self.a_second
    }
}

fn event(at: u64, fact: Fact) -> Event {
    Event { at: Offset(at), origin: Origin::HERE, fact }
}
