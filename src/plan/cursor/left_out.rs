//! The jobs that a run leaves out, because an earlier run has results of them.
//!
//! Start at [`LeftOut`].

use crate::plan::job::Place;

/// The jobs that a resumed run leaves out.
#[derive(Clone, Debug)]
pub enum LeftOut {
    /// These: they have a result.
    Done(PlaceSet),
    /// All but these, which failed.
    AllBut(PlaceSet),
}

/// Places in a plan: a bit for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceSet {
    by_source: Vec<SourcePlaces>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct SourcePlaces {
    bits: Vec<u64>,
    n: u64,
}

impl LeftOut {
    /// Whether a job is left out.
    pub fn contains(&self, place: Place) -> bool {
        match self {
            Self::Done(done) => done.contains(place),
            Self::AllBut(wanted) => !wanted.contains(place),
        }
    }

    /// How many of `jobs` of a source are left, if that is known.
    pub fn left(&self, source: usize, jobs: Option<u64>) -> Option<u64> {
        match self {
            Self::Done(done) => jobs.map(|jobs| jobs.saturating_sub(done.n_of(source))),
            Self::AllBut(wanted) => Some(wanted.n_of(source)),
        }
    }

    /// Whether no further job of a source is wanted after `row`.
    pub fn ends_at(&self, source: usize, row: u64) -> bool {
        match self {
            Self::Done(_) => false,
            Self::AllBut(wanted) => wanted.last_of(source).is_none_or(|last| last <= row),
        }
    }
}

impl PlaceSet {
    /// Adds a place.
    pub fn insert(&mut self, place: Place) {
        let source = place.source as usize;
        if self.by_source.len() <= source {
            self.by_source.resize(source + 1, SourcePlaces::default());
        }
        let places = &mut self.by_source[source];
        let (word, bit) = position(place.row);
        if places.bits.len() <= word {
            places.bits.resize(word + 1, 0);
        }
        places.n += u64::from(places.bits[word] & bit == 0);
        places.bits[word] |= bit;
    }

    /// Whether it has a place.
    pub fn contains(&self, place: Place) -> bool {
        let (word, bit) = position(place.row);
        let places = self.by_source.get(place.source as usize);
        places.and_then(|places| places.bits.get(word)).is_some_and(|bits| bits & bit != 0)
    }

    /// How many places it has.
    pub fn n(&self) -> u64 {
        self.by_source.iter().map(|places| places.n).sum()
    }

    /// How many places of a source it has.
    pub fn n_of(&self, source: usize) -> u64 {
        self.by_source.get(source).map_or(0, |places| places.n)
    }

    /// The last row of a source that it has.
    pub fn last_of(&self, source: usize) -> Option<u64> {
        let bits = &self.by_source.get(source)?.bits;
        let word = bits.iter().rposition(|bits| *bits != 0)?;
        Some(word as u64 * 64 + 63 - u64::from(bits[word].leading_zeros()))
    }
}

impl FromIterator<Place> for PlaceSet {
    fn from_iter<I: IntoIterator<Item = Place>>(places: I) -> Self {
        let mut set = Self::default();
        places.into_iter().for_each(|place| set.insert(place));
        set
    }
}

/// The word and the bit of a row.
fn position(row: u64) -> (usize, u64) {
    (usize::try_from(row / 64).unwrap_or(usize::MAX), 1 << (row % 64))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{LeftOut, PlaceSet};
    use crate::plan::job::Place;

    proptest! {
        #[test]
        fn a_set_of_places_is_a_set(places in prop::collection::vec((0_u32..3, 0_u64..300), 0..80)) {
            let places: Vec<Place> = places.into_iter().map(|(source, row)| Place { source, row }).collect();
            let known: BTreeSet<Place> = places.iter().copied().collect();
            let set: PlaceSet = places.into_iter().collect();
            prop_assert_eq!(set.n(), known.len() as u64);
            for source in 0..3 {
                let of_source = known.iter().filter(|place| place.source == source);
                prop_assert_eq!(set.last_of(source as usize), of_source.map(|place| place.row).max());
                for row in 0..320 {
                    let place = Place { source, row };
                    prop_assert_eq!(set.contains(place), known.contains(&place));
                }
            }
        }
    }

    #[test]
    fn what_is_left_is_counted_by_source() {
        let places: PlaceSet = [0, 5, 70].map(|row| Place { source: 1, row }).into_iter().collect();
        let done = LeftOut::Done(places.clone());
        assert_eq!([done.left(0, Some(9)), done.left(1, Some(9)), done.left(1, None)], [Some(9), Some(6), None]);
        let failed = LeftOut::AllBut(places);
        assert_eq!([failed.left(0, Some(9)), failed.left(1, None)], [Some(0), Some(3)]);
        assert!(failed.contains(Place { source: 0, row: 5 }) && !failed.contains(Place { source: 1, row: 70 }));
        assert!(failed.ends_at(0, 0) && failed.ends_at(1, 70) && !failed.ends_at(1, 69));
    }
}
