//! The screen: draws the model and turns keys into wishes.
//!
//! It knows neither HTTP nor where facts come from. Only here are ratatui and crossterm in use, and
//! nothing here reads the environment: what surrounds us is handed in.
//! Start at [`terminal`], [`theme`] and [`keymap`].

pub mod action;
pub mod detect;
pub mod input;
pub mod keymap;
pub mod terminal;
pub mod theme;
pub mod watchdog;
pub mod writer;
