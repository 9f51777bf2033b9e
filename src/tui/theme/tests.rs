//! What every bundled theme promises: contrast, distance between states, and no colour where none
//! was asked for. Limits are those of WCAG 2.2 and of `themes/`.

use ratatui::style::{Color, Modifier, Style};

use super::bundled::{BUNDLED, MONO};
use super::color::{Depth, linear};
use super::glyphs::Charset;
use super::role::{Role, Status, Variant};
use super::sheet::Sheet;
use super::{Look, Theme};

const TRUE: Look = Look { depth: Depth::True, charset: Charset::Unicode };

#[test]
fn every_bundled_theme_says_every_role_itself() {
    for (name, text) in BUNDLED {
        let sheet = Sheet::read(text, name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(sheet.name, name);
        for role in Role::ALL {
            let said = sheet.roles.contains_key(&role) || role.fallback().is_some();
            assert!(said, "{name} leaves `{}` to the built-in theme", role.name());
        }
        assert!(sheet.series.is_some() && sheet.heat.is_some(), "{name}");
        assert!(Theme::bundled(name, TRUE).is_some(), "{name}");
    }
}

#[test]
fn a_pair_is_a_pair_in_both_directions() {
    for name in Theme::names() {
        let theme = bundled(name, Depth::True);
        if let Some(pair) = theme.pair() {
            let pair = bundled(pair, Depth::True);
            assert_eq!(pair.pair(), Some(name));
            assert_ne!(pair.variant(), theme.variant());
        }
    }
}

#[test]
fn going_through_the_themes_visits_each_and_comes_back() {
    let mut name = Theme::after("a theme of my own");
    let mut seen = vec![name];
    while seen.len() < Theme::names().count() {
        name = Theme::after(name);
        seen.push(name);
    }
    assert!(Theme::names().eq(seen));
    assert_eq!(Theme::after(name), Theme::names().next().unwrap());
}

#[test]
fn text_and_states_can_be_read() {
    for theme in colored() {
        let is_strict = !theme.name().starts_with("cvd");
        let is_contrast = theme.name().starts_with("contrast");
        for ground in [Role::Bg, Role::Surface] {
            assert_contrast(&theme, Role::Text, ground, if is_strict { 7.0 } else { 4.5 });
        }
        for role in [Role::TextDim, Role::Key, Role::Title, Role::Accent].into_iter().chain(statuses()) {
            for ground in [Role::Bg, Role::Surface, Role::Selection] {
                assert_contrast(&theme, role, ground, 4.5);
            }
            if is_contrast {
                assert_contrast(&theme, role, Role::Bg, 7.0);
            }
        }
        for role in [Role::TextFaint, Role::BorderFocus, Role::Bar, Role::Axis] {
            assert_contrast(&theme, role, Role::Bg, 3.0);
        }
    }
}

#[test]
fn states_can_be_told_apart_by_every_kind_of_colour_vision() {
    let roles = [Role::Ok, Role::Slow, Role::Limited, Role::Failed, Role::Running];
    for theme in colored() {
        for vision in VISIONS {
            for (i, a) in roles.into_iter().enumerate() {
                for b in roles.into_iter().skip(i + 1) {
                    let far = difference(seen(&theme, a, vision), seen(&theme, b, vision));
                    let name = theme.name();
                    assert!(far >= 8.0, "{name}: `{}` and `{}` are {far:.1} apart", a.name(), b.name());
                }
            }
        }
    }
}

#[test]
fn more_heat_stands_out_more() {
    for theme in colored() {
        let ground = rgb(theme.style(Role::Bg).bg);
        let steps: Vec<f64> = theme.heat().iter().map(|step| contrast(rgb(step.fg), ground)).collect();
        assert!(steps.is_sorted_by(|a, b| a < b), "{}: {steps:?}", theme.name());
    }
}

#[test]
fn without_colour_no_theme_has_colour() {
    for name in Theme::names() {
        let theme = bundled(name, Depth::Mono);
        let styles = Role::ALL.map(|role| theme.style(role));
        for style in styles.iter().chain(theme.heat()).chain(&theme.series) {
            assert_eq!((style.fg, style.bg), (None, None), "{name}");
        }
        assert_eq!(styles, Role::ALL.map(|role| bundled(MONO, Depth::True).style(role)), "{name}");
    }
}

#[test]
fn ansi_keeps_the_terminals_own_background() {
    let theme = bundled("ansi", Depth::True);
    assert_eq!(theme.style(Role::Bg).bg, Some(Color::Reset));
    assert_eq!(theme.style(Role::Selection).bg, None);
}

#[test]
fn in_16_colours_states_stay_apart_and_nothing_essential_can_vanish() {
    for name in Theme::names().filter(|name| *name != MONO) {
        let theme = bundled(name, Depth::Ansi16);
        let [ok, failed, limited] = [Role::Ok, Role::Failed, Role::Limited].map(|role| theme.style(role).fg);
        assert!(ok != failed && failed != limited && ok != limited, "{name}");
        let essential = [Role::Text, Role::TextDim, Role::Title, Role::Key, Role::Accent, Role::Bar];
        for role in essential.into_iter().chain(statuses()) {
            let fg = theme.style(role).fg;
            let vanishes = [Color::Black, Color::White, Color::DarkGray].map(Some).contains(&fg);
            assert!(!vanishes, "{name}: `{}` is {fg:?}", role.name());
        }
        for ground in [Role::Bg, Role::Surface, Role::Selection] {
            assert!(matches!(theme.style(ground).bg, None | Some(Color::Reset)), "{name}");
        }
    }
}

#[test]
fn a_theme_of_three_lines_is_whole() {
    let theme = read("[meta]\nname = \"mine\"\n[status]\nlimited = \"#ff0000\"\nok = { add = [\"bold\"] }").unwrap();
    let red = Style::new().fg(Color::Rgb(255, 0, 0));
    assert_eq!(theme.style(Status::Limited), red);
    assert_eq!(theme.style(Status::Retrying), red);
    assert_eq!(theme.style(Status::Ok), Style::new().add_modifier(Modifier::BOLD));
    assert_eq!(theme.style(Status::Failed), bundled("inflight-dark", Depth::True).style(Status::Failed));
}

#[test]
fn a_child_recolours_its_parents_roles_by_the_palette() {
    let text = "[meta]\nname = \"mine\"\nparent = \"inflight-light\"\nvariant = \"light\"\n\
                [palette]\nink = \"#000000\"\n[glyphs]\nok = \"v\"";
    let theme = read(text).unwrap();
    assert_eq!(theme.style(Role::Text).fg, Some(Color::Rgb(0, 0, 0)));
    assert_eq!(theme.style(Role::TextDim), bundled("inflight-light", Depth::True).style(Role::TextDim));
    assert_eq!(theme.glyph(Status::Ok), "v");
}

#[test]
fn a_users_theme_can_be_a_parent() {
    let text = "[meta]\nname = \"mine\"\nparent = \"dusk\"";
    let dusk = "[meta]\nname = \"dusk\"\n[ui]\naccent = \"cyan\"";
    let find = |name: &str| (name == "dusk").then(|| dusk.to_owned());
    let theme = Theme::read(text, "mine.toml", TRUE, &find).unwrap();
    assert_eq!(theme.style(Role::Accent).fg, Some(Color::Cyan));
    assert_eq!(theme.style(Role::Key).fg, Some(Color::Cyan));
}

#[test]
fn errors_name_the_line_and_the_way_out() {
    let head = "[meta]\nname = \"mine\"\n";
    let cases = [
        ("[status]\nlimitd = \"red\"", "line 4 names an unknown role `limitd`", "did you mean `limited`?"),
        ("[staus]", "line 3 names an unknown table `staus`", "did you mean `[status]`?"),
        (
            "[ui]\ntext = \"crimsn\"\n[palette]\ncrimson = 3",
            "line 4 names an unknown colour `crimsn`",
            "did you mean `crimson`?",
        ),
        ("[ui]\ntext = { foo = 3 }", "line 4 names an unknown part of a style `foo`", ""),
        (
            "[ui]\ntext = { fg = \"ink\", ansi = \"gren\" }",
            "line 4 names an unknown colour `gren`",
            "did you mean `green`?",
        ),
        ("[chart]\nheat = []", "line 4 gives `heat` a value that is not a list of colours", ""),
        ("[glyphs]\nok = \"✅\"", "line 4 gives `ok` a value that is not one character, one column wide", ""),
        ("[glyphs]\nOK = \"v\"", "line 4 names an unknown glyph `OK`", ""),
        ("[palette]\ninkk = 256", "line 4 gives `inkk` a value that is not a colour", ""),
        ("[ui]\ntext = 3 4", "line 4 is not TOML", ""),
        ("status = 1", "line 3 names an unknown key `status`", ""),
    ];
    for (text, message, hint) in cases {
        let error = read(&format!("{head}{text}")).expect_err(text);
        assert!(error.to_string().starts_with(&format!("cannot read theme `mine.toml`: {message}")), "{error}");
        assert!(hint.is_empty() || error.hint().as_deref() == Some(hint), "{error}: {:?}", error.hint());
    }
}

#[test]
fn parents_that_do_not_exist_or_never_end_are_errors() {
    let parent = |name: &str| format!("[meta]\nname = \"mine\"\nparent = \"{name}\"");
    let error = read(&parent("dusk")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read theme `mine.toml`: line 3 names an unknown parent `dusk`");
    let error = Theme::read(&parent("mine"), "mine.toml", TRUE, &|name| Some(parent(name))).unwrap_err();
    assert!(error.to_string().ends_with("names a parent `mine` that leads back to itself"), "{error}");
    assert!(read("[ui]").is_err());
}

fn read(text: &str) -> Result<Theme, super::error::ThemeError> {
    Theme::read(text, "mine.toml", TRUE, &|_| None)
}

#[track_caller]
fn bundled(name: &str, depth: Depth) -> Theme {
    Theme::bundled(name, Look { depth, charset: Charset::Unicode }).unwrap()
}

/// The themes whose colours are known, not left to the terminal.
fn colored() -> impl Iterator<Item = Theme> {
    Theme::names().filter(|name| !["ansi", MONO].contains(name)).map(|name| bundled(name, Depth::True))
}

fn statuses() -> impl Iterator<Item = Role> {
    Status::ALL.into_iter().map(Role::from)
}

#[track_caller]
fn assert_contrast(theme: &Theme, role: Role, ground: Role, least: f64) {
    let ratio = contrast(rgb(theme.style(role).fg), rgb(theme.style(ground).bg));
    let (name, variant) = (theme.name(), theme.variant());
    assert!(matches!(variant, Variant::Dark | Variant::Light));
    assert!(ratio >= least, "{name}: `{}` on `{}` has {ratio:.2}, wants {least}", role.name(), ground.name());
}

#[track_caller]
fn rgb(color: Option<Color>) -> [f64; 3] {
    let Some(Color::Rgb(red, green, blue)) = color else { panic!("{color:?} is not known") };
    [red, green, blue].map(linear)
}

/// Contrast ratio of WCAG.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
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

/// CIELAB coordinates of a role's colour as such an eye sees it.
fn seen(theme: &Theme, role: Role, vision: Matrix) -> [f64; 3] {
    let [red, green, blue] = rgb(theme.style(role).fg);
    let [red, green, blue] = vision.map(|[r, g, b]| (r * red + g * green + b * blue).clamp(0.0, 1.0));
    let [x, y, z] = [
        (0.412_456 * red + 0.357_576 * green + 0.180_438 * blue) / 0.950_47,
        0.212_673 * red + 0.715_152 * green + 0.072_175 * blue,
        (0.019_334 * red + 0.119_192 * green + 0.950_304 * blue) / 1.088_83,
    ]
    .map(|t: f64| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
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
