//! A sleep that stops the thread, against one that stops only its task.
//!
//! One `sleep` deep in a nested function is enough to make a whole program serial. Start at [`ABOUT`].

use std::time::Duration;

use futures_util::future::join_all;

use crate::lab::lesson::{Lesson, Pair};
use crate::lab::scenario::{About, Cap, Program, Usual, Way};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The scenario.
pub const ABOUT: About = About {
    name: "sleep",
    sentence: "a pause before each request: the thread's sleep, against the timer's",
    measure: RaceMeasure::Time,
    usual: Usual { requests: 10, delay: Duration::from_millis(500), limit: 10 },
    delay_is: "each sleeps first for",
    path: |_, _| "/delay/20ms".to_owned(),
    ways: &[
        Way {
            caption: "thread::sleep in a task",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(on_the_thread(errand))),
        },
        Way {
            caption: "tokio::time::sleep().await",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(on_the_timer(errand))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Sleep on the timer: a sleeping thread runs nobody's task, and not even a request that is ready leaves.",
    rust: Pair { wrong: "std::thread::sleep(pause);", right: "tokio::time::sleep(pause).await;" },
    python: Pair { wrong: "time.sleep(0.5)", right: "await asyncio.sleep(0.5)" },
    elsewhere: "C#: Thread.Sleep where Task.Delay belongs. Kotlin: Thread.sleep where delay belongs. Ruby's \
                async and Node have no such sleep, but a busy loop until a deadline does the same.",
};

/// Ten tasks sleep one after the other, and only then the first request leaves.
async fn on_the_thread(errand: Workload) {
    let tasks = errand.numbers().map(|n| {
        let errand = errand.clone();
        tokio::spawn(async move {
            errand.sleep_blocking();
            errand.get(n).await
        })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        errand.take_in(ended);
    }
}

/// Ten tasks sleep side by side.
async fn on_the_timer(errand: Workload) {
    let tasks = errand.numbers().map(|n| {
        let errand = errand.clone();
        tokio::spawn(async move {
            tokio::time::sleep(errand.order().delay).await;
            errand.get(n).await
        })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        errand.take_in(ended);
    }
}
