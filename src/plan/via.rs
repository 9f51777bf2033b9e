//! By which wire attempts go, as a plan or a flag says it.
//!
//! Pure. Start at [`parse_via`].

use crate::text::value_error::ValueError;

/// By which wire attempts go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Via {
    /// Directly wherever that is possible.
    #[default]
    Auto,
    /// Over connections of our own, past any proxy.
    Direct,
    /// Through the library, which knows proxies.
    Reqwest,
}

/// `auto`, `direct` or `reqwest`.
pub fn parse_via(text: &str) -> Result<Via, ValueError> {
    match text {
        "auto" => Ok(Via::Auto),
        "direct" => Ok(Via::Direct),
        "reqwest" => Ok(Via::Reqwest),
        _ => Err(ValueError::new("not a wire", "write `auto`, `direct` or `reqwest`")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Via, parse_via};

    #[test]
    fn a_wire_is_one_of_three() {
        assert_eq!(["auto", "direct", "reqwest"].map(parse_via), [Ok(Via::Auto), Ok(Via::Direct), Ok(Via::Reqwest)]);
        assert_eq!(parse_via("hyper").unwrap_err().to_string(), "not a wire: write `auto`, `direct` or `reqwest`");
    }
}
