//! The order of a spool's entries, with little of it in memory.
//!
//! Slots gather up to a number, are sorted, and go to a file as one run. The runs are merged when they are read. So a
//! report of a million results takes as little memory as one of a thousand. Start at [`SlotOrder::push`] and
//! [`SlotOrder::into_sorted`].

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::vec;

use crate::output::report::spool::Slot;
use crate::plan::job::Place;

/// The most slots of a run that are in memory while it is written.
const RUN: usize = 1 << 15;
/// The slots of a run that are read at once.
const BLOCK: u64 = 128;
/// The bytes of a slot in the file.
const SLOT: usize = 32;

/// Slots in order of arrival.
#[derive(Debug, Default)]
pub(super) struct SlotOrder {
    recent: Vec<Slot>,
    /// The folder for the file; that of the system if absent.
    folder: Option<PathBuf>,
    file: Option<File>,
    /// The sorted runs in the file, counted in slots.
    runs: Vec<Range<u64>>,
}

/// Slots in the order of the plan, then in that of their arrival.
#[derive(Debug)]
pub(super) enum SortedSlots {
    /// All are in memory.
    Few(vec::IntoIter<Slot>),
    /// They are in a file.
    Many {
        file: File,
        runs: Vec<SlotRun>,
        /// The first slot of each run.
        heads: BinaryHeap<Reverse<(Slot, usize)>>,
    },
}

/// A sorted run that is being read.
#[derive(Debug)]
pub(super) struct SlotRun {
    left: Range<u64>,
    read: VecDeque<Slot>,
}

impl SlotOrder {
    /// An order whose file is in this folder.
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), ..Self::default() }
    }

    /// Whether it has no slot.
    pub(super) fn is_empty(&self) -> bool {
        self.recent.is_empty() && self.runs.is_empty()
    }

    /// Adds a slot.
    pub(super) fn push(&mut self, slot: Slot) -> io::Result<()> {
        self.recent.push(slot);
        if self.recent.len() == RUN { self.write_run() } else { Ok(()) }
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.recent.sort_unstable();
        let file = match &mut self.file {
            Some(file) => file,
            file @ None => file.insert(self.folder.as_deref().map_or_else(tempfile::tempfile, tempfile::tempfile_in)?),
        };
        let bytes: Vec<u8> = self.recent.iter().flat_map(encode).collect();
        file.write_all(&bytes)?;
        let start = self.runs.last().map_or(0, |run| run.end);
        self.runs.push(start..start + self.recent.len() as u64);
        self.recent.clear();
        Ok(())
    }

    /// All slots in the order of the plan.
    pub(super) fn into_sorted(mut self) -> io::Result<SortedSlots> {
        if self.file.is_some() && !self.recent.is_empty() {
            self.write_run()?;
        }
        let Some(mut file) = self.file else {
            self.recent.sort_unstable();
            return Ok(SortedSlots::Few(self.recent.into_iter()));
        };
        let mut runs: Vec<SlotRun> =
            self.runs.into_iter().map(|left| SlotRun { left, read: VecDeque::new() }).collect();
        let mut heads = BinaryHeap::new();
        for (i, run) in runs.iter_mut().enumerate() {
            heads.extend(run.next(&mut file)?.map(|slot| Reverse((slot, i))));
        }
        Ok(SortedSlots::Many { file, runs, heads })
    }
}

impl SortedSlots {
    /// The next slot.
    pub(super) fn next(&mut self) -> io::Result<Option<Slot>> {
        match self {
            Self::Few(slots) => Ok(slots.next()),
            Self::Many { file, runs, heads } => {
                let Some(Reverse((slot, i))) = heads.pop() else { return Ok(None) };
                heads.extend(runs[i].next(file)?.map(|next| Reverse((next, i))));
                Ok(Some(slot))
            }
        }
    }
}

impl SlotRun {
    fn next(&mut self, file: &mut File) -> io::Result<Option<Slot>> {
        if self.read.is_empty() && !self.left.is_empty() {
            let n = BLOCK.min(self.left.end - self.left.start);
            #[expect(clippy::cast_possible_truncation, reason = "at most BLOCK")]
            let mut bytes = vec![0; n as usize * SLOT];
            file.seek(SeekFrom::Start(self.left.start * SLOT as u64))?;
            file.read_exact(&mut bytes)?;
            self.left.start += n;
            self.read.extend(bytes.chunks_exact(SLOT).map(decode));
        }
        Ok(self.read.pop_front())
    }
}

fn encode(slot: &Slot) -> [u8; SLOT] {
    let Slot { place, offset, length } = *slot;
    let mut bytes = [0; SLOT];
    for (to, number) in bytes.chunks_exact_mut(8).zip([place.source.into(), place.row, offset, length]) {
        to.copy_from_slice(&u64::to_le_bytes(number));
    }
    bytes
}

fn decode(bytes: &[u8]) -> Slot {
    let number = |i: usize| bytes[i * 8..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    #[expect(clippy::cast_possible_truncation, reason = "it was written from a u32")]
    let place = Place { source: number(0) as u32, row: number(1) };
    Slot { place, offset: number(2), length: number(3) }
}

#[cfg(test)]
mod tests {
    use super::{RUN, SlotOrder};
    use crate::output::report::spool::Slot;
    use crate::plan::job::Place;

    #[test]
    fn slots_that_do_not_fit_in_memory_are_merged_in_plan_order() {
        for n in [10, RUN as u64, RUN as u64 * 3 + 7] {
            let mut order = SlotOrder::default();
            for i in 0..n {
                // 7,919 is prime, so that each row comes once, far from its place.
                let row = i * 7_919 % n;
                order.push(Slot { place: Place { source: 1, row }, offset: i, length: 2 }).unwrap();
            }
            order.push(Slot { place: Place { source: 0, row: n }, offset: n, length: 1 }).unwrap();
            let mut sorted = order.into_sorted().unwrap();
            assert_eq!(sorted.next().unwrap().unwrap().place, Place { source: 0, row: n });
            for row in 0..n {
                let slot = sorted.next().unwrap().unwrap();
                assert_eq!((slot.place, slot.length), (Place { source: 1, row }, 2));
                assert_eq!(slot.offset * 7_919 % n, row);
            }
            assert_eq!(sorted.next().unwrap(), None);
        }
    }
}
