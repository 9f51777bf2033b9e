//! All tasks spawned at once and all bodies held, against a few at a time, each dropped when done.
//!
//! The wrong approach may even be faster, as long as the resources last. Start at [`SPEC`].

use std::time::Duration;

use tokio::task::JoinSet;

use crate::lab::body::{CountedBody, RequestError};
use crate::lab::lesson::{Lesson, Pair};
use crate::lab::spec::{Approach, Cap, DefaultControls, Program, ScenarioSpec};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The definition of the scenario.
pub const SPEC: ScenarioSpec = ScenarioSpec {
    name: "unbounded",
    sentence: "everything spawned and held at once, against a few at a time, each dropped when done",
    measure: RaceMeasure::Sockets,
    defaults: DefaultControls { requests: 300, delay: Duration::from_millis(100), limit: 20 },
    delay_label: "each takes",
    path: |_, spec| format!("/delay/{}us?bytes=32768", spec.delay.as_micros()),
    approaches: &[
        Approach {
            caption: "spawn all, collect all",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(everything(workload))),
        },
        Approach {
            caption: "capped and streamed",
            is_right: true,
            cap: Cap::Limit,
            program: Program::Own(|workload| Box::pin(a_few(workload))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Limit what you spawn, not only what you send: each task holds a socket, a buffer and its result.",
    rust: Pair {
        wrong: "tasks.spawn(get(address, \"a\", path));",
        right: "let mut stream = stream::iter(requests).buffer_unordered(20);",
    },
    python: Pair {
        wrong: "tasks = [asyncio.create_task(fetch(url)) for url in million]",
        right: "queue = asyncio.Queue(maxsize=20)   # a few workers take from it",
    },
    elsewhere: "Go: goroutines are cheap, but their sockets are not. Java: a virtual thread for each row. \
                JavaScript: rows.map(fetch) over a whole table. Everywhere: EMFILE, too many open files.",
    watched: None,
};

/// Spawns a task for each request, and holds all bodies until the end.
async fn everything(workload: Workload) {
    let mut tasks = JoinSet::new();
    for n in workload.numbers() {
        let (guard, request) = (workload.task_guard(), workload.get(n));
        tasks.spawn(async move {
            let _guard = guard;
            request.await
        });
    }
    let collected = tasks.join_all().await;
    for ended in &collected {
        workload.record(ended);
    }
}

/// Spawns as many tasks as the limit allows, and drops each body before the next task starts.
async fn a_few(workload: Workload) {
    let mut tasks = JoinSet::new();
    for n in workload.numbers() {
        while tasks.len() >= workload.limit() as usize {
            finish_one(&workload, &mut tasks).await;
        }
        let (guard, request) = (workload.task_guard(), workload.get(n));
        tasks.spawn(async move {
            let _guard = guard;
            request.await
        });
    }
    while !tasks.is_empty() {
        finish_one(&workload, &mut tasks).await;
    }
}

async fn finish_one(workload: &Workload, tasks: &mut JoinSet<Result<CountedBody, RequestError>>) {
    if let Some(Ok(ended)) = tasks.join_next().await {
        workload.record(&ended);
    }
}
