//! A decoder that turns bytes from a terminal into keys, pastes and answers.
//!
//! Pure: it reads nothing and waits for nothing. It keeps an incomplete sequence, and [`Decoder::timeout`]
//! returns how long to wait for the rest. crossterm's decoder is tied to its reading loop. It also decodes a
//! late answer about the background as keys: `rgb:…/…` would open the filter. Start at [`Decoder::feed`].

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Position;

use crate::tui::input::event::{Mouse, MouseAction, TerminalInput};
use crate::tui::theme::role::Variant;

/// How long to wait after ESC: a sequence arrives in one piece, and a lone ESC is the Escape key.
const ESCAPE_TIMEOUT: Duration = Duration::from_millis(25);
/// How long to wait for the rest of a paste or an answer: they may arrive in pieces over a slow line.
const SEQUENCE_TIMEOUT: Duration = Duration::from_secs(1);
/// Most bytes of a sequence; a longer one is discarded.
const MAX_SEQUENCE: usize = 4096;
/// Most bytes of a paste; the rest is cut off, because only filters are pasted here.
const MAX_PASTE: usize = 1 << 16;

const PASTE_END: &[u8] = b"\x1b[201~";

/// The decoder's state: bytes that are not decoded yet.
#[derive(Debug, Default)]
pub struct Decoder {
    pending: Vec<u8>,
    /// The text of a paste that has not ended.
    paste: Option<Vec<u8>>,
    /// Whether the terminal has reported its background.
    knows_background: bool,
}

/// The result of decoding the start of a buffer.
enum Decoded {
    /// The sequence is incomplete.
    Incomplete,
    /// A sequence of this length, with its meaning.
    Sequence(usize, Meaning),
}

/// The meaning of a sequence.
#[derive(Clone, Copy)]
enum Meaning {
    Nothing,
    Key(KeyEvent),
    Mouse(Mouse),
    PasteStarts,
    Background(Variant),
    /// The device attributes: every terminal answers this query, after the ones that only some answer.
    Attributes,
}

impl Decoder {
    /// Takes bytes as they arrive, and emits what they decode to.
    pub fn feed(&mut self, bytes: &[u8], mut emit: impl FnMut(TerminalInput)) {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        while !rest.is_empty() {
            if let Some(text) = self.paste.take() {
                rest = self.pasted(text, rest, &mut emit);
                if self.paste.is_some() {
                    break;
                }
                continue;
            }
            match decode(rest) {
                Decoded::Incomplete if rest.len() > MAX_SEQUENCE => rest = &[],
                Decoded::Incomplete => break,
                Decoded::Sequence(length, meaning) => {
                    self.emit(meaning, &mut emit);
                    rest = &rest[length..];
                }
            }
        }
        self.pending.extend_from_slice(rest);
    }

    /// How long to wait for the rest of an incomplete sequence; `None` if there is none.
    pub fn timeout(&self) -> Option<Duration> {
        match self.pending.as_slice() {
            [] if self.paste.is_none() => None,
            [0x1b] | [0x1b, _] if self.paste.is_none() => Some(ESCAPE_TIMEOUT),
            _ => Some(SEQUENCE_TIMEOUT),
        }
    }

