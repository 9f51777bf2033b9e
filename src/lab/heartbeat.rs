//! A lane's heartbeat: a timer on its runtime that fires every few milliseconds, and how late it is.
//!
//! The lag is measured, not estimated: a program that blocks the thread delays the timer. Any thread can
//! read it, even while the lane's own thread is blocked. Start at [`Heartbeat::run`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use crate::event::{Micros, Offset};
use crate::lab::pause_gate::PauseGate;
use crate::model::race::span::{Span, overlap};
use crate::model::race::{LateHeartbeat, TimerLag};

/// The interval of the timer.
const INTERVAL: Duration = Duration::from_millis(10);
/// A beat later than this counts as blocked time.
const LATE: Micros = Micros(10_000);
/// How many late beats are kept for drawing.
const MOST_KEPT: usize = 4_096;

/// The heartbeat of one lane.
#[derive(Debug)]
pub struct Heartbeat {
    gate: Arc<PauseGate>,
    record: Mutex<BeatRecord>,
}

/// The beats so far.
#[derive(Debug, Default)]
struct BeatRecord {
    /// When the next beat is due, while the lane runs.
    due: Option<Offset>,
    worst: Micros,
    blocked: Micros,
    late: VecDeque<LateHeartbeat>,
}

impl Heartbeat {
    /// A heartbeat that has not started.
    pub fn new(gate: Arc<PauseGate>) -> Self {
        Self { gate, record: Mutex::default() }
    }

    /// Beats until the future is dropped. It must run on the runtime that is measured.
    pub async fn run(&self) {
        loop {
            let due = self.gate.now() + Micros::from(INTERVAL);
            self.record().due = Some(due);
            sleep(INTERVAL).await;
            let beat = self.measure(due);
            self.record().add(beat);
        }
    }

    /// Counts the beat that is due, and expects no further one.
    pub fn stop(&self) {
        let due = self.record().due;
        if let Some(due) = due {
            let beat = self.measure(due);
            let mut record = self.record();
            record.add(beat);
            record.due = None;
        }
    }

    /// The lag as of now, and so far.
    pub fn lateness(&self) -> TimerLag {
        let pending = self.record().due.map(|due| self.measure(due));
        let record = self.record();
        let now = pending.map_or(Micros::ZERO, |beat| beat.late);
        let open = pending.filter(|beat| beat.late > LATE);
        TimerLag {
            now,
            worst: record.worst.max(now),
            blocked: record.blocked + open.map_or(Micros::ZERO, |beat| beat.late),
            beats: record.late.iter().copied().chain(open).collect(),
        }
    }

    /// How late a beat is by now. Paused time does not count.
    fn measure(&self, due: Offset) -> LateHeartbeat {
        let at = self.gate.now();
        let span = Span { from: due, to: at.max(due) };
        let paused = self.gate.pauses().iter().fold(Micros::ZERO, |sum, pause| sum + overlap(span, *pause));
        LateHeartbeat { due, late: Micros(at.since(due).0.saturating_sub(paused.0)) }
    }

    fn record(&self) -> MutexGuard<'_, BeatRecord> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BeatRecord {
    fn add(&mut self, beat: LateHeartbeat) {
        self.worst = self.worst.max(beat.late);
        if beat.late > LATE {
            self.blocked += beat.late;
            if self.late.len() == MOST_KEPT {
                self.late.pop_front();
            }
            self.late.push_back(beat);
        }
    }
}
