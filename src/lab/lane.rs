//! One way of doing it, under way: a thread with a runtime of its own, an upstream of its own, and a model.
//!
//! A lane is a source like any other: its facts make a model that anything can draw. What it does to its
//! own thread is measured there and seen from outside, whatever it does. Start at [`Lane::start`].

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use tokio::sync::mpsc;

use crate::control::Command;
use crate::event::{Offset, Scope};
use crate::lab::heartbeat::Pulse;
use crate::lab::observer::{EVENTS_AHEAD, Observer};
use crate::lab::pause_gate::Hold;
use crate::lab::scenario::{Cap, Program, Way};
use crate::lab::workload::{Order, Workload};
use crate::model::race::span::{self, Span};
use crate::model::race::{Figures, Seen};
use crate::model::verdict::words;
use crate::plan::cursor::Cursor;
use crate::plan::error::PlanError;
use crate::plan::via::Via;
use crate::plan::{Limits, Plan, Practice};
use crate::pump::{Follow, Pump};
use crate::source::pool::schedule::run_time::RunTime;
use crate::source::pool::wire::route::Route;
use crate::source::pool::{self, PoolSettings};
use crate::upstream::Upstream;
use crate::upstream::tally::Tally;

/// Tries that a pool may take for a job: an upstream that refuses is asked again until it does not.
const TRIES: u32 = 1_000;

/// A lane that has an upstream, and has not begun.
#[derive(Debug)]
pub struct Ready {
    way: &'static Way,
    order: Order,
    upstream: Upstream,
}

/// A lane under way.
#[derive(Debug)]
pub struct Lane {
    way: &'static Way,
    errand: Workload,
    hold: Arc<Hold>,
    pulse: Arc<Pulse>,
    follow: Follow,
    upstream: Upstream,
    wishes: mpsc::UnboundedSender<Command>,
    /// When its program ended.
    ended: Arc<OnceLock<Offset>>,
    /// When the first request came: once known, it stays so.
    first: OnceLock<Offset>,
}

/// What a pool is to do.
struct Planned {
    limits: Limits,
    cursor: Cursor,
}

/// What the lane's thread needs.
struct Work {
    way: &'static Way,
    errand: Workload,
    hold: Arc<Hold>,
    pulse: Arc<Pulse>,
    ended: Arc<OnceLock<Offset>>,
    start: Instant,
    /// For a pool.
    planned: Option<Planned>,
    wishes: mpsc::UnboundedReceiver<Command>,
}

