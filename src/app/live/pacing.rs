//! Frame pacing: when the next frame is due.
//!
//! A key is answered at once, and a change of the model at the frame rate. Time alone moves a picture ten times
//! a second at most. It reads no clock, because the loop passes the time in. Start at [`FramePacing::is_due`].

use std::time::{Duration, Instant};

use crate::tui::terminal::DrawResult;
use crate::tui::terminal::frame_rate::FrameRate;

/// How often the clock moves while attempts are under way and nothing else changes.
const CLOCK_STEP: Duration = Duration::from_millis(100);
/// How often the loop wakes when nothing moves.
pub(super) const REST: Duration = Duration::from_secs(1);

/// Decides when the next frame may follow the last one.
#[derive(Debug)]
pub(super) struct FramePacing {
    rate: FrameRate,
    /// Frames follow changes at once; otherwise they follow once a second.
    has_motion: bool,
    is_dirty: bool,
    has_changes: bool,
    drawn_at: Option<Instant>,
}

/// How a picture changes by time alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// The clock runs.
    Clock,
    /// A remark disappears after a while.
    Slow,
}

impl FramePacing {
    /// Paces frames at `frames_per_second` or less.
    pub(super) fn new(frames_per_second: u32, has_motion: bool) -> Self {
        let rate = FrameRate::new(frames_per_second);
        Self { rate, has_motion, is_dirty: true, has_changes: false, drawn_at: None }
    }

    /// Asks for a frame as soon as the rate allows: the user waits for it.
    pub(super) fn draw_soon(&mut self) {
        self.is_dirty = true;
    }

    /// Notes that the model has changed.
    pub(super) fn model_changed(&mut self) {
        self.has_changes = true;
    }

    /// Notes that a frame was drawn, or skipped because the terminal is still busy.
    pub(super) fn frame_drawn(&mut self, drawn: DrawResult, now: Instant) {
        self.drawn_at = Some(now);
        self.is_dirty = drawn == DrawResult::Skipped;
        self.has_changes = false;
    }

    /// Notes how long the terminal took to read a frame.
    pub(super) fn frame_written(&mut self, took: Duration) {
        self.rate.record_write(took);
    }

    /// Whether it is time for a frame.
    pub(super) fn is_due(&self, motion: Option<Motion>, now: Instant) -> bool {
        let Some(drawn_at) = self.drawn_at else { return true };
        self.step(motion).is_some_and(|step| now.saturating_duration_since(drawn_at) >= step)
    }

    /// How long to wait for a wake-up: without end if only a key can change the picture.
    pub(super) fn max_wait(&self, motion: Option<Motion>, is_over: bool, now: Instant) -> Duration {
        let since = self.drawn_at.map_or(Duration::MAX, |at| now.saturating_duration_since(at));
        match self.step(motion) {
            Some(step) => step.saturating_sub(since).min(REST),
            None if is_over => Duration::MAX,
            None => REST,
        }
    }

    /// How long after the last frame the next one is due.
    fn step(&self, motion: Option<Motion>) -> Option<Duration> {
        let slot = self.rate.interval();
        let calm = |step: Duration| if self.has_motion { step } else { step.max(REST) };
        if self.is_dirty {
            return Some(slot);
        }
        let by_time = motion.map(|motion| match motion {
            Motion::Clock => calm(CLOCK_STEP).max(slot),
            Motion::Slow => REST,
        });
        let by_changes = self.has_changes.then(|| calm(slot));
        by_time.into_iter().chain(by_changes).min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{FramePacing, Motion, REST};
    use crate::tui::terminal::DrawResult;

    /// Pacing after a frame, and when that was drawn.
    fn after_a_frame(fps: u32, has_motion: bool) -> (FramePacing, Instant) {
        let (mut pacing, now) = (FramePacing::new(fps, has_motion), Instant::now());
        pacing.frame_drawn(DrawResult::Sent, now);
        (pacing, now)
    }

    /// How long after the last frame the next one is due.
    fn step(
        change: fn(&mut FramePacing),
        (mut pacing, _): (FramePacing, Instant),
        motion: Option<Motion>,
    ) -> Option<u128> {
        change(&mut pacing);
        pacing.step(motion).map(|step| step.as_millis())
    }

    const NOTHING: fn(&mut FramePacing) = |_| {};
    const KEY: fn(&mut FramePacing) = FramePacing::draw_soon;
    const CHANGE: fn(&mut FramePacing) = FramePacing::model_changed;

    #[test]
    fn changes_are_drawn_at_the_frame_rate_and_the_clock_more_slowly() {
        let paced = || after_a_frame(20, true);
        assert_eq!(step(NOTHING, paced(), None), None);
        assert_eq!([step(KEY, paced(), None), step(CHANGE, paced(), None)], [Some(50), Some(50)]);
        assert_eq!(step(NOTHING, paced(), Some(Motion::Clock)), Some(100));
        assert_eq!(step(NOTHING, after_a_frame(2, true), Some(Motion::Clock)), Some(500));
        assert_eq!(step(CHANGE, paced(), Some(Motion::Slow)), Some(50));
    }

    #[test]
    fn without_motion_only_a_key_is_answered_within_a_second() {
        let paced = || after_a_frame(20, false);
        assert_eq!(step(CHANGE, paced(), Some(Motion::Clock)), Some(1000));
        assert_eq!(step(NOTHING, paced(), Some(Motion::Clock)), Some(1000));
        assert_eq!(step(KEY, paced(), Some(Motion::Clock)), Some(50));
    }

    #[test]
    fn a_picture_that_no_longer_moves_wakes_nothing() {
        let (pacing, now) = after_a_frame(20, true);
        assert_eq!([pacing.max_wait(None, false, now), pacing.max_wait(None, true, now)], [REST, Duration::MAX]);
    }

    #[test]
    fn a_slow_terminal_is_given_time() {
        let (mut pacing, now) = after_a_frame(20, true);
        pacing.model_changed();
        pacing.frame_written(Duration::from_secs(9));
        assert_eq!(pacing.step(Some(Motion::Clock)), Some(Duration::from_millis(100)));
        assert!(pacing.max_wait(None, true, now) <= Duration::from_millis(100));
    }
}
