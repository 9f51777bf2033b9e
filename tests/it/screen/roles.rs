//! A theme for tests whose colours encode roles, so that a snapshot shows the role of every cell.
//!
//! Start at [`theme`] and [`letter`].

use std::fmt::Write;

use inflight::tui::theme::color::Depth;
use inflight::tui::theme::glyphs::Charset;
use inflight::tui::theme::role::Role;
use inflight::tui::theme::{Capabilities, Theme};
use ratatui::buffer::Cell;
use ratatui::style::Color;

/// The letter of a role. On the selected row it is upper case.
fn letter_of(role: Role) -> char {
    match role {
        Role::Bg => ' ',
        Role::Surface => '.',
        Role::Text => 't',
        Role::TextDim => 'd',
        Role::TextFaint => 'f',
        Role::Border => 'b',
        Role::BorderFocus => 'o',
        Role::Title => 'h',
        Role::Key => 'k',
        Role::Selection => '_',
        Role::Accent => 'a',
        Role::Queued => 'q',
        Role::Running => 'r',
        Role::Ok => 'y',
        Role::Slow => 's',
        Role::Retrying => 'e',
        Role::Limited => 'l',
        Role::Failed => 'x',
        Role::Timeout => 'm',
        Role::Cancelled => 'c',
        Role::Paused => 'p',
        Role::Down => 'v',
        Role::Bar => 'g',
        Role::BarRest => 'n',
        Role::Axis => 'i',
        Role::Marker => 'w',
    }
}

/// The number of steps of intensity.
const HEAT: u32 = 5;

/// The number of curves with a colour of their own.
const SERIES: u32 = 4;

/// A theme in which every role has its own colour, with the marks of `charset`.
pub fn theme(charset: Charset) -> Theme {
    let mut text = "[meta]\nname = \"roles\"\nvariant = \"dark\"\n".to_owned();
    let mut section = "";
    for (i, role) in Role::ALL.into_iter().enumerate() {
        let of = if role < Role::Queued {
            "[ui]\n"
        } else if role < Role::Bar {
            "[status]\n"
        } else {
            "[chart]\n"
        };
        if of != section {
            section = of;
            text.push_str(of);
        }
        let part = if is_backbackground(role) { "bg" } else { "fg" };
        writeln!(text, "{} = {{ {part} = \"#{:06x}\" }}", role.name(), number(i)).unwrap();
    }
    let steps: Vec<String> = (0..HEAT).map(|step| format!("\"#{:06x}\"", 0x20_0000 + step)).collect();
    writeln!(text, "heat = [{}]", steps.join(", ")).unwrap();
    let curves: Vec<String> = (0..SERIES).map(|curve| format!("\"#{:06x}\"", 0x30_0000 + curve)).collect();
    writeln!(text, "series = [{}]", curves.join(", ")).unwrap();
    Theme::read(&text, "roles", Capabilities { depth: Depth::True, charset }, &|_| None).unwrap()
}

/// The letter of a cell's role; for a blank cell, of its backbackground.
pub fn letter(cell: &Cell) -> char {
    let background = role(cell.bg).unwrap_or(Role::Bg);
    if cell.symbol().trim().is_empty() {
        return letter_of(background);
    }
    let letter = role(cell.fg).map(letter_of).or_else(|| heat(cell.fg)).unwrap_or('?');
    if background == Role::Selection { letter.to_ascii_uppercase() } else { letter }
}

/// The names of the roles whose letters are in a grid.
pub fn legend(grid: &str) -> String {
    let used = |role: &Role| {
        let letter = letter_of(*role);
        !letter.is_whitespace() && grid.contains([letter, letter.to_ascii_uppercase()])
    };
    let words: Vec<String> = Role::ALL
        .iter()
        .filter(|role| used(role))
        .map(|role| format!("{} {}", letter_of(*role), role.name()))
        .collect();
    let heat = grid.contains(['1', '2', '3', '4', '5']).then(|| "1 to 5 heat".to_owned());
    let series = grid.contains(['6', '7', '8', '9']).then(|| "6 to 9 series".to_owned());
    words.into_iter().chain(heat).chain(series).collect::<Vec<_>>().join(", ")
}

fn is_backbackground(role: Role) -> bool {
    matches!(role, Role::Bg | Role::Surface | Role::Selection)
}

/// The colour that encodes a role.
fn number(role: usize) -> u32 {
    0x10_0000 + u32::try_from(role).unwrap()
}

/// The digit of a step of intensity, from 1, or of a curve, after them.
fn heat(color: Color) -> Option<char> {
    match color {
        Color::Rgb(0x20, 0, n) => char::from_digit(u32::from(n) + 1, 10),
        Color::Rgb(0x30, 0, n) => char::from_digit(u32::from(n) + 1 + HEAT, 10),
        _ => None,
    }
}

fn role(color: Color) -> Option<Role> {
    let Color::Rgb(0x10, 0, n) = color else { return None };
    Role::ALL.get(usize::from(n)).copied()
}

#[test]
fn every_role_has_a_letter_of_its_own() {
    let letters: std::collections::BTreeSet<char> = Role::ALL.into_iter().map(letter_of).collect();
    assert_eq!(letters.len(), Role::ALL.len());
}
