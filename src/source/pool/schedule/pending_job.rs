//! A job in the schedule, from its draw to its end.
//!
//! Start at [`PendingJob`].

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::event::due_time::DueTime;
use crate::event::outcome::Outcome;
use crate::event::waits::WaitTimes;
use crate::event::{Attempt, HostId, JobId, Micros, Offset};
use crate::plan::before::secrets::StepSecrets;
use crate::plan::job::Job;
use crate::plan::network::cookies::CookieMode;
use crate::source::pool::adapt::history::StartId;
use crate::source::pool::cookies::CookieJar;
use crate::source::pool::throttle::own_evidence::{HostCounts, OwnEvidence, RefusedAttempt};

/// A job that has been drawn and has not settled.
#[derive(Debug)]
pub struct PendingJob {
    /// The job; after a redirect, the redirected request.
    pub job: Box<Job>,
    /// The job before it followed a redirect, if it did.
    pub original: Option<Box<Job>>,
    /// Its cookies, or those of the run, from its first attempt on.
    pub cookies: Option<Arc<CookieJar>>,
    /// Its number in this run.
    pub id: JobId,
    /// Its lane.
    pub host: HostId,
    /// Since when it was the next job of its source.
    pub since: Offset,
    /// When its first attempt started; until then, when it was drawn.
    pub begun: Offset,
    /// When its last attempt ended, or it was given up without one.
    pub ended: Offset,
    /// How its last attempt ended.
    pub last: Option<Outcome>,
    /// What it has waited for since its last attempt.
    pub wait: WaitTimes,
    /// What it waited for in total, up to its last attempt.
    pub waited: WaitTimes,
    /// The reading of its lane's clock when it was parked there.
    pub mark: WaitTimes,
    /// Tries so far, with the one for which it waits.
    pub tries: u32,
    /// Attempts so far, redirects included.
    pub attempts: u32,
    /// Redirects followed in this try.
    pub hops: u32,
    /// When its last attempt started.
    pub started: Offset,
    /// How long that attempt may take.
    pub timeout: Duration,
    /// How many other attempts were in flight at its host then.
    pub others: u32,
    /// What its host had accepted and refused then.
    pub host_counts: HostCounts,
    /// Tries that do not count: the host refused them, or the user ended them.
    pub uncounted: u32,
    /// How often its host refused it.
    pub refusals: u32,
    /// Evidence that the refusals are an answer to this job alone.
    pub own: OwnEvidence,
    /// How often a failure was its host's.
    excused: u32,
    /// How often a failure that its host had while it was up was excused: it went down then.
    struck: u32,
    /// Whether its last attempt was a try of a host that was down.
    pub is_try_of_host: bool,
    /// The number of outages of its host when its last attempt started.
    pub generation: u32,
    /// Its last try may have failed because its host went down.
    pub is_doubtful: bool,
    /// The proof of its attempt in flight, for the adaptive controller of its host.
    pub start_id: Option<StartId>,
    /// When its attempt was due by the rate, if that was before it started.
    pub due: Option<DueTime>,
    /// How late its first attempt started, if the run has a rate.
    lateness: Option<Micros>,
    /// Whether its attempt went to a host that limits attempts in flight.
    pub is_crowded: bool,
    /// The job of the page after its last answer, if there is one.
    pub next_page: Option<Box<Job>>,
    /// The values that steps before the batch gave, from its first attempt on.
    pub step_secrets: Option<Arc<StepSecrets>>,
}

impl PendingJob {
    /// A job that has just been drawn, after it had waited since `since`.
    pub fn new(job: Box<Job>, id: JobId, host: HostId, now: Offset, since: Offset, wait: WaitTimes) -> Box<Self> {
        // Boxed for its whole life, because it is moved often.
        Box::new(Self {
            original: None,
            cookies: None,
            id,
            host,
            since,
            begun: now,
            ended: now,
            last: None,
            wait,
            waited: WaitTimes::NONE,
            mark: WaitTimes::NONE,
            tries: 1,
            attempts: 0,
            hops: 0,
            timeout: job.policy.timeouts.attempt,
            job,
            started: now,
            uncounted: 0,
            others: 0,
            host_counts: HostCounts::default(),
            refusals: 0,
            own: OwnEvidence::default(),
            excused: 0,
            struck: 0,
            is_try_of_host: false,
            generation: 0,
            is_doubtful: false,
            start_id: None,
            due: None,
            lateness: None,
            is_crowded: false,
            next_page: None,
            step_secrets: None,
        })
    }

    /// The attempt that this job is making.
    pub fn attempt(&self) -> Attempt {
        Attempt { job: self.id, n: self.attempts }
    }

    /// An attempt starts.
    pub fn start(&mut self, now: Offset, timeout: Duration, others: u32, start_id: Option<StartId>) {
        if self.attempts == 0 {
            self.begun = now;
        }
        self.attempts += 1;
        (self.started, self.timeout) = (now, timeout);
        (self.others, self.start_id) = (others, start_id);
        self.waited += self.wait;
    }

    /// Takes the cookies that its rules name: those of the run, or its own.
    pub fn take_cookies(&mut self, of_run: &Arc<CookieJar>) {
        if self.cookies.is_none() {
            self.cookies = match self.job.policy.cookies {
                CookieMode::Off => None,
                CookieMode::Row => Some(Arc::default()),
                CookieMode::Run => Some(Arc::clone(of_run)),
            };
        }
    }

