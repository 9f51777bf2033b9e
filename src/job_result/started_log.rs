//! The jobs of a run that have started, in a file next to its recording.
//!
//! A place is in it before the first request of its job is sent. So after a kill it is known which jobs may have reached
//! a server without a result. The first line is the length of the file of results when this one was begun; each other line
//! is a source and a row, from 0. Start at [`StartedLog::note`] and [`read_started`].

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use crate::plan::job::Place;

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
        let lines: String = places.into_iter().map(line).collect();
        to.write_all(format!("{n_kept}\n{lines}").as_bytes())?;
        Ok(Self { to: Mutex::new(Some(to)) })
    }

    /// Notes that a job is about to start. Fails only once.
    pub fn note(&self, place: Place) -> io::Result<()> {
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = &mut *to else { return Ok(()) };
        let written = file.write_all(line(place).as_bytes());
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

/// Reads a file of started jobs: the length of the file of results when it was begun, and the places. A cut last line is
/// left out: its request was not sent.
pub fn read_started(text: &str) -> Option<(u64, impl Iterator<Item = Place>)> {
    let (whole, _) = text.rsplit_once('\n')?;
    let mut lines = whole.lines();
    let n_kept = lines.next()?.parse().ok()?;
    let place = |line: &str| {
        let (source, row) = line.split_once(' ')?;
        Some(Place { source: source.parse().ok()?, row: row.parse().ok()? })
    };
    Some((n_kept, lines.filter_map(place)))
}

/// The line of a place.
fn line(place: Place) -> String {
    format!("{} {}\n", place.source, place.row)
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
        let text = String::from_utf8(file.0.lock().unwrap().clone()).unwrap();
        let read = |text: &str| read_started(text).map(|(n, places)| (n, places.collect::<Vec<_>>()));
        assert_eq!(read(&text), Some((99, places.to_vec())));
        assert_eq!(read(&text[..text.len() - 1]), Some((99, places[..2].to_vec())));
        assert_eq!(read("9"), None);
    }
}
