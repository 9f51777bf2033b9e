//! The classification of failed exchanges, by the chain of a library's error.
//!
//! Start at [`classify`].

use std::error::Error;
use std::io;

use crate::event::outcome::Reason;
use crate::source::pool::dns::no_address::NoAddress;
use crate::source::pool::wire::tls::words;

/// The reason why there is no response, and the message of the library or the system.
pub type Failure = (Reason, String);

/// The error of a file that could not be sent as it was.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UploadError(pub String);

/// Classifies an error of reqwest.
pub fn classify_reqwest(error: &reqwest::Error) -> Failure {
    classify(error, || {
        if error.is_connect() {
            Reason::Unreachable
        } else if error.is_body() || error.is_decode() {
            Reason::ClosedEarly
        } else {
            Reason::BadResponse
        }
    })
}

/// Classifies an error by its chain, or else by `fallback`. The message is the innermost one.
pub fn classify(error: &(dyn Error + 'static), fallback: impl FnOnce() -> Reason) -> Failure {
    let chain = || std::iter::successors(Some(error), |&link| link.source());
    let reason = chain().find_map(classify_link).unwrap_or_else(fallback);
    // The outer messages only say that sending failed, and they repeat the URL with its secrets.
    let last = || chain().last().map(ToString::to_string).unwrap_or_default();
    let detail = chain().find_map(plain_text).unwrap_or_else(last);
    (reason, detail)
}

/// Returns the plain text of an error whose own text is that of a library.
fn plain_text(link: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = link.downcast_ref::<rustls::Error>() {
        return Some(words::words(error));
    }
    let error = link.downcast_ref::<io::Error>()?;
    match error.get_ref() {
        Some(inner) if inner.is::<rustls::Error>() || inner.is::<io::Error>() => plain_text(inner),
        // rustls explains it with a link to its documentation.
        Some(inner) if error.kind() == io::ErrorKind::UnexpectedEof && inner.to_string().contains("close_notify") => {
            Some("the answer may be truncated: the connection ended without the end of TLS (close_notify)".to_owned())
        }
        _ => None,
    }
}

fn classify_link(link: &(dyn Error + 'static)) -> Option<Reason> {
    if let Some(error) = link.downcast_ref::<NoAddress>() {
        return Some(if error.is_local { Reason::Local } else { Reason::Dns });
    }
    if link.is::<UploadError>() {
        return Some(Reason::BadRow);
    }
    if link.is::<rustls::Error>() {
        return Some(Reason::Tls);
    }
    if let Some(error) = link.downcast_ref::<hyper::Error>() {
        return classify_hyper(error);
    }
    link.downcast_ref::<io::Error>().and_then(classify_io)
}

fn classify_hyper(error: &hyper::Error) -> Option<Reason> {
    if error.is_parse() || error.is_parse_too_large() || error.is_parse_status() {
        Some(Reason::BadResponse)
    } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        Some(Reason::ClosedEarly)
    } else {
        None
    }
}

fn classify_io(error: &io::Error) -> Option<Reason> {
    use io::ErrorKind;
    if let Some(inner) = error.get_ref()
        && let Some(reason) = classify_link(inner)
    {
        return Some(reason);
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => Some(Reason::Refused),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => Some(Reason::Reset),
        ErrorKind::UnexpectedEof => Some(Reason::ClosedEarly),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            Some(Reason::Unreachable)
        }
        // The framing of a body is invalid.
        ErrorKind::InvalidData | ErrorKind::InvalidInput => Some(Reason::BadResponse),
        ErrorKind::AddrNotAvailable | ErrorKind::OutOfMemory => Some(Reason::Local),
        // These have no kind of their own: ENFILE, EMFILE, and ENOBUFS of Linux, the BSDs and Windows.
        _ => matches!(error.raw_os_error(), Some(23 | 24 | 55 | 105 | 10055)).then_some(Reason::Local),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{classify, classify_io};
    use crate::event::outcome::Reason;
    use crate::source::pool::dns::no_address::NoAddress;

    #[cfg(unix)]
    #[test]
    fn running_out_of_descriptors_is_a_local_failure() {
        use rustix::io::Errno;
        for code in [Errno::MFILE, Errno::NFILE, Errno::ADDRNOTAVAIL, Errno::NOBUFS, Errno::NOMEM] {
            assert_eq!(classify_io(&io::Error::from(code)), Some(Reason::Local), "{code:?}");
        }
    }

    #[test]
    fn a_look_up_that_lacks_descriptors_is_a_local_failure() {
        let failed = |error: io::Error| classify(&NoAddress::from(&error), || Reason::BadResponse).0;
        assert_eq!(failed(io::Error::from_raw_os_error(24)), Reason::Local);
        assert_eq!(failed(io::Error::other("Name or service not known")), Reason::Dns);
    }

    #[test]
    fn an_inner_error_overrides_the_outer_one() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(classify_io(&io::Error::new(io::ErrorKind::InvalidData, refused)), Some(Reason::Refused));
        let tls = rustls::Error::HandshakeNotComplete;
        assert_eq!(classify_io(&io::Error::new(io::ErrorKind::InvalidData, tls)), Some(Reason::Tls));
    }
}