    /// Ends an incomplete sequence after its timeout: emits what it looks like, or discards it.
    pub fn flush(&mut self, mut emit: impl FnMut(TerminalInput)) {
        if let Some(text) = self.paste.take() {
            self.pending.clear();
            emit(TerminalInput::Paste(String::from_utf8_lossy(&text).into_owned()));
            return;
        }
        match std::mem::take(&mut self.pending).as_slice() {
            [0x1b] => emit(TerminalInput::Key(KeyCode::Esc.into())),
            [0x1b, byte] => {
                let c = char::from(*byte);
                emit(TerminalInput::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT)));
            }
            _ => {}
        }
    }

    /// Appends to the paste, and returns the bytes after it.
    fn pasted<'b>(&mut self, mut text: Vec<u8>, bytes: &'b [u8], emit: &mut impl FnMut(TerminalInput)) -> &'b [u8] {
        if let Some(end) = bytes.windows(PASTE_END.len()).position(|window| window == PASTE_END) {
            append(&mut text, &bytes[..end]);
            emit(TerminalInput::Paste(String::from_utf8_lossy(&text).into_owned()));
            return &bytes[end + PASTE_END.len()..];
        }
        // The end marker may be split: keep what could be its start.
        let is_beginning = |n: &usize| bytes.ends_with(&PASTE_END[..*n]);
        let kept = (1..PASTE_END.len()).rev().find(is_beginning).unwrap_or(0);
        let (inside, left) = bytes.split_at(bytes.len() - kept);
        append(&mut text, inside);
        self.paste = Some(text);
        left
    }

    fn emit(&mut self, meaning: Meaning, emit: &mut impl FnMut(TerminalInput)) {
        match meaning {
            Meaning::Nothing => {}
            Meaning::Key(key) => emit(TerminalInput::Key(key)),
            Meaning::Mouse(mouse) => emit(TerminalInput::Mouse(mouse)),
            Meaning::PasteStarts => self.paste = Some(Vec::new()),
            Meaning::Background(variant) => {
                self.knows_background = true;
                emit(TerminalInput::Background(Some(variant)));
            }
            Meaning::Attributes if self.knows_background => {}
            Meaning::Attributes => emit(TerminalInput::Background(None)),
        }
    }
}

fn append(text: &mut Vec<u8>, bytes: &[u8]) {
    let room = MAX_PASTE.saturating_sub(text.len());
    text.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

/// Decodes the start of a buffer that is not empty.
fn decode(bytes: &[u8]) -> Decoded {
    match bytes {
        [0x1b] => Decoded::Incomplete,
        [0x1b, b'[', rest @ ..] => control_sequence(rest),
        [0x1b, b'O', rest @ ..] => match rest.first() {
            None => Decoded::Incomplete,
            // Enter on the number pad.
            Some(b'M') => Decoded::Sequence(3, Meaning::Key(KeyCode::Enter.into())),
            Some(last) => Decoded::Sequence(3, final_key(*last, KeyModifiers::NONE, KeyEventKind::Press)),
        },
        [0x1b, kind @ (b']' | b'P' | b'_' | b'^' | b'X'), rest @ ..] => answer(*kind, rest),
        [0x1b, 0x1b, ..] => Decoded::Sequence(1, Meaning::Key(KeyCode::Esc.into())),
        [0x1b, rest @ ..] => match plain(rest) {
            Decoded::Sequence(length, Meaning::Key(mut key)) => {
                key.modifiers |= KeyModifiers::ALT;
                Decoded::Sequence(1 + length, Meaning::Key(key))
            }
            Decoded::Sequence(length, meaning) => Decoded::Sequence(1 + length, meaning),
            Decoded::Incomplete => Decoded::Incomplete,
        },
        _ => plain(bytes),
    }
}

/// Decodes a character, or a key that is one byte.
fn plain(bytes: &[u8]) -> Decoded {
    let key = |code: KeyCode| Decoded::Sequence(1, Meaning::Key(code.into()));
    let ctrl = |c: u8| {
        let code = KeyCode::Char(char::from(c));
        Decoded::Sequence(1, Meaning::Key(KeyEvent::new(code, KeyModifiers::CONTROL)))
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
                _ => return Decoded::Sequence(1, Meaning::Nothing),
            };
            let is_open = bytes.len() < length && bytes[1..].iter().all(|byte| byte & 0xc0 == 0x80);
            match bytes.get(..length).map(std::str::from_utf8) {
                Some(Ok(text)) => match text.chars().next() {
                    Some(c) if !c.is_control() => Decoded::Sequence(length, Meaning::Key(KeyCode::Char(c).into())),
                    _ => Decoded::Sequence(length, Meaning::Nothing),
                },
                None if is_open => Decoded::Incomplete,
                Some(Err(_)) | None => Decoded::Sequence(1, Meaning::Nothing),
            }
        }
    }
}

