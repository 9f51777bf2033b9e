//! A practice server in its own process, so that its cost is not measured.
//!
//! Start at [`Upstream::start`].

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The server runs until this is dropped.
pub struct Upstream {
    child: Child,
    url: String,
}

impl Upstream {
    /// Starts it on a free port of loopback.
    pub fn start() -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_inflight")).arg("upstream").stderr(Stdio::piped()).spawn()?;
        let mut announcement = String::new();
        BufReader::new(child.stderr.take().ok_or("no standard error")?).read_line(&mut announcement)?;
        let url = announcement.split_whitespace().find(|word| word.starts_with("http")).ok_or("no address")?;
        Ok(Self { child, url: url.trim_end_matches('/').to_owned() })
    }

    /// A URL with this behaviour.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
