//! The mix of sources by weight: whose turn it is, so that each starts its share of the jobs.
//!
//! Pure. Each source has a tag, which grows by less the greater its weight is; the least tag is next. Start at
//! [`Mix::tag`].

use crate::source::pool::schedule::sources::Sources;

/// By how much a job of a source of weight 1 moves its tag.
const STEP: u64 = 1 << 24;

/// How far a source may lag behind that had no turn, because its host was closed. It catches up so much and no more.
const MOST_LAG: u64 = 16 * STEP;

/// The mix of sources by weight.
#[derive(Debug)]
pub(super) struct Mix {
    weights: Vec<u32>,
    tags: Vec<u64>,
    /// The tag of the source that was next last.
    now: u64,
}

impl Mix {
    /// A mix by these weights, or none if all are the same.
    pub(super) fn new(weights: Vec<u32>) -> Option<Self> {
        let first = *weights.first()?;
        let tags = vec![0; weights.len()];
        weights.iter().any(|weight| *weight != first).then_some(Self { weights, tags, now: 0 })
    }

    /// The tag of a source's next job.
    fn tag(&self, source: usize) -> u64 {
        self.tags[source].max(self.now.saturating_sub(MOST_LAG))
    }

    /// Notes that a job of a source was drawn.
    pub(super) fn note_drawn(&mut self, source: usize) {
        let tag = self.tag(source);
        self.now = self.now.max(tag);
        self.tags[source] = tag + STEP / u64::from(self.weights[source].max(1));
    }
}

impl Sources {
    /// Whether weights decide which source is next.
    pub fn is_mixed(&self) -> bool {
        self.mix.is_some()
    }

    /// The source among these that is next by weight, and its tag.
    pub fn next_by_weight(&self, sources: impl Iterator<Item = usize>) -> Option<(usize, u64)> {
        let mix = self.mix.as_ref()?;
        sources.map(|source| (source, mix.tag(source))).min_by_key(|(_, tag)| *tag)
    }
}

#[cfg(test)]
mod tests {
    use super::Mix;

    /// The order of the next `n` turns of these sources.
    fn turns(mix: &mut Mix, sources: &[usize], n: usize) -> String {
        let turn = |_| {
            let next = *sources.iter().min_by_key(|source| mix.tag(**source)).unwrap();
            mix.note_drawn(next);
            next.to_string()
        };
        (0..n).map(turn).collect()
    }

    #[test]
    fn the_turns_are_spread_by_weight() {
        let mut mix = Mix::new(vec![3, 1, 1]).unwrap();
        let order = turns(&mut mix, &[0, 1, 2], 500);
        assert!(order.starts_with("01200"), "{order}");
        assert_eq!(["0", "1", "2"].map(|source| order.matches(source).count()), [300, 100, 100]);
        assert!(Mix::new(vec![2, 2]).is_none() && Mix::new(Vec::new()).is_none());
    }

    #[test]
    fn a_source_that_had_no_turn_catches_up_a_little() {
        let mut mix = Mix::new(vec![1, 2]).unwrap();
        assert_eq!(turns(&mut mix, &[1], 1_000).len(), 1_000);
        let order = turns(&mut mix, &[0, 1], 300);
        assert_eq!(order.find('1'), Some(17), "{order}");
        assert!((105..115).contains(&order.matches('0').count()), "{order}");
    }
}
