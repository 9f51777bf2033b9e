//! What can be given to `run` and `check`: addresses, files and standard input.

mod env_file;
mod targets;
mod unique;
