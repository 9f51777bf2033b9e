//! Bytes from a terminal, turned into keys, pastes and answers.
//!
//! Pure: it reads nothing and waits for nothing; what is incomplete is kept, and [`Decoder::patience`]
//! says how long that makes sense. crossterm has a decoder too, but one that cannot be had without
//! its reading loop, and which types a late answer about the background as keys: `rgb:…/…` would open
//! the filter. Start at [`Decoder::feed`].

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Position;

use crate::tui::input::{Deed, Input, Mouse};
use crate::tui::theme::role::Variant;

/// A key that starts with ESC arrives in one piece; a lone ESC is the key of that name.
const ESCAPE_PATIENCE: Duration = Duration::from_millis(25);
/// Pastes and answers may come in pieces over a slow line.
const SEQUENCE_PATIENCE: Duration = Duration::from_secs(1);
/// More than this in one sequence is no sequence.
const LONGEST_SEQUENCE: usize = 4096;
/// More than this in one paste is cut: what is pasted here is a filter.
const LONGEST_PASTE: usize = 1 << 16;

const PASTE_END: &[u8] = b"\x1b[201~";

/// What has arrived and is not yet understood.
#[derive(Debug, Default)]
pub struct Decoder {
    pending: Vec<u8>,
    /// The text of a paste whose end has not arrived.
    paste: Option<Vec<u8>>,
    /// Whether the terminal has told its background.
    knows_ground: bool,
}

/// What the first bytes of a buffer are.
enum Step {
    /// Incomplete.
    More,
    /// So many bytes that mean this.
    Took(usize, Meaning),
}

/// What a sequence means.
#[derive(Clone, Copy)]
enum Meaning {
    Nothing,
    Key(KeyEvent),
    Mouse(Mouse),
    PasteStarts,
    Ground(Variant),
    /// The answer that every terminal gives, after those that only some give.
    Attributes,
}

impl Decoder {
    /// Takes bytes as they arrive, and says what has become clear.
    pub fn feed(&mut self, bytes: &[u8], mut say: impl FnMut(Input)) {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        while !rest.is_empty() {
            if let Some(text) = self.paste.take() {
                rest = self.pasted(text, rest, &mut say);
                if self.paste.is_some() {
                    break;
                }
                continue;
            }
            match step(rest) {
                Step::More if rest.len() > LONGEST_SEQUENCE => rest = &[],
                Step::More => break,
                Step::Took(length, meaning) => {
                    self.say(meaning, &mut say);
                    rest = &rest[length..];
                }
            }
        }
        self.pending.extend_from_slice(rest);
    }

    /// How long to wait for the rest of what has arrived; nothing if nothing is open.
    pub fn patience(&self) -> Option<Duration> {
        match self.pending.as_slice() {
            [] if self.paste.is_none() => None,
            [0x1b] | [0x1b, _] if self.paste.is_none() => Some(ESCAPE_PATIENCE),
            _ => Some(SEQUENCE_PATIENCE),
        }
    }

    /// Patience is over: what is open is what it looks like, or nothing.
    pub fn settle(&mut self, mut say: impl FnMut(Input)) {
        if let Some(text) = self.paste.take() {
            self.pending.clear();
            say(Input::Paste(String::from_utf8_lossy(&text).into_owned()));
            return;
        }
        match std::mem::take(&mut self.pending).as_slice() {
            [0x1b] => say(Input::Key(KeyCode::Esc.into())),
            [0x1b, byte] => {
                let c = char::from(*byte);
                say(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT)));
            }
            _ => {}
        }
    }

    /// Adds what belongs to the paste and gives what is left.
    fn pasted<'b>(&mut self, mut text: Vec<u8>, bytes: &'b [u8], say: &mut impl FnMut(Input)) -> &'b [u8] {
        if let Some(end) = bytes.windows(PASTE_END.len()).position(|window| window == PASTE_END) {
            append(&mut text, &bytes[..end]);
            say(Input::Paste(String::from_utf8_lossy(&text).into_owned()));
            return &bytes[end + PASTE_END.len()..];
        }
        // The end may be split: what could be its beginning is left for later.
        let is_beginning = |n: &usize| bytes.ends_with(&PASTE_END[..*n]);
        let kept = (1..PASTE_END.len()).rev().find(is_beginning).unwrap_or(0);
        let (inside, left) = bytes.split_at(bytes.len() - kept);
        append(&mut text, inside);
        self.paste = Some(text);
        left
    }

    fn say(&mut self, meaning: Meaning, say: &mut impl FnMut(Input)) {
        match meaning {
            Meaning::Nothing => {}
            Meaning::Key(key) => say(Input::Key(key)),
            Meaning::Mouse(mouse) => say(Input::Mouse(mouse)),
            Meaning::PasteStarts => self.paste = Some(Vec::new()),
            Meaning::Ground(variant) => {
                self.knows_ground = true;
                say(Input::Ground(Some(variant)));
            }
            Meaning::Attributes if self.knows_ground => {}
            Meaning::Attributes => say(Input::Ground(None)),
        }
    }
}

