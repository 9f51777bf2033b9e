//! The second step of a run: its threads.
//!
//! Start at [`Batch::start`].

use std::path::PathBuf;

use crate::app::run::Batch;
use crate::app::run::open::OpenedBatch;
use crate::app::run::resume::outcome::KeptOutcome;
use crate::app::stop::Stop;
use crate::app::wakeups::Wakeups;
use crate::control::Abilities;
use crate::error::Error;
use crate::output::collector::Collector;
use crate::output::destination;
use crate::pump::{Follow, Pump};
use crate::source::pool::run_time::RunTime;
use crate::source::pool::wire::kept_body::BodyRules;
use crate::source::pool::{Pool, PoolSettings};
use crate::tui::detect::Environment;
use crate::upstream::Upstream;

/// A run under way, and the threads that belong to it.
pub(super) struct RunningBatch {
    pub(super) pool: Pool,
    pub(super) pump: Pump,
    pub(super) follow: Follow,
    pub(super) time: RunTime,
    pub(super) collector: Option<Collector>,
    pub(super) recording: Option<PathBuf>,
    /// The results that are kept for a later run.
    pub(super) kept: Option<KeptOutcome>,
    pub(super) stop: Stop,
    /// What the user can do with it.
    pub(super) can: Abilities,
    pub(super) wakeups: Wakeups,
    /// The practice upstream, which serves until it is dropped.
    _upstream: Option<Upstream>,
}

impl Batch<'_> {
    /// Starts the pump and the pool. Before the first request, it starts to handle signals.
    pub(super) fn start(
        &self,
        opened: OpenedBatch,
        environment: &Environment,
        wakeups: Option<Wakeups>,
    ) -> Result<RunningBatch, Error> {
        let OpenedBatch { upstream, route, cursor, max_connections, time, events, facts, .. } = opened;
        let OpenedBatch { collector, results, recorder, recording, limits, kept, .. } = opened;
        let system = |what| move |source| Error::System { what, source };
        let plan = &self.plan;
        let pump = Pump::start(facts, recorder).map_err(system("start the pump"))?;
        let lingers = self.lingers(environment);
        let settings = PoolSettings {
            name: plan.name.clone(),
            limits,
            polling: plan.polling,
            fail_fast: plan.fail_fast,
            time: time.clone(),
            lingers,
            route,
            most: max_connections,
            events,
            results,
            bodies: BodyRules {
                are_kept: false,
                are_raw: plan.output.raw,
                folder: destination::folder_for_large_bodies(&plan.output).map(Into::into),
            },
        };
        // Until here a signal may end the process as it ends any program; from here on the run accounts for it.
        let wakeups = wakeups.map_or_else(Wakeups::open, Ok).map_err(system("listen for signals"))?;
        let pool = Pool::start(cursor, settings).map_err(system("start the pool"))?;
        let stop = Stop::new(pool.commands());
        let can = Abilities { repeat: lingers && plan.polling.is_none(), rerun: self.can_rerun(), ..Abilities::FULL };
        let follow = pump.follow();
        Ok(RunningBatch {
            pool,
            pump,
            follow,
            time,
            collector,
            recording,
            kept,
            stop,
            can,
            wakeups,
            _upstream: upstream,
        })
    }
}
