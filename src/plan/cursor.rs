//! Draws jobs from a plan, one at a time, without ever holding them all.
//!
//! Start at [`Cursor::draw`].

use std::sync::Arc;

use crate::event::EndpointId;
use crate::plan::job::{Job, Place};

/// Something that yields jobs: an endpoint with its rows, or a list of URLs.
#[derive(Debug)]
pub struct Source {}

/// One named row of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name on screen and in reports.
    pub name: Arc<str>,
    /// How many jobs it yields, where that is known.
    pub jobs: Option<u64>,
}

/// A position in a plan.
#[derive(Debug)]
pub struct Cursor {
    endpoints: Vec<Endpoint>,
}

/// What a draw yields.
#[derive(Debug)]
pub enum Draw {
    /// The next job.
    Job(Box<Job>),
    /// A row that cannot be made into a job; it still counts as one, and fails.
    BadRow(BadRow),
    /// Nothing yet: the input is slower than we are. The cursor's waker is called when there is more.
    Pending,
    /// This source is exhausted.
    End,
}

/// A row that cannot be made into a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Where it stands.
    pub place: Place,
    /// The endpoint it belongs to.
    pub endpoint: EndpointId,
    /// What is wrong with it, with file and line.
    pub why: String,
}

impl Cursor {
    /// Every endpoint seen so far, by id; it only grows.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// How many sources there are.
    pub fn sources(&self) -> usize {
        0
    }

    /// The one host (`scheme://name:port`) all jobs of a source go to, where there is only one.
    pub fn host_of(&self, _source: usize) -> Option<&str> {
        None
    }

    /// How many jobs there are in all, where that is known.
    pub fn jobs(&self) -> Option<u64> {
        None
    }

    /// Called when a source that had nothing has something again.
    pub fn set_waker(&mut self, _wake: Arc<dyn Fn() + Send + Sync>) {}

    /// Draws the next job of a source.
    pub fn draw(&mut self, _source: usize) -> Draw {
        Draw::End
    }
}