impl Ready {
    /// Starts the lane's upstream. Each lane has its own, all of one kind, so that a storm in one lane
    /// costs the others nothing and every count is that lane's alone.
    pub fn new(way: &'static Way, order: &Order) -> io::Result<Self> {
        let upstream = Upstream::start(&Practice::default(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        Ok(Self { way, order: Order { address: upstream.local_addr(), ..order.clone() }, upstream })
    }
}

impl Lane {
    /// Starts a lane's thread; its time counts from `start`, as that of all others.
    pub fn start(ready: Ready, limit: u32, start: Instant, hold: &Arc<Hold>) -> io::Result<Self> {
        let Ready { way, order, upstream } = ready;
        let (events, facts) = mpsc::channel(EVENTS_AHEAD);
        let follow = Pump::start(facts, None)?.follow();
        let (wishes, heard) = mpsc::unbounded_channel();
        let hold = Arc::clone(hold);
        let witness = Arc::new(Observer::new(Arc::clone(&hold), events));
        let errand = Workload::new(order, limit, Arc::clone(&hold), witness);
        let pulse = Arc::new(Pulse::new(Arc::clone(&hold)));
        let ended = Arc::new(OnceLock::new());
        // Its count begins with the race.
        upstream.reset_tally();
        let planned = match way.program {
            Program::Own(_) => None,
            Program::Pool => Some(plan(way, &errand).map_err(io::Error::other)?),
        };
        let work = Work {
            way,
            planned,
            errand: errand.clone(),
            hold: Arc::clone(&hold),
            pulse: Arc::clone(&pulse),
            ended: Arc::clone(&ended),
            start,
            wishes: heard,
        };
        thread::Builder::new().name("lane".into()).spawn(move || work.run())?;
        Ok(Self { way, errand, hold, pulse, follow, upstream, wishes, ended, first: OnceLock::new() })
    }

    /// The way it goes.
    pub fn way(&self) -> &'static Way {
        self.way
    }

    /// Its model, as it follows.
    pub fn follow(&self) -> &Follow {
        &self.follow
    }

    /// Whether its program has ended, and its model has heard of it.
    pub fn is_over(&self) -> bool {
        self.follow.is_closed()
    }

    /// What its upstream has seen.
    pub fn tally(&self) -> Tally {
        self.upstream.tally()
    }

    /// Holds it back, or no longer; the hold itself is the trial's.
    pub fn pause(&self, is_paused: bool) {
        self.errand.witness().paused(is_paused);
        self.wish(if is_paused { Command::Pause } else { Command::Resume });
    }

    /// Turns its limit, where it has one.
    pub fn set_limit(&self, limit: u32) {
        if self.way.cap == Cap::Limit {
            self.errand.set_limit(limit);
            self.errand.witness().limit(limit);
            self.wish(Command::SetLimit { scope: Scope::Run, limit });
        }
    }

    /// What it has come to.
    pub fn figures(&self) -> Figures {
        // The upstream is asked before the model is held up.
        let (tally, first) = (self.tally(), self.first());
        let seen = Seen {
            requests: tally.requests,
            peak: tally.peak,
            refused: tally.answers.get(&429).copied().unwrap_or(0),
            abandoned: tally.abandoned,
            sockets: tally.connections.peak,
            first,
        };
        let is_over = self.is_over();
        let to = self.ended.get().copied().unwrap_or_else(|| self.hold.now());
        let model = self.follow.model();
        let pauses = self.hold.spans();
        let held_until = |to| span::held(&pauses, &model.timeline, Span { from: Offset::ZERO, to });
        let (held, last) = (held_until(to), span::settled_at(&model.timeline));
        let totals = &model.totals;
        let mut hand = self.errand.hand(is_over);
        let is_own = matches!(self.way.program, Program::Own(_));
        if !is_own {
            // A pool takes every end in; that is what it is for.
            (hand.kept, hand.read) = (totals.jobs_done, totals.jobs_failed);
            hand.lost.clear();
        }
        Figures {
            way: self.way.caption,
            is_right: self.way.is_right,
            is_over,
            limit: if self.way.cap == Cap::Limit { model.limit } else { None },
            jobs: self.errand.order().requests,
            done: totals.jobs_done,
            failed: totals.jobs_failed,
            cancelled: totals.jobs_cancelled,
            in_flight: model.in_flight(),
            peak: model.level.peak(),
            elapsed: to.since(Offset::ZERO) - held,
            held,
            settled_at: last.since(Offset::ZERO) - held_until(last),
            late: self.pulse.lateness(),
            calls: is_own.then(|| self.errand.calls()),
            hand,
            seen,
            // Half a run is not judged, and what is right needs no advice.
            verdict: if is_over && !self.way.is_right { words::sentence(&model, None) } else { None },
        }
    }

    /// When the first request came.
    fn first(&self) -> Option<Offset> {
        if self.first.get().is_none()
            && let Some(first) = self.upstream.arrivals().first()
        {
            // If somebody else was quicker, it is the same.
            let _ = self.first.set(Offset(first.at.0));
        }
        self.first.get().copied()
    }

    fn wish(&self, command: Command) {
        // It only fails when the lane has ended, and then there is nothing to wish for.
        let _ = self.wishes.send(command);
    }
}

impl Work {
    /// The lane's thread, from its runtime to the end of its program.
    fn run(self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return self.errand.witness().close() };
        runtime.block_on(async {
            let pulse = Arc::clone(&self.pulse);
            let beating = tokio::spawn(async move { pulse.beat().await });
            let hold = Arc::clone(&self.hold);
            let (witness, pulse) = (Arc::clone(self.errand.witness()), Arc::clone(&self.pulse));
            let ended = Arc::clone(&self.ended);
            tokio::select! {
                () = self.program() => {}
                () = hold.ended() => {}
            }
            pulse.stop();
            beating.abort();
            // It is set once, here, and before anybody hears that there will be no more facts.
            let _ = ended.set(hold.now());
            witness.close();
        });
        // A thread that still waits for an answer is nobody's any more.
        runtime.shutdown_background();
    }

    async fn program(self) {
        match self.way.program {
            Program::Own(program) => {
                let order = self.errand.order();
                let limit = (self.way.cap == Cap::Limit).then(|| self.errand.limit());
                self.errand.witness().open(self.way.caption, order.host, order.requests, limit);
                program(self.errand).await;
            }
            Program::Pool => self.pool().await,
        }
    }

    /// The pool of every plan, on this lane's thread.
    async fn pool(self) {
        let Some(events) = self.errand.witness().hand_over() else { return };
        let Some(Planned { limits, cursor }) = self.planned else { return };
        let settings = PoolSettings {
            name: self.way.caption.to_owned(),
            limits,
            polling: None,
            fail_fast: false,
            // Its upstream is on this machine.
            route: Route::new(Via::Direct, &|_| None),
            time: RunTime::since(self.start),
            lingers: false,
            most: None,
            events,
            results: None,
        };
        pool::run_here(cursor, settings, self.wishes).await;
    }
}

/// The plan of a lane that is the pool's.
fn plan(way: &Way, errand: &Workload) -> Result<Planned, PlanError> {
    let order = errand.order();
    let limit = match way.cap {
        Cap::None | Cap::Found => u32::try_from(order.requests).unwrap_or(u32::MAX),
        Cap::Limit => errand.limit(),
    };
    let (is_adaptive, path) = (way.cap == Cap::Found, (order.path)(1, order));
    let text = format!(
        "[limits]\nconcurrency = {limit}\nadaptive = {is_adaptive}\n[retry]\nattempts = {TRIES}\n\
         [[endpoint]]\nurl = \"practice://{}{path}\"\nrepeat = {}\n[upstream]\n",
        order.host, order.requests,
    );
    let plan = Plan::from_toml(&text, "lab", Path::new(""), &|_| None)?;
    let cursor = Cursor::open(&plan, Some(order.address.port()))?;
    Ok(Planned { limits: plan.limits, cursor })
}
