//! Measurements of a theme: contrast, and the distance between statuses for every kind of colour vision.
//!
//! The limits come from WCAG 2.2 and this project. Start at [`table`], [`contrast`] and [`closest_states`].

use std::fmt::Write;

use ratatui::style::Color;

use crate::text::sanitize::sanitize;
use crate::tui::theme::Theme;
use crate::tui::theme::color::{self, linear};
use crate::tui::theme::role::{Role, Status};

/// Statuses that must not be confused.
pub const STATES: [Role; 5] = [Role::Ok, Role::Slow, Role::Limited, Role::Failed, Role::Running];
/// The minimum distance between two of [`STATES`] in this project's own themes.
pub const MIN_DISTANCE: f64 = 8.0;

/// The backgrounds of text, and their names in the table.
const BACKGROUNDS: [(Role, &str); 3] =
    [(Role::Bg, "screen"), (Role::Surface, "popups"), (Role::Selection, "selection")];

/// A table of contrasts, the two closest statuses, and a warning for each limit that is missed.
pub fn table(theme: &Theme) -> String {
    let mut text = format!("{:<14}{:>9}{:>11}{:>13}\n", "contrast on", "screen", "popups", "selection");
    let mut warnings = String::new();
    for role in Role::ALL.into_iter().filter(|role| !role.is_background()) {
        let mut line = format!("{:<14}", role.name());
        for ((background, place), width) in BACKGROUNDS.into_iter().zip([9, 11, 13]) {
            let measured = contrast(theme, role, background);
            let number = measured.map_or("-".to_owned(), |ratio| format!("{ratio:.1}"));
            let _ = write!(line, "{number:>width$}");
            if let (Some(ratio), Some(wanted)) = (measured, min_contrast(role, background))
                && ratio < wanted
            {
                let name = role.name();
                let _ = writeln!(
                    warnings,
                    "warning: `{name}` on {place} has a contrast of {ratio:.1}; {wanted} is readable"
                );
            }
        }
        let _ = writeln!(text, "{line}");
    }
    match closest_states(theme) {
        Some((far, a, b)) => {
            let (a, b) = (a.name(), b.name());
            let _ = writeln!(text, "\nclosest states for any colour vision: `{a}` and `{b}`, {far:.1} apart");
            if far < MIN_DISTANCE {
                let _ = writeln!(
                    warnings,
                    "warning: `{a}` and `{b}` are hard to distinguish for some users; only their marks differ"
                );
            }
        }
        None => text.push_str("\n- : the terminal decides\n"),
    }
    for (a, b, mark) in equal_marks(theme) {
        let _ = writeln!(warnings, "warning: `{a}` and `{b}` have the same mark `{}`", sanitize(mark));
    }
    let gap = if warnings.is_empty() { "" } else { "\n" };
    format!("{text}{gap}{warnings}")
}

/// Statuses and parts of a bar with equal marks, so that only colour distinguishes them.
fn equal_marks(theme: &Theme) -> Vec<(&'static str, &'static str, &str)> {
    // Three statuses share the mark for waiting; the screen shows in words what they wait for.
    let is_waiting = |status: &Status| matches!(status, Status::Retrying | Status::Paused);
    let states = Status::ALL.into_iter().filter(|status| !is_waiting(status));
    let states: Vec<_> = states.map(|status| (Role::from(status).name(), theme.glyph(status))).collect();
    let glyphs = &theme.glyphs;
    let bar = [("bar_full", &*glyphs.bar_full), ("bar_live", &*glyphs.bar_live), ("bar_rest", &*glyphs.bar_rest)];
    let mut alike = Vec::new();
    for marks in [states.as_slice(), &bar] {
        for (i, (a, mark)) in marks.iter().enumerate() {
            alike.extend(marks[i + 1..].iter().filter(|(_, other)| other == mark).map(|(b, _)| (*a, *b, *mark)));
        }
    }
    alike
}

/// The WCAG contrast ratio of a role and its background; `None` if the terminal decides the colours.
pub fn contrast(theme: &Theme, role: Role, background: Role) -> Option<f64> {
    let (fore, back) = (light(theme.style(role).fg)?, light(theme.style(background).bg)?);
    Some(ratio(fore, back))
}

/// The minimum contrast of a role on a background; `None` if there is no minimum.
pub fn min_contrast(role: Role, background: Role) -> Option<f64> {
    let is_on_screen = background == Role::Bg;
    match role {
        Role::Bg | Role::Surface | Role::Selection | Role::Border | Role::BarRest | Role::Marker => None,
        Role::TextFaint | Role::BorderFocus | Role::Bar | Role::Axis => is_on_screen.then_some(3.0),
        Role::Text
        | Role::TextDim
        | Role::Title
        | Role::Key
        | Role::Accent
        | Role::Queued
        | Role::Running
        | Role::Ok
        | Role::Slow
        | Role::Retrying
        | Role::Limited
        | Role::Failed
        | Role::Timeout
        | Role::Cancelled
        | Role::Paused
        | Role::Down => Some(4.5),
    }
}

