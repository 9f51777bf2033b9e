//! The screen: draws the model and turns keys into wishes.
//!
//! It knows neither HTTP nor where facts come from. Only here are ratatui and crossterm in use, and
//! nothing here reads the environment: what surrounds us is handed in.
//! Start at [`view`] for the picture, [`state`] for keys, [`terminal`] for the terminal itself.

pub mod action;
pub mod clipboard;
pub mod curl;
pub mod detect;
pub mod effect;
pub mod filter;
pub mod frame_rate;
pub mod input;
pub mod keymap;
pub mod picture;
pub mod refusal;
pub mod save_file;
pub mod state;
pub mod terminal;
pub mod theme;
pub mod view;
pub mod watchdog;
pub mod window_status;
pub mod writer;
