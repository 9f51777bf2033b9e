//! The only place that reads the environment.
//!
//! Everything else is handed what it needs. Start at [`surroundings`], [`settings()`] and [`variable`].

pub mod settings;
pub mod theme_catalog;

use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use crate::config::settings::Settings;
use crate::text::console::{ColorChoice, Console};
use crate::text::diagnostics::{Mistakes, Page};
use crate::text::io_error::IoErrorText;
use crate::tui::detect::{Environment, VARIABLES};
use crate::tui::tty::{self, Tty};

/// An environment variable, if it is set and is text.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The console, from `--color`, the environment and the streams.
pub fn console(color: ColorChoice) -> Console {
    let columns = [std::io::stdout().as_fd(), std::io::stderr().as_fd()].map(tty::columns);
    Console::new(color, variable, columns[0], columns[1])
}

/// The environment that decides how the screen looks, before any flag but `--color`.
pub fn environment(console: Console) -> Environment {
    let variables: BTreeMap<String, String> =
        VARIABLES.iter().filter_map(|&name| Some((name.to_owned(), variable(name)?))).collect();
    let draws_on_terminal = console.stderr.is_terminal();
    Environment {
        variables,
        draws_on_terminal,
        color: console.color,
        // It reads the environment by itself.
        shows_progress: anstyle_progress::supports_term_progress(draws_on_terminal),
        has_keys: Tty::open(std::io::stderr().as_fd()).is_ok(),
        ..Environment::default()
    }
}

/// What the user's and the project's settings say, under the variables that win over them.
pub fn settings() -> Result<Settings, Mistakes> {
    let pages = settings_files().into_iter().filter_map(|path| page(&path).transpose());
    Settings::read(&pages.collect::<Result<Vec<_>, _>>()?, &variable)
}

/// Where settings may be, the nearest first; the user's own file need not be there.
pub fn settings_files() -> Vec<PathBuf> {
    let folder = std::env::current_dir().ok();
    let files = [folder.as_deref().and_then(of_project), of_user().map(|folder| folder.join("config.toml"))];
    files.into_iter().flatten().collect()
}

/// The folder of the user's settings and themes.
pub fn of_user() -> Option<PathBuf> {
    // The standard has a relative path ignored.
    let named = variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let usual = || variable("HOME").filter(|home| !home.is_empty()).map(|home| PathBuf::from(home).join(".config"));
    Some(named.or_else(usual)?.join("inflight"))
}

/// The project's settings: in this folder or above, up to the root of its repository.
fn of_project(folder: &Path) -> Option<PathBuf> {
    // Beyond the repository lie other people's folders; without one there is only this.
    let root = folder.ancestors().position(|folder| folder.join(".git").exists()).unwrap_or(0);
    let paths = folder.ancestors().take(root + 1).map(|folder| folder.join(".config").join("inflight.toml"));
    paths.into_iter().find(|path| path.is_file())
}

/// A settings file; nothing where there is none.
fn page(path: &Path) -> Result<Option<Page>, Mistakes> {
    let name = path.to_string_lossy();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Page::new(&name, &text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("cannot read settings `{name}`: {}", IoErrorText(error));
            Err(Mistakes::one(Page::new(&name, "").whole(message)))
        }
    }
}
