//! A spool file for results, which returns them in plan order.
//!
//! Entries are written to an unnamed file as they arrive. Only the position of each entry stays in memory (32
//! bytes). The file is deleted with its handle, even if the run is killed. Start at [`Spool::push`] and
//! [`Spool::copy_sorted`].

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::Serialize;

use crate::plan::job::Place;
use crate::text::safe_json;

/// Entries up to this size are copied through memory in one read.
const SMALL: u64 = 1 << 20;

/// Entries in order of arrival, to be read in plan order.
#[derive(Debug)]
pub struct Spool {
    file: BufWriter<File>,
    index: Vec<Slot>,
    end: u64,
}

/// The position of one entry. Ordered by place in the plan, then by arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    place: Place,
    offset: u64,
    length: u64,
}

impl Spool {
    /// A spool on the same disk as `folder`, so that a full disk is detected early.
    pub fn create_in(folder: &Path) -> io::Result<Self> {
        tempfile::tempfile_in(folder).map(Self::on)
    }

    /// A spool in the system's folder for temporary files.
    pub fn create_anywhere() -> io::Result<Self> {
        tempfile::tempfile().map(Self::on)
    }

    /// A spool on an open, empty file.
    pub fn on(file: File) -> Self {
        Self { file: BufWriter::with_capacity(1 << 16, file), index: Vec::new(), end: 0 }
    }

    /// Adds an entry. After an error the spool must not be used any more.
    pub fn push(&mut self, place: Place, entry: &(impl Serialize + ?Sized)) -> io::Result<()> {
        let mut counting = Counting { to: &mut self.file, written: 0 };
        safe_json::write(&mut counting, entry)?;
        let length = counting.written;
        self.index.push(Slot { place, offset: self.end, length });
        self.end += length;
        Ok(())
    }

    /// Adds an entry that is a line of text.
    pub fn push_text(&mut self, place: Place, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())?;
        let length = line.len() as u64;
        self.index.push(Slot { place, offset: self.end, length });
        self.end += length;
        Ok(())
    }

    /// Copies every entry in plan order, with a separator between two of them.
    pub fn copy_sorted(mut self, to: &mut (impl Write + ?Sized), separator: &[u8]) -> io::Result<()> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.index.sort_unstable();
        let mut entry = Vec::new();
        // Entries are mostly in plan order already, so most reads need no seek.
        let mut at = None;
        for (i, slot) in self.index.iter().enumerate() {
            if at != Some(slot.offset) {
                file.seek(SeekFrom::Start(slot.offset))?;
            }
            if i > 0 {
                to.write_all(separator)?;
            }
            if slot.length <= SMALL {
                #[expect(clippy::cast_possible_truncation, reason = "at most SMALL")]
                entry.resize(slot.length as usize, 0);
                file.read_exact(&mut entry)?;
                to.write_all(&entry)?;
            } else if io::copy(&mut (&mut file).take(slot.length), to)? < slot.length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            at = Some(slot.offset + slot.length);
        }
        Ok(())
    }
}

/// Counts the bytes written.
struct Counting<W> {
    to: W,
    written: u64,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.to.write(bytes)?;
        self.written += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::Spool;
    use crate::plan::job::Place;

    #[test]
    fn entries_of_any_size_come_out_in_plan_order() {
        let mut spool = Spool::on(tempfile::tempfile().unwrap());
        let large = "x".repeat(3 << 20);
        for (source, row, entry) in [(1, 0, "d"), (0, 2, large.as_str()), (0, 0, "a"), (0, 1, "b")] {
            spool.push(Place { source, row }, entry).unwrap();
        }
        let mut copied = Vec::new();
        spool.copy_sorted(&mut copied, b",\n").unwrap();
        assert_eq!(copied, format!("\"a\",\n\"b\",\n\"{large}\",\n\"d\"").as_bytes());
    }
}
