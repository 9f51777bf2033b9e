//! The worker pool that runs a plan over real sockets, under one schedule.
//!
//! There is a thread for each core, with its own runtime, HTTP client and share of the workers. All workers pull
//! from one [`schedule`]. Events leave through one bounded channel. No event names anything before it is
//! announced, and no event exceeds the limit of attempts in flight. Start at [`Pool::start`].

pub mod adapt;
pub mod cookies;
pub mod dns;
pub mod outage;
pub mod outcome;
pub mod retry;
pub mod run;
pub mod run_time;
pub mod schedule;
pub mod throttle;
pub mod wire;

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::{JoinSet, LocalSet};

use crate::control::Command;
use crate::event::reasons::ChangedBy;
use crate::event::{Event, Scope};
use crate::job_result::sink::ResultSink;
use crate::plan::cursor::Cursor;
use crate::plan::{Limits, Polling};
use crate::source::pool::dns::Resolver;
use crate::source::pool::run::shared_run::SharedRun;
use crate::source::pool::run::supervision::{BreaksOnPanic, run_workers};
use crate::source::pool::run_time::RunTime;
use crate::source::pool::schedule::Schedule;
use crate::source::pool::wire::Wire;
use crate::source::pool::wire::dns_prefetch::DnsPrefetch;
use crate::source::pool::wire::kept_body::BodyRules;
use crate::source::pool::wire::route::{Route, Wires};

/// How many events may wait for the pump before the pool waits for it.
pub const EVENTS_AHEAD: usize = 4096;

/// What a run needs in addition to the position in its plan.
#[derive(Debug)]
pub struct PoolSettings {
    /// The run's name.
    pub name: String,
    /// The plan's limits.
    pub limits: Limits,
    /// Whether the batch is repeated, and how often.
    pub polling: Option<Polling>,
    /// Stop at the first job that fails.
    pub fail_fast: bool,
    /// Which HTTP client attempts use.
    pub route: Route,
    /// The run's clock.
    pub time: RunTime,
    /// Whether the pool stays after the end, so that failed jobs can be sent again. It then waits until no more
    /// commands can come. A run with rounds sends nothing again.
    pub lingers: bool,
    /// The most connections that this machine allows.
    pub most: Option<u32>,
    /// Where facts go.
    pub events: mpsc::Sender<Event>,
    /// Where jobs' results go, if they are collected.
    pub results: Option<ResultSink>,
    /// What becomes of bodies if results are collected.
    pub bodies: BodyRules,
}

/// A run under way.
#[derive(Debug)]
pub struct Pool {
    commands: mpsc::UnboundedSender<Command>,
    thread: JoinHandle<Result<(), Broken>>,
}

impl Pool {
    /// Starts a run over HTTP. Its last event is `RunEnded`, and then its channel closes.
    pub fn start(cursor: Cursor, settings: PoolSettings) -> io::Result<Self> {
        let (sender, commands) = mpsc::unbounded_channel();
        let thread = thread::Builder::new().name("pool".into()).spawn(move || run(cursor, settings, commands))?;
        Ok(Self { commands: sender, thread })
    }

    /// Where to send commands.
    pub fn commands(&self) -> mpsc::UnboundedSender<Command> {
        self.commands.clone()
    }

    /// Waits until every event has been sent. A pool that lingers ends when every other sender of commands is gone.
    pub fn join(self) -> Result<(), Broken> {
        let Self { commands, thread } = self;
        drop(commands);
        thread.join().unwrap_or(Err(Broken::Thread))
    }
}

/// Runs the threads of a pool to their end.
fn run(cursor: Cursor, settings: PoolSettings, mut commands: mpsc::UnboundedReceiver<Command>) -> Result<(), Broken> {
    let PoolSettings { name, limits, polling, fail_fast, route, time, lingers, most, events, results, bodies } =
        settings;
    let bodies = BodyRules { are_kept: results.as_ref().is_some_and(|results| results.needs_bodies), ..bodies };
    let schedule = Schedule::new(cursor, &limits, polling);
    let mut shared = SharedRun::new(schedule, time.clone(), most, events, results, fail_fast);
    if !lingers || polling.is_some() {
        shared.keep_no_failed_jobs();
    }

    // The limit may be raised later, and a thread without workers costs next to nothing.
    let n_threads = thread::available_parallelism().map_or(1, usize::from);
    let route = route.with_budget(most, limits.concurrency.get(), n_threads);
    let resolver = route.resolver();
    shared.set_dns_prefetch(DnsPrefetch::new(resolver.clone(), route.clone()));
    let first = runtime()?;
    first.block_on(async {
        shared.open(&name, route.is_insecure()).await;
        if let Some(most) = most.filter(|&most| most < limits.concurrency.get()) {
            shared.set_limit(Scope::Run, most, ChangedBy::Machine).await;
        }
        shared.begin_ramp().await;
    });
    let pool = RunThreads { n_threads, route, resolver, bodies, time };
    loop {
        let ended = pool.run(&first, &shared, &mut commands);
        if !lingers || ended.is_err() {
            break ended;
        }
        let Some(cause) = first.block_on(shared.wait_for_repeat(&mut commands)) else { break ended };
        // Every thread has ended and dropped its reference.
        let Some(ended_run) = Arc::into_inner(shared) else { break ended };
        shared = ended_run.reopened();
        first.block_on(shared.start_again(cause));
    }
}

