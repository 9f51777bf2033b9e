//! The formatting of numbers with units: three significant digits, a space, the unit.
//!
//! The screen, plain lines and the summary all use it, so that a number looks the same everywhere. Start at
//! [`length`].

use crate::event::{Micros, Offset};

/// The text for a number that is zero or unknown.
pub const NOTHING: &str = "–";

/// Formats a duration: `640 µs`, `142 ms`, `1.24 s`, `1m 10 s`, `2h 05m`.
pub fn length(length: Micros) -> String {
    let us = length.0;
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..999_500 => format!("{} ms", significant(us as f64 / 1e3)),
        999_500..59_950_000 => format!("{} s", significant(us as f64 / 1e6)),
        59_950_000..3_599_500_000 => {
            let seconds = (us + 500_000) / 1_000_000;
            format!("{}m {:02} s", seconds / 60, seconds % 60)
        }
        _ => {
            let minutes = us.saturating_add(30_000_000) / 60_000_000;
            format!("{}h {:02}m", minutes / 60, minutes % 60)
        }
    }
}

/// Formats a remaining time in steps of a tenth of a second or more: `1.4 s`, `2m 05 s`.
pub fn countdown(left: Micros) -> String {
    if left.0 < 59_950_000 { format!("{:.1} s", left.as_secs_f64()) } else { length(left) }
}

/// Formats an estimated duration, rounded up to plausible steps: `25 s`, `2m 15 s`.
pub fn roughly(length: Micros) -> String {
    let seconds = length.0.div_ceil(1_000_000);
    let step = match seconds {
        0..10 => 1,
        10..60 => 5,
        60..600 => 15,
        600..3600 => 60,
        _ => 300,
    };
    let seconds = seconds.div_ceil(step) * step;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..600 => format!("{}m {:02} s", seconds / 60, seconds % 60),
        600..3600 => format!("{}m", seconds / 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// Formats a moment of the run: `00:41.2`, or `1:02:03` after an hour.
pub fn clock(at: Offset) -> String {
    let tenths = at.0 / 100_000;
    let seconds = tenths / 10;
    if seconds < 3600 {
        format!("{:02}:{:02}.{}", seconds / 60, seconds % 60, tenths % 10)
    } else {
        format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// Formats a moment of a run in whole seconds: `00:41`.
pub fn clock_seconds(at: Offset) -> String {
    let clock = clock(at);
    clock.split_once('.').map_or(clock.as_str(), |(seconds, _)| seconds).to_owned()
}

/// Formats the time until something happens, in whole seconds from one second on: `4 s`.
pub fn countdown_seconds(left: Micros) -> String {
    match left.0.div_ceil(1_000_000) {
        seconds @ 0..60 => format!("{} s", seconds.max(1)),
        seconds => length(Micros(seconds * 1_000_000)),
    }
}

/// Formats a count with separators: `4,800`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut separated = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            separated.push(',');
        }
        separated.push(digit);
    }
    separated
}

/// Formats a count, or a dash for zero.
pub fn count_or_nothing(n: u64) -> String {
    if n == 0 { NOTHING.to_owned() } else { count(n) }
}

/// Formats a number with three significant digits: `61.2`, `0.94`, `1,204`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number, rounded")]
pub fn significant(value: f64) -> String {
    match value {
        v if v < 0.005 => "0".to_owned(),
        v if v < 9.995 => format!("{v:.2}"),
        v if v < 99.95 => format!("{v:.1}"),
        v => count(v.round() as u64),
    }
}

/// Formats a share: `1.2 %`, `63 %`, or a dash for zero.
pub fn percent(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 {
        return NOTHING.to_owned();
    }
    match part as f64 / whole as f64 * 100.0 {
        p if p < 0.05 => "< 0.1 %".to_owned(),
        p if p < 9.95 => format!("{p:.1} %"),
        // 100 % means all.
        p if part < whole && p > 99.0 => "99 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

/// Formats an amount of data in decimal units: `4.10 kB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if n < 1_000 {
        return format!("{n} B");
    }
    let mut value = n as f64 / 1e3;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1e3;
        unit += 1;
    }
    format!("{} {}", significant(value), UNITS[unit])
}

/// Formats a count with its noun: `1 job`, `120 jobs`.
pub fn plural(n: u64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {one}s", count(n)) }
}

#[cfg(test)]
mod tests {
    use super::{bytes, clock, count, length, percent, plural, significant};
    use crate::event::{Micros, Offset};

    #[test]
    fn a_duration_has_three_digits_and_the_next_unit_before_a_fourth() {
        let cases = [
            (0, "0 µs"),
            (999, "999 µs"),
            (1_000, "1.00 ms"),
            (142_300, "142 ms"),
            (999_499, "999 ms"),
            (999_500, "1.00 s"),
            (12_340_000, "12.3 s"),
            (59_949_000, "59.9 s"),
            (59_950_000, "1m 00 s"),
            (70_400_000, "1m 10 s"),
            (3_599_500_000, "1h 00m"),
            (7_500_000_000, "2h 05m"),
            (u64::MAX, "5124095576h 01m"),
        ];
        for (us, text) in cases {
            assert_eq!(length(Micros(us)), text, "{us}");
        }
    }

    #[test]
    fn counts_shares_and_sizes_are_formatted() {
        assert_eq!([count(0), count(999), count(4_800), count(1_234_567)], ["0", "999", "4,800", "1,234,567"]);
        assert_eq!(
            [percent(0, 9), percent(1, 10_000), percent(12, 1_000), percent(63, 100)],
            ["–", "< 0.1 %", "1.2 %", "63 %"]
        );
        assert_eq!([percent(999, 1_000), percent(5, 5)], ["99 %", "100 %"]);
        assert_eq!([plural(1, "job"), plural(1_200, "job")], ["1 job", "1,200 jobs"]);
        assert_eq!([significant(61.23), significant(1_204.4), significant(0.0)], ["61.2", "1,204", "0"]);
        assert_eq!([bytes(10), bytes(4_096), bytes(12_500_000)], ["10 B", "4.10 kB", "12.5 MB"]);
    }

    #[test]
    fn a_moment_is_counted_from_the_start() {
        assert_eq!(clock(Offset(41_230_000)), "00:41.2");
        assert_eq!(clock(Offset(3_723_000_000)), "1:02:03");
    }
}
