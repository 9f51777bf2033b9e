//! The limit on open descriptors, and the number of connections that it allows.
//!
//! Start at [`raise_limit`].

/// Descriptors reserved for the terminal, files and event loops.
const RESERVED: u64 = 64;

/// The preallocated size of the descriptor table: a thousand connections, and as many of a practice upstream.
#[cfg(unix)]
const PREALLOCATED: u64 = 4_096;

/// Raises the soft limit on open descriptors to the hard limit. Returns how many connections that allows; `None`
/// if there is no limit.
///
/// It also preallocates [`PREALLOCATED`] descriptors. Call it before threads start: the system doubles a full
/// table, and a process with threads waits ten milliseconds for each doubling.
#[cfg(unix)]
pub fn raise_limit() -> Option<u32> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // If this fails, the soft limit stays in effect.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let allowed = getrlimit(Resource::Nofile).current;
    let highest = allowed.map_or(PREALLOCATED, |allowed| allowed.min(PREALLOCATED)).saturating_sub(1);
    // Opening a descriptor with a high number makes the system grow its table now.
    drop(rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), i32::try_from(highest).unwrap_or_default()));
    let allowed = allowed?;
    Some(u32::try_from(allowed.saturating_sub(RESERVED).max(1)).unwrap_or(u32::MAX))
}

/// Returns the number of connections that a run may use.
///
/// Each connection to a practice upstream takes a descriptor at both ends.
pub fn available(max_connections: u32, has_upstream: bool) -> u32 {
    if has_upstream { (max_connections / 2).max(1) } else { max_connections }
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub fn raise_limit() -> Option<u32> {
    None
}
