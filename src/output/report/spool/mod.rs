//! A spool file for results, which returns them in plan order.
//!
//! Entries are written to an unnamed file as they arrive, and so are their positions. The files are deleted with
//! their handles, even if the run is killed. Next to a recording the file has a name, and a later run can go on with it.
//! Start at [`Spool::push`] and [`Spool::copy_sorted`].

pub mod kept_results;
mod slot_order;

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::Serialize;

use crate::journal::synced_file::SyncedFile;
use crate::output::report::spool::slot_order::SlotOrder;
use crate::plan::job::Place;
use crate::text::safe_json;

/// Entries up to this size are copied through memory in one read.
const SMALL: u64 = 1 << 20;

/// What follows an entry in its line.
const END_OF_LINE: &[u8] = b"]\n";

/// Entries in order of arrival, to be read in plan order.
#[derive(Debug)]
pub struct Spool {
    file: BufWriter<SpoolFile>,
    order: SlotOrder,
    end: u64,
    /// Whether only the last entry of a place is read.
    keeps_last: bool,
}

/// The file of a spool.
#[derive(Debug)]
enum SpoolFile {
    /// It is deleted with its handle.
    Temporary(File),
    /// It has a name and is synced to the disk.
    Durable(SyncedFile),
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
        let spool = tempfile::tempfile_in(folder).map(Self::on)?;
        Ok(Self { order: SlotOrder::in_folder(folder), ..spool })
    }

    /// A spool in the system's folder for temporary files.
    pub fn create_anywhere() -> io::Result<Self> {
        tempfile::tempfile().map(Self::on)
    }

    /// A spool on an open, empty file.
    pub fn on(file: File) -> Self {
        Self::with_file(SpoolFile::Temporary(file), 0)
    }

    /// A spool on a file with a name, after its first `end` bytes. Its entries are lines.
    fn durable(file: SyncedFile, end: u64) -> Self {
        Self::with_file(SpoolFile::Durable(file), end)
    }

    fn with_file(file: SpoolFile, end: u64) -> Self {
        let file = BufWriter::with_capacity(1 << 16, file);
        Self { file, order: SlotOrder::default(), end, keeps_last: false }
    }

    /// Hands what was added to the system, if a later run can go on with it.
    pub fn flush(&mut self) -> io::Result<()> {
        match self.file.get_ref() {
            SpoolFile::Temporary(_) => Ok(()),
            SpoolFile::Durable(_) => self.file.flush(),
        }
    }

    /// What precedes an entry in its line.
    fn head_of_line(place: Place) -> String {
        format!("[{},{},", place.source, place.row)
    }

    /// Adds the position of an entry that is in the file already.
    fn add_slot(&mut self, slot: Slot) -> io::Result<()> {
        self.order.push(slot)
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Adds an entry. After an error the spool must not be used any more.
    pub fn push(&mut self, place: Place, entry: &(impl Serialize + ?Sized)) -> io::Result<()> {
        let head = Self::head_of_line(place);
        self.file.write_all(head.as_bytes())?;
        let mut counting = Counting { to: &mut self.file, written: 0 };
        safe_json::write(&mut counting, entry)?;
        let length = counting.written;
        self.file.write_all(END_OF_LINE)?;
        let offset = self.end + head.len() as u64;
        self.order.push(Slot { place, offset, length })?;
        self.end = offset + length + END_OF_LINE.len() as u64;
        Ok(())
    }

    /// Copies every entry in plan order, with a separator between two of them.
    pub fn copy_sorted(self, to: &mut (impl Write + ?Sized), separator: &[u8]) -> io::Result<()> {
        let mut entry = Vec::new();
        let mut is_first = true;
        self.visit(|file, length| {
            if !std::mem::take(&mut is_first) {
                to.write_all(separator)?;
            }
            if length <= SMALL {
                read_entry(file, length, &mut entry)?;
                return to.write_all(&entry);
            }
            if io::copy(&mut file.take(length), to)? < length {
                Err(io::ErrorKind::UnexpectedEof.into())
            } else {
                Ok(())
            }
        })
    }

    /// Passes on every entry in plan order.
    pub fn for_each(self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut entry = Vec::new();
        self.visit(|file, length| {
            read_entry(file, length, &mut entry)?;
            each(&entry)
        })
    }

    /// Goes to every entry in plan order. `read` must read it as a whole.
    fn visit(self, mut read: impl FnMut(&mut BufReader<File>, u64) -> io::Result<()>) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let file = match file {
            SpoolFile::Temporary(file) => file,
            SpoolFile::Durable(file) => file.file().try_clone()?,
        };
        let mut file = BufReader::with_capacity(1 << 16, file);
        let mut at = file.seek(SeekFrom::Start(0))?;
        let mut slots = self.order.into_sorted()?;
        // Entries are mostly in plan order already, so most seeks stay within the buffer.
        let mut next = slots.next()?;
        while let Some(slot) = next {
            next = slots.next()?;
            if self.keeps_last && next.is_some_and(|next| next.place == slot.place) {
                continue;
            }
            file.seek_relative(slot.offset.cast_signed() - at.cast_signed())?;
            read(&mut file, slot.length)?;
            at = slot.offset + slot.length;
        }
        Ok(())
    }
}

fn read_entry(file: &mut impl Read, length: u64, entry: &mut Vec<u8>) -> io::Result<()> {
    entry.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
    file.read_exact(entry)
}

impl Write for SpoolFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Temporary(file) => file.write(bytes),
            Self::Durable(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
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
