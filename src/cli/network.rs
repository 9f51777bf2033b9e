//! The flags that concern TLS and connections, which are named as in curl.
//!
//! Start at [`NetworkArgs`].

use std::path::PathBuf;

use clap::Args;

use crate::plan::Plan;
use crate::plan::network::tls::{IdentityFiles, TlsRules};

/// How TLS is verified, and where connections go.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// Trust the certificates in this PEM file, instead of the system's
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Client certificate, in PEM
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// Private key of the client certificate, in PEM, if it is not in the same file
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Do not check TLS certificates
    #[arg(short = 'k', long)]
    pub insecure: bool,
}

impl NetworkArgs {
    /// Returns each plan key with its flag, and whether the flag was given.
    pub fn flags(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let Self { cacert, cert, key, insecure } = self;
        [
            ("tls.cacert", "--cacert", cacert.is_some()),
            ("tls.cert", "--cert", cert.is_some()),
            ("tls.key", "--key", key.is_some()),
            ("tls.insecure", "--insecure", *insecure),
        ]
        .into_iter()
    }

    /// Returns the flag for a plan key.
    pub fn flag(key: &str) -> Option<&'static str> {
        Self::default().flags().find(|(own, ..)| *own == key).map(|(_, flag, _)| flag)
    }

    /// Applies the flags to a plan.
    pub fn apply(&self, plan: &mut Plan) {
        // A mistake in the value of a flag must not point to the line that it overrides.
        for (key, ..) in self.flags().filter(|(.., is_given)| *is_given) {
            plan.written.retain(|written| written.key != key);
        }
        let identity = self.cert.clone().map(|cert| IdentityFiles { cert, key: self.key.clone() });
        let insecure = self.insecure.then_some(true);
        plan.network.tls.overlay(&TlsRules { cacert: self.cacert.clone(), identity, insecure });
    }
}
