//! Colours: how theme files write them, and the nearest colour in terminals that show fewer.
//!
//! It knows no roles. Start at [`parse`] and [`nearest`].

use ratatui::style::Color;

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: bold, dim and reversed only.
    Mono,
    /// The 16 ANSI colours, which users often customize.
    Ansi16,
    /// The 256 of xterm.
    Indexed256,
    /// All colours.
    True,
}

/// The 16 ANSI colours in terminal order, with xterm's values.
const ANSI: [(&str, Color, [u8; 3]); 16] = [
    ("black", Color::Black, [0, 0, 0]),
    ("red", Color::Red, [205, 0, 0]),
    ("green", Color::Green, [0, 205, 0]),
    ("yellow", Color::Yellow, [205, 205, 0]),
    ("blue", Color::Blue, [0, 0, 238]),
    ("magenta", Color::Magenta, [205, 0, 205]),
    ("cyan", Color::Cyan, [0, 205, 205]),
    ("gray", Color::Gray, [229, 229, 229]),
    ("dark-gray", Color::DarkGray, [127, 127, 127]),
    ("light-red", Color::LightRed, [255, 0, 0]),
    ("light-green", Color::LightGreen, [0, 255, 0]),
    ("light-yellow", Color::LightYellow, [255, 255, 0]),
    ("light-blue", Color::LightBlue, [92, 92, 255]),
    ("light-magenta", Color::LightMagenta, [255, 0, 255]),
    ("light-cyan", Color::LightCyan, [0, 255, 255]),
    ("white", Color::White, [255, 255, 255]),
];

/// The steps of each channel in the 256-colour cube.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Parses a colour of a theme file: `#rrggbb`, `0` to `255`, an ANSI name or `reset`.
pub(super) fn parse(text: &str) -> Option<Color> {
    if let Some(hex) = text.strip_prefix('#') {
        let is_hex = hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u32::from_str_radix(hex, 16).ok().filter(|_| is_hex)?;
        let [_, red, green, blue] = value.to_be_bytes();
        return Some(Color::Rgb(red, green, blue));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Color::Indexed);
    }
    ansi(text)
}

/// The colour with this ANSI name, or `reset`.
pub(super) fn ansi(name: &str) -> Option<Color> {
    if name == "reset" {
        return Some(Color::Reset);
    }
    ANSI.iter().find(|(known, ..)| *known == name).map(|(_, color, _)| *color)
}

/// The number of an ANSI colour.
pub(super) fn ansi_index(color: Color) -> Option<usize> {
    ANSI.iter().position(|(_, known, _)| *known == color)
}

/// The name of an ANSI colour.
pub(super) fn name(color: Color) -> Option<&'static str> {
    ANSI.iter().find(|(_, known, _)| *known == color).map(|(name, ..)| *name)
}

/// The names that [`ansi`] knows, for suggestions.
pub(super) fn ansi_names<'a>() -> impl Iterator<Item = &'a str> {
    ANSI.iter().map(|(name, ..)| *name).chain(["reset"])
}

/// The nearest colour at this depth; `None` without colour.
pub(super) fn nearest(color: Color, depth: Depth) -> Option<Color> {
    match (depth, color) {
        (Depth::Mono, _) => None,
        (Depth::Indexed256, Color::Rgb(red, green, blue)) => Some(nearest_indexed([red, green, blue])),
        (Depth::Ansi16, Color::Rgb(red, green, blue)) => Some(nearest_ansi([red, green, blue])),
        (Depth::Ansi16, Color::Indexed(index)) => Some(match ANSI.get(usize::from(index)) {
            Some((_, color, _)) => *color,
            None => nearest_ansi(indexed_rgb(index)),
        }),
        _ => Some(color),
    }
}

/// The nearest of the 16 ANSI colours. Users customize them, so this is a guess: an explicit `ansi` in the
/// theme is better.
fn nearest_ansi(rgb: [u8; 3]) -> Color {
    ANSI.iter()
        .min_by(|(.., a), (.., b)| distance(*a, rgb).total_cmp(&distance(*b, rgb)))
        .map_or(Color::Reset, |(_, color, _)| *color)
}

/// The nearest colour of the cube and the greys; the first 16 are excluded because users customize them.
fn nearest_indexed(rgb: [u8; 3]) -> Color {
    (16..=255u8)
        .min_by(|a, b| distance(indexed_rgb(*a), rgb).total_cmp(&distance(indexed_rgb(*b), rgb)))
        .map_or(Color::Reset, Color::Indexed)
}

/// The RGB value of a colour in xterm; `None` for the terminal's default.
pub fn rgb(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Reset => None,
        Color::Rgb(red, green, blue) => Some([red, green, blue]),
        Color::Indexed(index) => Some(indexed_rgb(index)),
        named => ANSI.iter().find(|(_, known, _)| *known == named).map(|(.., rgb)| *rgb),
    }
}

/// The RGB value of an indexed colour.
fn indexed_rgb(index: u8) -> [u8; 3] {
    match index {
        0..=15 => ANSI[usize::from(index)].2,
        16..=231 => {
            let place = usize::from(index - 16);
            [CUBE[place / 36], CUBE[place / 6 % 6], CUBE[place % 6]]
        }
        232..=255 => [8 + 10 * (index - 232); 3],
    }
}

/// The squared distance of two colours in Oklab.
fn distance(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (oklab(a), oklab(b));
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// Oklab coordinates: lightness and two opponent hues. The matrices are Björn Ottosson's.
fn oklab(rgb: [u8; 3]) -> [f64; 3] {
    let [red, green, blue] = rgb.map(linear);
    let cones = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ]
    .map(|[r, g, b]: [f64; 3]| (r * red + g * green + b * blue).cbrt());
    [
        [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
    ]
    .map(|[l, m, s]: [f64; 3]| l * cones[0] + m * cones[1] + s * cones[2])
}

/// An sRGB channel as linear light.
pub(super) fn linear(channel: u8) -> f64 {
    let value = f64::from(channel) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::{Depth, nearest, parse};

    #[test]
    fn a_colour_is_hexadecimal_a_number_or_a_name() {
        assert_eq!(parse("#14161b"), Some(Color::Rgb(0x14, 0x16, 0x1b)));
        assert_eq!(parse("117"), Some(Color::Indexed(117)));
        assert_eq!(parse("light-red"), Some(Color::LightRed));
        assert_eq!(parse("reset"), Some(Color::Reset));
        for wrong in ["", "#123", "#12345g", "#+12345", "256", "crimson", "-1"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_lower_depth_takes_the_nearest_colour() {
        assert_eq!(nearest(Color::Rgb(255, 0, 0), Depth::Indexed256), Some(Color::Indexed(196)));
        assert_eq!(nearest(Color::Rgb(250, 10, 10), Depth::Ansi16), Some(Color::LightRed));
        assert_eq!(nearest(Color::Indexed(2), Depth::Ansi16), Some(Color::Green));
        assert_eq!(nearest(Color::Rgb(1, 2, 3), Depth::True), Some(Color::Rgb(1, 2, 3)));
        assert_eq!(nearest(Color::Red, Depth::Mono), None);
    }
}
