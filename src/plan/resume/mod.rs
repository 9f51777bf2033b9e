//! A run that goes on where an earlier one stopped: whether the plan is still the same.
//!
//! Start at [`identity`] for its keys, and at [`comparison`] for its rows.

pub mod comparison;
pub mod identity;
