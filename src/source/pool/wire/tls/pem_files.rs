//! The PEM files that a user names: trusted certificates, and a client certificate with its key.
//!
//! Start at [`read_bundle`] and [`read_identity`].

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::text::io_error::IoErrorText;

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("names `{path}`, which {problem}")]
pub struct PemError {
    path: String,
    problem: String,
    /// What to do instead.
    pub hint: &'static str,
}

impl PemError {
    fn new(path: &Path, problem: impl Into<String>, hint: &'static str) -> Self {
        Self { path: path.display().to_string(), problem: problem.into(), hint }
    }
}

/// Reads the certificates of a PEM file.
pub(super) fn read_bundle(path: &Path) -> Result<Vec<CertificateDer<'static>>, PemError> {
    certificates(path, &read(path)?)
}

/// Reads the certificates in the PEM files of some folders, separated as in `PATH`.
pub(super) fn read_folders(folders: &OsStr) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let mut found = Vec::new();
    for folder in std::env::split_paths(folders).filter(|folder| !folder.as_os_str().is_empty()) {
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, error))?;
        let files = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file());
        // Such a folder also contains other files, such as lists of revoked certificates.
        let mut files: Vec<PathBuf> = files.collect();
        files.sort_unstable();
        found.extend(files.iter().filter_map(|file| read_bundle(file).ok()).flatten());
    }
    found.sort_unstable_by(|a: &CertificateDer<'_>, b| a.as_ref().cmp(b.as_ref()));
    found.dedup();
    if found.is_empty() {
        return Err(PemError::new(Path::new(folders), "contains no certificate", "it needs PEM files"));
    }
    Ok(found)
}

/// Reads a client certificate, and its key from the same or another file.
pub(super) fn read_identity(cert: &Path, key: Option<&Path>) -> Result<CertifiedKey, PemError> {
    let text = read(cert)?;
    let chain = certificates(cert, &text)?;
    let (path, text) = match key {
        Some(key) => (key, read(key)?),
        None => (cert, text),
    };
    let key = match PrivateKeyDer::from_pem_slice(&text) {
        Ok(key) => key,
        Err(_) if contains(&text, b"ENCRYPTED") => {
            let hint = "decrypt it: `openssl pkey -in KEY -out PLAIN`";
            return Err(PemError::new(path, "contains an encrypted key", hint));
        }
        Err(_) if key.is_none() => {
            return Err(PemError::new(path, "contains no private key", "name the file of the key with `--key FILE`"));
        }
        Err(_) => return Err(PemError::new(path, "contains no private key in PEM", "it begins with `-----BEGIN`")),
    };
    CertifiedKey::from_der(chain, key, &super::provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            PemError::new(path, "is not the key of the client certificate", "give the key that belongs to it")
        }
        _ => PemError::new(path, "contains a key of an unknown kind", "use an RSA, ECDSA or Ed25519 key"),
    })
}

fn certificates(path: &Path, text: &[u8]) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) if text.starts_with(&[0x30]) => {
            let hint = "convert it: `openssl x509 -inform der -in FILE -out FILE.pem`, or `openssl pkcs12`";
            Err(PemError::new(path, "is not in PEM", hint))
        }
        Ok(_) => Err(PemError::new(path, "contains no certificate", "it needs `-----BEGIN CERTIFICATE-----`")),
        Err(_) => Err(PemError::new(path, "contains a damaged certificate", "it needs certificates in PEM")),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, PemError> {
    fs::read(path).map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: io::Error) -> PemError {
    PemError::new(path, format!("cannot be read: {}", IoErrorText(error)), "name a file in PEM")
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}
