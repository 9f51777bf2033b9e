//! All hosts of a run, in bounded memory: the coldest are counted together as "other hosts".
//!
//! A host is never folded while an attempt is in flight there, while it is in cooldown, or once the
//! operator has changed it. Totals stay exact: what is folded is added up. Start at [`Hosts`].

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::event::{ChangedBy, HostId, Offset, Origin};
use crate::model::host::Host;

/// All hosts of a run. Each has a number, in the order of first sight, which is never used again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// Hosts kept in full, by rising number.
    kept: Vec<Host>,
    /// The number that the next host gets.
    next: usize,
    /// The hosts that were folded, added up.
    others: Host,
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
    pub fn get(&self, number: usize) -> Option<&Host> {
        self.position(number).map(|at| &self.kept[at])
    }

    /// A host that is kept in full, or the others together for [`Hosts::OTHERS`].
    pub fn row(&self, number: usize) -> Option<&Host> {
        if number == Self::OTHERS { self.others() } else { self.get(number) }
    }

    /// The hosts that are counted together, where there are any.
    pub fn others(&self) -> Option<&Host> {
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
    pub fn kept(&self) -> impl Iterator<Item = &Host> {
        self.kept.iter()
    }

    /// Every host that is kept in full, and the others together.
    pub fn all(&self) -> impl Iterator<Item = &Host> {
        self.kept.iter().chain(self.others())
    }

    /// The number that the next host will get.
    pub fn next_number(&self) -> usize {
        self.next
    }

    /// The host that this machine calls by this id, while it is kept in full.
    pub fn by_id(&self, origin: Origin, id: HostId) -> Option<&Host> {
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
    pub(in crate::model) fn at(&mut self, number: usize) -> &mut Host {
        match self.position(number) {
            Some(at) => &mut self.kept[at],
            None => &mut self.others,
        }
    }

    /// Every host that is kept in full, to be changed.
    pub(in crate::model) fn kept_mut(&mut self) -> impl Iterator<Item = &mut Host> {
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
        self.kept.push(Host { number, origin, id, name, active: now, ..Host::default() });
        number
    }

    /// Folds the coldest eighth of the hosts. Hosts that refused are the last to go: they explain the run.
    fn fold(&mut self, now: Offset) {
        let keep = self.most - self.most / 8;
        let coldness = |host: &Host| (host.throttled > 0, host.active, host.number);
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
            others: Host { name: "other hosts".into(), number: Self::OTHERS, ..Host::default() },
            n_others: 0,
            numbers: FxHashMap::default(),
            by_name: FxHashMap::default(),
            folded_ids: BTreeMap::new(),
            most: Self::MOST,
            left: 0,
        }
    }
}