/// The threads that carry a run from a start to an end, and what each of them needs.
struct RunThreads {
    n_threads: usize,
    route: Route,
    resolver: Resolver,
    bodies: BodyRules,
    time: RunTime,
}

impl RunThreads {
    /// Runs every thread until nothing will start any more. The caller's thread is one of them.
    fn run(
        &self,
        first: &Runtime,
        shared: &Arc<SharedRun>,
        commands: &mut mpsc::UnboundedReceiver<Command>,
    ) -> Result<(), Broken> {
        let &Self { n_threads: of, ref route, ref resolver, ref bodies, ref time } = self;
        let start = |thread| {
            let (shared, resolver, route) = (Arc::clone(shared), resolver.clone(), route.clone());
            let (bodies, time) = (bodies.clone(), time.clone());
            thread::Builder::new().name(format!("pool-{thread}")).spawn(move || {
                let wire = Rc::new(Wires::new(route, &resolver, &bodies).timed_by(&time));
                runtime()?.block_on(serve(shared, wire, Share { thread, of }, None));
                Ok(())
            })
        };
        let others: Vec<_> = (1..of).map(start).collect();
        if others.iter().any(Result::is_err) {
            // Without that thread, its share of the workers would be missing for the whole run.
            first.block_on(shared.cancel_all());
        }
        let wire = Rc::new(Wires::new(route.clone(), resolver, bodies).timed_by(time));
        first.block_on(serve(Arc::clone(shared), wire, Share { thread: 0, of }, Some(commands)));
        let ended: Vec<_> = others.into_iter().map(|other| other?.join().unwrap_or(Err(Broken::Thread))).collect();
        // No job needs the names that are still being looked up ahead.
        resolver.cancel_queued();
        let ended: Result<(), Broken> = ended.into_iter().collect();
        if shared.is_broken() {
            // The remaining jobs cannot be settled: the channel closes without a last event.
            return ended.and(Err(Broken::Worker));
        }
        first.block_on(shared.conclude());
        ended
    }
}

/// Runs a plan to its end on the caller's thread and runtime.
///
/// For callers that observe a runtime of their own: it starts no thread and needs no [`Pool`].
pub async fn run_here(cursor: Cursor, settings: PoolSettings, mut commands: mpsc::UnboundedReceiver<Command>) {
    let PoolSettings { name, limits, polling, fail_fast, route, time, lingers: _, most, events, results, bodies } =
        settings;
    let bodies = BodyRules { are_kept: results.as_ref().is_some_and(|results| results.needs_bodies), ..bodies };
    let schedule = Schedule::new(cursor, &limits, polling);
    let shared = SharedRun::new(schedule, time.clone(), most, events, results, fail_fast);
    shared.keep_no_failed_jobs();
    shared.open(&name, route.is_insecure()).await;
    shared.begin_ramp().await;
    let resolver = route.resolver();
    shared.set_dns_prefetch(DnsPrefetch::new(resolver.clone(), route.clone()));
    let wire = Rc::new(Wires::new(route, &resolver, &bodies).timed_by(&time));
    serve(Arc::clone(&shared), wire, Share { thread: 0, of: 1 }, Some(&mut commands)).await;
    resolver.cancel_queued();
    if !shared.is_broken() {
        shared.conclude().await;
    }
}

/// The runtime of one thread.
fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// One thread's share of a run: workers as the limit needs them, until nothing will start any more.
///
/// The thread that gets the commands also applies them, and runs the clock.
pub async fn serve<W: Wire>(
    shared: Arc<SharedRun>,
    wire: Rc<W>,
    share: Share,
    commands: Option<&mut mpsc::UnboundedReceiver<Command>>,
) {
    let _supervision = BreaksOnPanic(&shared);
    let mut workers = JoinSet::new();
    let work = async {
        tokio::select! {
            () = run_workers(&shared, &wire, share, &mut workers) => {}
            // A worker may have left an attempt unfinished, and the others could wait for it without end.
            () = shared.broken.cancelled() => {}
            () = wire.run() => {}
        }
        workers.shutdown().await;
    };
    // It is large, and part of larger ones.
    let all = Box::pin(async {
        match commands {
            Some(commands) => {
                tokio::join!(
                    work,
                    shared.run_clock(),
                    shared.notice_stops(),
                    shared.report_progress(),
                    shared.run_listener_check(),
                    shared.run_commands(commands)
                );
            }
            None => work.await,
        }
    });
    LocalSet::new()
        .run_until(async {
            tokio::select! {
                () = all => {}
                () = shared.watch_timers() => {}
            }
        })
        .await;
}

/// A thread's part of the workers.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Which thread, from 0.
    pub thread: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    /// How many workers this thread runs: as many as the limit and the jobs need, and at least one over all
    /// threads, to find out that there are no jobs.
    fn n_workers(self, limit: u32, jobs: Option<u64>) -> usize {
        let needed = jobs.and_then(|jobs| u32::try_from(jobs).ok()).map_or(limit, |jobs| jobs.min(limit)).max(1);
        (needed as usize + self.of - 1 - self.thread) / self.of
    }
}

/// Why a pool could not run.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A thread or a runtime could not be started.
    #[error("cannot start the pool's threads")]
    System(#[from] io::Error),
    /// A thread of the pool panicked.
    #[error("one of its threads panicked, which is a bug in inflight")]
    Thread,
    /// A worker panicked outside an attempt.
    #[error("one of its workers panicked, which is a bug in inflight")]
    Worker,
}
