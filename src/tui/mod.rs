//! The terminal user interface: draws the model, and turns keys into actions and commands.
//!
//! It knows neither HTTP nor where events come from, and it reads no environment variables.
//! No other module uses ratatui or crossterm.
//! Start at [`view`] for drawing, [`state`] for keys, [`terminal`] for the terminal itself.

pub mod action;
pub mod clipboard;
pub mod curl;
pub mod detect;
pub mod effect;
pub mod filter;
pub mod input;
pub mod keymap;
pub mod picture;
pub mod refusal;
pub mod save_file;
pub mod state;
pub mod terminal;
pub mod theme;
pub mod tty;
pub mod view;
pub mod window_status;
