//! Futures that are made and dropped, against futures that are awaited.
//!
//! A call of an async function only makes a future. Start at [`ABOUT`].

use std::time::Duration;

use futures_util::future::join_all;

use crate::lab::lesson::{Lesson, Pair};
use crate::lab::scenario::{About, Cap, Program, Usual, Way};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The scenario.
pub const ABOUT: About = About {
    name: "forgotten-await",
    sentence: "futures made and dropped, against futures awaited",
    measure: RaceMeasure::Lost,
    usual: Usual { requests: 10, delay: Duration::from_millis(500), limit: 10 },
    delay_is: "each takes",
    path: |_, order| format!("/delay/{}us", order.delay.as_micros()),
    ways: &[
        Way {
            caption: "called, never awaited",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(forgotten(errand))),
        },
        Way {
            caption: "called and awaited",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(awaited(errand))),
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
    elsewhere: "Rust warns of it, Python only when the coroutine is thrown away. JavaScript and C# start at \
                the call, so a missing await loses the result and the error, not the request.",
};

/// Makes the futures, counts them as if they were results, and ends at once.
#[expect(clippy::unused_async, reason = "that it awaits nothing is the mistake")]
async fn forgotten(errand: Workload) {
    let results: Vec<_> = errand.numbers().map(|n| errand.get(n)).collect();
    drop(results);
}

/// Makes the same futures, and asks them to run.
async fn awaited(errand: Workload) {
    let results = join_all(errand.numbers().map(|n| errand.get(n))).await;
    for ended in &results {
        errand.take_in(ended);
    }
}
