//! The position of a job among the pages of its row.
//!
//! Start at [`first_page`].

use std::sync::Arc;

use crate::plan::job::Job;
use crate::plan::late::LateValues;
use crate::plan::pages::NextLink;

/// The name that stands for a page's number.
pub const PAGE: &str = "page";

/// The position of a job among the pages of its row.
#[derive(Clone, Default)]
pub struct PagePosition {
    /// Which page it is, from 1.
    pub n: u32,
    /// Its number, if pages are counted by the plan.
    pub number: u64,
    /// Hashes of the URLs or bodies of this page and those before it.
    pub known: Vec<u64>,
    /// The request without its number, if pages are counted by the plan.
    unnumbered: Option<Arc<Job>>,
}

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
