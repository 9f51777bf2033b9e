//! Tasks whose results are never awaited, against tasks whose every result is read.
//!
//! Start at [`SPEC`].

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::lab::body::RequestError;
use crate::lab::lesson::{Lesson, Pair};
use crate::lab::spec::{Approach, Cap, DefaultControls, Program, ScenarioSpec};
use crate::lab::workload::{Workload, WorkloadSpec};
use crate::model::race::RaceMeasure;

/// The definition of the scenario.
pub const SPEC: ScenarioSpec = ScenarioSpec {
    name: "swallowed",
    sentence: "tasks abandoned with their errors, against tasks whose every result is read",
    measure: RaceMeasure::Lost,
    defaults: DefaultControls { requests: 12, delay: Duration::from_millis(500), limit: 12 },
    delay_label: "each takes",
    path,
    approaches: &[
        Approach {
            caption: "spawned and forgotten",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(abandoned(workload))),
        },
        Approach {
            caption: "every result is read",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(results_read(workload))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Wait for every task that you spawn: an error that is never read is lost.",
    rust: Pair { wrong: "drop(tokio::spawn(store(n)));", right: "while let Some(ended) = tasks.join_next().await {" },
    python: Pair {
        wrong: "asyncio.create_task(store(n))   # may even be collected while it runs",
        right: "async with asyncio.TaskGroup() as tasks:\n    tasks.create_task(store(n))",
    },
    elsewhere: "JavaScript: a promise without catch. Go: a goroutine that only logs. C#: an async void method. \
                Java: submit() without get().",
    watched: Some("error-lost"),
};

/// Every third request fails, with a 503 or with a reset connection.
fn path(n: u64, spec: &WorkloadSpec) -> String {
    let delay = spec.delay.as_micros();
    match n % 6 {
        3 => format!("/status/503?delay={delay}us"),
        0 => format!("/reset?delay={delay}us"),
        _ => format!("/delay/{delay}us"),
    }
}

/// Each task keeps its result, but its error is lost. The program runs until all tasks are done.
async fn abandoned(workload: Workload) {
    let (alive, mut all_done) = mpsc::channel::<()>(1);
    for n in workload.numbers() {
        let (workload, alive) = (workload.clone(), alive.clone());
        drop(tokio::spawn(async move {
            let _alive = alive;
            let body = workload.get(n).await?;
            workload.keep_result(&body);
            Ok::<_, RequestError>(())
        }));
    }
    drop(alive);
    // A real service would do other work; this program waits only so that its requests are counted.
    all_done.recv().await;
}

/// The same tasks, each of them awaited.
async fn results_read(workload: Workload) {
    let mut tasks = JoinSet::new();
    for n in workload.numbers() {
        tasks.spawn(workload.get(n));
    }
    while let Some(ended) = tasks.join_next().await {
        if let Ok(ended) = ended {
            workload.record(&ended);
        }
    }
}
