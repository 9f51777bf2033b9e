//! Everything spawned at once and all of it held, against so many at a time and each let go when done.
//!
//! The wrong way may well be the faster one, while there is room. Start at [`ABOUT`].

use std::time::Duration;

use tokio::task::JoinSet;

use crate::lab::body::{Body, Wrong};
use crate::lab::lesson::{Lesson, Pair};
use crate::lab::scenario::{About, Cap, Program, Usual, Way};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The scenario.
pub const ABOUT: About = About {
    name: "unbounded",
    sentence: "everything spawned and held at once, against a few at a time, each let go when done",
    measure: RaceMeasure::Sockets,
    usual: Usual { requests: 300, delay: Duration::from_millis(100), limit: 20 },
    delay_is: "each takes",
    path: |_, order| format!("/delay/{}us?bytes=32768", order.delay.as_micros()),
    ways: &[
        Way {
            caption: "spawn all, collect all",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(everything(errand))),
        },
        Way {
            caption: "capped and streamed",
            is_right: true,
            cap: Cap::Limit,
            program: Program::Own(|errand| Box::pin(a_few(errand))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Bound what is spawned, not only what is sent: each task holds a socket, a buffer and its result.",
    rust: Pair {
        wrong: "tasks.spawn(get(address, \"a\", path));",
        right: "let mut stream = stream::iter(requests).buffer_unordered(20);",
    },
    python: Pair {
        wrong: "tasks = [asyncio.create_task(fetch(url)) for url in million]",
        right: "queue = asyncio.Queue(maxsize=20)   # a few workers take from it",
    },
    elsewhere: "Go: goroutines are cheap, their sockets are not. Java: a virtual thread for each row. \
                JavaScript: rows.map(fetch) over a whole table. Everywhere: EMFILE, too many open files.",
};

/// A task for each request, and all bodies together at the end.
async fn everything(errand: Workload) {
    let mut tasks = JoinSet::new();
    for n in errand.numbers() {
        let (alive, request) = (errand.alive(), errand.get(n));
        tasks.spawn(async move {
            let _alive = alive;
            request.await
        });
    }
    let collected = tasks.join_all().await;
    for ended in &collected {
        errand.take_in(ended);
    }
}

/// As many tasks as the limit says, and each body is used and dropped before the next comes.
async fn a_few(errand: Workload) {
    let mut tasks = JoinSet::new();
    for n in errand.numbers() {
        while tasks.len() >= errand.limit() as usize {
            take_one(&errand, &mut tasks).await;
        }
        let (alive, request) = (errand.alive(), errand.get(n));
        tasks.spawn(async move {
            let _alive = alive;
            request.await
        });
    }
    while !tasks.is_empty() {
        take_one(&errand, &mut tasks).await;
    }
}

async fn take_one(errand: &Workload, tasks: &mut JoinSet<Result<Body, Wrong>>) {
    if let Some(Ok(ended)) = tasks.join_next().await {
        errand.take_in(&ended);
    }
}
