//! Phases and reasons in the words that people read.

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
            Self::Tls => "TLS failed",
            Self::Reset => "connection reset",
            Self::ClosedEarly => "connection closed early",
            Self::BadResponse => "broken answer",
            Self::TooLarge => "body too large",
            Self::Redirect => "redirect not followed",
            Self::BadRow => "bad row in the plan",
            Self::Local => "this machine ran out of room",
            Self::Panicked => "a worker broke",
        })
    }
}
