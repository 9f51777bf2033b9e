//! The ticks of a time axis: round times and their labels.
//!
//! Start at [`ticks`].

use crate::event::{Micros, Offset};

/// The possible steps between two ticks: 1, 2 and 5 below a minute, and clock steps above.
const STEPS: [u64; 30] = [
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    30_000_000,
    60_000_000,
    120_000_000,
    300_000_000,
    600_000_000,
    1_200_000_000,
    1_800_000_000,
    3_600_000_000,
    7_200_000_000,
    14_400_000_000,
    21_600_000_000,
    43_200_000_000,
    86_400_000_000,
];

/// The round times of a time span, with their labels; at most `most` steps.
pub fn ticks(from: Offset, length: Micros, most: u16) -> Vec<(Offset, String)> {
    let least = length.0 / u64::from(most.max(1));
    let step = STEPS.into_iter().find(|&step| step >= least).unwrap_or(least.next_multiple_of(86_400_000_000)).max(1);
    let Some(first) = from.0.checked_next_multiple_of(step) else { return Vec::new() };
    let end = from.0.saturating_add(length.0);
    let moments = (0..=u64::from(most)).map_while(|i| first.checked_add(step.checked_mul(i)?));
    moments.take_while(|&at| at <= end).map(|at| (Offset(at), label(Offset(at), step))).collect()
}

/// Formats a time, as exactly as the step needs: `0 s`, `250 ms`, `41.5 s`, `1:40`, `2:05:00`.
fn label(at: Offset, step: u64) -> String {
    let (seconds, rest) = (at.0 / 1_000_000, at.0 % 1_000_000);
    if step >= 1_000_000 {
        return match seconds {
            0..60 => format!("{seconds} s"),
            60..3_600 => format!("{}:{:02}", seconds / 60, seconds % 60),
            _ => format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60),
        };
    }
    if at.0 == 0 {
        return "0 s".to_owned();
    }
    if seconds == 0 && step >= 1_000 {
        return format!("{} ms", rest / 1_000);
    }
    let places = usize::try_from(6 - step.ilog10()).unwrap_or(0);
    let digits = format!("{rest:06}");
    let part = digits.get(..places).unwrap_or(&digits);
    if seconds < 60 { format!("{seconds}.{part} s") } else { format!("{}:{:02}.{part}", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ticks;
    use crate::event::{Micros, Offset};

    fn labels(from: u64, length: u64, most: u16) -> Vec<String> {
        ticks(Offset(from), Micros(length), most).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_labels_are_brief() {
        assert_eq!(labels(0, 12_000_000, 7), ["0 s", "2 s", "4 s", "6 s", "8 s", "10 s", "12 s"]);
        assert_eq!(labels(0, 1_000_000, 5), ["0 s", "200 ms", "400 ms", "600 ms", "800 ms", "1.0 s"]);
        assert_eq!(labels(41_000_000, 500_000, 5), ["41.0 s", "41.1 s", "41.2 s", "41.3 s", "41.4 s", "41.5 s"]);
        assert_eq!(labels(90_000_000, 60_000_000, 3), ["1:40", "2:00", "2:20"]);
        assert_eq!(labels(3_600_000_000, 600_000_000, 2), ["1:00:00", "1:05:00", "1:10:00"]);
    }

    proptest! {
        #[test]
        fn there_are_never_too_many_ticks(from: u64, length: u64, most in 0..40_u16) {
            let ticks = ticks(Offset(from), Micros(length), most);
            prop_assert!(ticks.len() <= usize::from(most) + 1);
            prop_assert!(ticks.iter().all(|(at, _)| at.0 >= from));
        }
    }
}
