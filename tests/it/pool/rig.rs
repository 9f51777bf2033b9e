//! A whole run in one thread and without waiting: the real schedule and workers, and a script as the wire.
//!
//! Start at [`Rig::run`].

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use inflight::control::Command;
use inflight::event::adaptive::AdaptiveMode;
use inflight::event::cause::Cause;
use inflight::event::outcome::{Phase, Reason};
use inflight::event::reasons::RunEnd;
use inflight::event::{Event, Fact, Offset};
use inflight::job_result::JobResult;
use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;
use inflight::plan::job::{Job, Place};
use inflight::plan::priority_jobs::SlowJob;
use inflight::plan::reader::threads::ReaderActivity;
use inflight::source::pool::run::shared_run::SharedRun;
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::schedule::Schedule;
use inflight::source::pool::wire::progress::Progress;
use inflight::source::pool::wire::{AnswerHead, Exchange, Reply, Wire};
use inflight::source::pool::{Share, serve};
use inflight::source::slowest::Slowest;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};

use crate::pool::ledger::Ledger;

/// How one exchange goes: how long it takes, and how it ends.
#[derive(Clone, Debug)]
pub struct Act {
    pub after: Duration,
    pub end: End,
}

/// How an exchange ends.
#[derive(Clone, Debug)]
pub enum End {
    Status(u16),
    /// 429, with this `Retry-After` unless it is empty.
    Throttled(&'static str),
    /// Any status, with this `Retry-After`.
    Asked(u16, &'static str),
    To(&'static str),
    /// 200, with this body.
    Body(String),
    /// 200, with this `Link`.
    Linked(String),
    TimedOut,
    Reset,
    Fails(Reason),
    Panic,
    Never,
}

/// An answer as expected, after so many milliseconds.
pub fn ok(ms: u64) -> Act {
    ends(ms, End::Status(200))
}

/// Any end, after so many milliseconds.
pub fn ends(ms: u64, end: End) -> Act {
    Act { after: Duration::from_millis(ms), end }
}

/// An endpoint in TOML: the same request a few times.
pub fn endpoint(host: &str, repeat: u32) -> String {
    format!("[[endpoint]]\nurl = \"http://{host}/\"\nrepeat = {repeat}\n")
}

/// The exchange that a script decides.
#[derive(Clone, Copy, Debug)]
pub struct Cue<'a> {
    pub host: &'a str,
    /// Which job.
    pub place: Place,
    /// Which of its exchanges, from 1.
    pub n: u32,
    /// When it begins.
    pub at: Offset,
}

/// A run to be.
pub struct Rig {
    plan: Plan,
    script: Rc<dyn Fn(Cue<'_>) -> Act>,
    commands: Vec<(Duration, Command)>,
    /// How long it is left alone after its end, and what is then sent again.
    again: Option<(Duration, Cause)>,
    events_ahead: usize,
    listens_every: u64,
    is_deaf: bool,
    most: Option<u32>,
    /// When the process is stopped, and for how long.
    stop: Option<(Duration, Duration)>,
    /// Its clock is not paused.
    is_in_real_time: bool,
    /// The slow jobs of an earlier run.
    slow: Option<Vec<SlowJob>>,
    /// Where the plan's files are.
    folder: Option<TempDir>,
}

/// A finished run: its events, exchanges and results.
pub struct FinishedRun {
    pub events: Vec<Event>,
    pub arrivals: Vec<Arrival>,
    pub results: Vec<JobResult>,
}

/// An exchange as the wire saw it begin.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub at: Offset,
    pub host: String,
}

impl Rig {
    /// Runs a plan in TOML by a script.
    #[track_caller]
    pub fn new(plan: &str, script: impl Fn(Cue<'_>) -> Act + 'static) -> Self {
        let is_adaptive = plan.contains("adaptive");
        let mut plan = Plan::from_toml(plan, "plan.toml", Path::new("."), &|_| None).unwrap();
        // The controller starts a batch gently, and most tests are about the user's limits alone.
        if !is_adaptive {
            plan.limits.adaptive = AdaptiveMode::Off;
        }
        Self::from_plan(plan, script)
    }

    /// Runs a list of URLs by a script.
    #[track_caller]
    pub fn list(lines: &[String], script: impl Fn(Cue<'_>) -> Act + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.txt");
        std::fs::write(&file, lines.join("\n")).unwrap();
        let mut plan = Plan::read(&file, &|_| None).unwrap();
        plan.limits.adaptive = AdaptiveMode::Off;
        Self { folder: Some(folder), ..Self::from_plan(plan, script) }
    }

    /// Runs any plan by a script.
    pub fn from_plan(plan: Plan, script: impl Fn(Cue<'_>) -> Act + 'static) -> Self {
        Self {
            plan,
            script: Rc::new(script),
            commands: Vec::new(),
            again: None,
            events_ahead: 1 << 20,
            listens_every: 0,
            is_deaf: false,
            most: None,
            stop: None,
            is_in_real_time: false,
            slow: None,
            folder: None,
        }
    }

    /// Sends a command at a moment of the run.
    pub fn command(mut self, ms: u64, command: Command) -> Self {
        self.commands.push((Duration::from_millis(ms), command));
        self
    }

    /// After its end, and so many milliseconds, sends again what failed for a cause.
    pub fn again_after(mut self, ms: u64, cause: Cause) -> Self {
        self.again = Some((Duration::from_millis(ms), cause));
        self
    }

    /// Leaves room for so many events before the pool has to wait.
    pub fn events_ahead(mut self, n: usize) -> Self {
        self.events_ahead = n;
        self
    }

    /// Takes so many milliseconds over each event.
    pub fn listens_every(mut self, ms: u64) -> Self {
        self.listens_every = ms;
        self
    }

    /// Receives no events at all.
    pub fn deaf(mut self) -> Self {
        self.is_deaf = true;
        self
    }

    /// The machine allows no more connections than this.
    pub fn most(mut self, n: u32) -> Self {
        self.most = Some(n);
        self
    }

    /// Stops the process at a moment of the machine's clock, for so many milliseconds.
    pub fn stopped(mut self, at: u64, ms: u64) -> Self {
        self.stop = Some((Duration::from_millis(at), Duration::from_millis(ms)));
        self
    }

    /// Runs by a clock that is not paused.
    pub fn in_real_time(mut self) -> Self {
        self.is_in_real_time = true;
        self
    }

    /// Draws the jobs first that took long in this earlier run.
    #[track_caller]
    pub fn after(mut self, run: &FinishedRun) -> Self {
        let mut slowest = Slowest::default();
        run.events.iter().for_each(|event| slowest.apply(event));
        self.slow = slowest.found();
        assert!(self.slow.is_some(), "that run had no attempt");
        self
    }

    /// Changes the plan.
    pub fn with(mut self, change: impl FnOnce(&mut Plan)) -> Self {
        change(&mut self.plan);
        self
    }

    /// Runs it to its end.
    pub async fn run(self) -> FinishedRun {
        // On the heap, so that no test holds 28 kB on its stack.
        Box::pin(self.run_inline()).await
    }

    async fn run_inline(self) -> FinishedRun {
        let _folder = self.folder;
        let mut cursor = Cursor::open(&self.plan, Some(9)).unwrap();
        if let Some(slow) = self.slow {
            cursor.prioritize(slow);
        }
        let reading = cursor.activity();
        let schedule = Schedule::new(cursor, &self.plan.limits, self.plan.polling);
        let (events, facts) = mpsc::channel(self.events_ahead);
        let (results, mut delivered) = mpsc::channel(64);
        let start = Instant::now();
        let fails_fast = self.plan.fail_fast;
        let time = if self.stop.is_some() { RunTime::begin().noticing_stops() } else { RunTime::begin() };
        let mut shared = SharedRun::new(schedule, time.clone(), self.most, events, Some(results.into()), fails_fast);
        let wire = Rc::new(Script { play: self.script, time, n: RefCell::default(), arrivals: RefCell::default() });
        let (sender, mut commands) = mpsc::unbounded_channel();

        let tasks = LocalSet::new();
        let listening = tasks.spawn_local(listen(facts, self.is_deaf, Duration::from_millis(self.listens_every)));
        let collecting = tasks.spawn_local(async move {
            let mut all = Vec::new();
            while let Some(result) = delivered.recv().await {
                all.push(result);
            }
            all
        });
        tasks.spawn_local(async move {
            for (at, command) in self.commands {
                tokio::time::sleep_until(start + at).await;
                let _ = sender.send(command);
            }
        });
        if let Some((at, length)) = self.stop {
            tasks.spawn_local(async move {
                tokio::time::sleep_until(start + at).await;
                // No task runs meanwhile, and then every timer of that time fires.
                tokio::time::advance(length).await;
            });
        }
        let acting = Rc::clone(&wire);
        let (events, results) = tasks
            .run_until(Box::pin(async move {
                shared.open("rig", false).await;
                shared.begin_ramp().await;
                let share = Share { thread: 0, of: 1 };
                let serving = serve(Arc::clone(&shared), Rc::clone(&acting), share, Some(&mut commands));
                if self.is_in_real_time {
                    serving.await;
                } else {
                    hold_time(reading, serving).await;
                }
                shared.conclude().await;
                if let Some((after, cause)) = self.again {
                    sleep(after).await;
                    let (asking, mut profiles) = mpsc::unbounded_channel();
                    asking.send(Command::Repeat(cause)).unwrap();
                    drop(asking);
                    if let Some(cause) = shared.wait_for_repeat(&mut profiles).await {
                        shared = Arc::into_inner(shared).unwrap().reopened();
                        shared.start_again(cause).await;
                        serve(Arc::clone(&shared), acting, share, Some(&mut commands)).await;
                        shared.conclude().await;
                    }
                }
                // The channels of events and data close with it.
                drop(shared);
                (listening.await.unwrap(), collecting.await.unwrap())
            }))
            .await;
        let arrivals = wire.arrivals.take();
        FinishedRun { events, arrivals, results }
    }
}

/// Receives every event, and takes so long over each of them.
async fn listen(mut facts: mpsc::Receiver<Event>, is_deaf: bool, takes: Duration) -> Vec<Event> {
    let mut events = Vec::new();
    if is_deaf {
        return events;
    }
    while let Some(event) = facts.recv().await {
        events.push(event);
        if !takes.is_zero() {
            sleep(takes).await;
        }
    }
    events
}

/// Lets no time pass while a thread reads a file ahead: it is not what is measured.
async fn hold_time(reading: ReaderActivity, serving: impl Future<Output = ()>) {
    let mut serving = pin!(serving);
    poll_fn(|context| {
        let polled = serving.as_mut().poll(context);
        if polled.is_pending() && reading.is_reading() {
            context.waker().wake_by_ref();
        }
        polled
    })
    .await;
}

/// A wire that follows the script.
struct Script {
    play: Rc<dyn Fn(Cue<'_>) -> Act>,
    time: RunTime,
    n: RefCell<HashMap<Place, u32>>,
    arrivals: RefCell<Vec<Arrival>>,
}

impl Wire for Script {
    async fn exchange(&self, job: &Job, timeout: Duration, _: &Progress) -> Exchange {
        let n = {
            let mut all = self.n.borrow_mut();
            let n = all.entry(job.place).or_default();
            *n += 1;
            *n
        };
        let host = job.url.host_str().unwrap_or_default();
        let (at, time) = (self.time.now(), &self.time);
        self.arrivals.borrow_mut().push(Arrival { at, host: host.to_owned() });
        let act = (self.play)(Cue { host, place: job.place, n, at });
        if act.after > timeout || matches!(act.end, End::Never) && timeout < Duration::from_secs(60) {
            time.sleep_until(at + timeout.into()).await;
            return Exchange::new(Reply::TimedOut(Phase::FirstByte));
        }
        sleep(act.after).await;
        Exchange::new(match act.end {
            End::Status(status) => answer(status, &[]),
            End::Throttled(retry_after) => answer(429, &[("retry-after", retry_after)]),
            End::Asked(status, retry_after) => answer(status, &[("retry-after", retry_after)]),
            End::To(url) => answer(302, &[("location", url)]),
            End::Body(body) => with_body(body),
            End::Linked(link) => answer(200, &[("link", &link)]),
            End::TimedOut => Reply::TimedOut(Phase::FirstByte),
            End::Reset => Reply::Failed(Reason::Reset, None),
            End::Fails(reason) => Reply::Failed(reason, None),
            // Without the message and the backtrace of an unexpected panic.
            End::Panic => std::panic::resume_unwind(Box::new("as scripted")),
            End::Never => std::future::pending().await,
        })
    }
}

fn answer(status: u16, headers: &[(&'static str, &str)]) -> Reply {
    let header = |&(name, value): &(&'static str, &str)| {
        (!value.is_empty()).then(|| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
    };
    let headers: HeaderMap = headers.iter().filter_map(header).collect();
    Reply::Answer { head: AnswerHead { status, headers, received: SystemTime::now() }, bytes: 0, body: Bytes::new() }
}

fn with_body(text: String) -> Reply {
    let Reply::Answer { head, .. } = answer(200, &[]) else { unreachable!("it is an answer") };
    Reply::Answer { head, bytes: text.len() as u64, body: text.into() }
}

impl FinishedRun {
    /// What the events add up to; panics if they cannot be.
    #[track_caller]
    pub fn ledger(&self) -> Ledger {
        let ledger = Ledger::read(&self.events);
        // What is cancelled at its start may not come as far as the wire.
        let not_sent = ledger.starts.len().checked_sub(self.arrivals.len()).expect("what arrived has started");
        assert!(not_sent <= ledger.n_cancelled, "{not_sent} not sent, {} cancelled", ledger.n_cancelled);
        assert_eq!(ledger.ends.len(), self.results.len(), "every settled job is reported");
        ledger
    }

    /// When each exchange with a host began.
    pub fn arrivals_at(&self, host: &str) -> Vec<Offset> {
        self.arrivals.iter().filter(|arrival| arrival.host == host).map(|arrival| arrival.at).collect()
    }

    /// How the run ended and after how long.
    #[track_caller]
    pub fn end(&self) -> (RunEnd, Offset) {
        match self.events.last().unwrap() {
            Event { at, fact: Fact::RunEnded { how }, .. } => (*how, *at),
            other => panic!("{other:?} is no end"),
        }
    }
}
