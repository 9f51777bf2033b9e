//! The key table: footer, help, documentation and remapping all read it.
//!
//! To add an action, add a row to one of its parts. Start at [`ENTRIES`].

mod moments;
mod run;
mod screen;
mod views;

use crate::tui::keymap::entry::ActionEntry;
use crate::tui::keymap::row::PLAIN;

/// The parts of the table.
const PARTS: [&[ActionEntry]; 4] = [run::ROWS, moments::ROWS, views::ROWS, screen::ROWS];
/// The number of actions.
const N: usize = run::ROWS.len() + moments::ROWS.len() + views::ROWS.len() + screen::ROWS.len();

/// Every action, in the order of the footer and of help.
pub static ENTRIES: &[ActionEntry] = &joined();

const fn joined() -> [ActionEntry; N] {
    let mut all = [PLAIN; N];
    let (mut part, mut i, mut n) = (0, 0, 0);
    while n < N {
        if i == PARTS[part].len() {
            (part, i) = (part + 1, 0);
        } else {
            all[n] = PARTS[part][i];
            (i, n) = (i + 1, n + 1);
        }
    }
    all
}
