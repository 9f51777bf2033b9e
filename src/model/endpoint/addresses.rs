//! The addresses of lists: what became of each URL of a list, although one endpoint sums up a whole host.
//!
//! Their number is bounded. Jobs of addresses beyond the bound are only counted. Start at [`AddressTable::get`].

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::event::origin::Origin;
use crate::event::outcome::JobEnd;
use crate::event::{Attempt, JobId, Micros, Offset};
use crate::model::anatomy::Ending;
use crate::model::endpoint::Health;
use crate::model::timeline::Bar;

/// One address of a list. There may be thousands, so it is small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressStats {
    /// Method and masked URL; foreign text.
    pub target: Arc<str>,
    /// Index of its endpoint.
    pub endpoint: u32,
    /// Attempts in flight now.
    pub in_flight: u32,
    /// Jobs that ended with an expected answer.
    pub done: u32,
    /// Jobs that ended without an expected answer.
    pub failed: u32,
    /// Jobs that were cancelled.
    pub cancelled: u32,
    /// The job of its last attempt.
    job: JobId,
    /// The number of that attempt within its job.
    n: u32,
    /// The machine that made it.
    origin: Origin,
    /// When its last attempt started, or ended.
    pub at: Offset,
    /// How long its last attempt was in flight, and how it ended.
    pub last_end: Option<(Micros, Ending)>,
    /// Its longest time in flight.
    pub slowest: Micros,
    /// Whether its last job ended well, and since when.
    pub health: Option<Health>,
}

impl AddressStats {
    /// The machine and the identity of its last attempt.
    pub fn last(&self) -> (Origin, Attempt) {
        (self.origin, Attempt { job: self.job, n: self.n })
    }

    /// Jobs that have ended.
    pub fn settled(&self) -> u32 {
        self.done + self.failed + self.cancelled
    }

    /// Its longest time in flight, including the attempt that is in flight now.
    pub fn longest(&self, now: Offset) -> Micros {
        if self.in_flight > 0 { self.slowest.max(now.since(self.at)) } else { self.slowest }
    }
}

/// The addresses of all lists of a run, in the order of their first attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressTable {
    all: Vec<AddressStats>,
    by_target: FxHashMap<Arc<str>, u32>,
    /// The address of each job that has not settled; `None` beyond the bound.
    open: FxHashMap<(Origin, JobId), Option<u32>>,
    /// Jobs of addresses beyond the bound.
    folded: u64,
}

impl AddressTable {
    /// The maximum number of addresses.
    pub const MOST: usize = 10_000;

    /// An address by its index, which never changes.
    pub fn get(&self, i: usize) -> Option<&AddressStats> {
        self.all.get(i)
    }

    /// All addresses, in the order of their first attempts.
    pub fn all(&self) -> &[AddressStats] {
        &self.all
    }

    /// Jobs of addresses that are not listed, because there are too many.
    pub fn folded(&self) -> u64 {
        self.folded
    }

    /// Records the start of an attempt at an endpoint that sums up a list.
    pub(in crate::model) fn start(&mut self, bar: &Bar) {
        let key = (bar.origin, bar.attempt.job);
        // A redirect leads to another address; the job stays at its own.
        let address = self.open.get(&key).copied().unwrap_or_else(|| {
            let found = self.find(bar);
            self.folded += u64::from(found.is_none());
            self.open.insert(key, found);
            found
        });
        if let Some(address) = address.and_then(|i| self.all.get_mut(i as usize)) {
            address.in_flight += 1;
            (address.job, address.n, address.origin) = (bar.attempt.job, bar.attempt.n, bar.origin);
            address.at = bar.started;
        }
    }

    fn find(&mut self, bar: &Bar) -> Option<u32> {
        if let Some(known) = self.by_target.get(&bar.target) {
            return Some(*known);
        }
        if self.all.len() == Self::MOST {
            return None;
        }
        // Doubling would leave up to half of the memory unused.
        if self.all.len() == self.all.capacity() {
            self.all.reserve_exact((self.all.len() / 8).max(64).min(Self::MOST - self.all.len()));
        }
        let i = u32::try_from(self.all.len()).ok()?;
        self.all.push(AddressStats {
            target: Arc::clone(&bar.target),
            endpoint: u32::try_from(bar.endpoint).unwrap_or(u32::MAX),
            in_flight: 0,
            done: 0,
            failed: 0,
            cancelled: 0,
            job: bar.attempt.job,
            n: bar.attempt.n,
            origin: bar.origin,
            at: bar.started,
            last_end: None,
            slowest: Micros::ZERO,
            health: None,
        });
        self.by_target.insert(Arc::clone(&bar.target), i);
        Some(i)
    }

    /// Records the end of an attempt.
    pub(in crate::model) fn end(&mut self, at: Offset, job: (Origin, JobId), took: Micros, ending: Ending) {
        let Some(address) = self.of_job(job) else { return };
        address.in_flight = address.in_flight.saturating_sub(1);
        (address.at, address.last_end) = (at, Some((took, ending)));
        address.slowest = address.slowest.max(took);
    }

    /// Records the end of a job.
    pub(in crate::model) fn settle(&mut self, at: Offset, job: (Origin, JobId), end: &JobEnd) {
        let address = self.of_job(job);
        let is_up = match end {
            JobEnd::Done => Some(true),
            JobEnd::Failed { .. } => Some(false),
            JobEnd::Cancelled => None,
        };
        if let Some(address) = address {
            let counter = match is_up {
                Some(true) => &mut address.done,
                Some(false) => &mut address.failed,
                None => &mut address.cancelled,
            };
            *counter = counter.saturating_add(1);
            if let Some(is_up) = is_up {
                Health::record(&mut address.health, is_up, at);
            }
        }
        self.open.remove(&job);
    }

    fn of_job(&mut self, job: (Origin, JobId)) -> Option<&mut AddressStats> {
        self.all.get_mut((*self.open.get(&job)?)? as usize)
    }
}
