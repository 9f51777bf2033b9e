//! How many pictures a second: as many as may be, and fewer while the terminal is slow to take them.
//!
//! Pure: lengths are handed in. Start at [`FrameRate::written`].

use std::time::Duration;

/// So many quick pictures in a row, and the terminal has recovered.
const CALM: u32 = 4;

/// The rate at which pictures are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRate {
    most: u32,
    now: u32,
    /// Pictures in a row that would have fitted twice the rate.
    quick: u32,
}

impl FrameRate {
    /// At most so many a second.
    pub fn at_most(fps: u32) -> Self {
        let most = fps.max(1);
        Self { most, now: most, quick: 0 }
    }

    /// The time that one picture has.
    pub fn slot(&self) -> Duration {
        Duration::from_secs(1) / self.now
    }

    /// A picture took so long to be written: more than half its slot halves the rate, down to one a
    /// second; some that would do in a quarter of the next better slot double it again.
    pub fn written(&mut self, took: Duration) {
        let better = (self.now * 2).min(self.most);
        if took > self.slot() / 2 {
            (self.now, self.quick) = ((self.now / 2).max(1), 0);
        } else if took <= Duration::from_secs(1) / better / 4 {
            self.quick += 1;
        } else {
            self.quick = 0;
        }
        if self.quick >= CALM {
            (self.now, self.quick) = (better, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::FrameRate;

    const QUICK: Duration = Duration::from_millis(1);

    /// Pictures a second after pictures that took so long.
    fn after(fps: u32, took: &[u64]) -> u128 {
        let mut rate = FrameRate::at_most(fps);
        for &took in took {
            rate.written(Duration::from_millis(took));
        }
        1_000_000_000 / rate.slot().as_nanos()
    }

    #[test]
    fn a_slow_picture_halves_the_rate_and_one_a_second_remains() {
        assert_eq!([after(20, &[]), after(20, &[25]), after(20, &[26]), after(20, &[26, 51])], [20, 20, 10, 5]);
        assert_eq!([after(20, &[9_000; 9]), after(1, &[9_000]), after(0, &[1])], [1, 1, 1]);
    }

    #[test]
    fn it_recovers_step_by_step_and_never_beyond_what_was_asked() {
        assert_eq!([after(20, &[26, 1, 1, 1]), after(20, &[26, 1, 1, 1, 1])], [10, 20]);
        // In between it neither recovers nor gets worse.
        assert_eq!([after(20, &[26, 1, 1, 1, 20, 1, 1, 1]), after(20, &[26, 26, 26])], [10, 10]);
        let mut rate = FrameRate::at_most(50);
        for took in [Duration::from_secs(9); 9].into_iter().chain([QUICK; 100]) {
            rate.written(took);
        }
        assert_eq!(rate, FrameRate { quick: rate.quick, ..FrameRate::at_most(50) });
    }
}
