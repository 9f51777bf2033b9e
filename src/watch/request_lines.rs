//! How many requests each line of the program has sent.
//!
//! Start at [`RequestLines::count`].

use std::collections::HashMap;

use crate::watch::probe_line::ReportedPlace;

/// Lines that are counted.
const MOST: usize = 1_000;

/// The requests of each line.
#[derive(Debug, Default)]
pub struct RequestLines(HashMap<ReportedPlace, u64>);

impl RequestLines {
    /// Counts a request; returns the number of a line when it has doubled.
    pub fn count(&mut self, place: &ReportedPlace) -> Option<u64> {
        if self.0.len() >= MOST && !self.0.contains_key(place) {
            return None;
        }
        let requests = self.0.entry(place.clone()).or_default();
        *requests += 1;
        requests.is_power_of_two().then_some(*requests)
    }
}

#[cfg(test)]
mod tests {
    use super::RequestLines;

    #[test]
    fn a_line_is_reported_when_its_number_has_doubled() {
        let mut lines = RequestLines::default();
        let (one, other) = (("app.py".to_owned(), 1, String::new()), ("app.py".to_owned(), 2, String::new()));
        let reported: Vec<_> = [&one, &one, &other, &one, &one].map(|place| lines.count(place)).into();
        assert_eq!(reported, [Some(1), Some(2), Some(1), None, Some(4)]);
    }
}
