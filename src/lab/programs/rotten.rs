//! One task fails: throw the rest away, keep every outcome, or cancel the rest and say so.
//!
//! Start at [`ABOUT`].

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::task::JoinSet;

use crate::lab::body::Wrong;
use crate::lab::lesson::{Lesson, Pair};
use crate::lab::scenario::{About, Cap, Program, Usual, Way};
use crate::lab::workload::{Order, Workload};
use crate::model::race::RaceMeasure;

/// The scenario.
pub const ABOUT: About = About {
    name: "rotten-task",
    sentence: "one request fails: the rest thrown away, against every outcome kept",
    measure: RaceMeasure::Lost,
    usual: Usual { requests: 10, delay: Duration::from_secs(2), limit: 10 },
    delay_is: "the slowest takes",
    path,
    ways: &[
        Way {
            caption: "try_join_all: an error ends it",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(all_or_nothing(errand))),
        },
        Way {
            caption: "join_all: every outcome kept",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(every_outcome(errand))),
        },
        Way {
            caption: "cancel the rest, by name",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(cancel_the_rest(errand))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "A failed request is a result like any other: keep every outcome, or cancel the rest and say which.",
    rust: Pair {
        wrong: "let all = try_join_all(requests).await;",
        right: "let all: Vec<Result<_, _>> = join_all(requests).await;",
    },
    python: Pair {
        wrong: "results = await asyncio.gather(*tasks)",
        right: "results = await asyncio.gather(*tasks, return_exceptions=True)",
    },
    elsewhere: "JavaScript: Promise.all against Promise.allSettled. Go: errgroup with a context cancels the \
                rest. Java: invokeAll keeps all, a structured scope that shuts down on failure does not.",
};

/// Answers come one after the other; the one a little before the middle is rotten.
fn path(n: u64, order: &Order) -> String {
    let share = order.delay.as_micros() * u128::from(n) / u128::from(order.requests.max(1));
    if n == rotten(order) { format!("/status/500?delay={share}us") } else { format!("/delay/{share}us") }
}

/// Which request fails.
fn rotten(order: &Order) -> u64 {
    (order.requests * 2 / 5).max(1)
}

/// Writes down each result as it comes; at the first error everything that runs is dropped.
async fn all_or_nothing(errand: Workload) {
    let requests = errand.numbers().map(|n| {
        let errand = errand.clone();
        async move {
            let body = errand.get(n).await?;
            errand.keep(&body);
            Ok::<_, Wrong>(())
        }
    });
    if let Err(wrong) = try_join_all(requests).await {
        errand.read(&wrong);
    }
}

/// Waits for all of them, whatever they come to.
async fn every_outcome(errand: Workload) {
    for ended in &join_all(errand.numbers().map(|n| errand.get(n))).await {
        errand.take_in(ended);
    }
}

/// Ends the rest at the first error on purpose, and knows of each what became of it.
async fn cancel_the_rest(errand: Workload) {
    let mut tasks = JoinSet::new();
    for n in errand.numbers() {
        tasks.spawn(errand.get(n));
    }
    let mut open: Vec<u64> = errand.numbers().collect();
    while let Some(ended) = tasks.join_next().await {
        let Ok(ended) = ended else { continue };
        let n = ended.as_ref().map_or_else(|wrong| wrong.n, |body| body.n);
        open.retain(|&other| other != n);
        errand.take_in(&ended);
        if ended.is_err() {
            tasks.shutdown().await;
        }
    }
    for n in open {
        errand.read(&Wrong::cancelled(n));
    }
}
