//! The terminal user interface: draws the model, and turns keys into actions and commands.
//!
//! It knows neither HTTP nor where events come from, and it reads no environment variables.
//! No other module uses ratatui or crossterm.
//! Start at [`view`] for drawing, [`state`] for keys, [`terminal`] for the terminal itself.

pub mod action;
pub mod click_targets;
pub mod clipboard;
pub mod curl;
pub mod detect;
pub mod effect;
pub mod input;
pub mod keymap;
pub mod notice;
pub mod output_pane;
pub mod picture;
pub mod privacy;
pub mod refusal;
pub mod rows;
pub mod save_file;
pub mod setting;
pub mod state;
pub mod terminal;
pub mod text_fit;
pub mod theme;
pub mod tty;
pub mod view;
pub mod views;
pub mod window_status;
