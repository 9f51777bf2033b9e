//! The arguments of the process, prepared for the parser.
//!
//! Start at [`join_modes`].

use std::ffi::OsString;

use crate::plan::adaptive::parse_adaptive_mode;

/// Joins `--adaptive MODE` to `--adaptive=MODE`.
///
/// The mode is optional, so the parser accepts it only after `=`: in `--adaptive plan.toml`, which older versions
/// accept, the next argument is a target. A mode is never mistaken for a target after this flag.
pub fn join_modes(given: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut given = given.into_iter().peekable();
    let mut joined = Vec::new();
    while let Some(argument) = given.next() {
        if argument == "--" {
            joined.push(argument);
            break;
        }
        let is_mode = |next: &OsString| next.to_str().is_some_and(|text| parse_adaptive_mode(text).is_ok());
        match given.next_if(|next| argument == "--adaptive" && is_mode(next)) {
            Some(mode) => {
                let mut both = argument;
                both.push("=");
                both.push(mode);
                joined.push(both);
            }
            None => joined.push(argument),
        }
    }
    joined.extend(given);
    joined
}

#[cfg(test)]
mod tests {
    use super::join_modes;

    fn joined(given: &[&str]) -> Vec<String> {
        join_modes(given.iter().map(Into::into)).into_iter().map(|text| text.into_string().unwrap()).collect()
    }

    #[test]
    fn a_mode_is_joined_to_its_flag_and_a_target_is_not() {
        assert_eq!(joined(&["run", "--adaptive", "off", "plan.toml"]), ["run", "--adaptive=off", "plan.toml"]);
        assert_eq!(joined(&["run", "--adaptive", "plan.toml"]), ["run", "--adaptive", "plan.toml"]);
        assert_eq!(joined(&["run", "--adaptive"]), ["run", "--adaptive"]);
        assert_eq!(joined(&["run", "--adaptive=on", "off"]), ["run", "--adaptive=on", "off"]);
    }

    #[test]
    fn nothing_is_joined_after_a_double_hyphen() {
        assert_eq!(joined(&["run", "--", "--adaptive", "on"]), ["run", "--", "--adaptive", "on"]);
    }
}
