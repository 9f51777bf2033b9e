//! All behind one: a lock held across an await, and a pool with one connection.
//!
//! Nothing blocks, every task is polite, and still there is never more than one in flight.
//! Start at [`ABOUT`].

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Mutex;

use crate::lab::connection_pool::Lines;
use crate::lab::lesson::{Lesson, Pair};
use crate::lab::scenario::{About, Cap, Program, Usual, Way};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The scenario.
pub const ABOUT: About = About {
    name: "convoy",
    sentence: "a lock held across an await, against a lock released before it",
    measure: RaceMeasure::Time,
    usual: Usual { requests: 20, delay: Duration::from_millis(250), limit: 20 },
    delay_is: "each takes",
    path: |_, order| format!("/delay/{}us", order.delay.as_micros()),
    ways: &[
        Way {
            caption: "lock held across the await",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(held_across(errand))),
        },
        Way {
            caption: "lock released before it",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(released(errand))),
        },
        Way {
            caption: "a pool of one connection",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|errand| Box::pin(pooled(errand, |_| 1))),
        },
        Way {
            caption: "a pool of as many as the limit",
            is_right: true,
            cap: Cap::Limit,
            program: Program::Own(|errand| Box::pin(pooled(errand, Workload::limit))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Let go of a lock before you await: whoever holds it while waiting makes everybody wait.",
    rust: Pair { wrong: "let token = token.lock().await;", right: "let token = token.lock().await.clone();" },
    python: Pair {
        wrong: "async with lock:\n    return await client.get(url, headers=auth(token))",
        right: "async with lock:\n    headers = auth(token)\nreturn await client.get(url, headers=headers)",
    },
    elsewhere: "A pool of one connection is such a lock: httpx max_connections=1, Go's MaxConnsPerHost, a \
                database pool of size one. In C# it is SemaphoreSlim(1) around the whole call.",
};

/// The token is locked until the answer is there.
async fn held_across(errand: Workload) {
    let token = Arc::new(Mutex::new(String::from("token")));
    let tasks = errand.numbers().map(|n| {
        let (errand, token) = (errand.clone(), Arc::clone(&token));
        tokio::spawn(async move {
            let _token = token.lock().await;
            errand.get(n).await
        })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        errand.take_in(ended);
    }
}

/// The token is locked until it has been copied.
async fn released(errand: Workload) {
    let token = Arc::new(Mutex::new(String::from("token")));
    let tasks = errand.numbers().map(|n| {
        let (errand, token) = (errand.clone(), Arc::clone(&token));
        tokio::spawn(async move {
            let _token = token.lock().await.clone();
            errand.get(n).await
        })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        errand.take_in(ended);
    }
}

/// All tasks share so many connections.
async fn pooled(errand: Workload, connections: fn(&Workload) -> u32) {
    let counted = errand.clone();
    let lines = Arc::new(Lines::new(errand.order().address, move || connections(&counted)));
    let tasks = errand.numbers().map(|n| tokio::spawn(errand.get_over(&lines, n)));
    for ended in join_all(tasks).await.iter().flatten() {
        errand.take_in(ended);
    }
}
