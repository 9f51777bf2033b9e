//! The resolver's cache: the most recently used answers, up to [`MAX_NAMES`].
//!
//! It never evicts a pending look-up, because tasks may be waiting for it.
//! Start at [`AnswerCache::insert`].

use std::collections::HashMap;

use crate::source::pool::dns::CachedAnswer;

/// The most names in the cache, unless more look-ups are pending.
const MAX_NAMES: usize = 10_000;

/// Answers by name.
#[derive(Debug)]
pub(super) struct AnswerCache {
    by_name: HashMap<String, CacheEntry>,
    /// The number of uses so far, which orders entries by their last use.
    n_uses: u64,
    /// The number of names that triggers the next eviction.
    evicts_at: usize,
}

/// An answer, and its last use.
#[derive(Debug)]
struct CacheEntry {
    answer: CachedAnswer,
    last_use: u64,
}

impl Default for AnswerCache {
    fn default() -> Self {
        Self { by_name: HashMap::new(), n_uses: 0, evicts_at: MAX_NAMES }
    }
}

impl AnswerCache {
    /// Returns the answer for a name. This counts as a use.
    pub(super) fn get(&mut self, name: &str) -> Option<&CachedAnswer> {
        self.get_mut(name).map(|answer| &*answer)
    }

    /// Returns the answer for a name, for a change. This counts as a use.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut CachedAnswer> {
        let entry = self.by_name.get_mut(name)?;
        self.n_uses += 1;
        entry.last_use = self.n_uses;
        Some(&mut entry.answer)
    }

    /// Caches an answer, and evicts others if there are too many.
    pub(super) fn insert(&mut self, name: &str, answer: CachedAnswer) {
        if self.by_name.len() >= self.evicts_at && !self.by_name.contains_key(name) {
            self.evict();
        }
        self.n_uses += 1;
        self.by_name.insert(name.to_owned(), CacheEntry { answer, last_use: self.n_uses });
    }

    /// Removes a name.
    pub(super) fn remove(&mut self, name: &str) {
        self.by_name.remove(name);
    }

    /// Evicts the least recently used quarter, so that the cost per insertion is O(1).
    fn evict(&mut self) {
        let is_complete = |entry: &CacheEntry| entry.answer.result.initialized();
        let mut uses: Vec<u64> =
            self.by_name.values().filter(|entry| is_complete(entry)).map(|entry| entry.last_use).collect();
        let n_evicted = self.by_name.len().saturating_sub(MAX_NAMES / 4 * 3).min(uses.len());
        if n_evicted > 0 {
            let (_, &mut last, _) = uses.select_nth_unstable(n_evicted - 1);
            self.by_name.retain(|_, entry| entry.last_use > last || !is_complete(entry));
        }
        self.evicts_at = MAX_NAMES.max(self.by_name.len() / 3 * 4);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;
    use std::time::Instant;

    use tokio::sync::SetOnce;

    use super::{AnswerCache, MAX_NAMES};
    use crate::source::pool::dns::CachedAnswer;
    use crate::source::pool::dns::look_up::LookUpResult;

    fn answer() -> CachedAnswer {
        let found = LookUpResult::new(Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]), Instant::now());
        CachedAnswer { result: Arc::new(SetOnce::new_with(Some(found))), expired: None }
    }

    #[test]
    fn the_number_of_names_is_bounded() {
        let mut cache = AnswerCache::default();
        for n in 0..100_000 {
            cache.insert(&format!("h{n}.test"), answer());
            assert!(cache.by_name.len() <= MAX_NAMES);
            assert!(cache.get("h0.test").is_some(), "a name that is in use stays");
        }
        assert!(cache.get("h99999.test").is_some() && cache.get("h1.test").is_none());
    }

    #[test]
    fn a_pending_look_up_is_never_evicted() {
        let mut cache = AnswerCache::default();
        for n in 0..2 * MAX_NAMES {
            cache.insert(&format!("pending{n}.test"), CachedAnswer::default());
        }
        for n in 0..2 * MAX_NAMES {
            cache.insert(&format!("h{n}.test"), answer());
        }
        assert!((0..2 * MAX_NAMES).all(|n| cache.get(&format!("pending{n}.test")).is_some()));
        assert!(cache.by_name.len() < 3 * MAX_NAMES, "{}", cache.by_name.len());
    }
}
