//! Snapshots of the screen: recorded runs at a moment, at a size, after some keys.
//!
//! Each snapshot has the text and the role of every cell, so that a wrong colour is found too.
//! Start at [`shot::shot`].

mod addresses;
mod any;
mod card;
mod choosing;
mod endpoint;
mod given_up;
mod header;
mod hosts_down;
mod keys;
mod many;
mod mouse;
mod overview;
mod palette;
mod privacy;
mod race;
pub mod roles;
pub mod shot;
mod states;
mod tasks;
mod views;
mod waterfall;
