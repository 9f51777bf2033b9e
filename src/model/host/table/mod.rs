//! All hosts of a run, in bounded memory.
//!
//! If there are too many hosts, those that were idle longest are folded into "other hosts". A host is never folded
//! with attempts in flight, during a cooldown, or once its limit was changed. Totals stay exact. Start at [`Hosts`].

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::event::origin::Origin;
use crate::event::reasons::ChangedBy;
use crate::event::{HostId, Offset};
use crate::model::host::HostStats;

/// All hosts of a run. Each has a number, in the order of announcement, which is never reused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// Hosts kept individually, by rising number.
    kept: Vec<HostStats>,
    /// The number that the next host gets.
    next: usize,
    /// The sum of all folded hosts.
    others: HostStats,
    /// How many were folded.
    n_others: u64,
    numbers: FxHashMap<(Origin, HostId), usize>,
    by_name: FxHashMap<(Origin, Arc<str>), usize>,
    /// For each machine, the highest id of a folded host.
    folded_ids: BTreeMap<Origin, HostId>,
    /// Number of hosts to keep individually.
    most: usize,
    /// Number of hosts that remained after the last fold.
    left: usize,
}

impl Hosts {
    /// Number of hosts kept individually. A screen shows about fifty, and each takes about half a kilobyte.
    pub const MOST: usize = 4_096;
    /// The number that represents all folded hosts.
    pub const OTHERS: usize = usize::MAX;

    /// A host that is kept individually.
    pub fn get(&self, number: usize) -> Option<&HostStats> {
        self.position(number).map(|at| &self.kept[at])
    }

    /// A host that is kept individually, or the sum of the folded ones for [`Hosts::OTHERS`].
    pub fn row(&self, number: usize) -> Option<&HostStats> {
        if number == Self::OTHERS { self.others() } else { self.get(number) }
    }

    /// The sum of the folded hosts, if there are any.
    pub fn others(&self) -> Option<&HostStats> {
        (self.n_others > 0).then_some(&self.others)
    }

    /// Number of folded hosts. A host that returns after it was folded counts twice.
    pub fn n_others(&self) -> u64 {
        self.n_others
    }

    /// Number of hosts kept individually.
    pub fn n_kept(&self) -> usize {
        self.kept.len()
    }

    /// The hosts that are kept individually, in the order of announcement.
    pub fn kept(&self) -> impl Iterator<Item = &HostStats> {
        self.kept.iter()
    }

    /// The hosts that are kept individually, then the sum of the folded ones.
    pub fn all(&self) -> impl Iterator<Item = &HostStats> {
        self.kept.iter().chain(self.others())
    }

    /// The number that the next host will get.
    pub fn next_number(&self) -> usize {
        self.next
    }

    /// The host with this id on this machine, while it is kept individually.
    pub fn by_id(&self, origin: Origin, id: HostId) -> Option<&HostStats> {
        self.numbers.get(&(origin, id)).and_then(|&number| self.get(number))
    }

    /// The number of the host with this id; `true` if it was not announced and has just been added.
    pub(in crate::model) fn find(&mut self, origin: Origin, id: HostId, now: Offset) -> (usize, bool) {
        if let Some(&number) = self.numbers.get(&(origin, id)) {
            return (number, false);
        }
        if self.n_others > 0 && self.folded_ids.get(&origin).is_some_and(|&folded| id <= folded) {
            return (Self::OTHERS, false);
        }
        (self.add(origin, id, format!("host {}", id.0).into(), now), true)
    }

    /// Adds an announced host, and returns its number.
    pub(in crate::model) fn announce(&mut self, origin: Origin, id: HostId, name: &Arc<str>, now: Offset) -> usize {
        if let Some(&number) = self.numbers.get(&(origin, id)) {
            if let Some(at) = self.position(number) {
                let old = std::mem::replace(&mut self.kept[at].name, Arc::clone(name));
                self.by_name.remove(&(origin, old));
                self.by_name.insert((origin, Arc::clone(name)), number);
            }
            return number;
        }
        self.reassign_id(origin, id, name).unwrap_or_else(|| self.add(origin, id, Arc::clone(name), now))
    }

