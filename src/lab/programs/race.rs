//! A blocking client in async tasks, against a client that frees the thread while it waits.
//!
//! Ten requests of one second each take ten seconds, or one. Start at [`SPEC`].

use std::time::Duration;

use futures_util::future::join_all;

use crate::lab::lesson::{Lesson, Pair};
use crate::lab::spec::{Approach, Cap, DefaultControls, Program, ScenarioSpec};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The definition of the scenario.
pub const SPEC: ScenarioSpec = ScenarioSpec {
    name: "race",
    sentence: "a blocking HTTP client in async tasks, against an async one",
    measure: RaceMeasure::Time,
    defaults: DefaultControls { requests: 10, delay: Duration::from_secs(1), limit: 5 },
    delay_label: "each takes",
    path: |_, spec| format!("/delay/{}us", spec.delay.as_micros()),
    approaches: &[
        Approach {
            caption: "blocking client in tasks",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(blocking(workload))),
        },
        Approach {
            caption: "async client, all at once",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(concurrent(workload))),
        },
        Approach {
            caption: "async, one after another",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(serial(workload))),
        },
        Approach { caption: "async with a limit", is_right: true, cap: Cap::Limit, program: Program::Pool },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "A task must not block its thread: while one call blocks, no other task can run.",
    rust: Pair {
        wrong: "tokio::spawn(async move { get_blocking(address, \"a\", path) })",
        right: "tokio::spawn(async move { get(address, \"a\", path).await })",
    },
    python: Pair {
        wrong: "async def fetch(url):\n    return requests.get(url)",
        right: "async def fetch(client, url):\n    return await client.get(url)   # httpx.AsyncClient",
    },
    elsewhere: "Node: a Sync function such as readFileSync. C#: .Result or .Wait() on a task. Kotlin: a \
                blocking call outside Dispatchers.IO. Java: blocking on a reactive scheduler.",
    watched: Some("sync-client-in-loop"),
};

/// Each task blocks the only thread until its response is complete.
async fn blocking(workload: Workload) {
    let tasks = workload.numbers().map(|n| {
        let workload = workload.clone();
        tokio::spawn(async move { workload.get_blocking(n) })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        workload.record(ended);
    }
}

/// Each task frees the thread for the others while it waits.
async fn concurrent(workload: Workload) {
    let tasks = workload.numbers().map(|n| tokio::spawn(workload.get(n)));
    for ended in join_all(tasks).await.iter().flatten() {
        workload.record(ended);
    }
}

/// Awaits each request in a loop: no thread is blocked, but only one request is in flight.
async fn serial(workload: Workload) {
    for n in workload.numbers() {
        workload.record(&workload.get(n).await);
    }
}
