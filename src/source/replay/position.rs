//! The position of a replay: a clock that can be held, moved, and made faster.
//!
//! Start at [`Position::now`] and [`Position::travel`].

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::control::{Playback, ReplayCommand};
use crate::event::{Micros, Offset};
use crate::model::moment::outline::Outline;

/// The length of one step.
const STEP: Micros = Micros(5_000_000);
/// The lowest and the highest speed.
const SLOWEST: f64 = 0.125;
const FASTEST: f64 = 64.0;

/// The clock of a replay, shared by two threads.
#[derive(Debug)]
pub struct Position {
    state: Mutex<PositionState>,
    moved: Condvar,
    outline: Arc<Outline>,
    end: Offset,
}

#[derive(Debug)]
struct PositionState {
    /// Where it was …
    from: Offset,
    /// … at this moment.
    since: Instant,
    speed: f64,
    is_paused: bool,
    is_closed: bool,
}

/// What the player does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlayerStep {
    /// Sends the event that is due.
    Play,
    /// Restarts from the beginning.
    Back,
    /// Stops.
    Close,
}

impl Position {
    /// At the start of a recording with this outline, running.
    pub(super) fn new(outline: Arc<Outline>, speed: f64) -> Self {
        let speed = speed.clamp(SLOWEST, FASTEST);
        let state =
            PositionState { from: Offset::ZERO, since: Instant::now(), speed, is_paused: false, is_closed: false };
        let end = outline.end();
        Self { state: Mutex::new(state), moved: Condvar::new(), outline, end }
    }

    /// What happens when in the recording.
    pub fn outline(&self) -> Arc<Outline> {
        Arc::clone(&self.outline)
    }

    /// The moment of the recording that is now; it stops at the end.
    pub fn now(&self) -> Offset {
        self.state().now(self.end)
    }

    /// How it is played.
    pub fn playback(&self) -> Playback {
        let state = self.state();
        Playback {
            speed: state.speed,
            is_paused: state.is_paused,
            is_at_end: state.now(self.end) >= self.end,
            end: self.end,
        }
    }

    /// Moves or holds it, or changes its speed.
    pub fn travel(&self, travel: ReplayCommand) {
        let mut state = self.state();
        let now = state.now(self.end);
        let mut to = now;
        match travel {
            // At the end, this key plays the recording again.
            ReplayCommand::TogglePause if now >= self.end && !state.is_paused => to = Offset::ZERO,
            ReplayCommand::TogglePause => state.is_paused = !state.is_paused,
            ReplayCommand::Back => to = Offset(now.0.saturating_sub(STEP.0)),
            ReplayCommand::Forward => to = (now + STEP).min(self.end),
            ReplayCommand::Start => to = Offset::ZERO,
            ReplayCommand::End => to = self.end,
            ReplayCommand::To(at) => to = at.min(self.end),
            ReplayCommand::HoldAt(at) => (to, state.is_paused) = (at.min(self.end), true),
            ReplayCommand::Slower => state.speed = (state.speed / 2.0).max(SLOWEST),
            ReplayCommand::Faster => state.speed = (state.speed * 2.0).min(FASTEST),
        }
        (state.from, state.since) = (to, Instant::now());
        drop(state);
        self.moved.notify_all();
    }

    /// Ends the replay.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.moved.notify_all();
    }

    /// Waits until the next event is due, or until the user moves the position or ends the replay. `played` is the
    /// moment of the last event that was sent.
    pub(super) fn wait(&self, due: Option<Offset>, played: Offset) -> PlayerStep {
        let mut state = self.state();
        loop {
            let now = state.now(self.end);
            if state.is_closed {
                return PlayerStep::Close;
            } else if now < played {
                return PlayerStep::Back;
            } else if due.is_some_and(|due| due <= now) {
                return PlayerStep::Play;
            }
            state = match due {
                Some(due) if !state.is_paused => {
                    let left = due.since(now).as_secs_f64() / state.speed;
                    let left =
                        Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX).max(Duration::from_micros(50));
                    let waited = self.moved.wait_timeout(state, left.min(Duration::from_secs(3_600)));
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                Some(_) | None => self.moved.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn state(&self) -> MutexGuard<'_, PositionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PositionState {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of microseconds")]
    fn now(&self, end: Offset) -> Offset {
        if self.is_paused {
            return self.from;
        }
        let elapsed = self.since.elapsed().as_secs_f64() * 1e6 * self.speed;
        (self.from + Micros(elapsed as u64)).min(end)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{PlayerStep, Position};
    use crate::control::ReplayCommand;
    use crate::event::origin::Origin;
    use crate::event::{Fact, Offset};
    use crate::model::moment::outline::Outline;

    const END: Offset = Offset(60_000_000);

    fn running() -> Position {
        let mut outline = Outline::default();
        outline.add(END, Origin::HERE, &Fact::Marked);
        Position::new(Arc::new(outline), 1.0)
    }

    fn held() -> Position {
        let position = running();
        position.travel(ReplayCommand::Start);
        position.travel(ReplayCommand::TogglePause);
        position
    }

    #[test]
    fn the_position_moves_in_steps_between_start_and_end() {
        let position = held();
        let begun = position.now().0;
        position.travel(ReplayCommand::Forward);
        assert_eq!(position.now(), Offset(begun + 5_000_000));
        position.travel(ReplayCommand::Back);
        position.travel(ReplayCommand::Back);
        assert_eq!(position.now(), Offset::ZERO);
        position.travel(ReplayCommand::End);
        position.travel(ReplayCommand::Forward);
        assert_eq!((position.now(), position.playback().is_at_end), (END, true));
    }

    #[test]
    fn a_seek_goes_on_and_a_hold_pauses() {
        let position = running();
        position.travel(ReplayCommand::To(Offset(30_000_000)));
        assert!(position.now() >= Offset(30_000_000) && !position.playback().is_paused);
        position.travel(ReplayCommand::HoldAt(Offset(12_500_000)));
        assert_eq!((position.now(), position.playback().is_paused), (Offset(12_500_000), true));
        position.travel(ReplayCommand::To(Offset(u64::MAX)));
        assert_eq!((position.now(), position.playback().is_at_end), (END, true));
    }

    #[test]
    fn a_step_back_restarts_and_a_step_forward_does_not() {
        let position = held();
        position.travel(ReplayCommand::Forward);
        assert_eq!(position.wait(Some(Offset(4_000_000)), Offset(3_000_000)), PlayerStep::Play);
        position.travel(ReplayCommand::Start);
        assert_eq!(position.wait(Some(Offset(4_000_000)), Offset(3_000_000)), PlayerStep::Back);
        position.close();
        assert_eq!(position.wait(None, Offset::ZERO), PlayerStep::Close);
    }

    #[test]
    fn speed_doubles_and_halves_within_bounds() {
        let position = held();
        (0..9).for_each(|_| position.travel(ReplayCommand::Faster));
        assert!((position.playback().speed - 64.0).abs() < 1e-9);
        (0..20).for_each(|_| position.travel(ReplayCommand::Slower));
        assert!((position.playback().speed - 0.125).abs() < 1e-9);
    }
}
