//! The steps before the batch: they are sent before any job, and again when a server no longer accepts their values.
//!
//! A step takes no slot, and counts in no figure. No answer of a step reaches an event, a report or a file. Start at
//! [`BeforeSteps::renew`].

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::event::cause::Cause;
use crate::event::outcome::{Outcome, Reason};
use crate::event::reasons::WarningSource;
use crate::plan::before::{StepRequest, read_values};
use crate::plan::job::Job;
use crate::plan::late::LateValues;
use crate::plan::network::cookies::CookieMode;
use crate::source::pool::cookies::CookieJar;
use crate::source::pool::outcome::body_check::{check_body, read_body};
use crate::source::pool::outcome::redirect::{self, Hop};
use crate::source::pool::retry;
use crate::source::pool::run::shared_run::SharedRun;
use crate::source::pool::run::signed_exchange::exchange_signed;
use crate::source::pool::run::step_values::{BeforeSteps, StepNeed};
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::{Exchange, Reply, Wire};
use crate::text::sanitize::sanitize;

/// The values of a step, or why there are none, and whether another try may help.
type StepResult = Result<Vec<(Box<str>, String)>, (String, bool)>;

impl BeforeSteps {
    /// Sends the steps, unless there are newer values than those of `generation`. Returns whether there are now. Callers
    /// that come meanwhile wait for it.
    pub async fn renew<W: Wire>(&self, shared: &SharedRun, wire: &W, generation: u32) -> bool {
        let _alone = self.sending.lock().await;
        match self.need(generation, shared.now()) {
            StepNeed::Newer => return true,
            StepNeed::InVain => return false,
            StepNeed::Send => {}
        }
        let sent = self.send_all(shared, wire).await;
        let is_renewed = sent.is_ok();
        self.set(sent.as_ref().ok().cloned());
        if let Err(why) = sent {
            shared.warn(WarningSource::Plan, &why).await;
        }
        is_renewed
    }

    async fn send_all<W: Wire>(&self, shared: &SharedRun, wire: &W) -> Result<LateValues, String> {
        let mut values = LateValues::default();
        for step in &self.steps {
            let given = self.send(shared, wire, step, &values).await;
            let given =
                given.map_err(|why| format!("the step `{}` before the batch failed: {why}", sanitize(&step.name)))?;
            for (name, value) in given {
                self.secrets.add(&value);
                values.set(&name, &value);
            }
        }
        Ok(values)
    }

    /// Sends a step, and again if a retry may help.
    async fn send<W: Wire>(
        &self,
        shared: &SharedRun,
        wire: &W,
        step: &StepRequest,
        values: &LateValues,
    ) -> Result<Vec<(Box<str>, String)>, String> {
        let job = values.fill(&step.job)?.unwrap_or_else(|| (*step.job).clone());
        let jar = (job.policy.cookies == CookieMode::Run).then(|| shared.lock().schedule.run_cookies());
        let mut tries = 1;
        loop {
            let (why, may_help) = match exchange_step(shared, wire, &job, jar.as_deref(), step).await {
                Ok(given) => return Ok(given),
                Err(failure) => failure,
            };
            let rules = &job.policy.retry;
            if !may_help || tries >= rules.attempts {
                return Err(why);
            }
            let wait = retry::backoff(rules, tries, fastrand::f64());
            shared.time.sleep_until(shared.now() + wait).await;
            tries += 1;
        }
    }
}

/// One try of a step, with its redirects.
async fn exchange_step<W: Wire>(
    shared: &SharedRun,
    wire: &W,
    job: &Job,
    jar: Option<&CookieJar>,
    step: &StepRequest,
) -> StepResult {
    let timeout = job.policy.timeouts.attempt;
    let (mut job, mut hops) = (job.clone(), 0);
    loop {
        let exchange = exchange_signed(wire, (&job, jar), (timeout, &shared.time), &Progress::default()).await;
        let hop = match &exchange.reply {
            Reply::Answer { head, .. } => redirect::follow(&job, head.status, &head.headers, hops),
            Reply::TimedOut(_) | Reply::Failed(..) | Reply::Cancelled => Hop::None,
        };
        match hop {
            Hop::To(next) => (job, hops) = (*next, hops + 1),
            Hop::Refused(why) => return Err((why.to_owned(), false)),
            Hop::None => return values_of(&job, exchange, step).await,
        }
    }
}

/// The values that an answer gives. What is wrong with it is described without a part of it, which may be secret.
async fn values_of(job: &Job, mut exchange: Exchange, step: &StepRequest) -> StepResult {
    let shown = |outcome: &Outcome| Cause::from_outcome(outcome).map_or_else(String::new, |cause| cause.to_string());
    let headers = match &exchange.reply {
        Reply::Answer { head, .. } if job.policy.status.contains(head.status) => head.headers.clone(),
        Reply::Answer { head, .. } => {
            let may_help = head.status >= 500 || matches!(head.status, 408 | 429);
            return Err((shown(&Outcome::Answered { status: head.status, bytes: 0, expected: false }), may_help));
        }
        Reply::TimedOut(phase) => return Err((shown(&Outcome::TimedOut { phase: *phase }), true)),
        Reply::Failed(reason, _) => {
            return Err((shown(&Outcome::Failed { reason: *reason, detail: None, expected: None }), true));
        }
        Reply::Cancelled => return Err(("it was cancelled".to_owned(), false)),
    };
    if job.policy.answer.needs_body() && check_body(job, &mut exchange).await.is_some() {
        return Err(("its answer is not as expected".to_owned(), false));
    }
    let gives = Arc::clone(&step.gives);
    let read = read_body(job, &mut exchange, move |_, body| {
        read_values(&gives, &headers, body).map_err(|why| (Reason::Unexpected, why).into())
    });
    read.await.map_err(|wrong| (wrong.failure.1, false))
}

impl SharedRun {
    /// Sends the steps before the batch, if the plan has any. If they fail, nothing else is sent.
    pub async fn prepare<W: Wire>(&self, wire: &W) {
        let Some(steps) = &self.steps else { return };
        // Boxed, because few runs need it.
        let renewed = Box::pin(steps.renew(self, wire, 0));
        tokio::select! {
            is_ready = renewed => if !is_ready {
                self.has_failed_fast.store(true, Ordering::Relaxed);
                self.with_state(|state, _| state.cancel()).await;
            },
            () = self.closed() => {}
        }
    }

    /// Resolves when the user has stopped the run.
    async fn closed(&self) {
        loop {
            let command = self.command_applied.notified();
            if self.lock().schedule.gate.state() == GateState::Closed {
                return;
            }
            command.await;
        }
    }
}
