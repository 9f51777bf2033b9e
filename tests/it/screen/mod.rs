//! What people see: pictures of recorded runs, at a moment, at a size, after some keys.
//!
//! Each picture is kept twice, as text and as the meaning of every cell, so that a colour that goes
//! wrong is seen as well as a word. Start at [`shot::shot`].

mod any;
mod choosing;
mod endpoint;
mod many;
mod mouse;
mod overview;
mod palette;
mod race;
mod roles;
pub mod shot;
mod states;
mod views;
mod waterfall;
