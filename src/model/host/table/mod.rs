//! All hosts of a run, in bounded memory: the coldest are counted together as "other hosts".
//!
//! A host is never folded while an attempt is in flight there, while it is in cooldown, or once the
//! operator has changed it. Totals stay exact: what is folded is added up. Start at [`Hosts`].

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::event::{ChangedBy, HostId, Offset, Origin};
use crate::model::host::HostStats;

/// All hosts of a run. Each has a number, in the order of first sight, which is never used again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// Hosts kept in full, by rising number.
    kept: Vec<HostStats>,
    /// The number that the next host gets.
    next: usize,
    /// The hosts that were folded, added up.
    others: HostStats,
    /// How many were folded.
    n_others: u64,
    numbers: FxHashMap<(Origin, HostId), usize>,
    by_name: FxHashMap<(Origin, Arc<str>), usize>,
    /// The highest id of each machine that no longer names a host kept in full.
    folded_ids: BTreeMap<Origin, HostId>,
    /// Hosts to keep in full.
    most: usize,
    /// How many were left after the last fold, because they could not be folded.
    left: usize,
}

impl Hosts {
    /// Hosts kept in full. A screen shows some fifty, and each takes about half a kilobyte.
    pub const MOST: usize = 4_096;
    /// The number of the hosts that are counted together.
    pub const OTHERS: usize = usize::MAX;

    /// A host that is kept in full.
    pub fn get(&self, number: usize) -> Option<&HostStats> {
        self.position(number).map(|at| &self.kept[at])
    }

    /// A host that is kept in full, or the others together for [`Hosts::OTHERS`].
    pub fn row(&self, number: usize) -> Option<&HostStats> {
        if number == Self::OTHERS { self.others() } else { self.get(number) }
    }

    /// The hosts that are counted together, where there are any.
    pub fn others(&self) -> Option<&HostStats> {
        (self.n_others > 0).then_some(&self.others)
    }

    /// How many hosts are counted together. A host that comes back after that counts once more.
    pub fn n_others(&self) -> u64 {
        self.n_others
    }

    /// How many hosts are kept in full.
    pub fn n_kept(&self) -> usize {
        self.kept.len()
    }

    /// Every host that is kept in full, in the order of first sight.
    pub fn kept(&self) -> impl Iterator<Item = &HostStats> {
        self.kept.iter()
    }

    /// Every host that is kept in full, and the others together.
    pub fn all(&self) -> impl Iterator<Item = &HostStats> {
        self.kept.iter().chain(self.others())
    }

    /// The number that the next host will get.
    pub fn next_number(&self) -> usize {
        self.next
    }

    /// The host that this machine calls by this id, while it is kept in full.
    pub fn by_id(&self, origin: Origin, id: HostId) -> Option<&HostStats> {
        self.numbers.get(&(origin, id)).and_then(|&number| self.get(number))
    }

    /// The number of a host that a fact names; `true` if no fact has announced it.
    pub(in crate::model) fn find(&mut self, origin: Origin, id: HostId, now: Offset) -> (usize, bool) {
        if let Some(&number) = self.numbers.get(&(origin, id)) {
            return (number, false);
        }
        if self.n_others > 0 && self.folded_ids.get(&origin).is_some_and(|&folded| id <= folded) {
            return (Self::OTHERS, false);
        }
        (self.add(origin, id, format!("host {}", id.0).into(), now), true)
    }

    /// Takes in a host that is announced, and returns its number.
    pub(in crate::model) fn announce(&mut self, origin: Origin, id: HostId, name: &Arc<str>, now: Offset) -> usize {
        if let Some(&number) = self.numbers.get(&(origin, id)) {
            if let Some(at) = self.position(number) {
                let old = std::mem::replace(&mut self.kept[at].name, Arc::clone(name));
                self.by_name.remove(&(origin, old));
                self.by_name.insert((origin, Arc::clone(name)), number);
            }
            return number;
        }
        self.rename(origin, id, name).unwrap_or_else(|| self.add(origin, id, Arc::clone(name), now))
    }

    /// The host of a number: one kept in full, or else the others together.
    pub(in crate::model) fn at(&mut self, number: usize) -> &mut HostStats {
        match self.position(number) {
            Some(at) => &mut self.kept[at],
            None => &mut self.others,
        }
    }

    /// Every host that is kept in full, to be changed.
    pub(in crate::model) fn kept_mut(&mut self) -> impl Iterator<Item = &mut HostStats> {
        self.kept.iter_mut()
    }

    /// A source that has forgotten an idle host announces it under a new, higher id when it returns.
    fn rename(&mut self, origin: Origin, id: HostId, name: &Arc<str>) -> Option<usize> {
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
        // Where most hosts cannot be folded, not every further one is a reason to look for those that can.
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

    /// Folds the coldest eighth of the hosts. Hosts that refused are the last to go: they explain the run.
    fn fold(&mut self, now: Offset) {
        let keep = self.most - self.most / 8;
        let coldness = |host: &HostStats| (host.throttled > 0, host.active, host.number);
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
        // Until a host is folded, each one sits at its own number.
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
    host.in_flight == 0 && host.cooldown.is_none_or(|until| until <= now) && !host.is_quarantined && !is_changed
}

#[cfg(test)]
mod tests;
