//! The options of curl, as far as they have an effect on a request, or take a value.
//!
//! Start at [`find`].

/// What an option means for an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CurlOption {
    Url,
    Method,
    Header,
    Data,
    /// Like `Data`, but `@` is a character.
    DataRaw,
    /// Like `Data`, for a file whose line breaks are kept.
    DataBinary,
    DataUrlencode,
    Json,
    Form,
    FormString,
    User,
    Digest,
    Bearer,
    UserAgent,
    Referer,
    Cookie,
    Get,
    Head,
    Upload,
    MaxTime,
    Next,
    /// It changes how the server is reached, which is set in the plan.
    Connection {
        /// Whether a value follows.
        takes_value: bool,
    },
    /// It has no effect on the request.
    Ignored {
        /// Whether a value follows.
        takes_value: bool,
    },
}

impl CurlOption {
    /// Whether a value follows.
    pub(super) fn takes_value(self) -> bool {
        match self {
            Self::Digest | Self::Get | Self::Head | Self::Next => false,
            Self::Connection { takes_value } | Self::Ignored { takes_value } => takes_value,
            Self::Url
            | Self::Method
            | Self::Header
            | Self::Data
            | Self::DataRaw
            | Self::DataBinary
            | Self::DataUrlencode
            | Self::Json
            | Self::Form
            | Self::FormString
            | Self::User
            | Self::Bearer
            | Self::UserAgent
            | Self::Referer
            | Self::Cookie
            | Self::Upload
            | Self::MaxTime => true,
        }
    }
}

const ON: CurlOption = CurlOption::Ignored { takes_value: false };
const VALUE: CurlOption = CurlOption::Ignored { takes_value: true };
const WAY: CurlOption = CurlOption::Connection { takes_value: false };
const WAY_VALUE: CurlOption = CurlOption::Connection { takes_value: true };

/// The options: the long name, the short one or a blank, and the meaning.
const OPTIONS: &[(&str, char, CurlOption)] = &[
    ("url", ' ', CurlOption::Url),
    ("request", 'X', CurlOption::Method),
    ("header", 'H', CurlOption::Header),
    ("data", 'd', CurlOption::Data),
    ("data-ascii", ' ', CurlOption::Data),
    ("data-raw", ' ', CurlOption::DataRaw),
    ("data-binary", ' ', CurlOption::DataBinary),
    ("data-urlencode", ' ', CurlOption::DataUrlencode),
    ("json", ' ', CurlOption::Json),
    ("form", 'F', CurlOption::Form),
    ("form-string", ' ', CurlOption::FormString),
    ("user", 'u', CurlOption::User),
    ("digest", ' ', CurlOption::Digest),
    ("oauth2-bearer", ' ', CurlOption::Bearer),
    ("user-agent", 'A', CurlOption::UserAgent),
    ("referer", 'e', CurlOption::Referer),
    ("cookie", 'b', CurlOption::Cookie),
    ("get", 'G', CurlOption::Get),
    ("head", 'I', CurlOption::Head),
    ("upload-file", 'T', CurlOption::Upload),
    ("max-time", 'm', CurlOption::MaxTime),
    ("next", ':', CurlOption::Next),
    ("insecure", 'k', WAY),
    ("proxy", 'x', WAY_VALUE),
    ("proxy-user", 'U', WAY_VALUE),
    ("noproxy", ' ', WAY_VALUE),
    ("socks5", ' ', WAY_VALUE),
    ("socks5-hostname", ' ', WAY_VALUE),
    ("cacert", ' ', WAY_VALUE),
    ("cert", 'E', WAY_VALUE),
    ("key", ' ', WAY_VALUE),
    ("resolve", ' ', WAY_VALUE),
    ("connect-to", ' ', WAY_VALUE),
    ("unix-socket", ' ', WAY_VALUE),
    ("interface", ' ', WAY_VALUE),
    ("location", 'L', ON),
    ("compressed", ' ', ON),
    ("silent", 's', ON),
    ("show-error", 'S', ON),
    ("verbose", 'v', ON),
    ("include", 'i', ON),
    ("fail", 'f', ON),
    ("fail-with-body", ' ', ON),
    ("globoff", 'g', ON),
    ("no-buffer", 'N', ON),
    ("remote-name", 'O', ON),
    ("remote-header-name", 'J', ON),
    ("progress-bar", '#', ON),
    ("no-progress-meter", ' ', ON),
    ("http1.0", '0', ON),
    ("http1.1", ' ', ON),
    ("http2", ' ', ON),
    ("http2-prior-knowledge", ' ', ON),
    ("http3", ' ', ON),
    ("ipv4", '4', ON),
    ("ipv6", '6', ON),
    ("tlsv1.2", ' ', ON),
    ("tlsv1.3", ' ', ON),
    ("tcp-nodelay", ' ', ON),
    ("no-keepalive", ' ', ON),
    ("path-as-is", ' ', ON),
    ("basic", ' ', ON),
    ("anyauth", ' ', ON),
    ("retry-all-errors", ' ', ON),
    ("retry-connrefused", ' ', ON),
    ("parallel", 'Z', ON),
    ("output", 'o', VALUE),
    ("write-out", 'w', VALUE),
    ("dump-header", 'D', VALUE),
    ("cookie-jar", 'c', VALUE),
    ("connect-timeout", ' ', VALUE),
    ("retry", ' ', VALUE),
    ("retry-delay", ' ', VALUE),
    ("retry-max-time", ' ', VALUE),
    ("max-redirs", ' ', VALUE),
    ("limit-rate", ' ', VALUE),
    ("keepalive-time", ' ', VALUE),
    ("trace-ascii", ' ', VALUE),
    ("stderr", ' ', VALUE),
];

/// Finds an option by its long name.
pub(super) fn find(name: &str) -> Option<CurlOption> {
    OPTIONS.iter().find(|(long, ..)| *long == name).map(|(.., option)| *option)
}

/// Finds an option by its letter.
pub(super) fn find_letter(letter: char) -> Option<CurlOption> {
    OPTIONS.iter().find(|(_, short, _)| *short == letter && letter != ' ').map(|(.., option)| *option)
}
