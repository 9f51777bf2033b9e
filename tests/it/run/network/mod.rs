//! TLS, proxies and other routes, over real sockets.
//!
//! Start at [`tls_server`] for servers.

mod certificates;
mod clients;
mod cookies;
mod destinations;
mod handshake;
mod proxies;
mod tls_server;

/// Both HTTP clients.
const WIRES: [&str; 2] = ["direct", "reqwest"];
