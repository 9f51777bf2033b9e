//! A watched program: it is started with a probe, and what the probe reports becomes events.
//!
//! Nothing here changes what the program does. Its output, its exit code and its signals are its own. A probe writes
//! lines of JSON to a socket in a private folder; another source may write the lines of a recording. On Linux the sockets of
//! the program are sampled, too. Start at
//! [`session::WatchSession::start`].

pub mod address;
pub mod code_line;
pub mod covered_output;
pub mod exchange;
mod in_order;
pub mod listener;
mod observed_sockets;
pub mod passive;
pub mod probe_folder;
pub mod probe_line;
pub mod program;
mod request_lines;
mod requests;
pub mod session;
pub mod steering;
mod threads;
pub mod translator;
mod write_order;
