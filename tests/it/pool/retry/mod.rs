//! Jobs that are sent more than once: retries, refusals, and repeats after the end.

mod refusals;
mod repeats;
mod retries;
