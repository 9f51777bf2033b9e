//! A resolved value, as text and as JSON.
//!
//! Start at [`Value::text`] and [`Value::json`].

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::text::units;

/// The units of a rate: seconds, and the name in a plan.
const RATES: [(f64, &str); 3] = [(1.0, "s"), (60.0, "m"), (3600.0, "h")];

/// A resolved value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value. The text describes what that means.
    Nothing(&'static str),
    /// A yes or no.
    Flag(bool),
    /// A number of things.
    Count(u64),
    /// A number of bytes.
    Size(u64),
    /// A duration.
    Length(Duration),
    /// An upper bound on a duration.
    Below(Duration),
    /// A rate, as the time between two starts.
    Rate(Duration),
    /// A share, from 0 to 1.
    Share(f64),
    /// An upper bound on a share, from 0 to 1.
    ShareBelow(f64),
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// This value, unless a row overrides it.
    UnlessRow(Box<Self>),
}

impl Value {
    /// Returns the value, or a description of its absence.
    pub fn or_nothing(value: Option<Self>, meaning: &'static str) -> Self {
        value.unwrap_or(Self::Nothing(meaning))
    }

    /// Marks a value that rows can override.
    #[must_use]
    pub fn unless_row(self, can: bool) -> Self {
        match self {
            // Its text already describes rows.
            Self::Nothing(_) => self,
            value if can => Self::UnlessRow(Box::new(value)),
            value => value,
        }
    }

    /// Returns the value as text. Foreign text is not sanitized.
    pub fn text(&self) -> String {
        match self {
            Self::Nothing(meaning) => (*meaning).to_owned(),
            Self::Flag(flag) => flag.to_string(),
            Self::Count(n) => units::count(*n),
            Self::Size(n) => size(*n),
            Self::Length(length) => humantime::format_duration(*length).to_string(),
            Self::Below(length) => format!("< {}", humantime::format_duration(*length)),
            Self::Rate(gap) => rate(*gap),
            Self::Share(share) => percent(*share),
            Self::ShareBelow(share) => format!("< {}", percent(*share)),
            Self::Text(text) => text.clone(),
            Self::List(texts) if texts.is_empty() => "none".to_owned(),
            Self::List(texts) => texts.join(", "),
            Self::UnlessRow(value) => format!("{} unless a row overrides it", value.text()),
        }
    }

    /// Returns the unit of the number in JSON, if it is not obvious.
    pub fn unit(&self) -> Option<&'static str> {
        match self {
            Self::Size(_) => Some("B"),
            Self::Length(_) | Self::Below(_) => Some("s"),
            Self::Rate(_) => Some("1/s"),
            Self::UnlessRow(value) => value.unit(),
            Self::Nothing(_)
            | Self::Flag(_)
            | Self::Count(_)
            | Self::Share(_)
            | Self::ShareBelow(_)
            | Self::Text(_)
            | Self::List(_) => None,
        }
    }

    /// Returns the value as JSON.
    pub fn json(&self) -> Json {
        match self {
            Self::Nothing(_) => Json::Null,
            Self::Flag(flag) => json!(flag),
            Self::Count(n) | Self::Size(n) => json!(n),
            Self::Length(length) | Self::Below(length) => json!(length.as_secs_f64()),
            Self::Rate(gap) => json!(per_second(*gap)),
            Self::Share(share) | Self::ShareBelow(share) => json!(share),
            Self::Text(text) => json!(text),
            Self::List(texts) => json!(texts),
            Self::UnlessRow(value) => value.json(),
        }
    }
}

fn size(n: u64) -> String {
    match n {
        n if n >= 1 << 20 && n.is_multiple_of(1 << 20) => format!("{} MiB", units::count(n >> 20)),
        n if n >= 1 << 10 && n.is_multiple_of(1 << 10) => format!("{} KiB", units::count(n >> 10)),
        n => format!("{} B", units::count(n)),
    }
}

/// Formats a rate as in a plan, per second, minute or hour.
///
/// It uses the first unit that gives a whole number, or else the first that gives at least one.
fn rate(gap: Duration) -> String {
    if let Some((number, unit)) = whole_rate(gap) {
        return format!("{number}/{}", unit.1);
    }
    let number = |per: f64| (per / gap.as_secs_f64() * 1e3).round() / 1e3;
    let (per, unit) = RATES.into_iter().find(|(per, _)| number(*per) >= 1.0).unwrap_or((3600.0, "h"));
    format!("{}/{unit}", number(per))
}

/// Finds the whole number and the unit that give this gap, which is rounded to nanoseconds.
fn whole_rate(gap: Duration) -> Option<(f64, (f64, &'static str))> {
    let number = |unit: &(f64, &str)| (unit.0 / gap.as_secs_f64()).round();
    let is_meant = |unit: &(f64, &str)| Duration::try_from_secs_f64(unit.0 / number(unit)).is_ok_and(|own| own == gap);
    RATES.into_iter().find(is_meant).map(|unit| (number(&unit), unit))
}

fn per_second(gap: Duration) -> f64 {
    if let Some((number, (per, _))) = whole_rate(gap) {
        return (number / per * 1e6).round() / 1e6;
    }
    (1e6 / gap.as_secs_f64()).round() / 1e6
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 1e6).round() / 1e4)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Value;

    #[test]
    fn values_look_as_in_a_plan() {
        for (value, text) in [
            (Value::Nothing("no limit"), "no limit"),
            (Value::Count(50_000), "50,000"),
            (Value::Size(64 << 20), "64 MiB"),
            (Value::Size(1_500), "1,500 B"),
            (Value::Length(Duration::from_millis(90_500)), "1m 30s 500ms"),
            (Value::Below(Duration::from_secs(1)), "< 1s"),
            (Value::Rate(Duration::from_millis(5)), "200/s"),
            (Value::Rate(Duration::from_secs(2)), "30/m"),
            (Value::Rate(Duration::from_secs(7_200)), "0.5/h"),
            (Value::Rate(Duration::from_secs_f64(1.0 / 3.0)), "3/s"),
            (Value::Rate(Duration::from_secs_f64(1.0 / 7_777.0)), "7777/s"),
            (Value::Rate(Duration::from_secs_f64(60.0 / 100.0)), "100/m"),
            (Value::Rate(Duration::from_secs_f64(1.0 / 2.3)), "138/m"),
            (Value::Rate(Duration::from_secs_f64(1.0 / 2.000_3)), "2/s"),
            (Value::Share(0.2), "20 %"),
            (Value::ShareBelow(0.015), "< 1.5 %"),
            (Value::List(vec!["throttled".into(), "5xx".into()]), "throttled, 5xx"),
            (Value::List(Vec::new()), "none"),
        ] {
            assert_eq!(value.text(), text);
        }
    }
}
