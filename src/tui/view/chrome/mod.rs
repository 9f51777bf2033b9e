//! What surrounds every view: header, tabs, footer, and the sheets that open over it.
//!
//! Start at [`header`].

pub mod footer;
pub mod header;
pub mod help;
pub mod menu;
pub mod palette;
pub mod tabs;
