//! The number of a page, which is filled in when the page is known.
//!
//! Start at [`first_page`].

use std::sync::Arc;

use crate::plan::job::{Job, PagePosition};
use crate::plan::late::LateValues;
use crate::plan::pages::NextLink;
use crate::plan::source::Source;

/// The placeholder of a page's number.
pub const PAGE: &str = "page";

/// Makes a job the first page of its row, if its row has pages.
pub(in crate::plan) fn first_page(mut job: Box<Job>) -> Box<Job> {
    let Some(rules) = job.policy.pages.clone() else { return job };
    let mut position = PagePosition { n: 1, ..PagePosition::default() };
    let NextLink::Number { range, .. } = &rules.next else {
        job.page = Some(Box::new(position));
        return job;
    };
    let unnumbered = Arc::new(*job);
    position.unnumbered = Some(Arc::clone(&unnumbered));
    let first = position.with_number(1, range.first).and_then(Result::ok);
    Box::new(first.unwrap_or_else(|| Job::clone(&unnumbered)))
}

impl PagePosition {
    /// Returns the job of the page with this number, if pages are counted by the plan. It knows the pages that this
    /// position knows.
    ///
    /// # Errors
    ///
    /// The number makes no valid request.
    pub fn with_number(&self, n: u32, number: u64) -> Option<Result<Job, String>> {
        let unnumbered = self.unnumbered.as_deref()?;
        let mut values = LateValues::default();
        values.set(PAGE, &number.to_string());
        let filled = values.fill(unnumbered).map(|filled| {
            let mut job = filled.unwrap_or_else(|| unnumbered.clone());
            job.target = values.text(&job.target).into();
            job.page = Some(Box::new(Self { n, number, ..self.clone() }));
            job
        });
        Some(filled)
    }
}

impl Source {
    /// Returns the column of the page's number, if pages are counted. Rows do not have it.
    pub(in crate::plan) fn page_column(&self) -> Option<usize> {
        let is_counted = matches!(self.rules.pages.next, Some(NextLink::Number { .. }));
        self.columns.iter().position(|column| is_counted && column == PAGE)
    }

    /// Returns the columns that rows fill in.
    pub(in crate::plan) fn row_columns(&self) -> Vec<String> {
        let mut columns = self.columns.clone();
        self.page_column().map(|at| columns.remove(at));
        columns
    }
}
