//! A call that can only block: in the task, against on a thread that is there for it.
//!
//! Start at [`ABOUT`].

use std::time::Duration;

use futures_util::future::join_all;

use crate::lab::lesson::{Lesson, Pair};
use crate::lab::scenario::{About, Cap, Program, Usual, Way};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The scenario.
pub const ABOUT: About = About {
    name: "offload",
    sentence: "a call that can only block: in the task, against through spawn_blocking",
    measure: RaceMeasure::Time,
    usual: Usual { requests: 10, delay: Duration::from_millis(500), limit: 10 },
    delay_is: "each takes",
    path: |_, order| format!("/delay/{}us", order.delay.as_micros()),
    ways: &[
        Way {
            caption: "blocking call in the task",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(in_the_task(errand))),
        },
        Way {
            caption: "the same in spawn_blocking",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(on_threads(errand))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "What can only block goes to a thread of its own, so that the tasks' thread stays free.",
    rust: Pair {
        wrong: "tokio::spawn(async move { get_blocking(address, \"a\", path) })",
        right: "tokio::task::spawn_blocking(move || get_blocking(address, \"a\", path))",
    },
    python: Pair { wrong: "result = requests.get(url)", right: "result = await asyncio.to_thread(requests.get, url)" },
    elsewhere: "Node: a worker thread. Kotlin: withContext(Dispatchers.IO). C#: Task.Run, for want of better. \
                Java: subscribeOn(boundedElastic()). The pool of threads has an end too: bound what goes there.",
};

/// The call is in a task, and the task is on the only thread.
async fn in_the_task(errand: Workload) {
    let tasks = errand.numbers().map(|n| {
        let errand = errand.clone();
        tokio::spawn(async move { errand.get_blocking(n) })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        errand.take_in(ended);
    }
}

/// The very same call, on threads that may wait.
async fn on_threads(errand: Workload) {
    let tasks = errand.numbers().map(|n| {
        let errand = errand.clone();
        tokio::task::spawn_blocking(move || errand.get_blocking(n))
    });
    for ended in join_all(tasks).await.iter().flatten() {
        errand.take_in(ended);
    }
}
