//! Tasks that nobody waits for, and whose errors nobody reads, against tasks whose ends are taken in.
//!
//! Start at [`ABOUT`].

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::lab::body::Wrong;
use crate::lab::lesson::{Lesson, Pair};
use crate::lab::scenario::{About, Cap, Program, Usual, Way};
use crate::lab::workload::{Order, Workload};
use crate::model::race::RaceMeasure;

/// The scenario.
pub const ABOUT: About = About {
    name: "swallowed",
    sentence: "tasks abandoned with their errors, against tasks whose every end is taken in",
    measure: RaceMeasure::Lost,
    usual: Usual { requests: 12, delay: Duration::from_millis(500), limit: 12 },
    delay_is: "each takes",
    path,
    ways: &[
        Way {
            caption: "spawned and forgotten",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(abandoned(errand))),
        },
        Way {
            caption: "every end is taken in",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(taken_in(errand))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "A spawned task needs somebody who waits for it: an error that nobody reads never happened.",
    rust: Pair { wrong: "drop(tokio::spawn(store(n)));", right: "while let Some(ended) = tasks.join_next().await {" },
    python: Pair {
        wrong: "asyncio.create_task(store(n))   # may even be collected while it runs",
        right: "async with asyncio.TaskGroup() as tasks:\n    tasks.create_task(store(n))",
    },
    elsewhere: "JavaScript: a promise without catch. Go: a goroutine that only logs. C#: an async void method. \
                Java: submit() without get().",
};

/// Every third request fails: refused by the server, or with its connection.
fn path(n: u64, order: &Order) -> String {
    let delay = order.delay.as_micros();
    match n % 6 {
        3 => format!("/status/503?delay={delay}us"),
        0 => format!("/reset?delay={delay}us"),
        _ => format!("/delay/{delay}us"),
    }
}

/// Each task keeps what it gets; what it fails of goes nowhere. The program lives on until all are done.
async fn abandoned(errand: Workload) {
    let (alive, mut all_gone) = mpsc::channel::<()>(1);
    for n in errand.numbers() {
        let (errand, alive) = (errand.clone(), alive.clone());
        drop(tokio::spawn(async move {
            let _alive = alive;
            let body = errand.get(n).await?;
            errand.keep(&body);
            Ok::<_, Wrong>(())
        }));
    }
    drop(alive);
    // A service has other things to do meanwhile; this one waits to be counted.
    all_gone.recv().await;
}

/// The same tasks, and somebody who waits for each of them.
async fn taken_in(errand: Workload) {
    let mut tasks = JoinSet::new();
    for n in errand.numbers() {
        tasks.spawn(errand.get(n));
    }
    while let Some(ended) = tasks.join_next().await {
        if let Ok(ended) = ended {
            errand.take_in(&ended);
        }
    }
}
