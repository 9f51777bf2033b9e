//! A blocking client inside asynchronous tasks, against a client that gives the thread away while it waits.
//!
//! Ten requests of a second each take ten seconds, or one. Start at [`ABOUT`].

use std::time::Duration;

use futures_util::future::join_all;

use crate::lab::lesson::{Lesson, Pair};
use crate::lab::scenario::{About, Cap, Program, Usual, Way};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The scenario.
pub const ABOUT: About = About {
    name: "race",
    sentence: "a blocking HTTP client in async tasks, against an async one",
    measure: RaceMeasure::Time,
    usual: Usual { requests: 10, delay: Duration::from_secs(1), limit: 5 },
    delay_is: "each takes",
    path: |_, order| format!("/delay/{}us", order.delay.as_micros()),
    ways: &[
        Way {
            caption: "blocking client in tasks",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(blocking(errand))),
        },
        Way {
            caption: "async client, all at once",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(concurrent(errand))),
        },
        Way {
            caption: "async, one after the other",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(serial(errand))),
        },
        Way { caption: "async with a limit", is_right: true, cap: Cap::Limit, program: Program::Pool },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "A task must not wait with its thread: while one call blocks, every other task stands still.",
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
};

/// Tasks, but each of them keeps the only thread until its answer is there.
async fn blocking(errand: Workload) {
    let tasks = errand.numbers().map(|n| {
        let errand = errand.clone();
        tokio::spawn(async move { errand.get_blocking(n) })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        errand.take_in(ended);
    }
}

/// The same tasks, and each of them leaves the thread to the others while it waits.
async fn concurrent(errand: Workload) {
    let tasks = errand.numbers().map(|n| tokio::spawn(errand.get(n)));
    for ended in join_all(tasks).await.iter().flatten() {
        errand.take_in(ended);
    }
}

/// An async client, awaited in a loop: nothing blocks, and still there is never more than one.
async fn serial(errand: Workload) {
    for n in errand.numbers() {
        errand.take_in(&errand.get(n).await);
    }
}
