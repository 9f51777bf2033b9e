//! Display texts of phases and failure reasons.

use std::fmt;

use crate::event::outcome::{Phase, Reason};

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "TLS",
            Self::FirstByte => "first byte",
            Self::Body => "body",
            Self::Job => "whole job",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "name not found",
            Self::Refused => "connection refused",
            Self::Unreachable => "host unreachable",
            Self::Proxy => "proxy failed",
            Self::Tls => "TLS failed",
            Self::Reset => "connection reset",
            Self::ClosedEarly => "connection closed early",
            Self::BadResponse => "invalid HTTP response",
            Self::TooLarge => "body too large",
            Self::Redirect => "redirect not followed",
            Self::Unexpected => "not as expected",
            Self::BadRow => "bad row in the plan",
            Self::GivenUp => "not sent, host given up",
            Self::Local => "out of local resources",
            Self::Panicked => "worker panicked",
        })
    }
}
