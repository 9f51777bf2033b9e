//! TLS as the wire has it: this machine's roots, and a mark when a handshake begins.
//!
//! reqwest's connector is one piece, connection and handshake together. But the first thing that
//! rustls does in a handshake is to ask its store of sessions what it knows of the server: at that
//! moment the connection is there. Start at [`config`].

use std::sync::Arc;

use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, NamedGroup};
use rustls_platform_verifier::ConfigVerifierExt;

use crate::source::pool::wire::milestones;

/// Sessions that are remembered, each thread.
const SESSIONS: usize = 1_024;

/// TLS by this machine's certificates, HTTP/1.1 alone, and handshakes that can be seen.
pub fn config() -> Result<ClientConfig, rustls::Error> {
    install_provider();
    let mut config = ClientConfig::with_platform_verifier()?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::store(Arc::new(MarkSecuring(ClientSessionMemoryCache::new(SESSIONS))));
    Ok(config)
}

/// Says by which library TLS is done. A client asks for it even if it will never be used.
pub fn install_provider() {
    // It only fails when there is one already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Marks when it is asked, which is when a handshake begins; remembers sessions as usual.
#[derive(Debug)]
struct MarkSecuring(ClientSessionMemoryCache);

impl ClientSessionStore for MarkSecuring {
    fn set_kx_hint(&self, server_name: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(server_name, group);
    }

    fn kx_hint(&self, server_name: &ServerName<'_>) -> Option<NamedGroup> {
        if let Some(mark) = milestones::current() {
            mark.securing();
        }
        self.0.kx_hint(server_name)
    }

    fn set_tls12_session(&self, server_name: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.0.set_tls12_session(server_name, value);
    }

    fn tls12_session(&self, server_name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.0.tls12_session(server_name)
    }

    fn remove_tls12_session(&self, server_name: &ServerName<'static>) {
        self.0.remove_tls12_session(server_name);
    }

    fn insert_tls13_ticket(&self, server_name: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.0.insert_tls13_ticket(server_name, value);
    }

    fn take_tls13_ticket(&self, server_name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(server_name)
    }
}