fn append(text: &mut Vec<u8>, bytes: &[u8]) {
    let room = LONGEST_PASTE.saturating_sub(text.len());
    text.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

/// What a buffer that is not empty begins with.
fn step(bytes: &[u8]) -> Step {
    match bytes {
        [0x1b] => Step::More,
        [0x1b, b'[', rest @ ..] => control_sequence(rest),
        [0x1b, b'O', rest @ ..] => match rest.first() {
            None => Step::More,
            // The number pad's.
            Some(b'M') => Step::Took(3, Meaning::Key(KeyCode::Enter.into())),
            Some(last) => Step::Took(3, final_key(*last, KeyModifiers::NONE, KeyEventKind::Press)),
        },
        [0x1b, kind @ (b']' | b'P' | b'_' | b'^' | b'X'), rest @ ..] => answer(*kind, rest),
        [0x1b, 0x1b, ..] => Step::Took(1, Meaning::Key(KeyCode::Esc.into())),
        [0x1b, rest @ ..] => match plain(rest) {
            Step::Took(length, Meaning::Key(mut key)) => {
                key.modifiers |= KeyModifiers::ALT;
                Step::Took(1 + length, Meaning::Key(key))
            }
            Step::Took(length, meaning) => Step::Took(1 + length, meaning),
            Step::More => Step::More,
        },
        _ => plain(bytes),
    }
}

/// A character, or a key that is one byte.
fn plain(bytes: &[u8]) -> Step {
    let key = |code: KeyCode| Step::Took(1, Meaning::Key(code.into()));
    let ctrl = |c: u8| {
        let code = KeyCode::Char(char::from(c));
        Step::Took(1, Meaning::Key(KeyEvent::new(code, KeyModifiers::CONTROL)))
    };
    match bytes.first().copied().unwrap_or_default() {
        b'\r' => key(KeyCode::Enter),
        b'\t' => key(KeyCode::Tab),
        0x08 | 0x7f => key(KeyCode::Backspace),
        0x00 => ctrl(b' '),
        byte @ 0x01..=0x1a => ctrl(byte - 1 + b'a'),
        byte @ 0x1c..=0x1f => ctrl(byte - 0x1c + b'4'),
        byte @ b' '..=b'~' => key(KeyCode::Char(char::from(byte))),
        lead => {
            let length = match lead {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => return Step::Took(1, Meaning::Nothing),
            };
            let is_open = bytes.len() < length && bytes[1..].iter().all(|byte| byte & 0xc0 == 0x80);
            match bytes.get(..length).map(std::str::from_utf8) {
                Some(Ok(text)) => match text.chars().next() {
                    Some(c) if !c.is_control() => Step::Took(length, Meaning::Key(KeyCode::Char(c).into())),
                    _ => Step::Took(length, Meaning::Nothing),
                },
                None if is_open => Step::More,
                Some(Err(_)) | None => Step::Took(1, Meaning::Nothing),
            }
        }
    }
}

/// `ESC [` and what follows.
fn control_sequence(rest: &[u8]) -> Step {
    // The Linux console says F1 to F5 with a second bracket.
    if let [b'[', after @ ..] = rest {
        return match after.first() {
            None => Step::More,
            Some(byte @ b'A'..=b'E') => Step::Took(4, Meaning::Key(KeyCode::F(byte - b'A' + 1).into())),
            Some(_) => Step::Took(3, Meaning::Nothing),
        };
    }
    // Where the mouse speaks the old way, three bytes follow that look like keys.
    if let [b'M', after @ ..] = rest {
        return if after.len() < 3 { Step::More } else { Step::Took(6, Meaning::Nothing) };
    }
    let Some(end) = rest.iter().position(|byte| !(0x20..=0x3f).contains(byte)) else { return Step::More };
    let last = rest[end];
    if !(0x40..=0x7e).contains(&last) {
        // Cut short by something that starts anew.
        return Step::Took(2 + end, Meaning::Nothing);
    }
    Step::Took(2 + end + 1, control_meaning(&rest[..end], last))
}

fn control_meaning(params: &[u8], last: u8) -> Meaning {
    if last == b'c' && params.starts_with(b"?") {
        return Meaning::Attributes;
    }
    let text = std::str::from_utf8(params).unwrap_or_default();
    if let Some(report) = text.strip_prefix('<') {
        return mouse(report, last).unwrap_or(Meaning::Nothing);
    }
    let mut fields = text.split(';').map(|field| field.split(':').map(|part| part.parse::<u32>().ok()));
    let number = fields.next().and_then(|mut parts| parts.next()?);
    let mut second = fields.next().into_iter().flatten();
    let held = second.next().flatten().unwrap_or(1).saturating_sub(1);
    let kind = match second.next().flatten() {
        Some(2) => KeyEventKind::Repeat,
        Some(3) => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    };
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, held & 1 != 0);
    modifiers.set(KeyModifiers::ALT, held & 2 != 0);
    modifiers.set(KeyModifiers::CONTROL, held & 4 != 0);
    let key = |code| Meaning::Key(KeyEvent::new_with_kind(code, modifiers, kind));
    match (last, number) {
        (b'~', Some(1 | 7)) => key(KeyCode::Home),
        (b'~', Some(2)) => key(KeyCode::Insert),
        (b'~', Some(3)) => key(KeyCode::Delete),
        (b'~', Some(4 | 8)) => key(KeyCode::End),
        (b'~', Some(5)) => key(KeyCode::PageUp),
        (b'~', Some(6)) => key(KeyCode::PageDown),
        (b'~', Some(n @ 11..=15)) => key(function(n - 10)),
        (b'~', Some(n @ 17..=21)) => key(function(n - 11)),
        (b'~', Some(n @ 23..=24)) => key(function(n - 12)),
        (b'~', Some(200)) => Meaning::PasteStarts,
        (b'u', Some(n)) => match n {
            13 => key(KeyCode::Enter),
            9 => key(KeyCode::Tab),
            27 => key(KeyCode::Esc),
            127 => key(KeyCode::Backspace),
            n => match char::from_u32(n) {
                Some(c) if !c.is_control() => key(KeyCode::Char(c)),
                _ => Meaning::Nothing,
            },
        },
        // Without a number it would be F3, with one it is a report of the cursor's place.
        (b'R', Some(_)) => Meaning::Nothing,
        _ => final_key(last, modifiers, kind),
    }
}

