//! An exchange with the values that steps before the batch gave.
//!
//! The job itself never has them, so that they reach no event. If the server no longer accepts them (401), the steps are
//! sent again, and the request once more within the same attempt. Start at [`exchange_filled`].

use std::time::Duration;

use http::StatusCode;

use crate::event::outcome::Reason;
use crate::plan::job::Job;
use crate::source::pool::cookies::CookieJar;
use crate::source::pool::run::shared_run::SharedRun;
use crate::source::pool::run::signed_exchange::exchange_signed;
use crate::source::pool::run::step_values::BeforeSteps;
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::{Exchange, Reply, Wire};

/// Performs one exchange, with the values of steps if the plan has any.
pub async fn exchange_filled<W: Wire>(
    shared: &SharedRun,
    wire: &W,
    (job, jar): (&Job, Option<&CookieJar>),
    timeout: Duration,
    progress: &Progress,
) -> Exchange {
    match &shared.steps {
        None => exchange_signed(wire, (job, jar), (timeout, &shared.time), progress).await,
        // Boxed, because few runs need it and it would enlarge the future of every worker.
        Some(steps) => Box::pin(exchange_with_values(shared, wire, steps, (job, jar), timeout, progress)).await,
    }
}

async fn exchange_with_values<W: Wire>(
    shared: &SharedRun,
    wire: &W,
    steps: &BeforeSteps,
    (job, jar): (&Job, Option<&CookieJar>),
    timeout: Duration,
    progress: &Progress,
) -> Exchange {
    let mut is_renewed = false;
    loop {
        let (generation, values) = steps.current();
        let mut filled = match values.fill(job) {
            Ok(Some(filled)) => filled,
            Ok(None) => return exchange_signed(wire, (job, jar), (timeout, &shared.time), progress).await,
            Err(why) => return Exchange::new(Reply::Failed(Reason::BadRow, Some(why))),
        };
        filled.secrets = filled.secrets.iter().cloned().chain(steps.secrets()).collect();
        let exchange = exchange_signed(wire, (&filled, jar), (timeout, &shared.time), progress).await;
        let is_unauthorized = matches!(
            &exchange.reply,
            Reply::Answer { head, .. } if head.status == StatusCode::UNAUTHORIZED.as_u16()
        );
        if !is_unauthorized {
            return exchange;
        }
        if is_renewed {
            steps.note_in_vain(shared.now());
            return exchange;
        }
        if !steps.renew(shared, wire, generation).await {
            return exchange;
        }
        is_renewed = true;
    }
}
