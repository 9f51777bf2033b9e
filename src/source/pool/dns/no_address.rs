//! The error of a look-up, and whether the name or this machine is its cause.
//!
//! Start at [`NoAddress`].

use std::io;

/// The error of a name that cannot be resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NoAddress {
    message: String,
    /// Whether the look-up failed because this machine lacks descriptors, threads or memory.
    pub is_local: bool,
}

impl From<&io::Error> for NoAddress {
    fn from(error: &io::Error) -> Self {
        // EAGAIN of a thread that cannot start, ENOMEM, ENFILE and EMFILE. The system's resolver often reports a lack
        // of descriptors as another failure, so a file is opened to see whether there are any.
        let is_local = matches!(error.raw_os_error(), Some(11 | 12 | 23 | 24)) || has_no_descriptors();
        Self { message: error.to_string(), is_local }
    }
}

/// Whether no further descriptor can be opened now.
#[cfg(unix)]
fn has_no_descriptors() -> bool {
    use rustix::io::Errno;
    let opened = rustix::io::fcntl_dupfd_cloexec(io::stderr(), 0);
    matches!(opened, Err(Errno::MFILE | Errno::NFILE))
}

/// Other systems have no such limit.
#[cfg(not(unix))]
fn has_no_descriptors() -> bool {
    false
}
