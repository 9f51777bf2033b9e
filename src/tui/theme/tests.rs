//! Tests of the themes: contrast, distance between statuses, and no colour if colour is off.
//!
//! The limits come from WCAG 2.2 and from this project.

use ratatui::style::{Color, Modifier, Style};

use super::bundled::{self, BUNDLED, MONO};
use super::color::Depth;
use super::glyphs::Charset;
use super::measure::{self, MIN_DISTANCE};
use super::role::{Role, Status};
use super::theme_file::ThemeFile;
use super::{Capabilities, Theme};
use crate::text::diagnostics::Mistakes;

const TRUE: Capabilities = Capabilities { depth: Depth::True, charset: Charset::Unicode };

#[test]
fn every_bundled_theme_defines_every_role() {
    for (name, _) in BUNDLED {
        let mut mistakes = Vec::new();
        let file = ThemeFile::read(&bundled::page(name), &mut mistakes);
        assert_eq!(mistakes, [], "{name}");
        assert_eq!(file.name, name);
        for role in Role::ALL {
            let is_defined = file.roles.contains_key(&role) || role.fallback().is_some();
            assert!(is_defined, "{name} leaves `{}` to the built-in theme", role.name());
        }
        assert!(file.series.is_some() && file.heat.is_some(), "{name}");
        assert!(Theme::bundled(name, TRUE).is_some(), "{name}");
    }
}

