//! The flags for the body of each request, with the names and the meaning that they have in curl.
//!
//! Start at [`BodyFlags`].

pub mod content;
mod files;
mod form;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

/// The flags for the body, in the order of the command line: curl joins them in that order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyFlags(pub Vec<BodyFlag>);

/// One flag for the body, with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyFlag {
    /// The flag.
    pub kind: BodyFlagKind,
    /// Its value.
    pub value: String,
}

/// A flag for the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFlagKind {
    /// `--data`: a text, or the text of a file without its line breaks.
    Data,
    /// `--data-raw`: a text, even if it begins with `@`.
    DataRaw,
    /// `--data-binary`: a text, or a file as it is.
    DataBinary,
    /// `--data-urlencode`: a text or a file, percent-encoded.
    DataUrlencode,
    /// `--json`: a JSON text, or a file with JSON.
    Json,
    /// `--form`: a field of a multipart form.
    Form,
    /// `--form-string`: a field of a multipart form with a text, even if it begins with `@`.
    FormString,
    /// `--upload-file`: a file, with PUT.
    UploadFile,
}

impl BodyFlagKind {
    const ALL: [Self; 8] = [
        Self::Data,
        Self::DataRaw,
        Self::DataBinary,
        Self::DataUrlencode,
        Self::Json,
        Self::Form,
        Self::FormString,
        Self::UploadFile,
    ];

    /// Returns the flag as it is written.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Data => "--data",
            Self::DataRaw => "--data-raw",
            Self::DataBinary => "--data-binary",
            Self::DataUrlencode => "--data-urlencode",
            Self::Json => "--json-body",
            Self::Form => "--form",
            Self::FormString => "--form-string",
            Self::UploadFile => "--upload-file",
        }
    }
}

impl Args for BodyFlags {
    fn augment_args(command: Command) -> Command {
        command.next_help_heading("Request").args(BodyFlagKind::ALL.map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for BodyFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut given = Vec::new();
        for kind in BodyFlagKind::ALL {
            let values = matches.get_many::<String>(kind.flag()).into_iter().flatten();
            let places = matches.indices_of(kind.flag()).into_iter().flatten();
            given.extend(places.zip(values).map(|(place, value)| (place, BodyFlag { kind, value: value.clone() })));
        }
        given.sort_by_key(|(place, _)| *place);
        Ok(Self(given.into_iter().map(|(_, flag)| flag).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn argument(kind: BodyFlagKind) -> Arg {
    let long = kind.flag().trim_start_matches('-');
    let arg = Arg::new(kind.flag()).long(long).action(ArgAction::Append).allow_hyphen_values(true);
    let (value_name, help) = match kind {
        BodyFlagKind::Data => (
            "TEXT|@FILE",
            "Request body; several are joined by `&`. `@FILE` drops line breaks, as curl does; `@-` is standard input",
        ),
        BodyFlagKind::DataRaw => ("TEXT", "Request body, even if it begins with `@`"),
        BodyFlagKind::DataBinary => ("TEXT|@FILE", "Request body; a file is sent as it is"),
        BodyFlagKind::DataUrlencode => {
            ("TEXT", "Request body, percent-encoded: `TEXT`, `NAME=TEXT`, `@FILE` or `NAME@FILE`")
        }
        BodyFlagKind::Json => ("JSON|@FILE", "JSON body; sets `content-type` and `accept`. Also `--json JSON`"),
        BodyFlagKind::Form => {
            ("NAME=VALUE", "Field of a multipart form: `NAME=TEXT`, or `NAME=@FILE;type=TYPE;filename=NAME`")
        }
        BodyFlagKind::FormString => ("NAME=TEXT", "Text field of a multipart form, even if it begins with `@`"),
        BodyFlagKind::UploadFile => ("FILE", "Send a file as it is, with PUT"),
    };
    let arg = arg.value_name(value_name).help(help);
    match kind {
        BodyFlagKind::Data => arg.short('d').visible_alias("body"),
        BodyFlagKind::Form => arg.short('F'),
        BodyFlagKind::UploadFile => arg.short('T'),
        BodyFlagKind::DataRaw
        | BodyFlagKind::DataBinary
        | BodyFlagKind::DataUrlencode
        | BodyFlagKind::Json
        | BodyFlagKind::FormString => arg,
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::{BodyFlagKind, BodyFlags};

    #[test]
    fn flags_of_different_kinds_keep_their_order() {
        let given = ["x", "-d", "a=1", "--data-raw", "@b", "--body", "-c", "--data-urlencode", "d=e f"];
        let matches = BodyFlags::augment_args(Command::new("x")).try_get_matches_from(given).unwrap();
        let flags = BodyFlags::from_arg_matches(&matches).unwrap().0;
        let flags: Vec<_> = flags.iter().map(|flag| (flag.kind, flag.value.as_str())).collect();
        let data = BodyFlagKind::Data;
        let wanted =
            [(data, "a=1"), (BodyFlagKind::DataRaw, "@b"), (data, "-c"), (BodyFlagKind::DataUrlencode, "d=e f")];
        assert_eq!(flags, wanted);
    }
}
