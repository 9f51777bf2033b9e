//! What can be given to `run` and `check`: addresses, files and standard input.

mod targets;
mod unique;
