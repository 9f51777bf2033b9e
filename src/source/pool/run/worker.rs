//! A worker: it takes a job from the schedule, runs one attempt, reports it, and asks again.
//!
//! A failure is one outcome, and never costs another job's result. Start at [`work`].

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt;

use crate::event::outcome::{JobEnd, Outcome, Phase, Reason};
use crate::event::reasons::WarningSource;
use crate::event::waits::WaitTimes;
use crate::event::{Fact, JobId, Micros};
use crate::job_result::JobResult;
use crate::plan::cursor::BadRow;
use crate::source::pool::outcome::body_check;
use crate::source::pool::outcome::judge::{self, Disposition};
use crate::source::pool::outcome::next_page::find_next_page;
use crate::source::pool::run::ends::{SettledJob, settle};
use crate::source::pool::run::filled_exchange::exchange_filled;
use crate::source::pool::run::shared_run::SharedRun;
use crate::source::pool::run::worker_handle::WorkerHandle;
use crate::source::pool::schedule::pending_job::{PendingJob, Ticket};
use crate::source::pool::schedule::settling::SettlingJob;
use crate::source::pool::schedule::{Dispatch, GiveUp};
use crate::source::pool::wire::{Exchange, Reply, Wire};

/// Pulls and runs jobs until nothing will ever start again.
pub async fn work<W: Wire>(shared: Arc<SharedRun>, wire: Rc<W>) {
    let me = Arc::new(WorkerHandle::default());
    loop {
        match shared.next(&me).await {
            Dispatch::Start(ticket) => attempt(&shared, &*wire, ticket, &me).await,
            Dispatch::BadRow(id, bad) => fail_bad_row(&shared, id, bad).await,
            Dispatch::GiveUp(ready, why) => {
                let end = match why {
                    GiveUp::Expired => JobEnd::Failed { last: Outcome::TimedOut { phase: Phase::Job } },
                    GiveUp::Skipped => JobEnd::Cancelled,
                };
                settle(&shared, ready, end, None).await;
            }
            Dispatch::Settle(job) => {
                let SettlingJob { ready, end, answer } = *job;
                settle(&shared, ready, end, answer).await;
            }
            Dispatch::Again => tokio::task::yield_now().await,
            Dispatch::Wait(_) => me.wakeup.notified().await,
            Dispatch::Over => break,
        }
    }
}

/// Runs one attempt, and applies its outcome to the job.
async fn attempt<W: Wire>(shared: &SharedRun, wire: &W, ticket: Ticket, me: &WorkerHandle) {
    if ticket.ready.attempts == 1 {
        shared.note_start(ticket.ready.job.place).await;
    }
    // A bug in inflight costs this attempt, not the run.
    let result = {
        // Pinned here, because the future is large and wrappers would move it.
        let exchanging = pin!(exchange(shared, wire, &ticket, me));
        AssertUnwindSafe(exchanging).catch_unwind().await
    };
    let (exchange, disposition) = if let Ok(result) = result {
        result
    } else {
        shared
            .warn(
                WarningSource::Worker,
                "an attempt panicked, which is a bug in inflight; it counts as failed and the run continues",
            )
            .await;
        let outcome = Outcome::Failed { reason: Reason::Panicked, detail: None, expected: None };
        let broken = Exchange::new(Reply::Failed(Reason::Panicked, None));
        (broken, Disposition::new(outcome, 0.0))
    };
    if let Some(SettlingJob { ready, end, answer }) = shared.end(ticket, disposition, exchange).await {
        settle(shared, ready, end, answer).await;
    }
}

/// One exchange, unless it is cancelled before its end, and how it is judged.
async fn exchange<W: Wire>(
    shared: &SharedRun,
    wire: &W,
    ticket: &Ticket,
    me: &WorkerHandle,
) -> (Exchange, Disposition) {
    let ready = &ticket.ready;
    if ready.is_crowded {
        wire.spare_connections(&ready.job);
    }
    let request = (&*ready.job, ready.cookies.as_deref());
    let mut exchange = tokio::select! {
        biased;
        exchange = exchange_filled(shared, wire, request, ready.timeout, &me.progress), if !me.is_unwanted() => exchange,
        () = me.unwanted() => Exchange::new(Reply::Cancelled),
        () = job_time(shared, ready) => Exchange::new(Reply::TimedOut(Phase::Job)),
    };
    me.progress.clear();
    if ready.job.policy.answer.needs_body() {
        // Boxed, because few runs need it and it would enlarge the future of every worker.
        let checked = Box::pin(body_check::check_body(&ready.masked_job(), &mut exchange)).await;
        exchange.wrong_answer = checked.map(Box::new);
    }
    if ready.job.page.is_some() && exchange.wrong_answer.is_none() {
        let (job, first) = (ready.masked_job(), ready.original.as_ref().unwrap_or(&ready.job));
        match Box::pin(find_next_page(&job, first, &mut exchange)).await {
            Ok(next) => exchange.next_page = next,
            Err(wrong) => exchange.wrong_answer = Some(Box::new(wrong)),
        }
    }
    let disposition = judge::judge(ready, &exchange, shared.now(), fastrand::f64());
    (exchange, disposition)
}

/// Resolves when the whole job times out, if that comes before the attempt's own time-out.
async fn job_time(shared: &SharedRun, ready: &PendingJob) {
    if ready.deadline() < ready.started + Micros::from(ready.timeout) {
        shared.time.sleep_until(ready.deadline()).await;
    } else {
        std::future::pending::<()>().await;
    }
}

/// Fails a row that could not be made into a job: it is counted, named and reported like one.
async fn fail_bad_row(shared: &SharedRun, id: JobId, bad: BadRow) {
    let why: Arc<str> = bad.why.into();
    let last = Outcome::Failed { reason: Reason::BadRow, detail: Some(Arc::clone(&why)), expected: None };
    let end = JobEnd::Failed { last };
    let (place, target) = (bad.place, Arc::clone(&why));
    shared
        .deliver(
            |endpoint| JobResult {
                place,
                job: id,
                endpoint,
                target,
                final_target: None,
                row_values: None,
                page: None,
                started: None,
                end: end.clone(),
                tries: 0,
                total: Micros::ZERO,
                waited: Micros::ZERO,
                since_due: None,
                answer: None,
            },
            bad.endpoint,
        )
        .await;
    let endpoint = bad.endpoint;
    let (total, waited) = (Micros::ZERO, WaitTimes::NONE);
    let fact = Fact::JobSettled { job: id, endpoint, end, tries: 0, total, waited, target: Some(why) };
    shared.settle(SettledJob { place, endpoint, is_good: Some(false), fact, failed: None, next_page: None }).await;
}