fn may_be_folded(host: &Host, now: Offset) -> bool {
    let is_changed = matches!(host.turned, Some((ChangedBy::Operator | ChangedBy::Machine, _)));
    host.in_flight == 0 && host.cooldown.is_none_or(|until| until <= now) && !host.is_quarantined && !is_changed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Hosts;
    use crate::event::outcome::{Outcome, Phase, PhaseTimes};
    use crate::event::waits::WaitTimes;
    use crate::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset, Origin};
    use crate::model::Model;
    use crate::model::host::Host;

    const MOST: usize = 16;

    /// A model that keeps few hosts in full.
    fn small_model() -> Model {
        let mut model = Model::default();
        model.hosts.most = MOST;
        model
    }

    fn apply(model: &mut Model, at: u64, fact: Fact) {
        model.apply(&Event { at: Offset(at), origin: Origin::HERE, fact });
    }

    fn announce(model: &mut Model, at: u64, id: u32, name: u32) {
        let name = format!("https://{name}.example:443").into();
        apply(model, at, Fact::HostSeen { host: HostId(id), name, limit: None });
    }

    fn start(model: &mut Model, at: u64, job: u64, host: u32) {
        let attempt = Attempt { job: JobId(job), n: 1 };
        let (endpoint, host, target) = (EndpointId(0), HostId(host), "GET /".into());
        let waited = WaitTimes { slot: Micros(1), ..WaitTimes::NONE };
        apply(
            model,
            at,
            Fact::AttemptStarted { attempt, endpoint, host, row: 0, slot: 0, target, waited, until: None },
        );
    }

    fn end(model: &mut Model, at: u64, job: u64, outcome: Outcome) {
        let (attempt, spent) = (Attempt { job: JobId(job), n: 1 }, PhaseTimes::default());
        apply(model, at, Fact::AttemptEnded { attempt, outcome, spent, malformed: 0 });
    }

    fn answer(status: u16) -> Outcome {
        Outcome::Answered { status, bytes: 0, expected: status == 200 }
    }

    /// A run of so many hosts, one attempt each.
    fn run_of(n: u32) -> Model {
        let mut model = small_model();
        for id in 0..n {
            let at = u64::from(id) * 10;
            announce(&mut model, at, id, id);
            start(&mut model, at, u64::from(id), id);
            end(&mut model, at + 5, u64::from(id), answer(200));
        }
        model
    }

    #[test]
    fn many_hosts_take_no_more_room_than_those_kept_in_full() {
        let model = run_of(20_000);
        assert!(model.hosts.n_kept() <= MOST);
        assert_eq!(model.hosts.n_kept() as u64 + model.hosts.n_others(), 20_000);
        assert!(model.hosts.numbers.len() <= MOST && model.hosts.by_name.len() <= MOST);
        assert_eq!(model.hosts.kept().last().map(|host| &*host.name), Some("https://19999.example:443"));
        let others = model.hosts.others().unwrap();
        assert_eq!(others.answered + model.hosts.kept().map(|host| host.answered).sum::<u64>(), 20_000);
    }

    #[test]
    fn a_host_in_use_in_cooldown_or_changed_by_the_operator_is_never_folded() {
        let mut model = small_model();
        for id in 0..4 {
            announce(&mut model, 0, id, id);
        }
        start(&mut model, 0, 0, 0);
        apply(&mut model, 0, Fact::CooldownSet { host: HostId(1), until: Offset(1_000_000) });
        apply(&mut model, 0, Fact::HostQuarantined { host: HostId(2) });
        for id in 4..200 {
            announce(&mut model, u64::from(id), id, id);
        }
        let is_kept = |id| model.host_by_id(Origin::HERE, HostId(id)).is_some();
        assert_eq!([0, 1, 2, 3].map(is_kept), [true, true, true, false]);
    }

    #[test]
    fn a_host_that_returns_under_a_new_id_is_the_same_host() {
        let mut model = small_model();
        announce(&mut model, 0, 0, 7);
        start(&mut model, 0, 1, 0);
        end(&mut model, 1, 1, answer(200));
        announce(&mut model, 2, 1, 7);
        start(&mut model, 2, 2, 1);
        assert_eq!(
            (model.hosts.n_kept(), model.hosts.get(0).map(|host| (host.id, host.started))),
            (1, Some((HostId(1), 2)))
        );
    }

    #[test]
    fn what_happens_at_a_folded_host_counts_for_the_others_and_is_no_anomaly() {
        let mut model = run_of(40);
        let before = model.hosts.others().map(|host| host.started).unwrap();
        start(&mut model, 1_000, 1_000, 0);
        let others = model.hosts.others().unwrap();
        assert_eq!((others.started, others.in_flight, model.anomalies.strangers), (before + 1, 1, 1), "the endpoint");
        assert_eq!(model.open.all().next().map(|flight| flight.host), Some(Hosts::OTHERS));
    }

    proptest! {
        #[test]
        fn kept_hosts_and_the_others_add_up_to_the_run(steps in prop::collection::vec((0..6_u8, 0..60_u32, 0..40_u64), 0..400)) {
            let mut model = small_model();
            let mut next = 0;
            for (at, (step, host, job)) in (0..).zip(steps) {
                match step {
                    0 => announce(&mut model, at, host, host),
                    1 => {
                        next += 1;
                        announce(&mut model, at, 60 + next, host);
                    }
                    2 => start(&mut model, at, job, host),
                    3 => end(&mut model, at, job, answer(200)),
                    4 => end(&mut model, at, job, Outcome::Throttled { status: 429, retry_after: None }),
                    _ => end(&mut model, at, job, Outcome::TimedOut { phase: Phase::Body }),
                }
            }
            let sum = |count: fn(&Host) -> u64| model.hosts.all().map(count).sum::<u64>();
            let totals = &model.totals;
            prop_assert_eq!(sum(|host| host.started), totals.started);
            prop_assert_eq!(sum(|host| host.in_flight.into()), model.open.n() as u64);
            prop_assert_eq!(sum(|host| host.answered), totals.expected + totals.unexpected);
            prop_assert_eq!(sum(|host| host.throttled), totals.throttled);
            prop_assert_eq!(sum(|host| host.failed), totals.timed_out + totals.broken + totals.unexpected);
            prop_assert_eq!(sum(|host| host.latency.n()), model.latency.n());
            prop_assert_eq!(sum(|host| host.usage.ended), totals.ended);
            prop_assert_eq!(sum(|host| host.usage.service.0), totals.service.0);
            prop_assert_eq!(sum(|host| host.usage.waits.slot.0), model.waits.slot.0);
            // A host in flight is never folded; all others are, once there are too many.
            prop_assert!(model.hosts.n_kept() <= MOST.max(model.open.n() + 2 + MOST));
        }
    }
}
