//! Finds the reason in a library's error: the closed list out of an open chain.
//!
//! Start at [`reason_of`].

use std::error::Error;
use std::io;

use crate::event::outcome::Reason;
use crate::source::pool::dns::NoAddress;

/// Why there is no answer, and the library's or the system's words for it.
pub type Failure = (Reason, String);

/// The reason of an error of reqwest.
pub fn of_reqwest(error: &reqwest::Error) -> Failure {
    reason_of(error, || {
        if error.is_connect() {
            Reason::Unreachable
        } else if error.is_body() || error.is_decode() {
            Reason::ClosedEarly
        } else {
            Reason::BadResponse
        }
    })
}

/// The reason, or else another one, and the innermost words for it without the URL.
pub fn reason_of(error: &(dyn Error + 'static), otherwise: impl FnOnce() -> Reason) -> Failure {
    let chain = || std::iter::successors(Some(error), |&link| link.source());
    let reason = chain().find_map(known).unwrap_or_else(otherwise);
    // The outer links only say that sending failed, and name the URL again, secrets and all.
    let detail = chain().last().map(ToString::to_string).unwrap_or_default();
    (reason, detail)
}

fn known(link: &(dyn Error + 'static)) -> Option<Reason> {
    if link.is::<NoAddress>() {
        return Some(Reason::Dns);
    }
    if link.is::<rustls::Error>() {
        return Some(Reason::Tls);
    }
    if let Some(error) = link.downcast_ref::<hyper::Error>() {
        return of_hyper(error);
    }
    link.downcast_ref::<io::Error>().and_then(of_io)
}

fn of_hyper(error: &hyper::Error) -> Option<Reason> {
    if error.is_parse() || error.is_parse_too_large() || error.is_parse_status() {
        Some(Reason::BadResponse)
    } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        Some(Reason::ClosedEarly)
    } else {
        None
    }
}

fn of_io(error: &io::Error) -> Option<Reason> {
    use io::ErrorKind;
    if let Some(inner) = error.get_ref()
        && let Some(reason) = known(inner)
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
        // The framing of a body that makes no sense.
        ErrorKind::InvalidData | ErrorKind::InvalidInput => Some(Reason::BadResponse),
        ErrorKind::AddrNotAvailable | ErrorKind::OutOfMemory => Some(Reason::Local),
        // EMFILE and ENFILE, which have no kind of their own.
        _ => matches!(error.raw_os_error(), Some(23 | 24)).then_some(Reason::Local),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::of_io;
    use crate::event::outcome::Reason;

    #[cfg(unix)]
    #[test]
    fn running_out_of_descriptors_is_our_own_trouble() {
        for code in [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE, rustix::io::Errno::ADDRNOTAVAIL] {
            assert_eq!(of_io(&io::Error::from(code)), Some(Reason::Local), "{code:?}");
        }
    }

    #[test]
    fn what_lies_inside_an_error_comes_first() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(of_io(&io::Error::new(io::ErrorKind::InvalidData, refused)), Some(Reason::Refused));
        let tls = rustls::Error::HandshakeNotComplete;
        assert_eq!(of_io(&io::Error::new(io::ErrorKind::InvalidData, tls)), Some(Reason::Tls));
    }
}
