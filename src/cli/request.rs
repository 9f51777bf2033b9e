//! The flags for the content of each request, with the names and the meaning that they have in curl.
//!
//! Start at [`RequestArgs`].

use clap::Args;

use crate::cli::auth::AuthFlags;
use crate::cli::body::BodyFlags;
use crate::cli::values;
use crate::plan::network::cookies::CookieMode;

/// What each request contains.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Request")]
pub struct RequestArgs {
    /// HTTP method
    #[arg(short = 'X', long, value_name = "METHOD")]
    pub method: Option<String>,
    /// Header, as `name: value`; can be repeated
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    pub headers: Vec<String>,
    /// Send paths as written: with `..`, `//` and `%2e`
    #[arg(long)]
    pub path_as_is: bool,
    /// Cookies to send, as `name=value`; can be repeated
    #[arg(short = 'b', long = "cookie", value_name = "COOKIE")]
    pub cookie: Vec<String>,
    /// Keep the cookies that servers set: one jar for the `run`, one for each job (`row`), or none (`off`)
    #[arg(long, value_name = "WHERE", value_parser = values::cookie_mode)]
    pub cookies: Option<CookieMode>,
    /// The credentials.
    #[command(flatten)]
    pub auth: AuthFlags,
    /// The body.
    #[command(flatten)]
    pub body: BodyFlags,
}

impl RequestArgs {
    /// Whether a header flag sets the content type.
    pub fn sets_content_type(&self) -> bool {
        let names = self.headers.iter().filter_map(|line| line.split([':', ';']).next());
        names.into_iter().any(|name| name.trim().eq_ignore_ascii_case("content-type"))
    }
}
