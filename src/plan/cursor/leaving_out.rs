//! Drawing from a cursor that leaves out jobs of an earlier run.
//!
//! Start at [`Cursor::leave_out`].

use crate::plan::cursor::Cursor;
use crate::plan::cursor::left_out::LeftOut;
use crate::plan::job::Place;
use crate::plan::reader::ReadRow;

impl Cursor {
    /// Leaves these jobs out: they are neither drawn nor counted. Call it before the first draw.
    pub fn leave_out(&mut self, left_out: LeftOut) {
        for (i, stream) in self.streams.iter_mut().enumerate() {
            let left = left_out.left(i, stream.jobs);
            if let Some(id) = stream.endpoint {
                self.found.set_jobs(id, left);
            }
            if left == Some(0) {
                stream.end();
            }
        }
        self.left_out = Some(left_out);
        // Most of what is left out comes first. It is passed here, where nothing waits for it.
        for source in 0..self.streams.len() {
            self.pass_left_out(source);
        }
    }

    /// How many jobs of a source are left, if that is known.
    pub(super) fn left_of(&self, source: usize) -> Option<u64> {
        let jobs = self.streams.get(source)?.n_jobs();
        self.left_out.as_ref().map_or(jobs, |left_out| left_out.left(source, jobs))
    }

    /// Passes the rows at the head of a source that are left out. Returns whether it has no more rows.
    pub(super) fn pass_left_out(&mut self, source: usize) -> bool {
        loop {
            if self.left_out.is_some() && self.is_drawn(source) {
                return true;
            }
            let has_ended =
                self.streams.get(source).is_some_and(|stream| stream.read.is_empty()) && self.fetch(source, 1);
            let Some(left_out) = &self.left_out else { return has_ended };
            let Some(stream) = self.streams.get(source) else { return true };
            let Some(row) = stream.read.front() else { return has_ended };
            if !left_out.contains(Place { source: stream.number, row: row.row }) {
                return false;
            }
            self.pop(source);
        }
    }

    /// Takes the next row of a source that was read.
    pub(super) fn pop(&mut self, source: usize) -> Option<ReadRow> {
        let stream = self.streams.get_mut(source)?;
        let row = stream.read.pop_front()?;
        stream.n_drawn += 1;
        let was_peeked = stream.n_peeked > 0;
        stream.n_peeked -= usize::from(was_peeked);
        self.n_peeked -= usize::from(was_peeked);
        if self.left_out.as_ref().is_some_and(|left_out| left_out.ends_at(source, row.row)) {
            stream.end();
        }
        Some(row)
    }
}
