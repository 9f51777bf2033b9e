//! Widgets that several views share: tables, popups, labelled facts, event lines, large digits.
//!
//! Start at [`table`].

pub mod charts;
pub mod digits;
pub mod events;
pub mod facts;
pub mod labelled;
pub mod popup;
pub mod state_label;
pub mod table;
