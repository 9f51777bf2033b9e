//! A bounded queue of rows that were read ahead, between a reader thread and the schedule.
//!
//! The lock is held only for moments, never while a row is read or the waker is called. Start at
//! [`RowQueue::take`] and [`RowQueue::fill`].

use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{mem, panic};

use crate::plan::reader::{OpenedRows, ReadRow, SourceReader};

/// How much is read ahead of each source.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct Bounds {
    n_rows: usize,
    text: usize,
}

impl Bounds {
    /// The most rows that are read ahead: of one source, and of all sources. Each source gets at least a few.
    const ROWS: (usize, usize) = (256, 4_096);
    /// The most text that is read ahead, in bytes: of one source, and of all sources.
    const TEXT: (usize, usize) = (1 << 20, 16 << 20);

    /// The bounds of each of this many sources.
    pub(in crate::plan) fn for_sources(n_sources: usize) -> Self {
        let share = |(each, all): (usize, usize), least| (all / n_sources.max(1)).clamp(least, each);
        Self { n_rows: share(Self::ROWS, 8), text: share(Self::TEXT, 1) }
    }
}

/// The rows of one source that were read ahead.
pub(in crate::plan) struct RowQueue {
    bounds: Bounds,
    state: Mutex<QueueState>,
}

struct QueueState {
    rows: VecDeque<ReadRow>,
    /// Text of those rows, in bytes.
    text: usize,
    /// The reader, unless a thread uses it.
    reader: Option<Box<SourceReader>>,
    /// A thread was asked to read, and has not begun.
    is_requested: bool,
    /// The rows must be opened again before the next is read.
    reopens: bool,
    /// The result of opening, until it is taken.
    opened: Option<OpenedRows>,
    has_ended: bool,
    /// What the user should know about the rows, until it is taken.
    notes: Vec<String>,
    /// Why the reader panicked, if it did.
    panic: Option<Box<dyn Any + Send>>,
    /// The schedule found no row, and must be woken for the next one.
    is_awaited: bool,
}

/// What else [`RowQueue::take`] returns with the rows.
pub(in crate::plan) struct Taken {
    /// The result of opening the source, if it was opened since the last call.
    pub(in crate::plan) opened: Option<OpenedRows>,
    /// No more rows will come.
    pub(in crate::plan) has_ended: bool,
    /// What the user should know about the rows.
    pub(in crate::plan) notes: Vec<String>,
    /// A reader thread should fill the queue.
    pub(in crate::plan) needs_reader: bool,
}

impl RowQueue {
    /// An empty queue.
    pub(in crate::plan) fn new(mut reader: SourceReader, bounds: Bounds) -> Self {
        let notes = reader.take_notes(false);
        let reopens = !reader.is_open();
        let state = QueueState {
            rows: VecDeque::new(),
            text: 0,
            reader: Some(Box::new(reader)),
            is_requested: false,
            reopens,
            opened: None,
            has_ended: false,
            notes,
            panic: None,
            is_awaited: false,
        };
        Self { bounds, state: Mutex::new(state) }
    }

    /// Lets the caller use the reader, if no thread uses it.
    pub(in crate::plan) fn with_reader<T>(&self, step: impl FnOnce(&mut SourceReader) -> T) -> Option<T> {
        self.lock().reader.as_deref_mut().map(step)
    }

    /// Appends every row that was read. If `rows` is still empty then, the waker is called for the next row.
    pub(in crate::plan) fn take(&self, rows: &mut VecDeque<ReadRow>) -> Taken {
        let mut state = self.lock();
        if let Some(cause) = state.panic.take() {
            drop(state);
            panic::resume_unwind(cause);
        }
        if rows.is_empty() {
            mem::swap(rows, &mut state.rows);
        } else {
            rows.append(&mut state.rows);
        }
        state.text = 0;
        let opened = state.opened.take();
        state.is_awaited = rows.is_empty() && !state.has_ended;
        let notes = mem::take(&mut state.notes);
        Taken { opened, has_ended: state.has_ended, notes, needs_reader: state.request() }
    }

    /// Makes the reader open the source again and start at its first row. Returns whether a reader thread is needed.
    pub(in crate::plan) fn rewind(&self) -> bool {
        let mut state = self.lock();
        state.rows.clear();
        (state.text, state.opened) = (0, None);
        (state.has_ended, state.reopens) = (false, true);
        state.request()
    }

    /// Reads until the queue is full or the source ends. Blocks meanwhile.
    pub(in crate::plan) fn fill(&self, wake: impl Fn()) {
        let (reader, reopens) = {
            let mut state = self.lock();
            state.is_requested = false;
            (state.reader.take(), mem::take(&mut state.reopens))
        };
        let Some(mut reader) = reader else { return };
        if reopens {
            let (opened, notes) = (reader.reopen(), reader.take_notes(false));
            let mut state = self.lock();
            state.opened = Some(opened);
            state.notes.extend(notes);
            let is_awaited = mem::take(&mut state.is_awaited);
            drop(state);
            if is_awaited {
                wake();
            }
        }
        loop {
            let row = reader.next();
            let mut state = self.lock();
            let is_awaited = mem::take(&mut state.is_awaited);
            state.has_ended = row.is_none() || reader.is_at_end();
            if state.has_ended {
                state.notes.extend(reader.take_notes(true));
            }
            if let Some(row) = row {
                state.text += row.size;
                state.rows.push_back(row);
            }
            let is_full = state.rows.len() >= self.bounds.n_rows || state.text >= self.bounds.text;
            let is_done = state.has_ended || is_full;
            if is_done {
                // In the same step as the last row, because a source that was drawn to its end may be rewound.
                state.reader = Some(reader);
                drop(state);
                if is_awaited {
                    wake();
                }
                return;
            }
            drop(state);
            if is_awaited {
                wake();
            }
        }
    }

    /// Ends a source whose reader panicked. Rows are lost, so the thread that draws the source panics as well.
    pub(in crate::plan) fn fail(&self, cause: Box<dyn Any + Send>, wake: impl Fn()) {
        self.lock().panic = Some(cause);
        wake();
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QueueState {
    /// Marks the queue as waiting for a reader thread, if it needs one. Returns whether it does.
    fn request(&mut self) -> bool {
        let requests = self.reader.is_some() && !self.has_ended && !self.is_requested;
        self.is_requested |= requests;
        requests
    }
}
