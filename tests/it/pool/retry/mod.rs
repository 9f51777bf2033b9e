//! Jobs that are sent more than once: retries, refusals, and repeats after the end.

mod job_time;
mod own_answers;
mod refusals;
mod repeats;
mod retries;
