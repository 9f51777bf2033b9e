//! The parts around every view: header, tabs, footer, and popups.
//!
//! Start at [`header`].

pub mod footer;
pub mod header;
pub mod help;
pub mod menu;
pub mod palette;
pub mod scrub_bar;
pub mod settings;
pub mod tabs;
