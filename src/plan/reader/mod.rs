//! The reader of a source: it reads the rows and makes requests of them.
//!
//! Reading blocks while a file or pipe has nothing, so a caller that must not block reads only computed rows.
//! All others are read ahead by [`threads`] into a bounded [`queue`]. Start at
//! [`SourceReader::next`].

pub(super) mod queue;
pub(super) mod stream;
pub mod threads;

use std::cmp::Reverse;
use std::sync::Arc;

use crate::plan::error::PlanError;
use crate::plan::priority_jobs::{PriorityRow, PriorityRows, SlowJob};
use crate::plan::request::{BuiltRequest, RequestBuilder};
use crate::plan::rows::Rows;
use crate::plan::rows::stream::{Row, RowStream};

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
    next_row: u64,
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
    /// How many rows it has, if that is known.
    pub(super) n_rows: Option<u64>,
    /// Rows whose jobs have priority.
    pub(super) priority: Vec<PriorityRow>,
}

impl SourceReader {
    /// A reader before the first row. The rows are opened here, unless that could block.
    pub(super) fn new(
        rows: &Arc<Rows>,
        columns: &[String],
        is_whole: bool,
        builder: Arc<RequestBuilder>,
    ) -> Result<Self, PlanError> {
        let mut reader = Self {
            rows: Arc::clone(rows),
            columns: columns.to_vec(),
            is_whole,
            builder,
            stream: None,
            n_rows: None,
            next_row: 0,
            values: Vec::new(),
            priority: PriorityRows::default(),
            failure: None,
        };
        if !rows.blocks_on_open() {
            let (stream, n_rows) = rows.open(columns, is_whole)?;
            (reader.stream, reader.n_rows) = (Some(stream), n_rows);
        }
        Ok(reader)
    }

    /// How many rows there are, if that is known.
    pub(super) fn n_rows(&self) -> Option<u64> {
        self.n_rows
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
        while self.priority.passes(self.next_row) {
            stream.skip(1, &mut self.values);
            self.next_row += 1;
        }
        // If a file has grown since it was counted, the new rows are not read.
        if self.n_rows.is_some_and(|n_rows| self.next_row >= n_rows) {
            return None;
        }
        let (size, request) = match stream.next(&mut self.values)? {
            Row::Bad(why) => (why.len(), Err(why)),
            Row::Values => {
                let size = self.values.iter().map(String::len).sum();
                (size, self.builder.build(&self.values).map_err(|why| stream.place() + &why))
            }
            Row::Request(row) => (row.size, self.builder.build_from_row(*row).map_err(|why| stream.place() + &why)),
        };
        let row = self.next_row;
        self.next_row += 1;
        Some(ReadRow { row, request, size })
    }

    /// Opens the rows again and starts at the first. Files may have changed.
    pub(super) fn reopen(&mut self) -> OpenedRows {
        self.next_row = 0;
        self.priority.forget();
        match self.rows.open(&self.columns, self.is_whole) {
            Ok((stream, n_rows)) => {
                (self.stream, self.n_rows) = (Some(stream), n_rows);
                OpenedRows { n_rows, priority: self.find_priority() }
            }
            Err(why) => {
                (self.stream, self.n_rows, self.failure) = (None, Some(1), Some(why.to_string()));
                OpenedRows { n_rows: self.n_rows, priority: Vec::new() }
            }
        }
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
        let builder = &self.builder;
        self.priority.find(stream, |slow, row, values| {
            let made = match row {
                Row::Values => builder.build(values),
                Row::Request(row) => builder.build_from_row(*row),
                Row::Bad(_) => return None,
            };
            made.ok().filter(|made| made.target == slow.target)
        })
    }
}
