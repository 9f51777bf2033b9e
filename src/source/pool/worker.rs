//! The life of one attempt, from its slot to its end, and what follows from it.
//!
//! A worker pulls: it asks the shared schedule for a job, runs one attempt, reports it, gives the
//! slot back, and asks again. One failure is one outcome; it never costs another result.
//! Start at [`work`].

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::Notify;

use crate::event::{Concern, Fact, HostId, JobEnd, JobId, Micros, Outcome, Reason};
use crate::harvest::{Answer, Harvest};
use crate::plan::cursor::BadRow;
use crate::source::pool::judge::{self, Sequel, Verdict};
use crate::source::pool::schedule::{Next, Ready, Ticket};
use crate::source::pool::shared::Shared;
use crate::source::pool::wire::{Exchange, Reply, Wire};

/// Pulls and runs jobs until nothing will ever start again.
pub async fn work<W: Wire>(shared: Arc<Shared>, wire: Rc<W>) {
    let bell = Arc::new(Notify::new());
    loop {
        match shared.next(&bell).await {
            Next::Start(ticket) => attempt(&shared, &*wire, ticket).await,
            Next::BadRow(id, bad) => refuse(&shared, id, bad).await,
            Next::Expired(ready) => {
                let last = Outcome::TimedOut { phase: crate::event::Phase::Job };
                settle(&shared, ready, JobEnd::Failed { last }, None).await;
            }
            Next::Wait(_) => bell.notified().await,
            Next::Over => break,
        }
    }
}

/// One attempt, and what becomes of its job.
async fn attempt<W: Wire>(shared: &Shared, wire: &W, ticket: Ticket) {
    let Ticket { mut ready, slot } = ticket;
    ready.attempts += 1;
    let attempt = judge::attempt_of(&ready);
    let now = shared.now();
    shared
        .tell(Fact::AttemptStarted {
            attempt,
            endpoint: ready.job.endpoint,
            host: ready.host,
            row: ready.job.place.row,
            slot,
            target: Arc::clone(&ready.job.target),
            waited: judge::waited(&ready, now),
        })
        .await;

    let exchange = tokio::select! {
        biased;
        () = shared.cancelled() => Exchange::without_answer(Reply::Cancelled),
        // A bug of ours costs this attempt, not the run.
        caught = AssertUnwindSafe(wire.exchange(&ready.job)).catch_unwind() => {
            caught.unwrap_or_else(|_| Exchange::without_answer(Reply::Failed(Reason::Panicked, None)))
        }
    };

    let now = shared.now();
    let Verdict { outcome, sequel, cooldown } = judge::judge(&ready, &exchange, now, fastrand::f64());
    if matches!(outcome, Outcome::Failed { reason: Reason::Panicked, .. }) {
        shared.warn(Concern::Worker, "a worker broke; its attempt counts as failed and the run goes on").await;
    }
    // The end is told before the slot is free: whoever listens never counts more than the limit.
    shared.tell(Fact::AttemptEnded { attempt, outcome, spent: exchange.spent }).await;
    cool(shared, ready.host, cooldown).await;
    shared.give_back(slot, ready.host);

    match sequel {
        Sequel::Settle(end) => settle(shared, ready, end, Some(exchange.reply)).await,
        Sequel::Retry(until, why) => {
            shared.tell(Fact::RetryScheduled { attempt, until, why }).await;
            ready.tries += 1;
            ready.hops = 0;
            go_on(shared, ready, until).await;
        }
        Sequel::Hop(next) => {
            ready.hops += 1;
            ready.job = next;
            let target = Arc::clone(&ready.job.target);
            shared.tell(Fact::RedirectFollowed { attempt, hop: ready.hops, target }).await;
            go_on(shared, ready, now).await;
        }
    }
}

/// Hands a job back to the schedule, unless the run has been closed meanwhile.
async fn go_on(shared: &Shared, ready: Ready, until: crate::event::Offset) {
    if let Some(ready) = shared.take_back(ready, until) {
        settle(shared, ready, JobEnd::Cancelled, None).await;
    }
}

async fn cool(shared: &Shared, host: HostId, until: Option<crate::event::Offset>) {
    if let Some(until) = until
        && shared.cool(host, until)
    {
        shared.tell(Fact::CooldownSet { host, until }).await;
    }
}

/// Ends a job: its data goes to the report, its end to whoever listens, and it is booked as settled.
pub async fn settle(shared: &Shared, ready: Ready, end: JobEnd, reply: Option<Reply>) {
    let total = shared.now().since(ready.drawn);
    let Ready { job, id, tries, .. } = ready;
    let has_failed = matches!(end, JobEnd::Failed { .. });
    shared
        .harvest(
            |endpoint| Harvest {
                place: job.place,
                job: id,
                endpoint,
                target: Arc::clone(&job.target),
                end: end.clone(),
                tries,
                total,
                answer: reply.and_then(answer_of),
            },
            job.endpoint,
        )
        .await;
    let target = has_failed.then(|| Arc::clone(&job.target));
    shared.tell(Fact::JobSettled { job: id, endpoint: job.endpoint, end, tries, total, target }).await;
    shared.settle(has_failed);
}

/// A row that is no job fails like one: it is counted, named and reported.
async fn refuse(shared: &Shared, id: JobId, bad: BadRow) {
    let why: Arc<str> = bad.why.into();
    let last = Outcome::Failed { reason: Reason::BadRow, detail: Some(Arc::clone(&why)) };
    let end = JobEnd::Failed { last };
    let (place, target) = (bad.place, Arc::clone(&why));
    shared
        .harvest(
            |endpoint| Harvest {
                place,
                job: id,
                endpoint,
                target,
                end: end.clone(),
                tries: 0,
                total: Micros::ZERO,
                answer: None,
            },
            bad.endpoint,
        )
        .await;
    let endpoint = bad.endpoint;
    shared.tell(Fact::JobSettled { job: id, endpoint, end, tries: 0, total: Micros::ZERO, target: Some(why) }).await;
    shared.settle(true);
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
