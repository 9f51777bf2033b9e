//! The passive sampler: what a program has in flight, from outside, in any language and through TLS.
//!
//! Nothing is put into the program. Linux says for each TCP socket when it last sent and last received; a client whose
//! last send is not older than its last receive waits for an answer. Only on Linux. Start at [`sampler::start`].

#[cfg(not(target_os = "linux"))]
pub mod no_socket_table;
pub mod process;
pub mod sampler;
pub mod socket_levels;
#[cfg(target_os = "linux")]
pub mod socket_table;
pub mod system_call;
pub mod tcp_socket;
