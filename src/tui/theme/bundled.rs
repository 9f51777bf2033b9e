//! The bundled themes, compiled in from the repository's `themes` folder.
//!
//! Start at [`BUNDLED`].

use crate::text::diagnostics::SourceText;

/// The name and text of each theme, in the order of the theme key.
pub(super) const BUNDLED: [(&str, &str); 18] = [
    (DARK, include_str!("../../../themes/inflight-dark.toml")),
    (LIGHT, include_str!("../../../themes/inflight-light.toml")),
    ("contrast-dark", include_str!("../../../themes/contrast-dark.toml")),
    ("contrast-light", include_str!("../../../themes/contrast-light.toml")),
    ("cvd-dark", include_str!("../../../themes/cvd-dark.toml")),
    ("cvd-light", include_str!("../../../themes/cvd-light.toml")),
    ("catppuccin-mocha", include_str!("../../../themes/catppuccin-mocha.toml")),
    ("catppuccin-latte", include_str!("../../../themes/catppuccin-latte.toml")),
    ("gruvbox-dark", include_str!("../../../themes/gruvbox-dark.toml")),
    ("gruvbox-light", include_str!("../../../themes/gruvbox-light.toml")),
    ("tokyo-night", include_str!("../../../themes/tokyo-night.toml")),
    ("nord", include_str!("../../../themes/nord.toml")),
    ("dracula", include_str!("../../../themes/dracula.toml")),
    ("solarized-dark", include_str!("../../../themes/solarized-dark.toml")),
    ("solarized-light", include_str!("../../../themes/solarized-light.toml")),
    ("rose-pine", include_str!("../../../themes/rose-pine.toml")),
    ("ansi", include_str!("../../../themes/ansi.toml")),
    (MONO, include_str!("../../../themes/mono.toml")),
];

/// The default on a dark background.
pub const DARK: &str = "inflight-dark";
/// The default on a light background.
pub const LIGHT: &str = "inflight-light";
/// The theme without colour.
pub const MONO: &str = "mono";

/// The text of a bundled theme.
pub fn text(name: &str) -> Option<&'static str> {
    BUNDLED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// A bundled theme as a page for diagnostics; empty if there is none of that name.
pub(super) fn page(name: &str) -> SourceText {
    SourceText::new(name, text(name).unwrap_or_default())
}
