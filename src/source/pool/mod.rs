//! Runs a plan: a pool of workers over real sockets, under one schedule.
//!
//! Thread per core: each thread has its own runtime, its own client and its own share of the
//! workers; all pull from one [`schedule`]. What happens leaves through one bounded channel of
//! events, in an order in which nothing is named before it is announced and nobody ever counts more
//! in flight than the limit. Start at [`Pool::start`].

pub mod adapt;
pub mod dns;
pub mod outcome;
pub mod retry;
pub mod run;
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
use tokio::time::Instant;

use crate::control::Command;
use crate::event::{ChangedBy, Event, Scope};
use crate::job_result::JobResult;
use crate::plan::cursor::Cursor;
use crate::plan::{Limits, Polling};
use crate::source::pool::dns::Resolver;
use crate::source::pool::run::shared_state::Shared;
use crate::source::pool::run::supervision::{BreaksOnPanic, run_workers};
use crate::source::pool::schedule::Schedule;
use crate::source::pool::schedule::run_time::RunTime;
use crate::source::pool::wire::Wire;
use crate::source::pool::wire::dns_prefetch::DnsPrefetch;
use crate::source::pool::wire::route::{Route, Wires};

/// Events that may wait for the pump before the pool waits for it.
pub const EVENTS_AHEAD: usize = 4096;

/// What a run needs beside its plan.
#[derive(Debug)]
pub struct Settings {
    /// What the run is called.
    pub name: String,
    /// The plan's dials.
    pub limits: Limits,
    /// Whether the batch is repeated, and how often.
    pub polling: Option<Polling>,
    /// Stop at the first job that fails.
    pub fail_fast: bool,
    /// Which wire attempts go by.
    pub route: Route,
    /// The run's clock.
    pub time: RunTime,
    /// Whether somebody may have failed jobs sent again, after its end as well: it then waits until nobody
    /// can command it any more. A batch that is repeated sends nothing again.
    pub lingers: bool,
    /// Most connections this machine lets us have.
    pub most: Option<u32>,
    /// Where facts go.
    pub events: mpsc::Sender<Event>,
    /// Where data goes, if anybody wants it.
    pub harvests: Option<mpsc::Sender<JobResult>>,
}

/// A run under way.
#[derive(Debug)]
pub struct Pool {
    commands: mpsc::UnboundedSender<Command>,
    thread: JoinHandle<Result<(), Broken>>,
}

impl Pool {
    /// Starts a run over HTTP. Its last event is `RunEnded`, and then its channel closes.
    pub fn start(cursor: Cursor, settings: Settings) -> io::Result<Self> {
        let (commands, wishes) = mpsc::unbounded_channel();
        let thread = thread::Builder::new().name("pool".into()).spawn(move || run(cursor, settings, wishes))?;
        Ok(Self { commands, thread })
    }

    /// Where to send wishes.
    pub fn commands(&self) -> mpsc::UnboundedSender<Command> {
        self.commands.clone()
    }

    /// Waits until every event has been sent. A pool that lingers does so for as long as somebody else
    /// can command it.
    pub fn join(self) -> Result<(), Broken> {
        let Self { commands, thread } = self;
        drop(commands);
        thread.join().unwrap_or(Err(Broken::Thread))
    }
}

/// Runs the threads of a pool to their end.
fn run(cursor: Cursor, settings: Settings, mut wishes: mpsc::UnboundedReceiver<Command>) -> Result<(), Broken> {
    let Settings { name, limits, polling, fail_fast, route, time, lingers, most, events, harvests } = settings;
    let keeps_bodies = harvests.is_some();
    let schedule = Schedule::new(cursor, &limits, polling);
    let mut shared = Shared::new(schedule, Instant::from_std(time.start()), most, events, harvests, fail_fast);
    if !lingers || polling.is_some() {
        shared.keep_no_failed();
    }

    // However small the limit is now, it may be raised; a thread without workers costs next to nothing.
    let of = thread::available_parallelism().map_or(1, usize::from);
    let route = route.with_budget(most, limits.concurrency.get(), of);
    let names = route.resolver();
    shared.set_dns_prefetch(DnsPrefetch::new(names.clone(), route.clone()));
    let first = runtime()?;
    first.block_on(async {
        shared.open(&name).await;
        if let Some(most) = most.filter(|&most| most < limits.concurrency.get()) {
            shared.set_limit(Scope::Run, most, ChangedBy::Machine).await;
        }
    });
    let pool = Stretch { of, route, names, keeps_bodies };
    loop {
        let ended = pool.run(&first, &shared, &mut wishes);
        if !lingers || ended.is_err() {
            break ended;
        }
        let Some(cause) = first.block_on(shared.asked_for_more(&mut wishes)) else { break ended };
        // Every thread has let go of it.
        let Some(over) = Arc::into_inner(shared) else { break ended };
        shared = over.reopened(&time);
        first.block_on(shared.go_on(cause));
    }
}

