//! The only place that reads the environment.
//!
//! Everything else is handed what it needs. Start at [`surroundings`] and [`variable`].

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::os::fd::AsFd;

use crate::tui::detect::{Surroundings, VARIABLES};
use crate::tui::terminal::tty::Tty;

/// An environment variable, if it is set and is text.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What surrounds us, before any flag has its say.
pub fn surroundings() -> Surroundings {
    let variables: BTreeMap<String, String> =
        VARIABLES.iter().filter_map(|&name| Some((name.to_owned(), variable(name)?))).collect();
    Surroundings {
        variables,
        draws_on_terminal: std::io::stderr().is_terminal(),
        has_keys: Tty::open(std::io::stderr().as_fd()).is_ok(),
        ..Surroundings::default()
    }
}
