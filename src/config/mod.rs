//! The environment of the process: its variables, settings files and terminal.
//!
//! Only this module reads the environment. Others get values as parameters. Start at
//! [`environment`], [`settings()`] and [`variable`].

pub mod env_file;
pub mod settings;
pub mod settings_file;
pub mod theme_catalog;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use crate::config::settings::Settings;
use crate::text::console::{ColorChoice, Console};
use crate::text::diagnostics::{Mistake, Mistakes, SourceText};
use crate::text::io_error::IoErrorText;
use crate::tui::detect::{Environment, VARIABLES};
use crate::tui::tty::{self, Tty};

/// Returns an environment variable, if it is set and is text.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Returns an environment variable, if it is set, whether it is text or not.
pub fn os_variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Returns the console, by `--color`, the environment and the streams.
pub fn console(color: ColorChoice) -> Console {
    let columns = [std::io::stdout().as_fd(), std::io::stderr().as_fd()].map(tty::columns);
    Console::new(color, variable, columns[0], columns[1])
}

/// Detects the environment that decides the look of the screen. Of all flags, it respects only `--color`.
pub fn environment(console: Console) -> Environment {
    let variables: BTreeMap<String, String> =
        VARIABLES.iter().filter_map(|&name| Some((name.to_owned(), variable(name)?))).collect();
    let draws_on_terminal = console.stderr.is_terminal();
    Environment {
        variables,
        draws_on_terminal,
        color: console.color,
        // The `anstyle_progress` crate reads the environment itself.
        shows_progress: anstyle_progress::supports_term_progress(draws_on_terminal),
        has_keys: Tty::open(std::io::stderr().as_fd()).is_ok(),
        ..Environment::default()
    }
}

/// Reads the settings of the user and the project. Environment variables override both.
pub fn settings() -> Result<Settings, Mistakes> {
    let files = settings_files().into_iter().filter_map(|path| read_file(&path).transpose());
    Settings::read(&files.collect::<Result<Vec<_>, _>>()?, &variable)
}

/// Returns the paths of settings files, the project's first. The user's file may not exist.
pub fn settings_files() -> Vec<PathBuf> {
    let folder = std::env::current_dir().ok();
    let files = [folder.as_deref().and_then(project_file), user_folder().map(|folder| folder.join("config.toml"))];
    files.into_iter().flatten().collect()
}

/// Returns the folder of the user's settings and themes.
pub fn user_folder() -> Option<PathBuf> {
    // The XDG specification ignores a relative path.
    let named = variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let default = || variable("HOME").filter(|home| !home.is_empty()).map(|home| PathBuf::from(home).join(".config"));
    Some(named.or_else(default)?.join("inflight"))
}

/// Finds the project's settings file, in this folder or above it, up to the root of the repository.
fn project_file(folder: &Path) -> Option<PathBuf> {
    // Folders above the repository may belong to other users. Without a repository, only this folder is read.
    let root = folder.ancestors().position(|folder| folder.join(".git").exists()).unwrap_or(0);
    let paths = folder.ancestors().take(root + 1).map(|folder| folder.join(".config").join("inflight.toml"));
    paths.into_iter().find(|path| path.is_file())
}

/// Reads a settings file, if it exists.
fn read_file(path: &Path) -> Result<Option<SourceText>, Mistakes> {
    let name = path.to_string_lossy();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(SourceText::new(&name, &text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("cannot read settings `{name}`: {}", IoErrorText(error));
            Err(Mistakes::from(Mistake::in_file(&name, message)))
        }
    }
}
