//! The network settings of a plan: how TLS is verified, and where connections go.
//!
//! It opens no file and no connection. Start at [`Network`].

pub mod tls;

use crate::plan::network::tls::TlsSettings;

/// The network settings of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// How TLS is verified.
    pub tls: TlsSettings,
}
