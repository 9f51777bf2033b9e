//! The network settings of a plan: how TLS is verified, where connections go, and whether cookies are kept.
//!
//! It opens no file and no connection. Start at [`Network`].

pub mod cookies;
pub mod destination;
pub mod tls;

use std::fmt;
use std::path::PathBuf;

use crate::plan::network::destination::{ConnectTo, ResolveRule};
use crate::plan::network::tls::TlsSettings;

/// The network settings of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// How TLS is verified.
    pub tls: TlsSettings,
    /// The proxy of all requests, instead of those that the environment names.
    pub proxy: Option<ProxySetting>,
    /// Addresses of hosts, which are then not looked up.
    pub resolve: Vec<ResolveRule>,
    /// Other destinations for connections.
    pub connect_to: Vec<ConnectTo>,
    /// The Unix socket of all connections.
    pub unix_socket: Option<PathBuf>,
}

/// The URL of a proxy; empty if none is used. It may contain a password.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProxySetting(pub String);

impl fmt::Debug for ProxySetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProxySetting").finish_non_exhaustive()
    }
}
