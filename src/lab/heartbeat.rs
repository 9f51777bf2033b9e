//! A lane's pulse: a timer on its runtime that should fire every few milliseconds, and how late it does.
//!
//! It is measured and never guessed: who holds the thread holds up the timer, and nobody else can. It can
//! be read from any thread, while the lane's own is stuck. Start at [`Pulse::beat`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use crate::event::{Micros, Offset};
use crate::lab::pause_gate::Hold;
use crate::model::race::span::{Span, overlap};
use crate::model::race::{Beat, Lateness};

/// How often the timer should fire.
const EVERY: Duration = Duration::from_millis(10);
/// A beat later than this counts as time in which the thread was blocked.
const LATE: Micros = Micros(10_000);
/// Late beats that are kept for drawing.
const KEPT: usize = 4_096;

/// One lane's pulse.
#[derive(Debug)]
pub struct Pulse {
    hold: Arc<Hold>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the next beat is due, while there is one.
    due: Option<Offset>,
    worst: Micros,
    blocked: Micros,
    late: VecDeque<Beat>,
}

impl Pulse {
    /// A pulse that has not begun.
    pub fn new(hold: Arc<Hold>) -> Self {
        Self { hold, state: Mutex::default() }
    }

    /// Beats until it is dropped; runs on the runtime that is measured.
    pub async fn beat(&self) {
        loop {
            let due = self.hold.now() + Micros::from(EVERY);
            self.state().due = Some(due);
            sleep(EVERY).await;
            let beat = self.lateness_of(due);
            let mut state = self.state();
            count(&mut state, beat);
        }
    }

    /// The lane is over: what was late until now counts, and nothing is due any more.
    pub fn stop(&self) {
        let due = self.state().due;
        if let Some(due) = due {
            let beat = self.lateness_of(due);
            let mut state = self.state();
            count(&mut state, beat);
            state.due = None;
        }
    }

    /// How late it is and has been.
    pub fn lateness(&self) -> Lateness {
        let waiting = self.state().due.map(|due| self.lateness_of(due));
        let state = self.state();
        let now = waiting.map_or(Micros::ZERO, |beat| beat.late);
        let open = waiting.filter(|beat| beat.late > LATE);
        Lateness {
            now,
            worst: state.worst.max(now),
            blocked: state.blocked + open.map_or(Micros::ZERO, |beat| beat.late),
            beats: state.late.iter().copied().chain(open).collect(),
        }
    }

    /// How late a beat is by now. What was held back on purpose was not late.
    fn lateness_of(&self, due: Offset) -> Beat {
        let at = self.hold.now();
        let span = Span { from: due, to: at.max(due) };
        let held = self.hold.spans().iter().fold(Micros::ZERO, |sum, held| sum + overlap(span, *held));
        Beat { due, late: Micros(at.since(due).0.saturating_sub(held.0)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(state: &mut State, beat: Beat) {
    state.worst = state.worst.max(beat.late);
    if beat.late > LATE {
        state.blocked += beat.late;
        if state.late.len() == KEPT {
            state.late.pop_front();
        }
        state.late.push_back(beat);
    }
}
