//! A TLS server with any certificate, and certificates of any kind.
//!
//! Start at [`serve`].

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream};

/// A certificate with its key.
pub struct Identity {
    pub cert: CertificateDer<'static>,
    /// The certificate and the key in PEM.
    pub cert_pem: String,
    pub key_pem: String,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    fn new(cert: &rcgen::Certificate, key: &KeyPair) -> Self {
        Self {
            cert: cert.der().clone(),
            cert_pem: cert.pem(),
            key_pem: key.serialize_pem(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }
}

/// A certificate for these names, signed by itself.
pub fn self_signed(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Identity {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).unwrap();
    change(&mut params);
    Identity::new(&params.self_signed(&key).unwrap(), &key)
}

/// As `openssl req -x509` makes it: an authority that a server presents itself.
pub fn authority(params: &mut CertificateParams) {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
}

/// An authority with this name in PEM, and a certificate for `localhost` that it signed.
pub fn signed(authority_name: &str) -> (String, Identity) {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    authority(&mut params);
    params.distinguished_name.push(DnType::CommonName, authority_name);
    let root = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let cert = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    (root.pem(), Identity::new(&cert, &key))
}

/// What a server asks for.
#[derive(Default)]
pub struct Asks {
    /// It needs a client certificate that this one signed.
    pub client: Option<CertificateDer<'static>>,
    /// It speaks only these protocols.
    pub alpn: Vec<&'static str>,
    /// It answers with this, and closes without the end of TLS.
    pub cuts: Option<&'static str>,
}

/// Serves any number of connections with this certificate; returns the port.
pub fn serve(identity: &Identity, asks: Asks) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let builder = match asks.client {
        Some(client) => {
            let mut roots = RootCertStore::empty();
            roots.add(client).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(vec![identity.cert.clone()], identity.key.clone_key()).unwrap();
    config.alpn_protocols = asks.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let (mut socket, config) = (socket.unwrap(), Arc::clone(&config));
            thread::spawn(move || {
                let mut tls = ServerConnection::new(config).unwrap();
                let mut stream = Stream::new(&mut tls, &mut socket);
                let mut piece = [0; 4096];
                while stream.read(&mut piece).is_ok_and(|n| n > 0) {
                    if let Some(answer) = asks.cuts {
                        stream.write_all(answer.as_bytes()).unwrap();
                        break;
                    }
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
                }
            });
        }
    });
    port
}
