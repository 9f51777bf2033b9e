//! Cookies (RFC 6265): what servers have set, and what is sent back to them.
//!
//! They stay in memory, and are in no event. A jar belongs to the run or to one job. Start at [`CookieJar`].

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cookie_store::{CookieStore, RawCookie};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use rustc_hash::FxHashMap;
use url::{Host, Url};

use crate::text::secret::texts_of_secret;

/// The most bytes of a cookie's name and value. A larger one is ignored, as in browsers.
const MAX_COOKIE: usize = 4096;

/// The most cookies of a site. After that, those that were set first are removed.
const MAX_PER_SITE: usize = 180;

/// The most sites. After that, the cookies of the site that came first are removed.
const MAX_SITES: usize = 10_000;

/// The cookies of a run, or of a job.
///
/// They are kept by site: the part of a name that is registered, such as `example.org`. No cookie leaves its site, so
/// a jar looks only at those of one site.
#[derive(Default)]
pub struct CookieJar {
    sites: Mutex<Sites>,
}

#[derive(Default)]
struct Sites {
    by_name: FxHashMap<Box<str>, CookieStore>,
    oldest_first: VecDeque<Box<str>>,
}

impl CookieJar {
    /// Returns the `Cookie` header of a request, if it has one. It starts with the cookies that `own` headers set; they
    /// win over those of the same name in the jar.
    pub fn header(&self, url: &Url, own: &HeaderMap) -> Option<HeaderValue> {
        let sites = self.lock();
        let mut found = sites.by_name.get(site(url)?)?.matches(url);
        // As the standard recommends (section 5.4). The sort keeps the order in which others were set.
        found.sort_by_key(|cookie| Reverse(cookie.path.len()));
        let own: Vec<&[u8]> = own.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
        let own = own.join(&b"; "[..]);
        let is_own = |name: &str| own.split(|byte| *byte == b';').any(|pair| name_of(pair) == name.as_bytes());
        let pairs = found.iter().map(|cookie| cookie.name_value()).filter(|(name, _)| !is_own(name));
        let mut header: Vec<Vec<u8>> = pairs.map(|(name, value)| format!("{name}={value}").into_bytes()).collect();
        if header.is_empty() {
            return None;
        }
        if !own.is_empty() {
            header.insert(0, own);
        }
        let mut header = HeaderValue::from_bytes(&header.join(&b"; "[..])).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// Keeps the cookies that a response sets. Those that its URL must not set are ignored.
    pub fn keep(&self, url: &Url, response: &HeaderMap) {
        let mut set = response.get_all(SET_COOKIE).iter().take(MAX_PER_SITE).peekable();
        let Some(site) = site(url).filter(|_| set.peek().is_some()) else { return };
        let mut sites = self.lock();
        let store = sites.store(site);
        for cookie in set.filter_map(|field| acceptable(field, url)) {
            // What does not match the URL is refused here.
            let _ = store.insert_raw(&cookie, url);
        }
        trim(store);
    }

    /// Returns the values of cookies of a URL's site, short ones with their names: what is secret wherever a server repeats it.
    pub fn secrets(&self, url: &Url) -> Vec<Box<str>> {
        let sites = self.lock();
        let store = site(url).and_then(|site| sites.by_name.get(site));
        let cookies = store.into_iter().flat_map(CookieStore::iter_any);
        cookies.flat_map(|cookie| texts_of_secret(cookie.name(), cookie.value().trim_matches('"'))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Sites> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sites {
    /// The cookies of a site.
    fn store(&mut self, site: &str) -> &mut CookieStore {
        if !self.by_name.contains_key(site) {
            if self.by_name.len() >= MAX_SITES
                && let Some(oldest) = self.oldest_first.pop_front()
            {
                self.by_name.remove(&oldest);
            }
            self.oldest_first.push_back(site.into());
        }
        self.by_name.entry(site.into()).or_default()
    }
}

/// The site of a URL: the registered domain of its host, or the whole host if it has none.
fn site(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    let is_name = matches!(url.host(), Some(Host::Domain(_)));
    Some(if is_name { psl::domain_str(host).unwrap_or(host.trim_end_matches('.')) } else { host })
}

/// Returns a cookie that a response sets, unless it is too large or for a public suffix such as `co.uk`.
fn acceptable<'f>(field: &'f HeaderValue, url: &Url) -> Option<RawCookie<'f>> {
    let mut cookie = RawCookie::parse(str::from_utf8(field.as_bytes()).ok()?).ok()?;
    if cookie.name().len() + cookie.value().len() > MAX_COOKIE {
        return None;
    }
    let Some(domain) = cookie.domain().map(str::to_ascii_lowercase) else { return Some(cookie) };
    let is_name = matches!(url.host(), Some(Host::Domain(_)));
    if is_name && psl::suffix_str(&domain) == Some(&domain) {
        if url.host_str() != Some(&domain) {
            return None;
        }
        // The standard turns it into a cookie of this host alone (section 5.3).
        cookie.unset_domain();
    }
    Some(cookie)
}

/// Removes the cookies that are too many: first those that have expired, then those that were set first.
fn trim(store: &mut CookieStore) {
    let mut all: Vec<_> = store.iter_any().collect();
    let surplus = all.len().saturating_sub(MAX_PER_SITE);
    if surplus == 0 {
        return;
    }
    all.sort_by_key(|cookie| !cookie.is_expired());
    let key = |cookie: &&cookie_store::Cookie<'static>| {
        (String::from(&cookie.domain), String::from(&cookie.path), cookie.name().to_owned())
    };
    let removed: Vec<_> = all.iter().take(surplus).map(key).collect();
    for (domain, path, name) in removed {
        store.remove(&domain, &path, &name);
    }
}

/// The name in a pair of a `Cookie` header.
fn name_of(pair: &[u8]) -> &[u8] {
    pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii()
}

impl fmt::Debug for CookieJar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieJar").finish_non_exhaustive()
    }
}
