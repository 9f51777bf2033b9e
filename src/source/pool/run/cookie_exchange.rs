//! An exchange that sends the cookies of a jar, and keeps those that its response sets.
//!
//! The job itself never has them, so that they reach no event and no later request to another host. Start at
//! [`exchange_with_cookies`].

use std::sync::Arc;
use std::time::Duration;

use http::header::COOKIE;

use crate::plan::job::Job;
use crate::source::pool::cookies::CookieJar;
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::{Exchange, Reply, Wire};

/// Performs one exchange, with the cookies of the job if it has a jar.
pub async fn exchange_with_cookies<W: Wire>(
    wire: &W,
    (job, jar): (&Job, Option<&CookieJar>),
    timeout: Duration,
    progress: &Progress,
) -> Exchange {
    match jar {
        None => wire.exchange(job, timeout, progress).await,
        // Boxed, because few runs need it and it would enlarge the future of every worker.
        Some(jar) => Box::pin(exchange_with_jar(wire, (job, jar), timeout, progress)).await,
    }
}

async fn exchange_with_jar<W: Wire>(
    wire: &W,
    (job, jar): (&Job, &CookieJar),
    timeout: Duration,
    progress: &Progress,
) -> Exchange {
    let exchange = match jar.header(&job.url, &job.headers) {
        None => wire.exchange(job, timeout, progress).await,
        Some(cookies) => {
            let mut request = job.clone();
            Arc::make_mut(&mut request.headers).insert(COOKIE, cookies);
            wire.exchange(&request, timeout, progress).await
        }
    };
    let head = match &exchange.reply {
        Reply::Answer { head, .. } => Some(head),
        Reply::TimedOut(_) | Reply::Failed(..) | Reply::Cancelled => {
            exchange.partial.as_ref().map(|partial| &partial.head)
        }
    };
    if let Some(head) = head {
        jar.keep(&job.url, &head.headers);
    }
    exchange
}
