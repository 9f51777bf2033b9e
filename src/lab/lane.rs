//! A lane: one running program with its own thread, runtime, practice server and model.
//!
//! A lane is a source like any other: its events update a model that the screen can draw. Other threads
//! can read its figures even while the program blocks its own. Start at [`LabLane::start`].

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use tokio::sync::mpsc;

use crate::control::Command;
use crate::event::{Offset, Scope};
use crate::lab::heartbeat::Heartbeat;
use crate::lab::observer::{EVENT_CAPACITY, Observer};
use crate::lab::pause_gate::PauseGate;
use crate::lab::spec::{Approach, Cap, Program};
use crate::lab::workload::{Workload, WorkloadSpec};
use crate::model::race::span::{self, Span};
use crate::model::race::{LaneFigures, UpstreamCounts};
use crate::model::verdict::finding_text;
use crate::plan::cursor::Cursor;
use crate::plan::error::PlanError;
use crate::plan::http_client::HttpClient;
use crate::plan::request::address::PRACTICE;
use crate::plan::{Limits, Plan, Practice};
use crate::pump::{Follow, Pump};
use crate::source::pool::run_time::RunTime;
use crate::source::pool::wire::{kept_body::BodyRules, route::Route};
use crate::source::pool::{self, PoolSettings};
use crate::upstream::Upstream;
use crate::upstream::tally::Tally;

/// The attempts that a pool may make for a job: more than any scenario needs.
const TRIES: u32 = 1_000;

/// A lane whose upstream is running, before the program starts.
#[derive(Debug)]
pub struct PreparedLane {
    approach: &'static Approach,
    spec: WorkloadSpec,
    upstream: Upstream,
}

/// A running lane.
#[derive(Debug)]
pub struct LabLane {
    approach: &'static Approach,
    workload: Workload,
    gate: Arc<PauseGate>,
    heartbeat: Arc<Heartbeat>,
    follow: Follow,
    upstream: Upstream,
    commands: mpsc::UnboundedSender<Command>,
    /// When the program ended.
    ended: Arc<OnceLock<Offset>>,
    /// When the first request arrived at the upstream.
    first: OnceLock<Offset>,
}

/// The plan of a lane that is run by the pool.
struct PoolWork {
    limits: Limits,
    cursor: Cursor,
}

/// The state that the lane's thread owns.
struct LaneThread {
    approach: &'static Approach,
    workload: Workload,
    gate: Arc<PauseGate>,
    heartbeat: Arc<Heartbeat>,
    ended: Arc<OnceLock<Offset>>,
    start: Instant,
    /// Set for a pool.
    pool_work: Option<PoolWork>,
    commands: mpsc::UnboundedReceiver<Command>,
}