    /// The job for what is shown of its answers: cookies and values of steps are among its secrets.
    pub fn masked_job(&self) -> Cow<'_, Job> {
        let cookies = self.cookies.as_ref().map(|jar| jar.secrets(&self.job.url)).unwrap_or_default();
        let of_steps = self.step_secrets.iter().flat_map(|secrets| secrets.all());
        let new: Vec<_> =
            cookies.into_iter().chain(of_steps).filter(|cookie| !self.job.secrets.contains(cookie)).collect();
        if new.is_empty() {
            return Cow::Borrowed(&self.job);
        }
        let secrets = self.job.secrets.iter().cloned().chain(new).collect();
        Cow::Owned(Job { secrets, ..(*self.job).clone() })
    }

    /// Sets when the attempt that starts now was due. Call it before the start is counted.
    pub fn set_due(&mut self, due: Option<DueTime>, now: Offset, has_rate: bool) {
        self.due = due;
        if self.attempts == 0 {
            self.lateness = has_rate.then(|| due.map_or(Micros::ZERO, |due| now.since(due.at)));
        }
    }

    /// The time from when it was due to its end, if the run has a rate.
    pub fn since_due(&self) -> Option<Micros> {
        Some(self.ended.since(self.begun) + self.lateness?)
    }

    /// It has waited. The time for which its host is down or the user holds it back is not its own.
    pub fn add_wait(&mut self, waited: WaitTimes) {
        self.wait += waited;
        self.begun = self.begun + waited.outage + waited.paused;
    }

    /// Its deadline after a wait that is not added yet.
    pub fn deadline_after(&self, waited: WaitTimes) -> Offset {
        self.deadline() + waited.outage + waited.paused
    }

    /// The attempt has ended.
    pub fn end(&mut self, now: Offset) {
        (self.ended, self.wait) = (now, WaitTimes::NONE);
    }

    /// The job will be tried again.
    pub fn try_again(&mut self, is_uncounted: bool) {
        self.is_doubtful = false;
        self.tries += 1;
        self.uncounted += u32::from(is_uncounted);
        self.hops = 0;
    }

    /// Counts a refusal. Returns how much evidence it adds that the job is refused alone.
    pub fn refuse(&mut self, refused: &RefusedAttempt) -> f64 {
        self.refusals += 1;
        self.own.refuse(refused)
    }

    /// Tries that count.
    pub fn counted_tries(&self) -> u32 {
        self.tries - self.uncounted
    }

    /// Its host is down: the failed try does not count, nor does the time since that began.
    pub fn excuse(&mut self, now: Offset) {
        self.excused += 1;
        self.struck += u32::from(!self.is_try_of_host);
        self.begun = self.begun + now.since(self.started);
        self.wait.outage += now.since(self.ended);
        self.try_again(true);
    }

    /// Forgives its last try if that may have failed because its host went down. Returns whether it did.
    pub fn excuse_doubtful(&mut self) -> bool {
        let is_excused = std::mem::take(&mut self.is_doubtful);
        self.uncounted += u32::from(is_excused);
        self.struck += u32::from(is_excused);
        is_excused
    }

    /// Whether it waits for a host that is down: it may be tried again, and that includes failed connections.
    pub fn waits_for_host(&self) -> bool {
        self.job.policy.retry.attempts > 1 && self.job.policy.retry.on.connect
    }

    /// Whether it may break by itself: a try of it failed while the host was up, or the host went down with it and was
    /// back. If the host was back at the first try, once is enough, otherwise twice.
    pub fn may_break_itself(&self, was_false_alarm: bool) -> bool {
        self.counted_tries() > 1 || self.struck > u32::from(!was_false_alarm)
    }

    /// Whether it is plain that its refusal is its own answer, and not that of a limiter. It costs a try.
    pub fn is_refused_alone(&self) -> bool {
        self.own.is_plain(self.counted_tries().saturating_sub(1))
    }

    /// Whether other jobs go first: it was refused twice, or its host was tried with it in vain. A job that may be refused
    /// alone waits by itself, so that it need not wait for the others, too.
    pub fn goes_last(&self) -> bool {
        self.refusals > 1 && !self.own.is_likely() || self.excused > 1
    }

    /// Whether it may be sent twice.
    pub fn is_repeatable(&self) -> bool {
        self.job.policy.retry.non_idempotent || self.job.method.is_idempotent()
    }

    /// The job will not start again. The try for which it waited never began.
    #[must_use]
    pub fn given_up(mut self: Box<Self>, now: Offset) -> Box<Self> {
        // While it follows a redirect, its try has begun.
        self.tries = self.tries.saturating_sub(u32::from(self.hops == 0));
        self.waited += self.wait;
        self.end(now);
        self
    }

    /// The whole time: its waits and its attempts.
    pub fn total(&self) -> Micros {
        self.ended.since(self.since)
    }

    /// When its attempt times out at the latest.
    pub fn until(&self) -> Offset {
        (self.started + Micros::from(self.timeout)).min(self.deadline())
    }

    /// When the whole job times out, counted from its first attempt: time in the queue is not the job's own.
    pub fn deadline(&self) -> Offset {
        self.begun + Micros::from(self.job.policy.timeouts.job)
    }
}

/// A job, and the slot that it takes.
#[derive(Debug)]
pub struct Ticket {
    /// The job.
    pub ready: Box<PendingJob>,
    /// The slot it holds.
    pub slot: u32,
}
