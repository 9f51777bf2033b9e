//! The verification of server certificates, with reasons in plain words.
//!
//! A certificate that the user names is trusted even if it is an authority's, as `openssl req -x509` makes it. Its
//! name and its dates are checked all the same. Start at [`Verifier`].

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};

use crate::source::pool::wire::tls::certificate::{CertificateFacts, CertificateTime};
use crate::source::pool::wire::tls::words::VERSION_1;
use crate::text::sanitize::sanitize;

/// Which certificates are trusted.
#[derive(Clone)]
pub(super) enum Trust {
    /// Those of the system.
    System,
    /// These.
    Named(Arc<[CertificateDer<'static>]>),
    /// All, without a check.
    Anyone,
}

impl Trust {
    /// Trusts these certificates.
    pub(super) fn named(certificates: Vec<CertificateDer<'static>>) -> Self {
        Self::Named(certificates.into())
    }
}

/// A verifier of server certificates.
#[derive(Debug)]
pub(super) struct Verifier {
    /// The verification by authorities; absent if nothing is checked.
    inner: Option<Arc<dyn ServerCertVerifier>>,
    /// The certificates that are trusted themselves.
    named: Arc<[CertificateDer<'static>]>,
    provider: Arc<CryptoProvider>,
}

/// Why a certificate is not accepted.
#[derive(Debug)]
pub(super) struct CertificateProblem(String);

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CertificateProblem {}

impl Verifier {
    /// Returns a verifier that trusts these certificates.
    pub(super) fn new(trust: &Trust, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let named = if let Trust::Named(named) = trust { Arc::clone(named) } else { Arc::new([]) };
        let inner: Option<Arc<dyn ServerCertVerifier>> = match trust {
            Trust::Anyone => None,
            Trust::System => Some(Arc::new(rustls_platform_verifier::Verifier::new(Arc::clone(&provider))?)),
            Trust::Named(certificates) => {
                let mut roots = RootCertStore::empty();
                // One of version 1 cannot be an authority here, but may still be the server's own.
                roots.add_parsable_certificates(certificates.iter().cloned());
                if roots.is_empty() {
                    return Err(Error::General("no named certificate can be used: they need version 3".to_owned()));
                }
                let built = WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(&provider)).build();
                Some(built.map_err(|error| Error::General(error.to_string()))?)
            }
        };
        Ok(Self { inner, named, provider })
    }

    /// Checks a certificate that the user names: its dates and its name.
    fn check_named(certificate: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Result<(), Error> {
        let facts = CertificateFacts::read(certificate).ok_or(CertificateError::BadEncoding)?;
        let at = CertificateTime::at(clock(now));
        if at.is_some_and(|at| at > facts.not_after) {
            return Err(CertificateError::Expired.into());
        }
        if at.is_some_and(|at| at < facts.not_before) {
            return Err(CertificateError::NotValidYet.into());
        }
        // As in OpenSSL, a certificate without alternative names is for its common name.
        if !facts.has_alternative_names()
            && facts.common_name().is_some_and(|own| own.eq_ignore_ascii_case(&name.to_str()))
        {
            return Ok(());
        }
        rustls::client::verify_server_name(&ParsedCertificate::try_from(certificate)?, name)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(inner) = &self.inner else { return Ok(ServerCertVerified::assertion()) };
        let verified = inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let Err(error) = verified else { return verified };
        let error = if self.named.iter().any(|named| named == end_entity) {
            match Self::check_named(end_entity, server_name, now) {
                Ok(()) => return Ok(ServerCertVerified::assertion()),
                Err(error) => error,
            }
        } else {
            error
        };
        let problem = CertificateProblem(words(&error, end_entity, server_name, now));
        Err(CertificateError::Other(OtherError(Arc::new(problem))).into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.inner.is_none() {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.inner.is_none() {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Returns the reason why a certificate is not accepted, and the remedy.
fn words(error: &Error, certificate: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> String {
    let Some(facts) = CertificateFacts::read(certificate) else {
        return "the certificate is damaged".to_owned();
    };
    if facts.version == 1 {
        return VERSION_1.to_owned();
    }
    let Error::InvalidCertificate(error) = error else { return error.to_string() };
    let at = CertificateTime::at(clock(now));
    match error {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let own = certified_names(error, &facts);
            format!(
                "the certificate is for {own}, not for {}: use that name, or `--insecure`",
                sanitize(&name.to_str())
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("the certificate expired on {}: renew it, or use `--insecure`", facts.not_after)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("the certificate is not valid before {}: check the clocks, or use `--insecure`", facts.not_before)
        }
        CertificateError::Revoked => "the certificate is revoked".to_owned(),
        CertificateError::BadEncoding => "the certificate is damaged".to_owned(),
        _ if facts.is_self_signed() => {
            let expired =
                at.filter(|at| *at > facts.not_after).map(|_| format!(", and it expired on {}", facts.not_after));
            let expired = expired.unwrap_or_default();
            format!("the certificate is self-signed{expired}: `--cacert FILE` or `--insecure`")
        }
        CertificateError::UnknownIssuer => {
            let issuer = facts.issuer_name().map(|issuer| format!(", `{}`,", sanitize(&issuer))).unwrap_or_default();
            format!("the certificate's authority{issuer} is not trusted: `--cacert FILE` or `--insecure`")
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the certificate is not one of a server".to_owned()
        }
        CertificateError::BadSignature => "the certificate's signature is wrong".to_owned(),
        CertificateError::Other(_) => {
            // webpki has no other error for an authority's certificate that a server presents, or for another purpose.
            "the certificate cannot be used for a server: `--cacert FILE` with this certificate, or `--insecure`"
                .to_owned()
        }
        other => format!("the certificate is not accepted: {other}"),
    }
}

/// Returns the names of a certificate, a few of them.
fn certified_names(error: &CertificateError, facts: &CertificateFacts<'_>) -> String {
    const MOST: usize = 4;
    let presented: &[String] = match error {
        CertificateError::NotValidForNameContext { presented, .. } => presented,
        _ => &[],
    };
    // `DnsName("a.test")` and `IpAddress(127.0.0.1)`.
    let plain = |name: &String| name.split(['(', ')']).nth(1).unwrap_or(name).trim_matches('"').to_owned();
    let mut names: Vec<String> = presented.iter().map(plain).collect();
    if names.is_empty() {
        names.extend(facts.common_name());
    }
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    let names = sanitize(&names.join(", ")).into_owned();
    match (names.is_empty(), more) {
        (true, _) => "no name".to_owned(),
        (false, 0) => names,
        (false, more) => format!("{names} and {more} more"),
    }
}

fn clock(now: UnixTime) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(now.as_secs())
}
