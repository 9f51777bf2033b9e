//! The credentials of a plan.
//!
//! Start at [`read_auth`].

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::plan::auth::netrc::Netrc;
use crate::plan::auth::{Auth, Credentials};
use crate::plan::error::io_reason;
use crate::plan::late::has_marker;
use crate::plan::read::rows::PlaceholderUses;
use crate::plan::read::values::PlanEntry;
use crate::plan::template::Template;
use crate::plan::template::escape::Escaping;
use crate::plan::template::interpolation::PlanText;
use crate::text::value_error::ValueError;

const EXAMPLE: &str = "a table such as `{ basic = { user = \"ann\", password = \"${PASSWORD}\" } }`";
const LOGIN_EXAMPLE: &str = "a table such as `{ user = \"ann\", password = \"${PASSWORD}\" }`";

/// Credentials as written in the plan.
#[derive(Clone)]
pub(super) enum WrittenAuth {
    /// `auth = "none"`.
    Nothing,
    Basic(WrittenLogin),
    Digest(WrittenLogin),
    Bearer(WrittenText),
    Netrc(Arc<Netrc>),
}

/// A text with its place.
type WrittenText = (PlanText, Range<usize>);

/// A user and a password.
#[derive(Clone)]
pub(super) struct WrittenLogin {
    user: WrittenText,
    password: WrittenText,
}

/// Reads `auth`.
pub(super) fn read_auth(entry: &PlanEntry<'_>) -> Option<WrittenAuth> {
    if !entry.is_table() {
        let nothing = |text: &str| (text == "none").then_some(WrittenAuth::Nothing);
        let wrong = || ValueError::new("not a kind of credentials", format!("write {EXAMPLE}, or `\"none\"`"));
        return entry.parse(EXAMPLE, |text| nothing(text).ok_or_else(wrong));
    }
    let mut section = entry.section("auth", EXAMPLE)?;
    let kinds = ["basic", "digest", "bearer", "netrc"].map(|kind| section.get(kind));
    section.finish();
    if kinds.iter().flatten().count() != 1 {
        let fix = "write one of `basic`, `digest`, `bearer` and `netrc`";
        return entry.check(Err(ValueError::new("not one kind of credentials", fix)));
    }
    match kinds {
        [Some(basic), ..] => read_login(&basic).map(WrittenAuth::Basic),
        [_, Some(digest), ..] => read_login(&digest).map(WrittenAuth::Digest),
        [_, _, Some(bearer), _] => read_text(&bearer, "a token such as `\"${TOKEN}\"`").map(WrittenAuth::Bearer),
        [.., Some(netrc)] => read_netrc(&netrc).map(WrittenAuth::Netrc),
        _ => None,
    }
}

fn read_login(entry: &PlanEntry<'_>) -> Option<WrittenLogin> {
    let mut section = entry.section(&entry.key, LOGIN_EXAMPLE)?;
    let user = section.require("user", "write one such as `user = \"ann\"`");
    let password = section.require("password", "write `password = \"${PASSWORD}\"`");
    section.finish();
    let text = |entry: &PlanEntry<'_>, example| {
        let (text, span) = read_text(entry, example)?;
        let wrong = || ValueError::new("not usable", "a value of a step can be a `bearer` token or part of a header");
        entry.check(if has_marker(&text.value()) { Err(wrong()) } else { Ok((text, span)) })
    };
    Some(WrittenLogin { user: text(&user?, "a name")?, password: text(&password?, "a password")? })
}

fn read_text(entry: &PlanEntry<'_>, example: &str) -> Option<WrittenText> {
    let text = entry.text(example)?;
    let is_clean = !text.value().chars().any(char::is_control);
    let wrong = || ValueError::new("not usable", "credentials have no line breaks and no control characters");
    entry.check(if is_clean { Ok((text, entry.span())) } else { Err(wrong()) })
}

/// Reads `netrc`: a file, or `true` for that of the user.
fn read_netrc(entry: &PlanEntry<'_>) -> Option<Arc<Netrc>> {
    let context = &entry.reader.context;
    let home = || {
        let set = |name: &str| (context.var)(name).filter(|value| !value.is_empty());
        set("NETRC").map(PathBuf::from).or_else(|| Some(PathBuf::from(set("HOME")?).join(".netrc")))
    };
    let path = match entry.written_flag() {
        Some(true) => entry.check(home().ok_or_else(|| ValueError::new("without a home folder", "name the file")))?,
        Some(false) => return entry.check(Err(ValueError::new("useless", "leave it out, or write `true`"))),
        None => context.folder.join(entry.text("a file such as `\".netrc\"`, or `true`")?.value()),
    };
    let name = path.display().to_string();
    let wrong = |error| ValueError::new(format!("not readable: {}", io_reason(&error)), "name another file");
    let text = entry.check(std::fs::read_to_string(&path).map_err(wrong))?;
    Some(Arc::new(Netrc::parse(&name, &text)))
}

impl WrittenAuth {
    /// Whether a value of a step before the batch is in it.
    pub(super) fn has_late_value(&self) -> bool {
        matches!(self, Self::Bearer((token, _)) if has_marker(&token.value()))
    }

    /// Parses the placeholders of the credentials.
    pub(super) fn parse(&self, columns: &mut Vec<String>, used: &mut PlaceholderUses<'_>) -> Option<Auth> {
        let mut template = |(text, span): &WrittenText| {
            let template = Template::parse(text, Escaping::Raw, columns);
            used.note(columns, span);
            template
        };
        Some(match self {
            Self::Nothing => return None,
            Self::Basic(WrittenLogin { user, password }) => {
                Auth::Basic(Credentials { user: template(user), password: template(password) })
            }
            // Its nonce is shared by all rows, so there is one user.
            Self::Digest(WrittenLogin { user, password }) => Auth::Digest(Credentials {
                user: Template::literal(&user.0.value()),
                password: Template::secret(&password.0.value()),
            }),
            Self::Bearer(token) => Auth::Bearer(template(token)),
            Self::Netrc(netrc) => Auth::Netrc(Arc::clone(netrc)),
        })
    }
}
