//! Commands that send nothing: they check a plan, or print what is known about themes, terminal and keys.
//!
//! Start at [`check`].

pub mod check;
pub mod doctor;
pub mod manual;
pub mod themes;
