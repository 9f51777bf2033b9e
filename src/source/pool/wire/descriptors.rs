//! How many connections this machine lets us have.
//!
//! Start at [`raise`].

/// Descriptors that are not for connections: terminal, files, event loops.
const OWN: u64 = 64;

/// Descriptors for which there is room from the start: a thousand connections and a practice upstream
/// with as many.
#[cfg(unix)]
const ROOM: u64 = 4_096;

/// Raises the process's soft limit on open descriptors to its hard limit, and tells how many
/// connections that leaves; `None` for no limit that matters.
///
/// It also makes room for [`ROOM`] of them. To be called before there are threads: the system doubles
/// its table when that is full, and a process with threads waits ten milliseconds for each doubling.
#[cfg(unix)]
pub fn raise() -> Option<u32> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where the soft limit cannot be raised it is the one that holds.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let allowed = getrlimit(Resource::Nofile).current;
    let highest = allowed.map_or(ROOM, |allowed| allowed.min(ROOM)).saturating_sub(1);
    // One that is as high as that, for a moment. Without it connections come about more slowly.
    drop(rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), i32::try_from(highest).unwrap_or_default()));
    let allowed = allowed?;
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
