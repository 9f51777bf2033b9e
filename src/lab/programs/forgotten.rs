//! Futures that are created and dropped, against futures that are awaited.
//!
//! Calling an async function only creates a future. Start at [`SPEC`].

use std::time::Duration;

use futures_util::future::join_all;

use crate::lab::lesson::{Lesson, Pair};
use crate::lab::spec::{Approach, Cap, DefaultControls, Program, ScenarioSpec};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The definition of the scenario.
pub const SPEC: ScenarioSpec = ScenarioSpec {
    name: "forgotten-await",
    sentence: "futures created and dropped, against futures awaited",
    measure: RaceMeasure::Lost,
    defaults: DefaultControls { requests: 10, delay: Duration::from_millis(500), limit: 10 },
    delay_label: "each takes",
    path: |_, spec| format!("/delay/{}us", spec.delay.as_micros()),
    approaches: &[
        Approach {
            caption: "called, never awaited",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(forgotten(workload))),
        },
        Approach {
            caption: "called and awaited",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(awaited(workload))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Calling an async function does nothing yet: what is not awaited, spawned or joined never runs.",
    rust: Pair {
        wrong: "let results: Vec<_> = paths.map(|path| get(address, \"a\", path)).collect();",
        right: "let results = join_all(paths.map(|path| get(address, \"a\", path))).await;",
    },
    python: Pair {
        wrong: "results = [fetch(url) for url in urls]   # a list of coroutine objects",
        right: "results = await asyncio.gather(*(fetch(url) for url in urls))",
    },
    elsewhere: "Rust warns about it; Python only when the coroutine is discarded. JavaScript and C# start at \
                the call, so a missing await loses the result and the error, not the request.",
    watched: Some("never-awaited"),
};

/// Creates the futures, takes them for results, and ends at once.
#[expect(clippy::unused_async, reason = "the missing await is the mistake")]
async fn forgotten(workload: Workload) {
    let results: Vec<_> = workload.numbers().map(|n| workload.get(n)).collect();
    drop(results);
}

/// Creates the same futures and awaits them.
async fn awaited(workload: Workload) {
    let results = join_all(workload.numbers().map(|n| workload.get(n))).await;
    for ended in &results {
        workload.record(ended);
    }
}
