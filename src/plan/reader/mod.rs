//! The reader of a source: it reads the rows and makes requests of them.
//!
//! Reading blocks while a file or pipe has nothing, so a caller that must not block reads only computed rows.
//! All others are read ahead by [`threads`] into a bounded [`queue`]. Start at
//! [`SourceReader::next`].

pub(super) mod queue;
mod repeats;
pub(super) mod stream;
pub mod threads;

use std::cmp::Reverse;
use std::mem;
use std::sync::Arc;

use crate::plan::error::PlanError;
use crate::plan::priority_jobs::{PriorityRow, PriorityRows, SlowJob};
use crate::plan::reader::repeats::RepeatFilter;
use crate::plan::request::{BuiltRequest, RequestBuilder};
use crate::plan::rows::Rows;
use crate::plan::rows::stream::{Row, RowStream};
use crate::plan::source::Source;

/// Reads one source's rows and makes requests of them.
pub(super) struct SourceReader {
    rows: Arc<Rows>,
    columns: Vec<String>,
    is_whole: bool,
    builder: Arc<RequestBuilder>,
    /// The open rows. `None` before they are opened, and after opening has failed.
    stream: Option<RowStream>,
    /// How many rows there are, if that is known. No row after them is read.
    n_rows: Option<u64>,
    /// How many of them make a job, if that is known.
    n_jobs: Option<u64>,
    next_row: u64,
    /// Finds rows that repeat an earlier one. `None` if they are not rows of an input, or once their number is known.
    repeats: Option<RepeatFilter>,
    /// What the user should know about the rows, until it is taken.
    notes: Vec<String>,
    /// The notes were taken. They are the same in each round.
    has_noted: bool,
    values: Vec<String>,
    priority: PriorityRows,
    /// Why the rows could not be opened. It is reported as a bad row.
    failure: Option<String>,
}

/// A row that was read, and the request that it makes.
pub(super) struct ReadRow {
    /// Which row, from 0.
    pub(super) row: u64,
    /// Its request, or what is wrong with it, with file and line.
    pub(super) request: Result<BuiltRequest, String>,
    /// The length of its text in bytes.
    pub(super) size: usize,
}

/// The result of opening a source.
#[derive(Default)]
pub(super) struct OpenedRows {
    /// How many jobs it has, if that is known.
    pub(super) n_jobs: Option<u64>,
    /// Rows whose jobs have priority.
    pub(super) priority: Vec<PriorityRow>,
}

impl SourceReader {
    /// A reader before the first row. The rows are opened here, unless that could block.
    pub(super) fn new(source: &Source, builder: Arc<RequestBuilder>) -> Result<Self, PlanError> {
        let repeats = (!source.rows.is_computed()).then(|| RepeatFilter::new(source.compares, source.unique));
        let mut reader = Self {
            rows: Arc::clone(&source.rows),
            columns: source.row_columns(),
            is_whole: source.url.is_in_row(),
            builder,
            stream: None,
            n_rows: None,
            n_jobs: None,
            next_row: 0,
            repeats,
            notes: Vec::new(),
            has_noted: false,
            values: Vec::new(),
            priority: PriorityRows::default(),
            failure: None,
        };
        if !source.rows.blocks_on_open() {
            reader.open()?;
        }
        Ok(reader)
    }

    /// How many jobs there are, if that is known.
    pub(super) fn n_jobs(&self) -> Option<u64> {
        self.n_jobs
    }

    /// Whether the rows have been opened.
    pub(super) fn is_open(&self) -> bool {
        self.stream.is_some()
    }

    /// Whether every row has been read, as far as the number of rows is known.
    pub(super) fn is_at_end(&self) -> bool {
        self.n_rows.is_some_and(|n_rows| self.next_row + self.priority.n() >= n_rows)
    }

    /// Reads the next row. Blocks until there is one. Returns `None` at the end.
    pub(super) fn next(&mut self) -> Option<ReadRow> {
        if let Some(why) = self.failure.take() {
            self.next_row = 1;
            return Some(ReadRow { row: 0, size: why.len(), request: Err(why) });
        }
        let stream = self.stream.as_mut()?;
        loop {
            while self.priority.passes(self.next_row) {
                stream.skip(1, &mut self.values);
                self.next_row += 1;
            }
            // If a file has grown since it was counted, the new rows are not read.
            if self.n_rows.is_some_and(|n_rows| self.next_row >= n_rows) {
                return None;
            }
            let (size, request) = read_row(stream, &self.builder, &mut self.values)?;
            let row = self.next_row;
            self.next_row += 1;
            if !drops(self.repeats.as_mut(), &request, stream, &self.builder) {
                return Some(ReadRow { row, request, size });
            }
        }
    }