/// Decodes the bytes after `ESC [`.
fn control_sequence(rest: &[u8]) -> Decoded {
    // The Linux console sends F1 to F5 with a second bracket.
    if let [b'[', after @ ..] = rest {
        return match after.first() {
            None => Decoded::Incomplete,
            Some(byte @ b'A'..=b'E') => Decoded::Sequence(4, Meaning::Key(KeyCode::F(byte - b'A' + 1).into())),
            Some(_) => Decoded::Sequence(3, Meaning::Nothing),
        };
    }
    // The old mouse protocol appends three bytes that look like keys.
    if let [b'M', after @ ..] = rest {
        return if after.len() < 3 { Decoded::Incomplete } else { Decoded::Sequence(6, Meaning::Nothing) };
    }
    let Some(end) = rest.iter().position(|byte| !(0x20..=0x3f).contains(byte)) else { return Decoded::Incomplete };
    let last = rest[end];
    if !(0x40..=0x7e).contains(&last) {
        // Another sequence starts here, so this one was cut short.
        return Decoded::Sequence(2 + end, Meaning::Nothing);
    }
    Decoded::Sequence(2 + end + 1, control_meaning(&rest[..end], last))
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
        // With a number this is a cursor position report; without one it would be F3.
        (b'R', Some(_)) => Meaning::Nothing,
        _ => final_key(last, modifiers, kind),
    }
}

/// Decodes a mouse report, `button;column;row`, followed by `M` for a press and `m` for a release.
fn mouse(report: &str, last: u8) -> Option<Meaning> {
    let mut fields = report.split(';').map(|field| field.parse::<u16>().ok());
    let (button, column, row) = (fields.next()??, fields.next()??, fields.next()??);
    let at = Position { x: column.checked_sub(1)?, y: row.checked_sub(1)? };
    // Ignore modifier keys.
    let action = match (button & !0b1_1100, last) {
        (0, b'M') => MouseAction::Click,
        (64, b'M') => MouseAction::WheelUp,
        (65, b'M') => MouseAction::WheelDown,
        _ => return None,
    };
    Some(Meaning::Mouse(Mouse { action, at }))
}

fn function(n: u32) -> KeyCode {
    KeyCode::F(u8::try_from(n).unwrap_or_default())
}

/// The key of a final byte after `ESC [` or `ESC O`.
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

/// Decodes an answer of the terminal: `ESC ]` or a similar start, up to BEL or `ESC \`.
fn answer(kind: u8, rest: &[u8]) -> Decoded {
    let Some(end) = rest.iter().position(|byte| matches!(byte, 0x07 | 0x1b)) else { return Decoded::Incomplete };
    let length = match rest[end..] {
        [0x07, ..] => 2 + end + 1,
        [0x1b] => return Decoded::Incomplete,
        [0x1b, b'\\', ..] => 2 + end + 2,
        // Another sequence starts here, so this one was cut short.
        _ => 2 + end,
    };
    let background = std::str::from_utf8(&rest[..end])
        .ok()
        .filter(|_| kind == b']')
        .and_then(|text| text.strip_prefix("11;"))
        .and_then(lightness)
        .map(|light| if light > 0.5 { Variant::Light } else { Variant::Dark });
    Decoded::Sequence(length, background.map_or(Meaning::Nothing, Meaning::Background))
}

/// The lightness of `rgb:RRRR/GGGG/BBBB`, from 0 to 1.
fn lightness(color: &str) -> Option<f64> {
    let channels = color.strip_prefix("rgb:").or_else(|| color.strip_prefix("rgba:"))?;
    let mut parts = channels.split('/').map(|part| {
        let max = match part.len() {
            1..=4 => f64::from((1u32 << (4 * part.len())) - 1),
            _ => return None,
        };
        Some(f64::from(u32::from_str_radix(part, 16).ok()?) / max)
    });
    let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
    // The square approximates the gamma curve well enough to distinguish dark from light.
    Some((0.2126 * red.powi(2) + 0.7152 * green.powi(2) + 0.0722 * blue.powi(2)).sqrt())
}

#[cfg(test)]
mod tests;
