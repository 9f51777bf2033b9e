//! An exchange that answers the challenge of its server, if the job has a login for that.
//!
//! A challenge costs one more request within the same attempt; later requests to the host are signed at once.
//! Start at [`exchange_signed`].

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::AUTHORIZATION;

use crate::plan::auth::digest::DigestLogin;
use crate::plan::job::Job;
use crate::source::pool::cookies::CookieJar;
use crate::source::pool::run::cookie_exchange::exchange_with_cookies;
use crate::source::pool::run_time::RunTime;
use crate::source::pool::wire::progress::Progress;
use crate::source::pool::wire::{Exchange, Reply, Wire};

/// The most challenges that an attempt answers: the first one, and one for a nonce that is stale.
const MAX_CHALLENGES: u32 = 2;

/// Performs one exchange, or a few if the server challenges the job's login.
pub async fn exchange_signed<W: Wire>(
    wire: &W,
    (job, jar): (&Job, Option<&CookieJar>),
    (timeout, time): (Duration, &RunTime),
    progress: &Progress,
) -> Exchange {
    match &job.login {
        None => exchange_with_cookies(wire, (job, jar), timeout, progress).await,
        // Boxed, because few runs need it and it would enlarge the future of every worker.
        Some(login) => Box::pin(exchange_with_login(wire, (job, jar), login, (timeout, time), progress)).await,
    }
}

async fn exchange_with_login<W: Wire>(
    wire: &W,
    (job, jar): (&Job, Option<&CookieJar>),
    login: &DigestLogin,
    (timeout, time): (Duration, &RunTime),
    progress: &Progress,
) -> Exchange {
    let end = time.now() + timeout.into();
    let mut challenges = 0;
    loop {
        let signed = login.sign(&job.method, &job.url);
        let mut request = job.clone();
        if let Some(signed) = &signed {
            Arc::make_mut(&mut request.headers).insert(AUTHORIZATION, signed.header.clone());
        }
        let left = end.since(time.now());
        let exchange = exchange_with_cookies(wire, (&request, jar), left.into(), progress).await;
        let again = match &exchange.reply {
            Reply::Answer { head, .. } if head.status == StatusCode::UNAUTHORIZED.as_u16() => {
                challenges < MAX_CHALLENGES && login.learn(&job.url, &head.headers, signed.as_ref())
            }
            Reply::Answer { .. } | Reply::TimedOut(_) | Reply::Failed(..) | Reply::Cancelled => false,
        };
        if !again {
            return exchange;
        }
        challenges += 1;
    }
}
