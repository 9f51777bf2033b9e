//! No limit against an upstream that has one, beside the right limit and a limit that finds itself.
//!
//! The wrong way waits as it is told after each refusal, every task for itself, and all come back at once.
//! The right ways are the pool that runs every plan. Start at [`ABOUT`].

use std::time::Duration;

use futures_util::future::join_all;

use crate::lab::lesson::{Lesson, Pair};
use crate::lab::scenario::{About, Cap, Program, Usual, Way};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The scenario.
pub const ABOUT: About = About {
    name: "flood",
    sentence: "no limit against an upstream that allows ten at once, against a limit of ten",
    measure: RaceMeasure::Time,
    usual: Usual { requests: 120, delay: Duration::from_millis(100), limit: 10 },
    delay_is: "each takes",
    path: |_, order| format!("/limit?concurrent=10&delay={}us", order.delay.as_micros()),
    ways: &[
        Way {
            caption: "no limit, told to come back",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(everybody(errand))),
        },
        Way { caption: "with a limit", is_right: true, cap: Cap::Limit, program: Program::Pool },
        Way { caption: "adaptive, told nothing", is_right: true, cap: Cap::Found, program: Program::Pool },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Ask no more at once than the upstream allows: what it refuses is asked again, and costs both sides.",
    rust: Pair {
        wrong: "let all = join_all(requests).await;",
        right: "let all: Vec<_> = stream::iter(requests).buffer_unordered(10).collect().await;",
    },
    python: Pair {
        wrong: "await asyncio.gather(*(fetch(url) for url in urls))",
        right: "limit = asyncio.Semaphore(10)\nasync with limit:\n    return await fetch(url)",
    },
    elsewhere: "JavaScript: Promise.all over a whole list, where p-limit belongs. Go: a goroutine for each, \
                where errgroup.SetLimit belongs. Java: a virtual thread for each, where a Semaphore belongs.",
};

/// All at once, and all that are refused once more, as soon as they may.
async fn everybody(errand: Workload) {
    let tasks = errand.numbers().map(|n| tokio::spawn(errand.get_patiently(n)));
    for ended in join_all(tasks).await.iter().flatten() {
        errand.take_in(ended);
    }
}
