//! The flags for credentials, with the names and the meaning that they have in curl.
//!
//! Nothing is asked: a password that is not given is read from a variable. Start at [`AuthFlags::read`].

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use crate::error::Error;
use crate::plan::auth::GivenAuth;
use crate::plan::auth::netrc::Netrc;
use crate::plan::template::interpolation::VariableLookup;
use crate::text::io_error::IoErrorText;
use crate::text::sanitize::sanitize;

/// The variable with the password of `--user`.
const PASSWORD: &str = "INFLIGHT_PASSWORD";

/// The flags for credentials.
#[derive(Default, Args)]
#[command(next_help_heading = "Request")]
pub struct AuthFlags {
    /// User and password; without `:PASSWORD` it is read from `INFLIGHT_PASSWORD`
    #[arg(short = 'u', long, value_name = "NAME:PASSWORD", conflicts_with_all = ["bearer", "netrc", "netrc_file"])]
    pub user: Option<String>,
    /// Answer the server's digest challenge instead of sending the password
    #[arg(long, requires = "user")]
    pub digest: bool,
    /// Bearer token
    #[arg(long = "oauth2-bearer", visible_alias = "bearer", value_name = "TOKEN",
        conflicts_with_all = ["netrc", "netrc_file"])]
    pub bearer: Option<String>,
    /// Take each host's login from `~/.netrc`, or from the file in `NETRC`
    #[arg(long)]
    pub netrc: bool,
    /// Take each host's login from this file
    #[arg(long, value_name = "FILE")]
    pub netrc_file: Option<PathBuf>,
}

impl AuthFlags {
    /// Returns the flag that was given.
    pub fn flag(&self) -> Option<&'static str> {
        let Self { user, digest: _, bearer, netrc, netrc_file } = self;
        let given = [
            ("--user", user.is_some()),
            ("--oauth2-bearer", bearer.is_some()),
            ("--netrc-file", netrc_file.is_some()),
            ("--netrc", *netrc),
        ];
        given.into_iter().find_map(|(flag, is_given)| is_given.then_some(flag))
    }

    /// Reads the credentials that these flags name.
    pub fn read(&self, var: VariableLookup<'_>) -> Result<Option<GivenAuth>, Error> {
        if let Some(user) = &self.user {
            let (user, password) = match user.split_once(':') {
                Some((user, password)) => (user.to_owned(), password.to_owned()),
                None => (user.clone(), var(PASSWORD).ok_or_else(no_password)?),
            };
            let kind = if self.digest { GivenAuth::Digest } else { GivenAuth::Basic };
            return Ok(Some(kind(user, password)));
        }
        if let Some(token) = &self.bearer {
            return Ok(Some(GivenAuth::Bearer(token.clone())));
        }
        let path = match &self.netrc_file {
            Some(path) => path.clone(),
            None if !self.netrc => return Ok(None),
            None => netrc_path(var).ok_or_else(|| Error::Usage {
                message: "there is no home folder with a `.netrc`".into(),
                hint: "name the file: `--netrc-file FILE`".into(),
            })?,
        };
        let name = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(GivenAuth::Netrc(Arc::new(Netrc::parse(&name, &text))))),
            Err(error) => Err(Error::Usage {
                message: format!("cannot read `{}`: {}", sanitize(&name), IoErrorText(error)),
                hint: "name another file: `--netrc-file FILE`".into(),
            }),
        }
    }
}

/// Returns the path of the user's netrc file.
pub fn netrc_path(var: VariableLookup<'_>) -> Option<PathBuf> {
    let set = |name: &str| var(name).filter(|value| !value.is_empty());
    set("NETRC").map(PathBuf::from).or_else(|| Some(PathBuf::from(set("HOME")?).join(".netrc")))
}

fn no_password() -> Error {
    Error::Usage {
        message: "`--user` was given without a password".into(),
        hint: format!("write `-u NAME:PASSWORD`, or set `{PASSWORD}`, which other users of this machine cannot see"),
    }
}

impl std::fmt::Debug for AuthFlags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthFlags").field("flag", &self.flag()).finish_non_exhaustive()
    }
}
