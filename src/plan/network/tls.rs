//! The TLS settings of a plan: trusted certificates, client certificates, and unchecked hosts.
//!
//! It only holds paths; the HTTP client reads the files. Start at [`TlsSettings`].

use std::path::PathBuf;

use crate::text::glob;

/// The TLS settings of a run, and of hosts with settings of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSettings {
    /// The settings for all hosts.
    pub all: TlsRules,
    /// The settings of hosts by name, in lower case; `*` matches any text, and the first match applies.
    pub hosts: Vec<(String, TlsRules)>,
}

/// TLS settings; what is not set here comes from the settings for all hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsRules {
    /// A PEM file with the trusted certificates, which replace those of the system.
    pub cacert: Option<PathBuf>,
    /// The client certificate, and the key if it is not in the same file.
    pub identity: Option<IdentityFiles>,
    /// Whether certificates are not checked.
    pub insecure: Option<bool>,
}

/// The PEM files of a client certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityFiles {
    /// The certificate, with its intermediates.
    pub cert: PathBuf,
    /// The private key; absent if it is in the file of the certificate.
    pub key: Option<PathBuf>,
}

impl TlsSettings {
    /// Whether the certificates of some host are not checked.
    pub fn is_insecure(&self) -> bool {
        self.each().iter().any(|(_, rules)| rules.insecure == Some(true))
    }

    /// Returns the complete settings of each pattern in the order of their application, and then of all other hosts.
    pub fn each(&self) -> Vec<(&str, TlsRules)> {
        let hosts = self.hosts.iter().map(|(pattern, rules)| (&**pattern, rules.clone().over(&self.all)));
        hosts.chain([("*", self.all.clone())]).collect()
    }

    /// Replaces settings with those that are set here, also for single hosts.
    pub fn overlay(&mut self, flags: &TlsRules) {
        for (_, rules) in &mut self.hosts {
            *rules = flags.clone().over(rules);
        }
        self.all = flags.clone().over(&self.all);
    }

    /// Returns the position in [`Self::each`] of the settings for a host.
    pub fn position(patterns: &[String], host: &str) -> usize {
        patterns.iter().position(|pattern| glob::matches(pattern, host)).unwrap_or(patterns.len())
    }
}

impl TlsRules {
    /// Fills in what is not set from `base`.
    #[must_use]
    pub fn over(self, base: &Self) -> Self {
        Self {
            cacert: self.cacert.or_else(|| base.cacert.clone()),
            identity: self.identity.or_else(|| base.identity.clone()),
            insecure: self.insecure.or(base.insecure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{TlsRules, TlsSettings};

    #[test]
    fn a_host_has_its_own_settings_over_those_of_all_and_a_flag_wins() {
        let rules = |cacert: Option<&str>, insecure| TlsRules {
            cacert: cacert.map(Into::into),
            insecure,
            ..TlsRules::default()
        };
        let mut settings = TlsSettings {
            all: rules(Some("all.pem"), None),
            hosts: vec![("*.test".into(), rules(None, Some(true))), ("b.test".into(), rules(Some("b.pem"), None))],
        };
        assert_eq!(
            settings.each(),
            [
                ("*.test", rules(Some("all.pem"), Some(true))),
                ("b.test", rules(Some("b.pem"), None)),
                ("*", rules(Some("all.pem"), None))
            ]
        );
        assert!(settings.is_insecure());
        settings.overlay(&rules(Some("flag.pem"), None));
        assert!(settings.each().iter().all(|(_, rules)| rules.cacert == Some("flag.pem".into())));
        let patterns = ["*.test".to_owned(), "b.test".to_owned()];
        assert_eq!(["b.test", "c.example"].map(|host| TlsSettings::position(&patterns, host)), [0, 2]);
    }
}
