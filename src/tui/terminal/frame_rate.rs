//! The frame rate: the configured maximum, and less while the terminal is slow to accept frames.
//!
//! Pure: it reads no clock. Start at [`FrameRate::record_write`].

use std::time::Duration;

/// Fast frames in a row after which the rate doubles.
const RECOVERED_AFTER: u32 = 4;

/// The rate at which frames are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRate {
    max: u32,
    current: u32,
    /// Frames in a row that would also fit the next higher rate.
    fast_frames: u32,
}

impl FrameRate {
    /// Starts at the maximum.
    pub fn new(fps: u32) -> Self {
        let max = fps.max(1);
        Self { max, current: max, fast_frames: 0 }
    }

    /// The time from one frame to the next.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.current
    }

    /// Records how long a frame took to write.
    ///
    /// A frame that takes more than half its interval halves the rate, down to one a second. The rate doubles
    /// after several frames that take less than a quarter of the next shorter interval.
    pub fn record_write(&mut self, took: Duration) {
        let higher = (self.current * 2).min(self.max);
        if took > self.interval() / 2 {
            (self.current, self.fast_frames) = ((self.current / 2).max(1), 0);
        } else if took <= Duration::from_secs(1) / higher / 4 {
            self.fast_frames += 1;
        } else {
            self.fast_frames = 0;
        }
        if self.fast_frames >= RECOVERED_AFTER {
            (self.current, self.fast_frames) = (higher, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::FrameRate;

    const FAST: Duration = Duration::from_millis(1);

    /// The rate after frames that took so many milliseconds.
    fn after(fps: u32, took: &[u64]) -> u128 {
        let mut rate = FrameRate::new(fps);
        for &took in took {
            rate.record_write(Duration::from_millis(took));
        }
        1_000_000_000 / rate.interval().as_nanos()
    }

    #[test]
    fn a_slow_frame_halves_the_rate_down_to_one_a_second() {
        assert_eq!([after(20, &[]), after(20, &[25]), after(20, &[26]), after(20, &[26, 51])], [20, 20, 10, 5]);
        assert_eq!([after(20, &[9_000; 9]), after(1, &[9_000]), after(0, &[1])], [1, 1, 1]);
    }

    #[test]
    fn the_rate_recovers_step_by_step_up_to_the_maximum() {
        assert_eq!([after(20, &[26, 1, 1, 1]), after(20, &[26, 1, 1, 1, 1])], [10, 20]);
        // A frame of medium speed neither lowers the rate nor counts as fast.
        assert_eq!([after(20, &[26, 1, 1, 1, 20, 1, 1, 1]), after(20, &[26, 26, 26])], [10, 10]);
        let mut rate = FrameRate::new(50);
        for took in [Duration::from_secs(9); 9].into_iter().chain([FAST; 100]) {
            rate.record_write(took);
        }
        assert_eq!(rate, FrameRate { fast_frames: rate.fast_frames, ..FrameRate::new(50) });
    }
}
