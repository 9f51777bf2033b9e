//! A sleep that blocks the thread, against one that suspends only its task.
//!
//! One `sleep` in a nested function is enough to make a whole program serial. Start at [`SPEC`].

use std::time::Duration;

use futures_util::future::join_all;

use crate::lab::lesson::{Lesson, Pair};
use crate::lab::spec::{Approach, Cap, DefaultControls, Program, ScenarioSpec};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The definition of the scenario.
pub const SPEC: ScenarioSpec = ScenarioSpec {
    name: "sleep",
    sentence: "a pause before each request: the thread's sleep, against the timer's",
    measure: RaceMeasure::Time,
    defaults: DefaultControls { requests: 10, delay: Duration::from_millis(500), limit: 10 },
    delay_label: "each sleeps first for",
    path: |_, _| "/delay/20ms".to_owned(),
    approaches: &[
        Approach {
            caption: "thread::sleep in a task",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(on_the_thread(workload))),
        },
        Approach {
            caption: "tokio::time::sleep().await",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(on_the_timer(workload))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Sleep on the timer: a sleeping thread runs no task, so even a request that is ready does not leave.",
    rust: Pair { wrong: "std::thread::sleep(pause);", right: "tokio::time::sleep(pause).await;" },
    python: Pair { wrong: "time.sleep(0.5)", right: "await asyncio.sleep(0.5)" },
    elsewhere: "C#: Thread.Sleep instead of Task.Delay. Kotlin: Thread.sleep instead of delay. Ruby's async and \
                Node have no such sleep, but a busy loop until a deadline has the same effect.",
    watched: Some("loop-stalled"),
};

/// All tasks sleep one after another; only then does the first request leave.
async fn on_the_thread(workload: Workload) {
    let tasks = workload.numbers().map(|n| {
        let workload = workload.clone();
        tokio::spawn(async move {
            workload.sleep_blocking();
            workload.get(n).await
        })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        workload.record(ended);
    }
}

/// All tasks sleep at the same time.
async fn on_the_timer(workload: Workload) {
    let tasks = workload.numbers().map(|n| {
        let workload = workload.clone();
        tokio::spawn(async move {
            tokio::time::sleep(workload.spec().delay).await;
            workload.get(n).await
        })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        workload.record(ended);
    }
}
