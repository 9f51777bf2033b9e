//! The `check` command from outside.
//!
//! Start at [`plan_values`].

mod effective_values;
mod keys;
mod plan_values;
mod refusals;
mod rows;
mod traceless;
