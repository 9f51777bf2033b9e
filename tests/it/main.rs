//! Everything that is tested from outside: one binary, one module for each part of the program.

mod plan;
mod upstream;
