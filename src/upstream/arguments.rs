//! The arguments of a behaviour: path segments and query values, read by type.
//!
//! It knows types such as durations and shares, but no behaviours. It remembers the keys that were read, for
//! the error about an unknown key.
//! Start at [`PathArguments::new`]; end with [`PathArguments::finish`].

use std::collections::VecDeque;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::percent_decode_str;

/// A range of durations, from which each request draws one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DelayRange {
    /// The shortest.
    pub from: Duration,
    /// At most.
    pub to: Duration,
}

/// The path segments and query values that have not been read.
pub struct PathArguments<'a> {
    segments: VecDeque<String>,
    pairs: Vec<(String, Vec<u8>)>,
    known: Vec<&'static str>,
    query: &'a str,
}

impl<'a> PathArguments<'a> {
    /// Splits and percent-decodes a path and query. A `+` in the query is a space, as in HTML forms.
    pub fn new(path_and_query: &'a str) -> Self {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (text(key), percent_decode_str(&value.replace('+', " ")).collect())
        });
        Self { segments: segments.map(text).collect(), pairs: pairs.collect(), known: Vec::new(), query }
    }

    /// Returns the query as it was sent.
    pub fn query(&self) -> &'a str {
        self.query
    }

    /// Reads the next segment of the path.
    pub fn next_segment(&mut self) -> Option<String> {
        self.segments.pop_front()
    }

    /// Reads the next segment of the path, which must exist.
    pub fn require_segment(&mut self, what: &str) -> Result<String, String> {
        self.next_segment().ok_or_else(|| format!("its path continues with {what}"))
    }

    /// Whether the query contains a key.
    pub fn has(&self, key: &str) -> bool {
        self.pairs.iter().any(|(name, _)| name == key)
    }

    /// Reads the bytes of a key's value.
    pub fn raw_value(&mut self, key: &'static str) -> Result<Option<Vec<u8>>, String> {
        self.known.push(key);
        let Some(at) = self.pairs.iter().position(|(name, _)| name == key) else { return Ok(None) };
        let (_, value) = self.pairs.remove(at);
        if self.has(key) {
            return Err(format!("the key `{key}` is given twice"));
        }
        Ok(Some(value))
    }

    /// Reads a key's value.
    pub fn value(&mut self, key: &'static str) -> Result<Option<String>, String> {
        let Some(bytes) = self.raw_value(key)? else { return Ok(None) };
        String::from_utf8(bytes).map(Some).map_err(|_| format!("the value of `{key}` is not UTF-8"))
    }

    /// Reads a key's value as a number of at least `least`.
    pub fn number<N: FromStr + PartialOrd + Copy>(
        &mut self,
        key: &'static str,
        least: N,
        what: &str,
    ) -> Result<Option<N>, String> {
        self.value(key)?.map(|value| number(&value, least, what)).transpose()
    }

    /// Reads a key's value as a duration.
    pub fn duration(&mut self, key: &'static str) -> Result<Option<Duration>, String> {
        self.value(key)?.map(|value| duration(&value)).transpose()
    }

    /// Reads a key's value as a duration or a range of durations.
    pub fn delay_range(&mut self, key: &'static str) -> Result<Option<DelayRange>, String> {
        self.value(key)?.map(|value| delay_range(&value)).transpose()
    }

    /// Reads a key's value as a share from 0 to 1: `0.1` or `10%`.
    pub fn share(&mut self, key: &'static str) -> Result<Option<f64>, String> {
        let Some(value) = self.value(key)? else { return Ok(None) };
        let share = match value.strip_suffix('%') {
            Some(percent) => percent.parse::<f64>().map(|percent| percent / 100.0),
            None => value.parse::<f64>(),
        };
        match share {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(Some(share)),
            Ok(_) | Err(_) => Err(format!("`{value}` is not a share from 0 to 1, such as `0.1` or `10%`")),
        }
    }

    /// Reads all other pairs, for a behaviour that accepts any key.
    pub fn rest(&mut self) -> Vec<(String, Vec<u8>)> {
        std::mem::take(&mut self.pairs)
    }

    /// Returns the keys that were read, in that order.
    pub fn known(&self) -> &[&'static str] {
        &self.known
    }

    /// Checks that everything was read.
    pub fn finish(&self) -> Result<(), String> {
        if let Some(segment) = self.segments.front() {
            return Err(format!("its path ends before `{segment}`"));
        }
        let Some((key, _)) = self.pairs.first() else { return Ok(()) };
        let known: Vec<String> = self.known.iter().map(|key| format!("`{key}`")).collect();
        match known.as_slice() {
            [] => Err(format!("it takes no key `{key}`, nor any other")),
            known => Err(format!("it takes no key `{key}`, only {}", known.join(", "))),
        }
    }
}

impl DelayRange {
    /// Returns a range of only this duration.
    pub fn exactly(length: Duration) -> Self {
        Self { from: length, to: length }
    }

    /// One draw.
    pub fn draw(self, rng: &mut fastrand::Rng) -> Duration {
        if self.from == self.to {
            return self.from;
        }
        self.from + self.to.saturating_sub(self.from).mul_f64(rng.f64())
    }
}

/// Parses a number of at least `least`.
pub fn number<N: FromStr + PartialOrd + Copy>(value: &str, least: N, what: &str) -> Result<N, String> {
    value.parse().ok().filter(|number| *number >= least).ok_or_else(|| format!("`{value}` is not {what}"))
}

/// Parses a duration with its unit.
pub fn duration(value: &str) -> Result<Duration, String> {
    if value.parse::<f64>().is_ok() {
        return Err(format!("`{value}` has no unit: write `{value}ms` or `{value}s`"));
    }
    humantime::parse_duration(value).map_err(|_| format!("`{value}` is not a duration, such as `250ms` or `1m30s`"))
}

/// Parses a duration, or a range such as `20ms..200ms`.
pub fn delay_range(value: &str) -> Result<DelayRange, String> {
    let Some((from, to)) = value.split_once("..") else { return duration(value).map(DelayRange::exactly) };
    let range = DelayRange { from: duration(from)?, to: duration(to)? };
    if range.from > range.to {
        return Err(format!("`{value}` ends before it begins"));
    }
    Ok(range)
}

fn text(encoded: &str) -> String {
    percent_decode_str(encoded).decode_utf8_lossy().into_owned()
}
