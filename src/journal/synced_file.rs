//! A file that reaches the disk soon after it is written, in groups.
//!
//! A killed process loses nothing that was written; a machine that loses its power loses the last moments. A thread
//! asks the system to write to the disk, so that no writer waits for it. Start at [`SyncedFile::new`].

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// How long written bytes may wait for the disk.
const GROUP: Duration = Duration::from_millis(40);

/// A file that is synced in groups.
#[derive(Debug)]
pub struct SyncedFile {
    shared: Arc<SharedFile>,
}

#[derive(Debug)]
struct SharedFile {
    file: File,
    /// Something was written since it was synced.
    is_dirty: AtomicBool,
}

impl SyncedFile {
    /// Takes a file, and starts the thread that syncs it.
    pub fn new(file: File) -> io::Result<Self> {
        let shared = Arc::new(SharedFile { file, is_dirty: AtomicBool::new(false) });
        let weak = Arc::downgrade(&shared);
        thread::Builder::new().name("sync".into()).spawn(move || sync_in_groups(&weak))?;
        Ok(Self { shared })
    }

    /// The file.
    pub fn file(&self) -> &File {
        &self.shared.file
    }
}

/// Syncs a file until it is dropped.
fn sync_in_groups(file: &Weak<SharedFile>) {
    loop {
        thread::sleep(GROUP);
        let Some(shared) = file.upgrade() else { return };
        shared.sync();
    }
}

impl SharedFile {
    fn sync(&self) {
        if self.is_dirty.swap(false, Ordering::AcqRel) {
            // A disk that fails does so again when it is written to, and that is reported.
            let _ = self.file.sync_data();
        }
    }
}

impl Drop for SharedFile {
    fn drop(&mut self) {
        self.sync();
    }
}

impl Write for SyncedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = (&self.shared.file).write(bytes)?;
        self.shared.is_dirty.store(true, Ordering::Release);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, Write};
    use std::sync::atomic::Ordering;

    use super::SyncedFile;

    #[test]
    fn what_is_written_is_in_the_file_and_is_synced_soon() {
        let mut file = SyncedFile::new(tempfile::tempfile().unwrap()).unwrap();
        file.write_all(b"abc").unwrap();
        assert!(file.shared.is_dirty.load(Ordering::Acquire));
        let mut text = String::new();
        let mut reader = file.file();
        reader.rewind().unwrap();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
        // The thread syncs it at some time; the test is slow only if it does not.
        while file.shared.is_dirty.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
    }
}
