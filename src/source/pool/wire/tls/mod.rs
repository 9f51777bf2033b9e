//! The TLS configurations of a run: which certificates are trusted, and which one the client presents.
//!
//! Named files are read before the run, so that a wrong one is an error of the run. The certificates of the system
//! are read at the first handshake. Start at [`TlsProfiles::open`].

pub mod certificate;
pub mod pem_files;
mod sessions;
mod verifier;
pub mod words;

use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::CryptoProvider;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::TlsConnector;

use crate::plan::network::tls::{TlsRules, TlsSettings};
use crate::source::pool::wire::tls::pem_files::{PemError, read_bundle, read_folders, read_identity};
use crate::source::pool::wire::tls::sessions::MarkSecuring;
use crate::source::pool::wire::tls::verifier::{Trust, Verifier};

/// The variables that name trusted certificates, as OpenSSL reads them.
const VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The TLS settings of a run, with their files read.
#[derive(Clone, Debug)]
pub struct TlsProfiles {
    /// The patterns of hosts with a profile of their own.
    patterns: Arc<[String]>,
    /// A profile for each pattern, and the last for all other hosts.
    profiles: Arc<[TlsProfile]>,
}

/// The TLS settings of some hosts.
#[derive(Clone)]
struct TlsProfile {
    trust: Trust,
    identity: Option<Arc<CertifiedKey>>,
}

/// A TLS setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct TlsError {
    /// The plan key or the variable, such as `tls.cacert`.
    pub key: String,
    /// What is wrong.
    pub error: PemError,
}

impl Default for TlsProfiles {
    fn default() -> Self {
        let profile = TlsProfile { trust: Trust::System, identity: None };
        Self { patterns: Arc::new([]), profiles: Arc::new([profile]) }
    }
}

impl TlsProfiles {
    /// Reads the files that the settings and the environment name.
    pub fn open(settings: &TlsSettings, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, TlsError> {
        let default = default_trust(variable)?;
        let profile = |(pattern, rules): (&str, TlsRules)| {
            let wrong = |what: &str| {
                let is_own = settings.hosts.iter().any(|(own, rules)| own == pattern && sets(rules, what));
                let key = if is_own { format!("tls.{pattern}.{what}") } else { format!("tls.{what}") };
                move |error| TlsError { key, error }
            };
            let trust = match (&rules.cacert, rules.insecure) {
                (_, Some(true)) => Trust::Anyone,
                (Some(path), _) => Trust::named(read_bundle(path).map_err(wrong("cacert"))?),
                (None, _) => default.clone(),
            };
            let identity = rules.identity.as_ref().map(|files| read_identity(&files.cert, files.key.as_deref()));
            Ok(TlsProfile { trust, identity: identity.transpose().map_err(wrong("cert"))?.map(Arc::new) })
        };
        let profiles = settings.each().into_iter().map(profile).collect::<Result<_, _>>()?;
        Ok(Self { patterns: settings.hosts.iter().map(|(pattern, _)| pattern.clone()).collect(), profiles })
    }
}

impl TlsProfiles {
    /// Whether the certificates of some host are not checked.
    pub fn is_insecure(&self) -> bool {
        self.profiles.iter().any(|profile| matches!(profile.trust, Trust::Anyone))
    }
}

/// Whether rules set a key.
fn sets(rules: &TlsRules, key: &str) -> bool {
    if key == "cacert" { rules.cacert.is_some() } else { rules.identity.is_some() }
}

/// Returns the certificates that are trusted if the plan names none.
fn default_trust(variable: &dyn Fn(&str) -> Option<String>) -> Result<Trust, TlsError> {
    let [file, folders] = VARIABLES.map(|name| variable(name).filter(|value| !value.is_empty()));
    let wrong = |name: &str| {
        let key = name.to_owned();
        |error| TlsError { key, error }
    };
    let mut certificates = Vec::new();
    if let Some(file) = &file {
        certificates.extend(read_bundle(file.as_ref()).map_err(wrong(VARIABLES[0]))?);
    }
    if let Some(folders) = &folders {
        match read_folders(folders.as_ref()) {
            Ok(found) => certificates.extend(found),
            // With both, OpenSSL needs certificates in only one of them.
            Err(_) if file.is_some() => {}
            Err(error) => return Err(wrong(VARIABLES[1])(error)),
        }
    }
    Ok(if file.is_none() && folders.is_none() { Trust::System } else { Trust::named(certificates) })
}

/// A TLS configuration, or why there is none.
pub type BuiltConfig = Result<Arc<ClientConfig>, String>;

/// The TLS configurations of one thread, each created on first use.
///
/// Reading the certificates of the system takes milliseconds, and fails if there are none. A plan without `https`
/// must not depend on them.
pub struct TlsConfigs {
    profiles: TlsProfiles,
    configs: Box<[OnceCell<BuiltConfig>]>,
}

impl TlsConfigs {
    /// Returns the configurations of a thread.
    pub fn new(profiles: TlsProfiles) -> Self {
        let configs = profiles.profiles.iter().map(|_| OnceCell::new()).collect();
        Self { profiles, configs }
    }

    /// Returns the number of configurations.
    pub fn n(&self) -> usize {
        self.configs.len()
    }

    /// Returns the position of the configuration for a host.
    pub fn position(&self, host: &str) -> usize {
        TlsSettings::position(&self.profiles.patterns, host)
    }

    /// Returns the configuration at a position, for HTTP/1.1 only.
    pub fn config(&self, position: usize) -> BuiltConfig {
        let profile = &self.profiles.profiles[position];
        let build = || profile.config().map(Arc::new).map_err(|error| words::words(&error));
        self.configs[position].get_or_init(build).clone()
    }

    /// Returns a connector for a host.
    pub fn connector(&self, host: &str) -> Result<TlsConnector, String> {
        Ok(TlsConnector::from(self.config(self.position(host))?))
    }
}

impl TlsProfile {
    fn config(&self) -> Result<ClientConfig, rustls::Error> {
        install_provider();
        let verifier = Arc::new(Verifier::new(&self.trust, provider())?);
        let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
        let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
        let mut config = match &self.identity {
            Some(key) => builder.with_client_cert_resolver(single(key)),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = Resumption::store(Arc::new(MarkSecuring::new()));
        Ok(config)
    }
}

fn single(key: &Arc<CertifiedKey>) -> Arc<dyn ResolvesClientCert> {
    Arc::new(SingleCertAndKey::from(Arc::clone(key)))
}

/// Returns the cryptography provider.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Installs the cryptography provider. reqwest needs one even if it never uses TLS.
pub fn install_provider() {
    // This fails only if a provider is already installed, which works as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl fmt::Debug for TlsProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The identity contains a private key.
        f.debug_struct("TlsProfile").field("has_identity", &self.identity.is_some()).finish_non_exhaustive()
    }
}

impl fmt::Debug for TlsConfigs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfigs").finish_non_exhaustive()
    }
}
