//! Everything that is tested from outside: over real sockets, real files and the program itself.

mod output;
mod plan;
mod pool;
mod upstream;
