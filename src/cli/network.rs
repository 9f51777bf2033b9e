//! The flags that concern TLS and connections, which are named as in curl.
//!
//! Start at [`NetworkArgs`].

use std::path::PathBuf;

use clap::Args;

use crate::plan::Plan;
use crate::plan::network::ProxySetting;
use crate::plan::network::destination::{ConnectTo, ResolveRule, parse_connect_to, parse_resolve};
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
    /// Proxy of all requests (http, https, socks5, socks5h); '' uses none, not even that of the environment
    #[arg(short = 'x', long, value_name = "URL", value_parser = proxy)]
    pub proxy: Option<ProxySetting>,
    /// Connect to this address instead of looking up the host; can be repeated
    #[arg(long, value_name = "HOST:PORT:ADDRESS", value_parser = resolve)]
    pub resolve: Vec<ResolveRule>,
    /// Connect to another host and port, each part may be empty; can be repeated
    #[arg(long, value_name = "HOST1:PORT1:HOST2:PORT2", value_parser = connect_to)]
    pub connect_to: Vec<ConnectTo>,
    /// Connect to this Unix socket instead
    #[arg(long, value_name = "PATH")]
    pub unix_socket: Option<PathBuf>,
}

impl NetworkArgs {
    /// Returns each plan key with its flag, and whether the flag was given.
    pub fn flags(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let Self { cacert, cert, key, insecure, proxy, resolve, connect_to, unix_socket } = self;
        [
            ("tls.cacert", "--cacert", cacert.is_some()),
            ("tls.cert", "--cert", cert.is_some()),
            ("tls.key", "--key", key.is_some()),
            ("tls.insecure", "--insecure", *insecure),
            ("proxy", "--proxy", proxy.is_some()),
            ("resolve", "--resolve", !resolve.is_empty()),
            ("connect_to", "--connect-to", !connect_to.is_empty()),
            ("unix_socket", "--unix-socket", unix_socket.is_some()),
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
        let network = &mut plan.network;
        network.proxy = self.proxy.clone().or(network.proxy.take());
        network.unix_socket = self.unix_socket.clone().or(network.unix_socket.take());
        if !self.resolve.is_empty() {
            network.resolve.clone_from(&self.resolve);
        }
        if !self.connect_to.is_empty() {
            network.connect_to.clone_from(&self.connect_to);
        }
        network.tls.overlay(&TlsRules { cacert: self.cacert.clone(), identity, insecure });
    }
}

fn resolve(text: &str) -> Result<ResolveRule, String> {
    parse_resolve(text).map_err(|wrong| wrong.to_string())
}

fn connect_to(text: &str) -> Result<ConnectTo, String> {
    parse_connect_to(text).map_err(|wrong| wrong.to_string())
}

#[expect(clippy::unnecessary_wraps, reason = "the parser of a flag returns a result")]
fn proxy(text: &str) -> Result<ProxySetting, String> {
    // A wrong one is reported later, without the password that it may contain.
    Ok(ProxySetting(text.to_owned()))
}
