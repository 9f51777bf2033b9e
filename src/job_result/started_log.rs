//! The jobs of a run that have started, in a file next to its recording.
//!
//! A place is in it before the first request of its job is sent. So after a kill it is known which jobs may have reached
//! a server without a result. Start at [`StartedLog::note`] and [`read_started`].

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use crate::plan::job::Place;

/// The bytes of a place in the file.
const PLACE: usize = 12;
/// The bytes of the head: the length of the file of results when this file was begun.
const HEAD: usize = 8;

/// A file of started jobs.
pub struct StartedLog {
    /// Nothing after a failure.
    to: Mutex<Option<Box<dyn Write + Send>>>,
}

impl StartedLog {
    /// Begins a file. Results from `n_kept` bytes on are later than its starts. `places` started earlier, and have no
    /// result yet.
    pub fn begin(
        mut to: Box<dyn Write + Send>,
        n_kept: u64,
        places: impl IntoIterator<Item = Place>,
    ) -> io::Result<Self> {
        let mut bytes = n_kept.to_le_bytes().to_vec();
        bytes.extend(places.into_iter().flat_map(encode));
        to.write_all(&bytes)?;
        Ok(Self { to: Mutex::new(Some(to)) })
    }

    /// Notes that a job is about to start. Fails only once.
    pub fn note(&self, place: Place) -> io::Result<()> {
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = &mut *to else { return Ok(()) };
        let written = file.write_all(&encode(place));
        if written.is_err() {
            *to = None;
        }
        written
    }
}

impl std::fmt::Debug for StartedLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StartedLog").finish_non_exhaustive()
    }
}

/// Reads a file of started jobs: the length of the file of results when it was begun, and the places. A cut last place
/// is left out: its request was not sent.
pub fn read_started(bytes: &[u8]) -> Option<(u64, impl Iterator<Item = Place>)> {
    let (head, places) = bytes.split_first_chunk::<HEAD>()?;
    Some((u64::from_le_bytes(*head), places.chunks_exact(PLACE).filter_map(decode)))
}

fn encode(place: Place) -> [u8; PLACE] {
    let mut bytes = [0; PLACE];
    bytes[..4].copy_from_slice(&place.source.to_le_bytes());
    bytes[4..].copy_from_slice(&place.row.to_le_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<Place> {
    let (source, row) = bytes.split_first_chunk::<4>()?;
    Some(Place { source: u32::from_le_bytes(*source), row: u64::from_le_bytes(*row.first_chunk()?) })
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::{StartedLog, read_started};
    use crate::plan::job::Place;

    #[derive(Clone, Default)]
    struct MemoryFile(Arc<Mutex<Vec<u8>>>);

    impl Write for MemoryFile {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn places_are_read_back_without_one_that_was_cut() {
        let places = [(0, 7), (u32::MAX, u64::MAX), (3, 1 << 40)].map(|(source, row)| Place { source, row });
        let file = MemoryFile::default();
        let log = StartedLog::begin(Box::new(file.clone()), 99, [places[0]]).unwrap();
        places[1..].iter().for_each(|place| log.note(*place).unwrap());
        let bytes = file.0.lock().unwrap().clone();
        let read = |bytes: &[u8]| read_started(bytes).map(|(n, places)| (n, places.collect::<Vec<_>>()));
        assert_eq!(read(&bytes), Some((99, places.to_vec())));
        assert_eq!(read(&bytes[..bytes.len() - 1]), Some((99, places[..2].to_vec())));
        assert_eq!(read(&bytes[..7]), None);
    }
}
