//! How many connections this machine lets us have.
//!
//! Start at [`raise`].

/// Descriptors that are not for connections: terminal, files, event loops.
const OWN: u64 = 64;

/// Raises the process's soft limit on open descriptors to its hard limit, and tells how many
/// connections that leaves; `None` for no limit that matters.
#[cfg(unix)]
pub fn raise() -> Option<u32> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where the soft limit cannot be raised it is the one that holds.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let allowed = getrlimit(Resource::Nofile).current?;
    Some(u32::try_from(allowed.saturating_sub(OWN).max(1)).unwrap_or(u32::MAX))
}

/// What is left of so many connections: one to the practice upstream takes a descriptor at either end.
pub fn shared(most: u32, has_upstream: bool) -> u32 {
    if has_upstream { (most / 2).max(1) } else { most }
}

/// Elsewhere there is no such limit.
#[cfg(not(unix))]
pub fn raise() -> Option<u32> {
    None
}
