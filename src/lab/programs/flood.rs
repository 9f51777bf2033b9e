//! No limit against a server that has one, next to the right limit and an adaptive limit.
//!
//! In the wrong approach each task obeys `Retry-After` by itself, so that all come back at the same time.
//! The right approaches use the pool that runs every plan. Start at [`SPEC`].

use std::time::Duration;

use futures_util::future::join_all;

use crate::lab::lesson::{Lesson, Pair};
use crate::lab::spec::{Approach, Cap, DefaultControls, Program, ScenarioSpec};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The definition of the scenario.
pub const SPEC: ScenarioSpec = ScenarioSpec {
    name: "flood",
    sentence: "no limit, with a server that allows ten at once, against a limit of ten",
    measure: RaceMeasure::Time,
    defaults: DefaultControls { requests: 120, delay: Duration::from_millis(100), limit: 10 },
    delay_label: "each takes",
    path: |_, spec| format!("/limit?concurrent=10&delay={}us", spec.delay.as_micros()),
    approaches: &[
        Approach {
            caption: "no limit, retries after a 429",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(all_at_once(workload))),
        },
        Approach { caption: "with a limit", is_right: true, cap: Cap::Limit, program: Program::Pool },
        Approach { caption: "adaptive limit", is_right: true, cap: Cap::Adaptive, program: Program::Pool },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Send no more at once than the server allows: every refused request is sent again, at a cost to both sides.",
    rust: Pair {
        wrong: "let all = join_all(requests).await;",
        right: "let all: Vec<_> = stream::iter(requests).buffer_unordered(10).collect().await;",
    },
    python: Pair {
        wrong: "await asyncio.gather(*(fetch(url) for url in urls))",
        right: "limit = asyncio.Semaphore(10)\nasync with limit:\n    return await fetch(url)",
    },
    elsewhere: "JavaScript: Promise.all over a whole list instead of p-limit. Go: a goroutine for each item \
                instead of errgroup.SetLimit. Java: a virtual thread for each item instead of a Semaphore.",
    watched: Some("limited-by-upstream"),
};

/// Sends all requests at once, and each refused one again as soon as its wait is over.
async fn all_at_once(workload: Workload) {
    let tasks = workload.numbers().map(|n| tokio::spawn(workload.get_with_retries(n)));
    for ended in join_all(tasks).await.iter().flatten() {
        workload.record(ended);
    }
}
