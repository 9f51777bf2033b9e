//! The private folder of a watched program: the files of the probe, and the socket that it reports to.
//!
//! Only this user can enter it. It is removed when the program has ended, unless the program has left processes behind:
//! a Node that one of them starts would fail without the file that it must load. Start at [`ProbeFolder::create`].

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The variable that says where the probe reports to.
pub const SOCKET_VARIABLE: &str = "INFLIGHT_WATCH_SOCKET";

/// The variable that Python finds the probe by.
pub const PATH_VARIABLE: &str = "PYTHONPATH";

/// The variable that Node finds the probe by.
pub const NODE_VARIABLE: &str = "NODE_OPTIONS";

/// The files of the probe.
const FILES: [(&str, &str); 22] = [
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
    ("node/exchange.cjs", include_str!("probe/node/exchange.cjs")),
    ("node/http_client.cjs", include_str!("probe/node/http_client.cjs")),
    ("node/places.cjs", include_str!("probe/node/places.cjs")),
    ("node/probe.cjs", include_str!("probe/node/probe.cjs")),
    ("node/promises.cjs", include_str!("probe/node/promises.cjs")),
    ("node/sampler.cjs", include_str!("probe/node/sampler.cjs")),
    (NODE_START, include_str!("probe/node/start.cjs")),
    ("node/turns.cjs", include_str!("probe/node/turns.cjs")),
    ("node/undici_client.cjs", include_str!("probe/node/undici_client.cjs")),
    ("node/wire.cjs", include_str!("probe/node/wire.cjs")),
    ("inflight_probe/urllib3_pool.py", include_str!("probe/inflight_probe/urllib3_pool.py")),
];

/// What Node loads before a program.
const NODE_START: &str = "node/start.cjs";

/// The part of the probe that every process loads first.
const WIRE: (&str, &str) = ("inflight_probe/wire.py", include_str!("probe/inflight_probe/wire.py"));

/// The variables that find the probe, as they are without it.
#[derive(Clone, Debug, Default)]
pub struct UsualVariables {
    /// Where Python looks for modules.
    pub python_path: Option<OsString>,
    /// The options of Node.
    pub node_options: Option<OsString>,
}

/// A folder with the probe.
#[derive(Debug)]
pub struct ProbeFolder(TempDir);

impl ProbeFolder {
    /// Creates the folder, with mode 0700.
    pub fn create() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("inflight-").tempdir()?;
        for part in ["inflight_probe", "node"] {
            fs::create_dir(folder.path().join(part))?;
        }
        for (name, text) in FILES.into_iter().chain([WIRE]) {
            fs::write(folder.path().join(name), text)?;
        }
        Ok(Self(folder))
    }

    /// The path of the socket.
    pub fn socket(&self) -> PathBuf {
        self.0.path().join("s")
    }

    /// The variables that a program needs to load the probe; `usual` are those that it would have otherwise.
    pub fn variables(&self, usual: &UsualVariables) -> [(&'static str, OsString); 3] {
        let is_set = |value: &&OsString| !value.is_empty();
        let mut path = self.path().as_os_str().to_owned();
        if let Some(rest) = usual.python_path.as_ref().filter(is_set) {
            path.push(":");
            path.push(rest);
        }
        let mut options = OsString::new();
        if let Some(before) = usual.node_options.as_ref().filter(is_set) {
            options.push(before);
            options.push(" ");
        }
        options.push("--require ");
        options.push(quoted(&self.path().join(NODE_START)));
        [(SOCKET_VARIABLE, self.socket().into_os_string()), (PATH_VARIABLE, path), (NODE_VARIABLE, options)]
    }

    /// Removes the folder, unless a process still has it in its environment.
    pub fn remove(self) {
        if is_in_an_environment(self.path()) {
            let _kept = self.0.keep();
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Whether a process of this user has a path in its environment. Where that cannot be seen, there is none.
fn is_in_an_environment(path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    let names = |process: fs::DirEntry| {
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        memchr::memmem::find(&environment, path).is_some()
    };
    fs::read_dir("/proc").is_ok_and(|processes| processes.flatten().any(names))
}

/// A path as one of Node's options, which are separated by spaces.
fn quoted(path: &Path) -> OsString {
    let text = path.to_string_lossy();
    if !text.contains([' ', '"', '\\']) {
        return path.as_os_str().to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")).into()
}

#[cfg(test)]
mod tests {
    use super::{ProbeFolder, UsualVariables, quoted};

    #[test]
    fn what_was_set_before_still_applies() {
        let folder = ProbeFolder::create().unwrap();
        let path = folder.path().display();
        let usual = UsualVariables { python_path: Some("/mine".into()), node_options: Some("--no-warnings".into()) };
        let [_, python, node] = folder.variables(&usual);
        assert_eq!(python.1, format!("{path}:/mine").as_str());
        assert_eq!(node.1, format!("--no-warnings --require {path}/node/start.cjs").as_str());
        let [_, python, node] = folder.variables(&UsualVariables::default());
        assert_eq!((python.1, node.1), (path.to_string().into(), format!("--require {path}/node/start.cjs").into()));
    }

    #[test]
    fn a_path_with_a_space_is_one_option() {
        assert_eq!(quoted("a b/x".as_ref()), "\"a b/x\"");
        assert_eq!(quoted("a\"b/x".as_ref()), "\"a\\\"b/x\"");
    }
}