/// The two of [`STATES`] that are closest for some kind of colour vision, and their CIEDE2000 distance;
/// `None` if the terminal decides the colours.
pub fn closest_states(theme: &Theme) -> Option<(f64, Role, Role)> {
    let mut closest: Option<(f64, Role, Role)> = None;
    for vision in VISIONS {
        for (i, a) in STATES.into_iter().enumerate() {
            for b in STATES.into_iter().skip(i + 1) {
                let far = difference(perceived(theme, a, vision)?, perceived(theme, b, vision)?);
                if closest.is_none_or(|(least, ..)| far < least) {
                    closest = Some((far, a, b));
                }
            }
        }
    }
    closest
}

/// The contrast between a step of intensity and the screen.
pub fn prominence(theme: &Theme, step: usize) -> Option<f64> {
    Some(ratio(light(theme.heat().get(step)?.fg)?, light(theme.style(Role::Bg).bg)?))
}

/// A colour as linear light; `None` if the terminal decides the colour.
fn light(color: Option<Color>) -> Option<[f64; 3]> {
    match color? {
        known @ (Color::Rgb(..) | Color::Indexed(16..)) => color::rgb(known).map(|rgb| rgb.map(linear)),
        _ => None,
    }
}

/// The WCAG contrast ratio.
fn ratio(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [a, b] = [a, b].map(|[red, green, blue]| 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
    a.max(b) / a.min(b)
}

type Matrix = [[f64; 3]; 3];

/// Full vision and its three kinds of dichromacy, after Machado and others (2009).
const VISIONS: [Matrix; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
];

/// The CIELAB coordinates of a role's colour for this kind of colour vision.
fn perceived(theme: &Theme, role: Role, vision: Matrix) -> Option<[f64; 3]> {
    let [red, green, blue] = light(theme.style(role).fg)?;
    let [red, green, blue] = vision.map(|[r, g, b]| (r * red + g * green + b * blue).clamp(0.0, 1.0));
    let [x, y, z] = [
        (0.412_456 * red + 0.357_576 * green + 0.180_438 * blue) / 0.950_47,
        0.212_673 * red + 0.715_152 * green + 0.072_175 * blue,
        (0.019_334 * red + 0.119_192 * green + 0.950_304 * blue) / 1.088_83,
    ]
    .map(|t: f64| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 });
    Some([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)])
}

/// CIEDE2000.
fn difference([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
    let grey = 1.5 - 0.5 * seventh(f64::midpoint(a1.hypot(b1), a2.hypot(b2)));
    let [(c1, h1), (c2, h2)] = [(a1 * grey, b1), (a2 * grey, b2)]
        .map(|(a, b): (f64, f64)| (a.hypot(b), b.atan2(a).to_degrees().rem_euclid(360.0)));
    let turn = match h2 - h1 {
        _ if c1 * c2 == 0.0 => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let (l, c, h) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2), h1 + turn / 2.0);
    let wave = |times: f64, shift: f64| (times * h + shift).to_radians().cos();
    let t = 1.0 - 0.17 * wave(1.0, -30.0) + 0.24 * wave(2.0, 0.0) + 0.32 * wave(3.0, 6.0) - 0.2 * wave(4.0, -63.0);
    let off = (l - 50.0).powi(2);
    let dl = (l2 - l1) / (1.0 + 0.015 * off / (20.0 + off).sqrt());
    let dc = (c2 - c1) / (1.0 + 0.045 * c);
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin() / (1.0 + 0.015 * c * t);
    let blue = 30.0 * (-((h.rem_euclid(360.0) - 275.0) / 25.0).powi(2)).exp();
    let rotation = -2.0 * seventh(c) * (2.0 * blue).to_radians().sin();
    (dl.powi(2) + dc.powi(2) + dh.powi(2) + rotation * dc * dh).sqrt()
}

#[cfg(test)]
mod tests {
    use super::{difference, table};
    use crate::tui::theme::color::Depth;
    use crate::tui::theme::glyphs::Charset;
    use crate::tui::theme::{Capabilities, Theme};

    #[test]
    fn the_distance_matches_the_reference_data() {
        // From the reference data of Sharma, Wu and Dalal (2005).
        let pairs = [
            ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
            ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
            ([50.0, 2.5, 0.0], [50.0, 0.0, -2.5], 4.3065),
        ];
        for (a, b, far) in pairs {
            assert!((difference(a, b) - far).abs() < 0.000_1, "{}", difference(a, b));
        }
    }

    #[test]
    fn low_contrast_and_equal_marks_give_warnings() {
        let capabilities = Capabilities { depth: Depth::True, charset: Charset::Unicode };
        let good = Theme::bundled("inflight-dark", capabilities).unwrap();
        assert!(!table(&good).contains("warning"), "{}", table(&good));
        let text = "[meta]\nname = \"x\"\n[ui]\ntext = \"#333333\"\n[status]\nok = \"#f05975\"\n[glyphs]\nok = \"×\"";
        let report = table(&Theme::read(text, "x", capabilities, &|_| None).unwrap());
        assert!(report.contains("warning: `text` on screen has a contrast of 1.4; 4.5 is readable"), "{report}");
        assert!(
            report
                .contains("warning: `ok` and `failed` are hard to distinguish for some users; only their marks differ"),
            "{report}"
        );
    }
}
