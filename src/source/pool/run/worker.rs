//! The life of one attempt, from its slot to its end, and what follows from it.
//!
//! A worker pulls: it asks the shared schedule for a job, runs one attempt, reports it, gives the
//! slot back, and asks again. One failure is one outcome; it never costs another result.
//! Start at [`work`].

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt;

use crate::event::outcome::{JobEnd, Outcome, Phase, Reason};
use crate::event::waits::WaitTimes;
use crate::event::{Fact, JobId, Micros, WarningSource};
use crate::job_result::{Answer, JobResult};
use crate::plan::cursor::BadRow;
use crate::source::pool::outcome::judge::{self, Disposition, NextStep, ThrottleNotice};
use crate::source::pool::run::ends::Settled;
use crate::source::pool::run::shared_state::Shared;
use crate::source::pool::run::worker_handle::WorkerHandle;
use crate::source::pool::schedule::pending_job::{PendingJob, Ticket};
use crate::source::pool::schedule::{GiveUp, Next};
use crate::source::pool::wire::{Exchange, Reply, Wire};

/// Pulls and runs jobs until nothing will ever start again.
pub async fn work<W: Wire>(shared: Arc<Shared>, wire: Rc<W>) {
    let me = Arc::new(WorkerHandle::default());
    loop {
        match shared.next(&me).await {
            Next::Start(ticket) => attempt(&shared, &*wire, ticket, &me).await,
            Next::BadRow(id, bad) => refuse(&shared, id, bad).await,
            Next::GiveUp(ready, why) => {
                let end = match why {
                    GiveUp::Expired => JobEnd::Failed { last: Outcome::TimedOut { phase: Phase::Job } },
                    GiveUp::Skipped => JobEnd::Cancelled,
                };
                settle(&shared, ready, end, None).await;
            }
            Next::Again => tokio::task::yield_now().await,
            Next::Wait(_) => me.bell.notified().await,
            Next::Over => break,
        }
    }
}

/// One attempt, and what becomes of its job.
async fn attempt<W: Wire>(shared: &Shared, wire: &W, ticket: Ticket, me: &WorkerHandle) {
    // A bug of ours costs this attempt, not the run.
    let conducted = {
        // It is large, and what is wrapped around it would move it.
        let conducting = pin!(conduct(shared, wire, &ticket, me));
        AssertUnwindSafe(conducting).catch_unwind().await
    };
    let (exchange, verdict) = if let Ok(conducted) = conducted {
        conducted
    } else {
        shared.warn(WarningSource::Worker, "a worker broke; its attempt counts as failed and the run goes on").await;
        let outcome = Outcome::Failed { reason: Reason::Panicked, detail: None };
        let next_step = NextStep::Settle(judge::end_of(&outcome));
        let broken = Exchange::new(Reply::Failed(Reason::Panicked, None));
        (broken, Disposition::new(outcome, next_step, ThrottleNotice::default()))
    };
    if let Some((ready, end)) = shared.end(ticket, verdict, &exchange).await {
        settle(shared, ready, end, Some(exchange.reply)).await;
    }
}

/// One exchange, unless we end it before, and what it comes to.
async fn conduct<W: Wire>(shared: &Shared, wire: &W, ticket: &Ticket, me: &WorkerHandle) -> (Exchange, Disposition) {
    let ready = &ticket.ready;
    let exchange = tokio::select! {
        biased;
        exchange = wire.exchange(&ready.job, ready.timeout, &me.progress), if !me.is_unwanted() => exchange,
        () = me.unwanted() => Exchange::new(Reply::Cancelled),
        () = job_time(shared, ready) => Exchange::new(Reply::TimedOut(Phase::Job)),
    };
    me.progress.clear();
    let verdict = judge::judge(ready, &exchange, shared.now(), fastrand::f64());
    (exchange, verdict)
}

/// Resolves when the job's time is up, where that can happen before the attempt's own is.
async fn job_time(shared: &Shared, ready: &PendingJob) {
    if ready.deadline() < ready.started + Micros::from(ready.timeout) {
        tokio::time::sleep_until(shared.instant(ready.deadline())).await;
    } else {
        std::future::pending::<()>().await;
    }
}

/// Ends a job: its data goes to the report, its end to whoever listens, and it is booked as settled.
pub async fn settle(shared: &Shared, ready: Box<PendingJob>, end: JobEnd, reply: Option<Reply>) {
    shared
        .harvest(
            |endpoint| JobResult {
                place: ready.job.place,
                job: ready.id,
                endpoint,
                target: Arc::clone(&ready.job.target),
                end: end.clone(),
                tries: ready.tries,
                total: ready.total(),
                waited: ready.waited.total(),
                answer: reply.and_then(answer_of),
            },
            ready.job.endpoint,
        )
        .await;
    shared.settle(Settled::of(ready, end)).await;
}

/// A row that is no job fails like one: it is counted, named and reported.
async fn refuse(shared: &Shared, id: JobId, bad: BadRow) {
    let why: Arc<str> = bad.why.into();
    let last = Outcome::Failed { reason: Reason::BadRow, detail: Some(Arc::clone(&why)) };
    let end = JobEnd::Failed { last };
    let (place, target) = (bad.place, Arc::clone(&why));
    shared
        .harvest(
            |endpoint| JobResult {
                place,
                job: id,
                endpoint,
                target,
                end: end.clone(),
                tries: 0,
                total: Micros::ZERO,
                waited: Micros::ZERO,
                answer: None,
            },
            bad.endpoint,
        )
        .await;
    let endpoint = bad.endpoint;
    let (total, waited) = (Micros::ZERO, WaitTimes::NONE);
    let told = Fact::JobSettled { job: id, endpoint, end, tries: 0, total, waited, target: Some(why) };
    shared.settle(Settled { place, endpoint, is_good: Some(false), told, failed: None }).await;
}

fn answer_of(reply: Reply) -> Option<Answer> {
    match reply {
        Reply::Answer { head, body, .. } => {
            let content_type = head.headers.get(http::header::CONTENT_TYPE);
            let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            Some(Answer { status: head.status, content_type, body })
        }
        Reply::TimedOut(_) | Reply::Failed(..) | Reply::Cancelled => None,
    }
}
