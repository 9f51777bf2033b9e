//! The arguments of the process, prepared for the parser.
//!
//! Start at [`join_modes`].

use std::ffi::OsString;

use crate::cli::body::BodyFlagKind;
use crate::plan::adaptive::parse_adaptive_mode;
use crate::plan::request::content_type::is_json;

/// Joins `--adaptive MODE` to `--adaptive=MODE`, and `--steer LIMIT` to `--steer=LIMIT`.
///
/// The mode is optional, so the parser accepts it only after `=`: in `--adaptive plan.toml`, which older versions
/// accept, the next argument is a target. A mode is never mistaken for a target after this flag, nor a
/// number for a program.
pub fn join_modes(given: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut given = given.into_iter().peekable();
    let mut joined = Vec::new();
    while let Some(argument) = given.next() {
        if argument == "--" {
            joined.push(argument);
            break;
        }
        // `--json` asks for a JSON summary. In curl it sends JSON, which no target is.
        let is_json = |next: &OsString| {
            let text = next.to_str().unwrap_or_default();
            text.starts_with('@') || is_json(text.as_bytes())
        };
        if let Some(body) = given.next_if(|next| argument == "--json" && is_json(next)) {
            joined.extend([OsString::from(BodyFlagKind::Json.flag()), body]);
            continue;
        }
        let is_value = |next: &OsString| {
            let text = next.to_str().unwrap_or_default();
            argument == "--adaptive" && parse_adaptive_mode(text).is_ok()
                || argument == "--steer" && text.parse::<u32>().is_ok()
        };
        match given.next_if(is_value) {
            Some(value) => {
                let mut both = argument.clone();
                both.push("=");
                both.push(value);
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
    fn json_after_its_flag_is_a_body_and_a_target_is_not() {
        assert_eq!(joined(&["run", "--json", "{\"a\":1}", "u"]), ["run", "--json-body", "{\"a\":1}", "u"]);
        assert_eq!(joined(&["run", "u", "--json", "@x.json"]), ["run", "u", "--json-body", "@x.json"]);
        for target in ["[::1]:8080", "http://a.b/", "plan.toml"] {
            assert_eq!(joined(&["run", "--json", target]), ["run", "--json", target]);
        }
    }

    #[test]
    fn nothing_is_joined_after_a_double_hyphen() {
        assert_eq!(joined(&["run", "--", "--adaptive", "on"]), ["run", "--", "--adaptive", "on"]);
    }
}
