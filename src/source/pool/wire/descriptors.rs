//! The number of connections that this machine allows the process.
//!
//! Start at [`raise_limit`].

/// Descriptors that are not for connections: terminal, files, event loops.
const RESERVED: u64 = 64;

/// Descriptors for which there is room from the start: a thousand connections, and a practice upstream with as
/// many.
#[cfg(unix)]
const PREALLOCATED: u64 = 4_096;

/// Raises the process's soft limit on open descriptors to its hard limit. Returns how many connections that
/// allows; `None` if the limit does not matter.
///
/// It also makes room for [`PREALLOCATED`] descriptors. Call it before there are threads: the system doubles
/// its table when the table is full, and a process with threads waits ten milliseconds for each doubling.
#[cfg(unix)]
pub fn raise_limit() -> Option<u32> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // If that fails, the soft limit is the one that holds.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let allowed = getrlimit(Resource::Nofile).current;
    let highest = allowed.map_or(PREALLOCATED, |allowed| allowed.min(PREALLOCATED)).saturating_sub(1);
    // A descriptor with a number that high, opened for a moment, makes the system grow its table now.
    drop(rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), i32::try_from(highest).unwrap_or_default()));
    let allowed = allowed?;
    Some(u32::try_from(allowed.saturating_sub(RESERVED).max(1)).unwrap_or(u32::MAX))
}

/// The connections that a run may use: each one to a practice upstream takes a descriptor at both ends.
pub fn available(max_connections: u32, has_upstream: bool) -> u32 {
    if has_upstream { (max_connections / 2).max(1) } else { max_connections }
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub fn raise_limit() -> Option<u32> {
    None
}
