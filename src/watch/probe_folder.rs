//! The private folder of a watched program: the files of the probe, and the socket that it reports to.
//!
//! Only this user can enter it. It is removed when it is dropped. Start at [`ProbeFolder::create`].

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The variable that says where the probe reports to.
pub const SOCKET_VARIABLE: &str = "INFLIGHT_WATCH_SOCKET";

/// The variable that Python finds the probe by.
pub const PATH_VARIABLE: &str = "PYTHONPATH";

/// The files of the probe.
const FILES: [(&str, &str); 12] = [
    ("sitecustomize.py", include_str!("probe/sitecustomize.py")),
    ("inflight_probe/__init__.py", include_str!("probe/inflight_probe/__init__.py")),
    ("inflight_probe/aiohttp_client.py", include_str!("probe/inflight_probe/aiohttp_client.py")),
    ("inflight_probe/exchange.py", include_str!("probe/inflight_probe/exchange.py")),
    ("inflight_probe/gate.py", include_str!("probe/inflight_probe/gate.py")),
    ("inflight_probe/http_client.py", include_str!("probe/inflight_probe/http_client.py")),
    ("inflight_probe/httpx_client.py", include_str!("probe/inflight_probe/httpx_client.py")),
    ("inflight_probe/imports.py", include_str!("probe/inflight_probe/imports.py")),
    ("inflight_probe/loops.py", include_str!("probe/inflight_probe/loops.py")),
    ("inflight_probe/places.py", include_str!("probe/inflight_probe/places.py")),
    ("inflight_probe/tasks.py", include_str!("probe/inflight_probe/tasks.py")),
    ("inflight_probe/urllib3_pool.py", include_str!("probe/inflight_probe/urllib3_pool.py")),
];

/// The part of the probe that every process loads first.
const WIRE: (&str, &str) = ("inflight_probe/wire.py", include_str!("probe/inflight_probe/wire.py"));

/// A folder with the probe.
#[derive(Debug)]
pub struct ProbeFolder(TempDir);

impl ProbeFolder {
    /// Creates the folder, with mode 0700.
    pub fn create() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("inflight-").tempdir()?;
        fs::create_dir(folder.path().join("inflight_probe"))?;
        for (name, text) in FILES.into_iter().chain([WIRE]) {
            fs::write(folder.path().join(name), text)?;
        }
        Ok(Self(folder))
    }

    /// The path of the socket.
    pub fn socket(&self) -> PathBuf {
        self.0.path().join("s")
    }

    /// The variables that a program needs to load the probe; `python_path` is the path that it would have otherwise.
    pub fn variables(&self, python_path: Option<OsString>) -> [(&'static str, OsString); 2] {
        let mut path = self.path().as_os_str().to_owned();
        if let Some(rest) = python_path.filter(|rest| !rest.is_empty()) {
            path.push(":");
            path.push(rest);
        }
        [(SOCKET_VARIABLE, self.socket().into_os_string()), (PATH_VARIABLE, path)]
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}
