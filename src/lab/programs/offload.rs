//! A blocking call: in the task, versus on its own thread.
//!
//! Start at [`SPEC`].

use std::time::Duration;

use futures_util::future::join_all;

use crate::lab::lesson::{Lesson, Pair};
use crate::lab::spec::{Approach, Cap, DefaultControls, Program, ScenarioSpec};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The definition of the scenario.
pub const SPEC: ScenarioSpec = ScenarioSpec {
    name: "offload",
    sentence: "a call that can only block: in the task, against in spawn_blocking",
    measure: RaceMeasure::Time,
    defaults: DefaultControls { requests: 10, delay: Duration::from_millis(500), limit: 10 },
    delay_label: "each takes",
    path: |_, spec| format!("/delay/{}us", spec.delay.as_micros()),
    approaches: &[
        Approach {
            caption: "blocking call in the task",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(in_the_task(workload))),
        },
        Approach {
            caption: "the same in spawn_blocking",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(on_threads(workload))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Move a call that can only block to a thread of its own, so that the tasks' thread stays free.",
    rust: Pair {
        wrong: "tokio::spawn(async move { get_blocking(address, \"a\", path) })",
        right: "tokio::task::spawn_blocking(move || get_blocking(address, \"a\", path))",
    },
    python: Pair { wrong: "result = requests.get(url)", right: "result = await asyncio.to_thread(requests.get, url)" },
    elsewhere: "Node: a worker thread. Kotlin: withContext(Dispatchers.IO). C#: Task.Run, if nothing else works. \
                Java: subscribeOn(boundedElastic()). Thread pools are limited too: bound what you send there.",
    watched: Some("loop-stalled"),
};

/// Makes the call in a task, on the only thread.
async fn in_the_task(workload: Workload) {
    let tasks = workload.numbers().map(|n| {
        let workload = workload.clone();
        tokio::spawn(async move { workload.get_blocking(n) })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        workload.record(ended);
    }
}

/// Makes the same call on threads that may block.
async fn on_threads(workload: Workload) {
    let tasks = workload.numbers().map(|n| {
        let workload = workload.clone();
        tokio::task::spawn_blocking(move || workload.get_blocking(n))
    });
    for ended in join_all(tasks).await.iter().flatten() {
        workload.record(ended);
    }
}