impl PreparedLane {
    /// Starts the lane's upstream. Each lane has its own, so that lanes do not slow each other down and
    /// every count belongs to one lane.
    pub fn new(approach: &'static Approach, spec: &WorkloadSpec) -> io::Result<Self> {
        let upstream = Upstream::start(&Practice::default(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        Ok(Self { approach, spec: WorkloadSpec { address: upstream.local_addr(), ..spec.clone() }, upstream })
    }
}

impl LabLane {
    /// Starts the lane's thread; its time counts from `start`, like that of all lanes.
    pub fn start(prepared: PreparedLane, limit: u32, start: Instant, gate: &Arc<PauseGate>) -> io::Result<Self> {
        let PreparedLane { approach, spec, upstream } = prepared;
        let (events, facts) = mpsc::channel(EVENT_CAPACITY);
        let follow = Pump::start(facts, None)?.follow();
        let (commands, received_commands) = mpsc::unbounded_channel();
        let gate = Arc::clone(gate);
        let observer = Arc::new(Observer::new(Arc::clone(&gate), events));
        let workload = Workload::new(spec, limit, Arc::clone(&gate), observer);
        let heartbeat = Arc::new(Heartbeat::new(Arc::clone(&gate)));
        let ended = Arc::new(OnceLock::new());
        // The upstream counts from the start of the race.
        upstream.reset_tally();
        let pool_work = match approach.program {
            Program::Own(_) => None,
            Program::Pool => Some(pool_work(approach, &workload).map_err(io::Error::other)?),
        };
        let lane_thread = LaneThread {
            approach,
            pool_work,
            workload: workload.clone(),
            gate: Arc::clone(&gate),
            heartbeat: Arc::clone(&heartbeat),
            ended: Arc::clone(&ended),
            start,
            commands: received_commands,
        };
        thread::Builder::new().name("lane".into()).spawn(move || lane_thread.run())?;
        Ok(Self { approach, workload, gate, heartbeat, follow, upstream, commands, ended, first: OnceLock::new() })
    }

    /// Its approach.
    pub fn approach(&self) -> &'static Approach {
        self.approach
    }

    /// Its model, updated by its events.
    pub fn follow(&self) -> &Follow {
        &self.follow
    }

    /// Whether its program has ended and its model has all events.
    pub fn is_over(&self) -> bool {
        self.follow.is_closed()
    }

    /// The counters of its upstream.
    pub fn tally(&self) -> Tally {
        self.upstream.tally()
    }

    /// Reports a pause to the observer and the pool; the run sets the gate.
    pub fn pause(&self, is_paused: bool) {
        self.workload.observer().paused(is_paused);
        self.send(if is_paused { Command::Pause } else { Command::Resume });
    }

    /// Changes its limit, if it has one.
    pub fn set_limit(&self, limit: u32) {
        if self.approach.cap == Cap::Limit {
            self.workload.set_limit(limit);
            self.workload.observer().limit_changed(limit);
            self.send(Command::SetLimit { scope: Scope::Run, limit });
        }
    }

    /// Its figures as of now.
    pub fn figures(&self) -> LaneFigures {
        // The upstream first: reading it takes time, and the model must not be locked meanwhile.
        let (tally, first) = (self.tally(), self.first());
        let upstream_counts = UpstreamCounts {
            requests: tally.requests,
            peak: tally.peak,
            refused: tally.answers.get(&429).copied().unwrap_or(0),
            abandoned: tally.abandoned,
            sockets: tally.connections.peak,
            first,
        };
        let is_over = self.is_over();
        let to = self.ended.get().copied().unwrap_or_else(|| self.gate.now());
        let model = self.follow.model();
        let pauses = self.gate.pauses();
        let held_until = |to| span::held(&pauses, &model.timeline, Span { from: Offset::ZERO, to });
        let (held, last) = (held_until(to), span::settled_at(&model.timeline));
        let totals = &model.totals;
        let mut results = self.workload.results(is_over);
        let is_own = matches!(self.approach.program, Program::Own(_));
        if !is_own {
            // The pool reads every result, so nothing is lost.
            (results.kept, results.read) = (totals.jobs_done, totals.jobs_failed);
            results.lost.clear();
        }
        LaneFigures {
            approach: self.approach.caption,
            is_right: self.approach.is_right,
            is_over,
            limit: if self.approach.cap == Cap::Limit { model.limit } else { None },
            jobs: self.workload.spec().requests,
            done: totals.jobs_done,
            failed: totals.jobs_failed,
            cancelled: totals.jobs_cancelled,
            in_flight: model.in_flight(),
            peak: model.level.peak(),
            elapsed: to.since(Offset::ZERO) - held,
            held,
            settled_at: last.since(Offset::ZERO) - held_until(last),
            late: self.heartbeat.lateness(),
            calls: is_own.then(|| self.workload.calls()),
            results,
            upstream: upstream_counts,
            // A run is judged only when it is complete, and a right approach needs no advice.
            verdict: if is_over && !self.approach.is_right { finding_text(&model) } else { None },
        }
    }

    /// When the first request arrived.
    fn first(&self) -> Option<Offset> {
        if self.first.get().is_none()
            && let Some(first) = self.upstream.arrivals().first()
        {
            // Another thread may have set it first, to the same value.
            let _ = self.first.set(Offset(first.at.0));
        }
        self.first.get().copied()
    }

    fn send(&self, command: Command) {
        // Sending fails only when the lane has ended, and then the command has no meaning.
        let _ = self.commands.send(command);
    }
}

impl LaneThread {
    /// Runs the program to its end.
    fn run(self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return self.workload.observer().run_ended() };
        runtime.block_on(async {
            let heartbeat = Arc::clone(&self.heartbeat);
            let beats = tokio::spawn(async move { heartbeat.run().await });
            let gate = Arc::clone(&self.gate);
            let (observer, heartbeat) = (Arc::clone(self.workload.observer()), Arc::clone(&self.heartbeat));
            let ended = Arc::clone(&self.ended);
            tokio::select! {
                () = self.program() => {}
                () = gate.closed() => {}
            }
            heartbeat.stop();
            beats.abort();
            // Set before the last event, so that the end time is known when the model closes.
            let _ = ended.set(gate.now());
            observer.run_ended();
        });
        // Do not wait for threads that are still blocked in a call.
        runtime.shutdown_background();
    }

    async fn program(self) {
        match self.approach.program {
            Program::Own(program) => {
                let spec = self.workload.spec();
                let limit = (self.approach.cap == Cap::Limit).then(|| self.workload.limit());
                self.workload.observer().run_started(self.approach.caption, spec.host, spec.requests, limit);
                program(self.workload).await;
            }
            Program::Pool => self.run_pool().await,
        }
    }

    /// Runs the pool on this lane's thread.
    async fn run_pool(self) {
        let Some(events) = self.workload.observer().hand_over() else { return };
        let Some(PoolWork { limits, cursor }) = self.pool_work else { return };
        let settings = PoolSettings {
            name: self.approach.caption.to_owned(),
            limits,
            polling: None,
            fail_fast: false,
            // The upstream is on this machine, so no proxy applies.
            route: Route::new(HttpClient::Direct).with_local_suffix(PRACTICE),
            time: RunTime::since(self.start),
            lingers: false,
            most: None,
            events,
            results: None,
            bodies: BodyRules::default(),
        };
        pool::run_here(cursor, settings, self.commands).await;
    }
}

/// The plan of a lane that is run by the pool. Only the adaptive one adapts; the others show what happens without it.
fn pool_work(approach: &Approach, workload: &Workload) -> Result<PoolWork, PlanError> {
    let spec = workload.spec();
    let limit = match approach.cap {
        Cap::None | Cap::Adaptive => u32::try_from(spec.requests).unwrap_or(u32::MAX),
        Cap::Limit => workload.limit(),
    };
    let (adaptive, path) = (if approach.cap == Cap::Adaptive { "on" } else { "off" }, (spec.path)(1, spec));
    let text = format!(
        "[limits]\nconcurrency = {limit}\nadaptive = \"{adaptive}\"\n[retry]\nattempts = {TRIES}\n\
         [[endpoint]]\nurl = \"practice://{}{path}\"\nrepeat = {}\n[upstream]\n",
        spec.host, spec.requests,
    );
    let plan = Plan::from_toml(&text, "lab", Path::new(""), &|_| None)?;
    let cursor = Cursor::open(&plan, Some(spec.address.port()))?;
    Ok(PoolWork { limits: plan.limits, cursor })
}
