//! One task fails: discard the rest, keep every outcome, or cancel the rest and report it.
//!
//! Start at [`SPEC`].

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::task::JoinSet;

use crate::lab::body::RequestError;
use crate::lab::lesson::{Lesson, Pair};
use crate::lab::spec::{Approach, Cap, DefaultControls, Program, ScenarioSpec};
use crate::lab::workload::{Workload, WorkloadSpec};
use crate::model::race::RaceMeasure;

/// The definition of the scenario.
pub const SPEC: ScenarioSpec = ScenarioSpec {
    name: "rotten-task",
    sentence: "one request fails: the rest discarded, against every outcome kept",
    measure: RaceMeasure::Lost,
    defaults: DefaultControls { requests: 10, delay: Duration::from_secs(2), limit: 10 },
    delay_label: "the slowest takes",
    path,
    approaches: &[
        Approach {
            caption: "try_join_all: an error ends it",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(all_or_nothing(workload))),
        },
        Approach {
            caption: "join_all: every outcome kept",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(every_outcome(workload))),
        },
        Approach {
            caption: "cancel the rest, each recorded",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(cancel_the_rest(workload))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "A failed request is a result like any other: keep every outcome, or cancel the rest and report which.",
    rust: Pair {
        wrong: "let all = try_join_all(requests).await;",
        right: "let all: Vec<Result<_, _>> = join_all(requests).await;",
    },
    python: Pair {
        wrong: "results = await asyncio.gather(*tasks)",
        right: "results = await asyncio.gather(*tasks, return_exceptions=True)",
    },
    elsewhere: "JavaScript: Promise.all against Promise.allSettled. Go: errgroup with a context cancels the \
                rest. Java: invokeAll keeps all; a structured scope that shuts down on failure does not.",
    watched: Some("gather-raised"),
};

/// Responses arrive one after another; one a little before the middle is an error.
fn path(n: u64, spec: &WorkloadSpec) -> String {
    let share = spec.delay.as_micros() * u128::from(n) / u128::from(spec.requests.max(1));
    if n == failing_request(spec) { format!("/status/500?delay={share}us") } else { format!("/delay/{share}us") }
}

/// The request that fails.
fn failing_request(spec: &WorkloadSpec) -> u64 {
    (spec.requests * 2 / 5).max(1)
}

/// Keeps each result as it arrives; the first error drops everything that still runs.
async fn all_or_nothing(workload: Workload) {
    let requests = workload.numbers().map(|n| {
        let workload = workload.clone();
        async move {
            let body = workload.get(n).await?;
            workload.keep_result(&body);
            Ok::<_, RequestError>(())
        }
    });
    if let Err(error) = try_join_all(requests).await {
        workload.read_error(&error);
    }
}

/// Waits for all requests, failed or not.
async fn every_outcome(workload: Workload) {
    for ended in &join_all(workload.numbers().map(|n| workload.get(n))).await {
        workload.record(ended);
    }
}

/// Cancels the rest at the first error, and records the outcome of each.
async fn cancel_the_rest(workload: Workload) {
    let mut tasks = JoinSet::new();
    for n in workload.numbers() {
        tasks.spawn(workload.get(n));
    }
    let mut open: Vec<u64> = workload.numbers().collect();
    while let Some(ended) = tasks.join_next().await {
        let Ok(ended) = ended else { continue };
        let n = ended.as_ref().map_or_else(|error| error.n, |body| body.n);
        open.retain(|&other| other != n);
        workload.record(&ended);
        if ended.is_err() {
            tasks.shutdown().await;
        }
    }
    for n in open {
        workload.read_error(&RequestError::cancelled(n));
    }
}
