//! The credentials of requests: basic, bearer, digest, or those of a netrc file.
//!
//! They only apply where no `authorization` header is set. Their `Debug` shows no secret. Start at [`Auth`].

pub(in crate::plan) mod basic;
pub mod digest;
pub mod netrc;

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use crate::plan::auth::basic::basic;
use crate::plan::auth::netrc::Netrc;
use crate::plan::template::interpolation::is_secret;
use crate::plan::template::{SecretDisplay, Template};

/// The credentials of a source.
#[derive(Clone)]
pub(in crate::plan) enum Auth {
    /// A name and a password, in a header.
    Basic(Credentials),
    /// A token, in a header.
    Bearer(Template),
    /// A name and a password, which answer the challenge of the server.
    Digest(Credentials),
    /// Those of the host in a netrc file.
    Netrc(Arc<Netrc>),
}

/// A name and a password.
#[derive(Clone)]
pub(in crate::plan) struct Credentials {
    pub user: Template,
    pub password: Template,
}

/// Credentials from flags.
#[derive(Clone)]
pub enum GivenAuth {
    /// `--user`, with name and password.
    Basic(String, String),
    /// `--oauth2-bearer`.
    Bearer(String),
    /// `--digest` with `--user`.
    Digest(String, String),
    /// `--netrc` or `--netrc-file`.
    Netrc(Arc<Netrc>),
}

impl From<GivenAuth> for Auth {
    fn from(given: GivenAuth) -> Self {
        let credentials = |user: &str, password: &str| Credentials {
            user: Template::literal(user),
            password: Template::secret(password),
        };
        match given {
            GivenAuth::Basic(user, password) => Self::Basic(credentials(&user, &password)),
            GivenAuth::Bearer(token) => Self::Bearer(Template::secret(&token)),
            GivenAuth::Digest(user, password) => Self::Digest(credentials(&user, &password)),
            GivenAuth::Netrc(netrc) => Self::Netrc(netrc),
        }
    }
}

impl Auth {
    /// Returns the `authorization` header of a row, if it does not depend on the host.
    pub(in crate::plan) fn header(&self, values: &[String]) -> Result<Option<HeaderValue>, String> {
        let value = match self {
            Self::Basic(Credentials { user, password }) => {
                basic(&user.filled(values, SecretDisplay::Plain)?, &password.filled(values, SecretDisplay::Plain)?)
            }
            Self::Bearer(token) => {
                let token = token.filled(values, SecretDisplay::Plain)?;
                let value = HeaderValue::try_from(format!("Bearer {token}"));
                let mut value = value.map_err(|_| "the bearer token has a control character in it".to_owned())?;
                value.set_sensitive(true);
                value
            }
            Self::Digest(_) | Self::Netrc(_) => return Ok(None),
        };
        Ok(Some(value))
    }

    /// Whether the header is the same for all rows.
    pub(in crate::plan) fn is_constant(&self) -> bool {
        match self {
            Self::Basic(Credentials { user, password }) => user.is_constant() && password.is_constant(),
            Self::Bearer(token) => token.is_constant(),
            Self::Digest(_) | Self::Netrc(_) => true,
        }
    }

    /// Returns what must be masked wherever a server repeats it.
    pub(in crate::plan) fn secrets(&self) -> Vec<Box<str>> {
        match self {
            Self::Basic(Credentials { password, .. }) | Self::Digest(Credentials { password, .. }) => {
                let header = self.header(&[]).ok().flatten().filter(|_| self.is_constant());
                let encoded = header.and_then(|value| Some(value.to_str().ok()?.split_once(' ')?.1.into()));
                whole(password).into_iter().chain(password.secrets().map(Box::from)).chain(encoded).collect()
            }
            Self::Bearer(token) => whole(token).into_iter().chain(token.secrets().map(Box::from)).collect(),
            Self::Netrc(netrc) => netrc.secrets().filter(|secret| is_secret(secret)).collect(),
        }
    }

    /// Returns a short description without secrets.
    pub(in crate::plan) fn describe(&self, columns: &[String]) -> String {
        match self {
            Self::Basic(Credentials { user, .. }) => format!("basic, user {}", user.written(columns)),
            Self::Bearer(_) => "bearer".to_owned(),
            Self::Digest(Credentials { user, .. }) => format!("digest, user {}", user.written(columns)),
            Self::Netrc(netrc) => format!("netrc, {}", netrc.file()),
        }
    }
}

/// Returns a password that is the same for all rows. It is secret wherever it is written.
fn whole(password: &Template) -> Option<Box<str>> {
    let text = password.filled(&[], SecretDisplay::Plain).ok().filter(|_| password.is_constant())?;
    is_secret(&text).then(|| text.into())
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic(_) => "Basic",
            Self::Bearer(_) => "Bearer",
            Self::Digest(_) => "Digest",
            Self::Netrc(_) => "Netrc",
        })
    }
}

impl fmt::Debug for GivenAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Auth::from(self.clone()).fmt(f)
    }
}