#[test]
fn pairs_refer_to_each_other() {
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
fn the_theme_key_visits_every_theme_and_starts_again() {
    let mut name = Theme::after("a theme of my own");
    let mut visited = vec![name];
    while visited.len() < Theme::names().count() {
        name = Theme::after(name);
        visited.push(name);
    }
    assert!(Theme::names().eq(visited));
    assert_eq!(Theme::after(name), Theme::names().next().unwrap());
}

#[test]
fn every_theme_names_its_origin() {
    for (name, text) in BUNDLED {
        let head: Vec<&str> = text.lines().take_while(|line| line.starts_with("# ")).collect();
        assert!(!head.is_empty(), "{name}");
        let is_ours = ["inflight", "contrast", "cvd"].iter().any(|ours| name.starts_with(ours));
        let has_origin = ["(github.com/", "licence "].iter().all(|word| head.concat().contains(word));
        assert!(is_ours || [MONO, "ansi"].contains(&name) || has_origin, "{name}: {head:?}");
    }
}

#[test]
fn text_and_statuses_have_enough_contrast() {
    for theme in colored() {
        let is_strict = theme.name().starts_with("inflight") || theme.name().starts_with("contrast");
        for role in Role::ALL {
            for background in [Role::Bg, Role::Surface, Role::Selection] {
                assert_contrast(&theme, role, background, measure::min_contrast(role, background).unwrap_or(0.0));
            }
            let is_text = measure::min_contrast(role, Role::Bg) >= Some(4.5);
            if is_strict && role == Role::Text {
                assert_contrast(&theme, role, Role::Surface, 7.0);
            }
            if is_text && (is_strict && role == Role::Text || theme.name().starts_with("contrast")) {
                assert_contrast(&theme, role, Role::Bg, 7.0);
            }
        }
    }
}

#[test]
fn statuses_of_our_own_themes_differ_for_every_kind_of_colour_vision() {
    let is_ours = |theme: &Theme| ["inflight", "contrast", "cvd"].iter().any(|ours| theme.name().starts_with(ours));
    for theme in colored().filter(is_ours) {
        let (far, a, b) = measure::closest_states(&theme).unwrap();
        assert!(far >= MIN_DISTANCE, "{}: `{}` and `{}` are {far:.1} apart", theme.name(), a.name(), b.name());
    }
}

#[test]
fn the_contrast_matches_other_tools() {
    let theme = bundled("inflight-dark", Depth::True);
    let text = measure::contrast(&theme, Role::Text, Role::Bg).unwrap();
    assert!((text - 12.9).abs() < 0.1, "{text}");
    assert_eq!(measure::contrast(&bundled("ansi", Depth::True), Role::Text, Role::Bg), None);
}

#[test]
fn more_heat_has_more_contrast() {
    for theme in colored() {
        let steps: Vec<f64> = (0..).map_while(|step| measure::prominence(&theme, step)).collect();
        assert_eq!(steps.len(), theme.heat().len(), "{}", theme.name());
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
fn in_16_colours_statuses_differ_and_nothing_essential_is_invisible() {
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
        for background in [Role::Bg, Role::Surface, Role::Selection] {
            assert!(matches!(theme.style(background).bg, None | Some(Color::Reset)), "{name}");
        }
        for scale in [theme.heat(), &theme.series] {
            let colors: Vec<_> = scale.iter().map(|step| step.fg).collect();
            assert!((1..colors.len()).all(|i| !colors[..i].contains(&colors[i])), "{name}: {colors:?}");
        }
    }
}

#[test]
fn a_theme_of_three_lines_is_complete() {
    let theme = read("[meta]\nname = \"mine\"\n[status]\nlimited = \"#ff0000\"\nok = { add = [\"bold\"] }").unwrap();
    let red = Style::new().fg(Color::Rgb(255, 0, 0));
    assert_eq!(theme.style(Status::Limited), red);
    assert_eq!(theme.style(Status::Retrying), red);
    assert_eq!(theme.style(Status::Ok), Style::new().add_modifier(Modifier::BOLD));
    assert_eq!(theme.style(Status::Failed), bundled("inflight-dark", Depth::True).style(Status::Failed));
}

#[test]
fn a_palette_recolours_the_roles_of_the_parent() {
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
fn mistakes_have_a_place_and_a_suggestion() {
    let head = "[meta]\nname = \"mine\"\n";
    let cases = [
        ("[status]\nlimitd = \"red\"", "unknown role `limitd` in theme", 4, "^^^^^^ did you mean `limited`?"),
        ("[staus]", "unknown table `staus` in theme", 3, "^^^^^ did you mean `status`?"),
        (
            "[ui]\ntext = \"crimsn\"\n[palette]\ncrimson = 3",
            "unknown colour `crimsn`",
            4,
            "^^^^^^^^ did you mean `crimson`?",
        ),
        ("[ui]\ntext = { foo = 3 }", "unknown key `foo` in theme", 4, "^^^"),
        ("[ui]\ntext = { fg = \"1\", ansi = \"gren\" }", "unknown colour `gren`", 4, "^^^^^^ did you mean `green`?"),
        ("[chart]\nheat = []", "`heat` is empty", 4, "^^ write a list of colours"),
        ("[glyphs]\nok = \"✅\"", "`ok` is not a glyph", 4, "^^^^ write one character that is one column wide"),
        ("[glyphs]\nOK = \"v\"", "unknown glyph `OK` in theme", 4, "^^ did you mean `ok`?"),
        ("[palette]\ninkk = 256", "`inkk` is not a colour", 4, "^^^ write a number from 0 to 255"),
        (
            "[ui]\ntext = { fg = \"1\", add = [\"loud\"] }",
            "`add` is not a list of modifiers",
            4,
            "write a list of `bold`, `dim`, `italic`, `underlined` and `reversed`",
        ),
        ("[ui]\ntext = 3 4", "not TOML: ", 4, "^^^"),
        ("status = 1", "unknown key `status` in theme", 3, "^^^^^^"),
        ("variant = \"dusk\"", "`variant` is not a variant", 3, "^^^^^^ write `dark` or `light`"),
    ];
    for (text, message, line, caret) in cases {
        let drawn = read(&format!("{head}{text}")).expect_err(text).render(false, 100);
        assert!(drawn.starts_with(&format!("error: {message}")), "{drawn}");
        assert!(drawn.contains(&format!("  mine.toml:{line}:")), "{drawn}");
        assert!(drawn.lines().any(|drawn| drawn.ends_with(&format!(" {caret}"))), "{caret}: {drawn}");
    }
}

#[test]
fn all_mistakes_of_a_file_are_reported_at_once() {
    let text = "[meta]\nname = 3\n[ui]\ntext = \"nix\"\ntxt = 1\n[status]\nok = {}\nfailed = \"#12\"\n[glyph]\n";
    let mistakes = read(text).unwrap_err();
    assert_eq!(mistakes.list().len(), 5, "{}", mistakes.render(false, 100));
}

#[test]
fn parents_that_do_not_exist_or_never_end_are_errors() {
    let parent = |name: &str| format!("[meta]\nname = \"mine\"\nparent = \"{name}\"");
    let error = read(&parent("nrod")).unwrap_err().render(false, 100);
    assert!(error.starts_with("error: unknown parent `nrod`\n\n  mine.toml:3:10"), "{error}");
    assert!(error.contains("did you mean `nord`?"), "{error}");
    let error = Theme::read(&parent("mine"), "mine.toml", TRUE, &|_| Some(parent("mine"))).unwrap_err();
    assert_eq!(error.to_string(), "parent `mine` leads back to itself");
    assert!(read("[ui]").unwrap_err().to_string().contains("theme has no name"));
}

fn read(text: &str) -> Result<Theme, Mistakes> {
    Theme::read(text, "mine.toml", TRUE, &|_| None)
}

#[track_caller]
fn bundled(name: &str, depth: Depth) -> Theme {
    Theme::bundled(name, Capabilities { depth, charset: Charset::Unicode }).unwrap()
}

/// The themes whose colours are known, not left to the terminal.
fn colored() -> impl Iterator<Item = Theme> {
    Theme::names().filter(|name| !["ansi", MONO].contains(name)).map(|name| bundled(name, Depth::True))
}

fn statuses() -> impl Iterator<Item = Role> {
    Status::ALL.into_iter().map(Role::from)
}

#[track_caller]
fn assert_contrast(theme: &Theme, role: Role, background: Role, least: f64) {
    let ratio = measure::contrast(theme, role, background).unwrap_or(f64::INFINITY);
    let name = theme.name();
    assert!(ratio >= least, "{name}: `{}` on `{}` has {ratio:.2}, wants {least}", role.name(), background.name());
}