/// A report of the mouse, `button;column;row`: with `M` for down and `m` for up.
fn mouse(report: &str, last: u8) -> Option<Meaning> {
    let mut fields = report.split(';').map(|field| field.parse::<u16>().ok());
    let (button, column, row) = (fields.next()??, fields.next()??, fields.next()??);
    let at = Position { x: column.checked_sub(1)?, y: row.checked_sub(1)? };
    // Whatever else is held down.
    let deed = match (button & !0b1_1100, last) {
        (0, b'M') => Deed::Click,
        (64, b'M') => Deed::WheelUp,
        (65, b'M') => Deed::WheelDown,
        _ => return None,
    };
    Some(Meaning::Mouse(Mouse { deed, at }))
}

fn function(n: u32) -> KeyCode {
    KeyCode::F(u8::try_from(n).unwrap_or_default())
}

/// The key that a last byte names, after `ESC [` or `ESC O`.
fn final_key(last: u8, modifiers: KeyModifiers, kind: KeyEventKind) -> Meaning {
    let code = match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        b'Z' => KeyCode::BackTab,
        _ => return Meaning::Nothing,
    };
    let shift = if code == KeyCode::BackTab { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    Meaning::Key(KeyEvent::new_with_kind(code, modifiers | shift, kind))
}

/// `ESC ]` and its kin, up to BEL or `ESC \`: an answer of the terminal.
fn answer(kind: u8, rest: &[u8]) -> Step {
    let Some(end) = rest.iter().position(|byte| matches!(byte, 0x07 | 0x1b)) else { return Step::More };
    let length = match rest[end..] {
        [0x07, ..] => 2 + end + 1,
        [0x1b] => return Step::More,
        [0x1b, b'\\', ..] => 2 + end + 2,
        // Cut short by something that starts anew.
        _ => 2 + end,
    };
    let ground = std::str::from_utf8(&rest[..end])
        .ok()
        .filter(|_| kind == b']')
        .and_then(|text| text.strip_prefix("11;"))
        .and_then(lightness)
        .map(|light| if light > 0.5 { Variant::Light } else { Variant::Dark });
    Step::Took(length, ground.map_or(Meaning::Nothing, Meaning::Ground))
}

/// How light `rgb:RRRR/GGGG/BBBB` looks, from 0 to 1.
fn lightness(color: &str) -> Option<f64> {
    let channels = color.strip_prefix("rgb:").or_else(|| color.strip_prefix("rgba:"))?;
    let mut parts = channels.split('/').map(|part| {
        let most = match part.len() {
            1..=4 => f64::from((1u32 << (4 * part.len())) - 1),
            _ => return None,
        };
        Some(f64::from(u32::from_str_radix(part, 16).ok()?) / most)
    });
    let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
    // The square is near enough to the curve of a screen to tell dark from light.
    Some((0.2126 * red.powi(2) + 0.7152 * green.powi(2) + 0.0722 * blue.powi(2)).sqrt())
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
