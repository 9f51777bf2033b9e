//! The builder of `authorization` headers from a source's rows.
//!
//! A header of the plan or of the row wins. Start at [`AuthBuilder::authorize`].

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::plan::auth::digest::DigestLogin;
use crate::plan::auth::netrc::Netrc;
use crate::plan::auth::{Auth, Credentials};
use crate::plan::source::Source;
use crate::plan::template::{SecretDisplay, Template};

/// Adds the credentials of one source to its requests.
pub(in crate::plan) enum AuthBuilder {
    /// There are none.
    Nothing,
    /// The same header for all rows.
    Same(HeaderValue),
    /// Rows fill in the header.
    Filled(Auth),
    /// The header depends on the host.
    ByHost(Arc<Netrc>),
    /// The client answers challenges.
    Challenged(Arc<DigestLogin>),
}

impl AuthBuilder {
    /// Prepares the credentials of a source.
    pub(super) fn new(source: &Source) -> Result<Self, String> {
        Ok(match &source.auth {
            None => Self::Nothing,
            Some(_) if source.headers.iter().any(|(name, _)| name == AUTHORIZATION) => Self::Nothing,
            Some(Auth::Netrc(netrc)) => Self::ByHost(Arc::clone(netrc)),
            Some(Auth::Digest(Credentials { user, password })) => {
                let text = |template: &Template| template.filled(&[], SecretDisplay::Plain);
                Self::Challenged(Arc::new(DigestLogin::new(text(user)?, text(password)?)))
            }
            Some(auth) if auth.is_constant() => auth.header(&[])?.map_or(Self::Nothing, Self::Same),
            Some(auth) => Self::Filled(auth.clone()),
        })
    }

    /// Adds the header that all rows share.
    pub(super) fn share(&self, headers: &mut Arc<HeaderMap>) {
        if let Self::Same(header) = self {
            Arc::make_mut(headers).insert(AUTHORIZATION, header.clone());
        }
    }

    /// Adds the header of a row, unless it has one.
    pub(super) fn authorize(&self, headers: &mut Arc<HeaderMap>, values: &[String], url: &Url) -> Result<(), String> {
        if headers.contains_key(AUTHORIZATION) {
            return Ok(());
        }
        let header = match self {
            Self::Nothing | Self::Challenged(_) => None,
            Self::Same(header) => Some(header.clone()),
            Self::Filled(auth) => auth.header(values)?,
            // As in curl, credentials in the URL win over those of a file.
            Self::ByHost(_) if !url.username().is_empty() || url.password().is_some() => None,
            Self::ByHost(netrc) => url.host_str().and_then(|host| netrc.header(host)),
        };
        if let Some(header) = header {
            Arc::make_mut(headers).insert(AUTHORIZATION, header);
        }
        Ok(())
    }

    /// Returns the login that answers challenges.
    pub(in crate::plan) fn login(&self) -> Option<Arc<DigestLogin>> {
        match self {
            Self::Challenged(login) => Some(Arc::clone(login)),
            Self::Nothing | Self::Same(_) | Self::Filled(_) | Self::ByHost(_) => None,
        }
    }
}
