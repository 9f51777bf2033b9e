//! Whether this process has run out of descriptors.
//!
//! Start at [`are_exhausted`].

/// Whether no further descriptor can be opened now.
#[cfg(unix)]
pub fn are_exhausted() -> bool {
    use rustix::io::Errno;
    let opened = rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), 0);
    matches!(opened, Err(Errno::MFILE | Errno::NFILE))
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub fn are_exhausted() -> bool {
    false
}
