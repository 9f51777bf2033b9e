//! The texts of TLS errors, in plain words with the remedy.
//!
//! Start at [`words`].

use rustls::{AlertDescription, Error};

/// The text about a server without HTTP/1.
pub const ONLY_HTTP_2: &str = "the server speaks HTTP/2 only, which is not supported yet";

/// Returns the text for an error of TLS, and the remedy if there is one.
pub fn words(error: &Error) -> String {
    match error {
        Error::AlertReceived(alert) => alert_words(*alert),
        Error::InvalidMessage(_) => "the server does not speak TLS on this port: try http://".to_owned(),
        Error::PeerIncompatible(reason) => match reason {
            rustls::PeerIncompatible::ServerDoesNotSupportTls12Or13
            | rustls::PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | rustls::PeerIncompatible::ServerSentHelloRetryRequestWithUnknownExtension => OLD_VERSION.to_owned(),
            _ => "the server and inflight have no TLS parameters in common".to_owned(),
        },
        Error::NoApplicationProtocol => ONLY_HTTP_2.to_owned(),
        Error::InvalidCertificate(rustls::CertificateError::Other(other)) => match other.0.to_string() {
            words if words.contains("CertVersion") => VERSION_1.to_owned(),
            words => words,
        },
        Error::InvalidCertificate(_) => "the certificate is not accepted".to_owned(),
        Error::NoCertificatesPresented => "the server has no certificate".to_owned(),
        Error::DecryptError | Error::PeerMisbehaved(_) => "the server violates TLS".to_owned(),
        Error::General(words) => words.clone(),
        other => other.to_string(),
    }
}

/// The text about a certificate without extensions.
pub(super) const VERSION_1: &str = "the certificate has the old version 1: make one of version 3, or use `--insecure`";

const OLD_VERSION: &str = "the server speaks no TLS version from 1.2 on";

fn alert_words(alert: AlertDescription) -> String {
    let words = match alert {
        AlertDescription::ProtocolVersion => OLD_VERSION,
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            "the server accepts none of the ciphers: it is too old, or asks for a client certificate (`--cert FILE`)"
        }
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            "the server asks for a client certificate: `--cert FILE` and `--key FILE`"
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => {
            return format!(
                "the server does not accept the client certificate, or asks for one ({})",
                alert_name(alert)
            );
        }
        AlertDescription::NoApplicationProtocol => ONLY_HTTP_2,
        AlertDescription::UnrecognisedName => "the server has no certificate for this name (SNI)",
        other => return format!("the server refused the TLS handshake ({})", alert_name(other)),
    };
    words.to_owned()
}

/// Returns the name of an alert as in its RFC, such as `bad_certificate`.
fn alert_name(alert: AlertDescription) -> String {
    let mut name = String::new();
    for c in format!("{alert:?}").chars().take_while(|c| c.is_alphanumeric()) {
        if c.is_uppercase() && !name.is_empty() && !name.ends_with(char::is_uppercase) {
            name.push('_');
        }
        name.push(c);
    }
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use rustls::AlertDescription;

    use super::alert_name;

    #[test]
    fn alerts_have_the_names_of_their_rfc() {
        assert_eq!(alert_name(AlertDescription::BadCertificate), "bad_certificate");
        assert_eq!(alert_name(AlertDescription::UnknownCA), "unknown_ca");
    }
}
