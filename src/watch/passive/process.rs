//! Processes, as `/proc` shows them: a tree of them, and the sockets of each.
//!
//! What cannot be read has ended, or belongs to another user, and is left out. Start at [`tree`].

use std::fs;
use std::path::Path;

/// Processes that are followed.
const MOST: usize = 1_000;

/// The number of a process.
pub type ProcessId = u32;

/// A process and all its descendants.
pub fn tree(root: ProcessId) -> Vec<ProcessId> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(process) = found.get(next).copied().filter(|_| found.len() < MOST) {
        next += 1;
        let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { continue };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            found.extend(children.split_whitespace().filter_map(|child| child.parse::<ProcessId>().ok()));
        }
    }
    found
}

/// Whether a process runs. One that has ended and was not waited for does not.
pub fn is_running(process: ProcessId) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else { return false };
    // The name may contain anything, so the state comes after its last parenthesis.
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// The name of a process, as its executable is called.
pub fn name(process: ProcessId) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// The inodes of the sockets that a process has open.
pub fn sockets(process: ProcessId) -> Vec<u32> {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{process}/fd")) else { return Vec::new() };
    descriptors.flatten().filter_map(|descriptor| socket_inode(&fs::read_link(descriptor.path()).ok()?)).collect()
}

/// The inode of `socket:[4711]`.
fn socket_inode(link: &Path) -> Option<u32> {
    link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;
    use std::path::Path;

    use super::{is_running, sockets, tree};

    #[test]
    fn this_process_is_found_with_its_child_and_its_sockets() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let here = std::process::id();
        assert!(tree(here).starts_with(&[here]));
        assert!(tree(here).contains(&child.id()));
        assert!(is_running(child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!is_running(child.id()));
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let link = std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).unwrap();
        assert!(sockets(here).contains(&super::socket_inode(&link).unwrap()));
        assert_eq!(super::socket_inode(Path::new("pipe:[12]")), None);
    }
}