    /// Takes what the user should know about the rows. At their end, that includes how many repeat an earlier one.
    pub(super) fn take_notes(&mut self, has_ended: bool) -> Vec<String> {
        if has_ended && !self.has_noted {
            self.has_noted = true;
            // Rows that were not counted have not been looked at before.
            self.notes.extend(self.stream.as_ref().filter(|_| self.n_rows.is_none()).and_then(RowStream::suspect));
            self.notes.extend(self.repeats.as_ref().and_then(|repeats| repeats.note(&self.rows.name())));
            self.repeats.take_if(|repeats| !repeats.drops);
        }
        mem::take(&mut self.notes)
    }

    /// Opens the rows again and starts at the first. Files may have changed.
    pub(super) fn reopen(&mut self) -> OpenedRows {
        self.next_row = 0;
        self.priority.forget();
        match self.open() {
            Ok(()) => OpenedRows { priority: self.find_priority(), n_jobs: self.n_jobs },
            Err(why) => {
                (self.stream, self.failure) = (None, Some(why.to_string()));
                (self.n_rows, self.n_jobs) = (Some(1), Some(1));
                OpenedRows { n_jobs: self.n_jobs, priority: Vec::new() }
            }
        }
    }

    /// Opens the rows before the first, and counts them if that is possible.
    fn open(&mut self) -> Result<(), PlanError> {
        let (stream, n_rows) = self.rows.open(&self.columns, self.is_whole)?;
        if !self.has_noted {
            self.notes.extend(stream.count_note.clone());
        }
        (self.stream, self.n_rows, self.n_jobs) = (Some(stream), n_rows, n_rows);
        if let Some(repeats) = &mut self.repeats {
            repeats.restart();
            if let Some(n_rows) = n_rows.filter(|_| repeats.drops) {
                let mut stream = self.rows.open_uncounted(&self.columns, self.is_whole)?;
                self.n_jobs = Some(count_jobs(&mut stream, n_rows, repeats, &self.builder));
                if !mem::replace(&mut self.has_noted, true) {
                    self.notes.extend(repeats.note(&self.rows.name()));
                }
                repeats.restart();
            }
        }
        Ok(())
    }

    /// Returns the rows of these slow jobs that have not changed, and skips those rows from now on.
    pub(super) fn prioritize(&mut self, mut slow: Vec<SlowJob>) -> Vec<PriorityRow> {
        slow.sort_by_key(|slow| (slow.row, Reverse(slow.took)));
        slow.dedup_by_key(|slow| slow.row);
        self.priority.known = slow;
        self.find_priority()
    }

    fn find_priority(&mut self) -> Vec<PriorityRow> {
        self.priority.forget();
        // A pipe can be read only once.
        if self.priority.known.is_empty() || self.rows.blocks_on_open() {
            return Vec::new();
        }
        let Ok((stream, _)) = self.rows.open(&self.columns, self.is_whole) else { return Vec::new() };
        let (builder, repeats) = (&self.builder, &mut self.repeats);
        self.priority.find(stream, |slow, row, values| {
            let made = match row {
                Row::Values => builder.build(values),
                Row::Request(row) => builder.build_from_row(*row),
                Row::Bad(_) => return None,
            };
            let made = made.ok().filter(|made| made.target == slow.target)?;
            // It counts as read now, so that a row with the same request is a repeat of it.
            let is_repeat = repeats.as_mut().is_some_and(|repeats| repeats.is_repeat(&made, builder) && repeats.drops);
            (!is_repeat).then_some(made)
        })
    }
}

/// Reads a row and makes its request. Returns also the length of its text.
fn read_row(
    stream: &mut RowStream,
    builder: &RequestBuilder,
    values: &mut Vec<String>,
) -> Option<(usize, Result<BuiltRequest, String>)> {
    Some(match stream.next(values)? {
        Row::Bad(why) => (why.len(), Err(why)),
        Row::Values => {
            let size = values.iter().map(String::len).sum();
            (size, builder.build(values).map_err(|why| stream.place() + &why))
        }
        Row::Request(row) => (row.size, builder.build_from_row(*row).map_err(|why| stream.place() + &why)),
    })
}

/// Whether a row that was just read is left out because it repeats an earlier one.
fn drops(
    repeats: Option<&mut RepeatFilter>,
    request: &Result<BuiltRequest, String>,
    stream: &RowStream,
    builder: &RequestBuilder,
) -> bool {
    let (Some(repeats), Ok(request)) = (repeats, request) else { return false };
    // A row with a weight makes several jobs on purpose.
    let is_repeat = if stream.is_copy() { repeats.was_repeat } else { repeats.is_repeat(request, builder) };
    is_repeat && repeats.drops
}

/// Counts the jobs of the first `n_rows` rows, without those that repeat an earlier one.
fn count_jobs(stream: &mut RowStream, n_rows: u64, repeats: &mut RepeatFilter, builder: &RequestBuilder) -> u64 {
    let (mut n_jobs, mut values) = (0, Vec::new());
    for _ in 0..n_rows {
        let Some((_, request)) = read_row(stream, builder, &mut values) else { break };
        n_jobs += u64::from(!drops(Some(repeats), &request, stream, builder));
    }
    n_jobs
}
