//! The themes inside the program: the same files that the repository shows.
//!
//! Start at [`BUNDLED`].

/// Name and text of each, in the order in which a key goes through them.
pub(super) const BUNDLED: [(&str, &str); 8] = [
    (DARK, include_str!("../../../themes/inflight-dark.toml")),
    (LIGHT, include_str!("../../../themes/inflight-light.toml")),
    ("contrast-dark", include_str!("../../../themes/contrast-dark.toml")),
    ("contrast-light", include_str!("../../../themes/contrast-light.toml")),
    ("cvd-dark", include_str!("../../../themes/cvd-dark.toml")),
    ("cvd-light", include_str!("../../../themes/cvd-light.toml")),
    ("ansi", include_str!("../../../themes/ansi.toml")),
    (MONO, include_str!("../../../themes/mono.toml")),
];

/// The default on a dark background.
pub const DARK: &str = "inflight-dark";
/// The default on a light background.
pub const LIGHT: &str = "inflight-light";
/// The one without colour.
pub const MONO: &str = "mono";

/// The text of a bundled theme.
pub(super) fn text(name: &str) -> Option<&'static str> {
    BUNDLED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
