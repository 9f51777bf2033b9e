//! When limits adapt, as set by a plan or a flag.
//!
//! It only parses the words. Start at [`parse_adaptive_mode`].

use crate::event::adaptive::AdaptiveMode;
use crate::text::nearest::did_you_mean;
use crate::text::value_error::ValueError;

/// Parses `off`, `when refused` or `on`. On a command line, a hyphen replaces the space.
pub fn parse_adaptive_mode(text: &str) -> Result<AdaptiveMode, ValueError> {
    match text {
        "off" => Ok(AdaptiveMode::Off),
        "when refused" | "when-refused" => Ok(AdaptiveMode::WhenRefused),
        "on" => Ok(AdaptiveMode::On),
        _ => {
            let near = did_you_mean(text, ["off", "when refused", "on"]).map(|near| format!("{near} "));
            let fix = format!("{}write `off`, `when refused` or `on`", near.unwrap_or_default());
            Err(ValueError::new("not a mode of adaptive limits", fix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse_adaptive_mode;
    use crate::event::adaptive::AdaptiveMode;

    #[test]
    fn every_mode_is_parsed_from_its_label() {
        for mode in AdaptiveMode::ALL {
            assert_eq!(parse_adaptive_mode(mode.label()), Ok(mode));
        }
        assert_eq!(parse_adaptive_mode("when-refused"), Ok(AdaptiveMode::WhenRefused));
        assert!(parse_adaptive_mode("true").is_err());
        assert_eq!(
            parse_adaptive_mode("when-refsed").unwrap_err().to_string(),
            "not a mode of adaptive limits: did you mean `when refused`? write `off`, `when refused` or `on`"
        );
    }
}
