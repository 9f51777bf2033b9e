//! A lock held across an await, and a pool with one connection: all tasks wait for one.
//!
//! No thread is blocked, and still only one request is in flight at a time.
//! Start at [`SPEC`].

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Mutex;

use crate::lab::connection_pool::ConnectionPool;
use crate::lab::lesson::{Lesson, Pair};
use crate::lab::spec::{Approach, Cap, DefaultControls, Program, ScenarioSpec};
use crate::lab::workload::Workload;
use crate::model::race::RaceMeasure;

/// The definition of the scenario.
pub const SPEC: ScenarioSpec = ScenarioSpec {
    name: "convoy",
    sentence: "a lock held across an await, against a lock released before it",
    measure: RaceMeasure::Time,
    defaults: DefaultControls { requests: 20, delay: Duration::from_millis(250), limit: 20 },
    delay_label: "each takes",
    path: |_, spec| format!("/delay/{}us", spec.delay.as_micros()),
    approaches: &[
        Approach {
            caption: "lock held across the await",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(held_across(workload))),
        },
        Approach {
            caption: "lock released before it",
            is_right: true,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(released(workload))),
        },
        Approach {
            caption: "a pool of one connection",
            is_right: false,
            cap: Cap::None,
            program: Program::Own(|workload| Box::pin(pooled(workload, |_| 1))),
        },
        Approach {
            caption: "a pool as large as the limit",
            is_right: true,
            cap: Cap::Limit,
            program: Program::Own(|workload| Box::pin(pooled(workload, Workload::limit))),
        },
    ],
    lesson: &LESSON,
};

const LESSON: Lesson = Lesson {
    rule: "Release a lock before you await: a task that waits while it holds the lock makes all others wait.",
    rust: Pair { wrong: "let token = token.lock().await;", right: "let token = token.lock().await.clone();" },
    python: Pair {
        wrong: "async with lock:\n    return await client.get(url, headers=auth(token))",
        right: "async with lock:\n    headers = auth(token)\nreturn await client.get(url, headers=headers)",
    },
    elsewhere: "A pool of one connection is the same as such a lock: httpx max_connections=1, Go's MaxConnsPerHost, a \
                database pool of size one. In C# it is SemaphoreSlim(1) around the whole call.",
    watched: Some("pool-starvation"),
};

/// Each task locks the token until its response is complete.
async fn held_across(workload: Workload) {
    let token = Arc::new(Mutex::new(String::from("token")));
    let tasks = workload.numbers().map(|n| {
        let (workload, token) = (workload.clone(), Arc::clone(&token));
        tokio::spawn(async move {
            let _token = token.lock().await;
            workload.get(n).await
        })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        workload.record(ended);
    }
}

/// Each task locks the token only to copy it.
async fn released(workload: Workload) {
    let token = Arc::new(Mutex::new(String::from("token")));
    let tasks = workload.numbers().map(|n| {
        let (workload, token) = (workload.clone(), Arc::clone(&token));
        tokio::spawn(async move {
            let _token = token.lock().await.clone();
            workload.get(n).await
        })
    });
    for ended in join_all(tasks).await.iter().flatten() {
        workload.record(ended);
    }
}

/// All tasks share a pool of connections.
async fn pooled(workload: Workload, connections: fn(&Workload) -> u32) {
    let limited = workload.clone();
    let pool = Arc::new(ConnectionPool::new(workload.spec().address, move || connections(&limited)));
    let tasks = workload.numbers().map(|n| tokio::spawn(workload.get_pooled(&pool, n)));
    for ended in join_all(tasks).await.iter().flatten() {
        workload.record(ended);
    }
}