    /// The host with this number, or the sum of the folded ones.
    pub(in crate::model) fn at(&mut self, number: usize) -> &mut HostStats {
        match self.position(number) {
            Some(at) => &mut self.kept[at],
            None => &mut self.others,
        }
    }

    /// The hosts that are kept individually, to be changed.
    pub(in crate::model) fn kept_mut(&mut self) -> impl Iterator<Item = &mut HostStats> {
        self.kept.iter_mut()
    }

    /// Assigns a new id to a known host. A source that has dropped an idle host announces it again with a higher id.
    fn reassign_id(&mut self, origin: Origin, id: HostId, name: &Arc<str>) -> Option<usize> {
        let number = *self.by_name.get(&(origin, Arc::clone(name)))?;
        let at = self.position(number)?;
        let host = &mut self.kept[at];
        if host.in_flight > 0 || id < host.id {
            return None;
        }
        let old = std::mem::replace(&mut host.id, id);
        self.numbers.remove(&(origin, old));
        self.numbers.insert((origin, id), number);
        Some(number)
    }

    fn add(&mut self, origin: Origin, id: HostId, name: Arc<str>, now: Offset) -> usize {
        // If few hosts can be folded, do not search again for each new host.
        if self.kept.len() >= self.most.max(self.left + self.most / 8) {
            self.fold(now);
        }
        let number = self.next;
        self.next += 1;
        self.numbers.insert((origin, id), number);
        self.by_name.insert((origin, Arc::clone(&name)), number);
        self.kept.push(HostStats { number, origin, id, name, active: now, ..HostStats::default() });
        number
    }

    /// Folds the eighth of the hosts that was idle longest. Hosts that refused attempts or were down are folded
    /// last, because they explain the run.
    fn fold(&mut self, now: Offset) {
        let keep = self.most - self.most / 8;
        let coldness = |host: &HostStats| (is_notable(host), host.active, host.number);
        let mut cold: Vec<_> = self.kept.iter().filter(|host| may_be_folded(host, now)).map(coldness).collect();
        let n = self.kept.len().saturating_sub(keep).min(cold.len());
        if n == 0 {
            self.left = self.kept.len();
            return;
        }
        let (_, &mut warmest, _) = cold.select_nth_unstable(n - 1);
        let Self { kept, others, numbers, by_name, folded_ids, .. } = self;
        let before = kept.len();
        kept.retain(|host| {
            if !may_be_folded(host, now) || coldness(host) > warmest {
                return true;
            }
            others.merge(host);
            numbers.remove(&(host.origin, host.id));
            by_name.remove(&(host.origin, Arc::clone(&host.name)));
            let highest = folded_ids.entry(host.origin).or_insert(host.id);
            *highest = host.id.max(*highest);
            false
        });
        self.n_others += (before - self.kept.len()) as u64;
        self.left = self.kept.len();
    }

    fn position(&self, number: usize) -> Option<usize> {
        // Until a host is folded, position and number are equal.
        match self.kept.get(number) {
            Some(host) if host.number == number => Some(number),
            _ => self.kept.binary_search_by_key(&number, |host| host.number).ok(),
        }
    }
}

impl Default for Hosts {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            next: 0,
            others: HostStats { name: "other hosts".into(), number: Self::OTHERS, ..HostStats::default() },
            n_others: 0,
            numbers: FxHashMap::default(),
            by_name: FxHashMap::default(),
            folded_ids: BTreeMap::new(),
            most: Self::MOST,
            left: 0,
        }
    }
}

fn may_be_folded(host: &HostStats, now: Offset) -> bool {
    let is_changed = matches!(host.limit_changed, Some((ChangedBy::Operator | ChangedBy::Machine, _)));
    let is_free = host.in_flight == 0 && host.parked == 0 && host.outage.is_none();
    is_free && host.cooldown.is_none_or(|until| until <= now) && !host.is_quarantined && !is_changed
}

/// Whether a host explains the run.
fn is_notable(host: &HostStats) -> bool {
    host.throttled > 0 || host.past_outages.n > 0 || host.last_given_up.is_some()
}

#[cfg(test)]
mod tests;