/// What it takes to run from a start to an end.
struct Stretch {
    /// How many threads.
    of: usize,
    route: Route,
    names: Resolver,
    keeps_bodies: bool,
}

impl Stretch {
    /// Runs every thread until nothing will start any more, this one among them.
    fn run(
        &self,
        first: &Runtime,
        shared: &Arc<Shared>,
        wishes: &mut mpsc::UnboundedReceiver<Command>,
    ) -> Result<(), Broken> {
        let &Self { of, ref route, ref names, keeps_bodies } = self;
        let beside = |thread| {
            let (shared, names, route) = (Arc::clone(shared), names.clone(), route.clone());
            thread::Builder::new().name(format!("pool-{thread}")).spawn(move || {
                let wire = Rc::new(Wires::new(route, &names, keeps_bodies));
                runtime()?.block_on(serve(shared, wire, Share { thread, of }, None));
                Ok(())
            })
        };
        let others: Vec<_> = (1..of).map(beside).collect();
        if others.iter().any(Result::is_err) {
            // Its share of the workers would be missing for the whole run.
            first.block_on(shared.cancel_all());
        }
        let wire = Rc::new(Wires::new(route.clone(), names, keeps_bodies));
        first.block_on(serve(Arc::clone(shared), wire, Share { thread: 0, of }, Some(wishes)));
        let ended: Vec<_> = others.into_iter().map(|other| other?.join().unwrap_or(Err(Broken::Thread))).collect();
        // What is asked for ahead is nobody's any more.
        names.cancel_queued();
        let ended: Result<(), Broken> = ended.into_iter().collect();
        if shared.is_broken() {
            // What is left cannot be settled: its channel closes, and that is the end.
            return ended.and(Err(Broken::Worker));
        }
        first.block_on(shared.conclude());
        ended
    }
}

/// Runs a plan on the runtime of whoever calls, on this one thread, to its end.
///
/// For those who have a runtime of their own to watch; it needs no thread, and no [`Pool`] to ask.
pub async fn run_here(cursor: Cursor, settings: Settings, mut wishes: mpsc::UnboundedReceiver<Command>) {
    let Settings { name, limits, polling, fail_fast, route, time, lingers: _, most, events, harvests } = settings;
    let keeps_bodies = harvests.is_some();
    let schedule = Schedule::new(cursor, &limits, polling);
    let shared = Shared::new(schedule, Instant::from_std(time.start()), most, events, harvests, fail_fast);
    shared.keep_no_failed();
    shared.open(&name).await;
    let names = route.resolver();
    shared.set_dns_prefetch(DnsPrefetch::new(names.clone(), route.clone()));
    let wire = Rc::new(Wires::new(route, &names, keeps_bodies));
    serve(Arc::clone(&shared), wire, Share { thread: 0, of: 1 }, Some(&mut wishes)).await;
    names.cancel_queued();
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
/// The thread that is given the wishes also grants them, and runs the clock.
pub async fn serve<W: Wire>(
    shared: Arc<Shared>,
    wire: Rc<W>,
    share: Share,
    wishes: Option<&mut mpsc::UnboundedReceiver<Command>>,
) {
    let _supervision = BreaksOnPanic(&shared);
    let mut workers = JoinSet::new();
    let work = async {
        tokio::select! {
            () = run_workers(&shared, &wire, share, &mut workers) => {}
            // One of them may have left an attempt or a lock half-way: the others could wait for it for ever.
            () = shared.broken.cancelled() => {}
        }
        workers.shutdown().await;
    };
    LocalSet::new()
        .run_until(async {
            match wishes {
                Some(wishes) => {
                    tokio::join!(
                        work,
                        shared.run_clock(),
                        shared.run_watch(),
                        shared.run_listener_check(),
                        shared.run_commands(wishes)
                    );
                }
                None => work.await,
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
    /// How many workers this thread runs: no more than the limit or the jobs need, and one at least
    /// in all, to find out that there are none.
    fn of(self, limit: u32, jobs: Option<u64>) -> usize {
        let needed = jobs.and_then(|jobs| u32::try_from(jobs).ok()).map_or(limit, |jobs| jobs.min(limit)).max(1);
        (needed as usize + self.of - 1 - self.thread) / self.of
    }
}

/// Why a pool could not run.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// No thread or no runtime could be had.
    #[error("cannot start the pool's threads")]
    System(#[from] io::Error),
    /// A thread of the pool panicked.
    #[error("one of its threads panicked, which is a bug in inflight")]
    Thread,
    /// A worker panicked where no attempt could be blamed for it.
    #[error("one of its workers panicked, which is a bug in inflight")]
    Worker,
}
