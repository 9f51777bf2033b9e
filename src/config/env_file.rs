//! Variables from a `.env` file, which plans can use like those of the environment.
//!
//! They are not exported, and a variable of the environment wins. Start at [`EnvFile::read`].

use std::collections::HashMap;
use std::io;
use std::path::Path;

use crate::config;
use crate::text::diagnostics::{Mistake, Mistakes};
use crate::text::io_error::IoErrorText;
use crate::text::sanitize::sanitize;

/// The variables of a file.
#[derive(Default)]
pub struct EnvFile(HashMap<String, String>);

impl EnvFile {
    /// Reads the file. Without one, there are no variables.
    pub fn read(path: Option<&Path>) -> Result<Self, Mistakes> {
        let Some(path) = path else { return Ok(Self::default()) };
        let name = path.display().to_string();
        // The parser quotes the line in its error, which may hold a secret.
        let why = |error: dotenvy::Error| match error {
            dotenvy::Error::Io(why) => IoErrorText(why).to_string(),
            _ => "a line is not `NAME=value`".to_owned(),
        };
        let wrong = |error| {
            let mistake = Mistake::in_file(&name, format!("cannot read `{}`: {}", sanitize(&name), why(error)));
            Mistakes::from(mistake.with_help("write a variable on each line, such as `TOKEN=abc` or `TOKEN='a b'`"))
        };
        if path.is_dir() {
            return Err(wrong(dotenvy::Error::Io(io::ErrorKind::IsADirectory.into())));
        }
        let lines = dotenvy::from_path_iter(path).map_err(wrong)?;
        lines.collect::<Result<_, _>>().map(Self).map_err(wrong)
    }

    /// Returns a variable of the environment, or else of the file.
    pub fn variable(&self, name: &str) -> Option<String> {
        config::variable(name).or_else(|| self.0.get(name).cloned())
    }
}
