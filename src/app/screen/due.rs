//! When the next picture is due: at once after a key, soon after news, and by time where time moves.
//!
//! Start at [`Due::is_now`].

use std::time::{Duration, Instant};

use crate::app::appearance::Appearance;
use crate::tui::terminal::DrawResult;
use crate::tui::terminal::frame_rate::FrameRate;

/// How often the clock moves while attempts are under way and nothing else changes.
const CLOCK_STEP: Duration = Duration::from_millis(100);
/// How often we wake when nothing moves.
pub(super) const REST: Duration = Duration::from_secs(1);

/// What the last picture does not show yet.
#[derive(Debug)]
pub(super) struct Due {
    rate: FrameRate,
    /// Things move as they happen; if not, once a second.
    has_motion: bool,
    is_dirty: bool,
    has_news: bool,
    drawn_at: Option<Instant>,
}

impl Due {
    pub(super) fn new(appearance: &Appearance) -> Self {
        let rate = FrameRate::new(appearance.frames_per_second);
        Self { rate, has_motion: appearance.has_motion, is_dirty: true, has_news: false, drawn_at: None }
    }

    /// Somebody waits to see it.
    pub(super) fn at_once(&mut self) {
        self.is_dirty = true;
    }

    /// Something has happened.
    pub(super) fn has_news(&mut self) {
        self.has_news = true;
    }

    /// A picture was drawn, or the terminal is still busy with the one before.
    pub(super) fn drawn(&mut self, drawn: DrawResult) {
        self.drawn_at = Some(Instant::now());
        self.is_dirty = drawn == DrawResult::Skipped;
        self.has_news = false;
    }

    /// A picture took so long to be written.
    pub(super) fn written(&mut self, took: Duration) {
        self.rate.record_write(took);
    }

    /// Whether it is time for a picture; `moves` says whether it changes by time alone.
    pub(super) fn is_now(&self, moves: Option<Moves>) -> bool {
        let Some(drawn_at) = self.drawn_at else { return true };
        self.step(moves).is_some_and(|step| drawn_at.elapsed() >= step)
    }

    /// How long to wait for a reason to wake; for ever, where the run is over and only a key could be one.
    pub(super) fn patience(&self, moves: Option<Moves>, is_over: bool) -> Duration {
        let since = self.drawn_at.map_or(Duration::MAX, |at| at.elapsed());
        match self.step(moves) {
            Some(step) => step.saturating_sub(since).min(REST),
            None if is_over => Duration::MAX,
            None => REST,
        }
    }

    /// How long after the last picture the next one is due.
    fn step(&self, moves: Option<Moves>) -> Option<Duration> {
        let slot = self.rate.interval();
        let calm = |step: Duration| if self.has_motion { step } else { step.max(REST) };
        if self.is_dirty {
            return Some(slot);
        }
        let by_time = moves.map(|moves| match moves {
            Moves::Clock => calm(CLOCK_STEP).max(slot),
            Moves::Slowly => REST,
        });
        let by_news = self.has_news.then(|| calm(slot));
        by_time.into_iter().chain(by_news).min()
    }
}

/// How a picture changes by time alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moves {
    /// The clock runs.
    Clock,
    /// Something in it goes away in a while.
    Slowly,
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Due, Moves, REST};
    use crate::tui::terminal::frame_rate::FrameRate;

    /// A picture has just been drawn.
    fn due(fps: u32, has_motion: bool) -> Due {
        let rate = FrameRate::new(fps);
        Due { rate, has_motion, is_dirty: false, has_news: false, drawn_at: Some(Instant::now()) }
    }

    /// How long after the last picture the next one is due.
    fn step(change: fn(&mut Due), mut due: Due, moves: Option<Moves>) -> Option<u128> {
        change(&mut due);
        due.step(moves).map(|step| step.as_millis())
    }

    const NOTHING: fn(&mut Due) = |_| {};
    const KEY: fn(&mut Due) = Due::at_once;
    const NEWS: fn(&mut Due) = Due::has_news;

    #[test]
    fn news_are_drawn_at_the_rate_and_the_clock_more_slowly() {
        assert_eq!(step(NOTHING, due(20, true), None), None);
        assert_eq!([step(KEY, due(20, true), None), step(NEWS, due(20, true), None)], [Some(50), Some(50)]);
        assert_eq!(step(NOTHING, due(20, true), Some(Moves::Clock)), Some(100));
        assert_eq!(step(NOTHING, due(2, true), Some(Moves::Clock)), Some(500));
        assert_eq!(step(NEWS, due(20, true), Some(Moves::Slowly)), Some(50));
    }

    #[test]
    fn without_motion_only_a_key_is_answered_sooner_than_in_a_second() {
        assert_eq!(step(NEWS, due(20, false), Some(Moves::Clock)), Some(1000));
        assert_eq!(step(NOTHING, due(20, false), Some(Moves::Clock)), Some(1000));
        assert_eq!(step(KEY, due(20, false), Some(Moves::Clock)), Some(50));
    }

    #[test]
    fn where_nothing_moves_any_more_nobody_wakes() {
        assert_eq!([due(20, true).patience(None, false), due(20, true).patience(None, true)], [REST, Duration::MAX]);
    }

    #[test]
    fn a_slow_terminal_is_given_time() {
        let mut due = due(20, true);
        due.has_news();
        due.written(Duration::from_secs(9));
        assert_eq!(due.step(Some(Moves::Clock)), Some(Duration::from_millis(100)));
        assert!(due.patience(None, true) <= Duration::from_millis(100));
    }
}
