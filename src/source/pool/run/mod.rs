//! What runs the attempts: the state that all workers share, the workers, and the commands they obey.
//!
//! It decides nothing about order, which is the schedule's, nor about retries, which are `retry`'s.
//! Start at [`worker`].

pub mod commands;
pub mod dns_prefetch;
pub mod ends;
pub mod outbox;
pub mod shared_state;
pub mod supervision;
pub mod worker;
pub mod worker_handle;
