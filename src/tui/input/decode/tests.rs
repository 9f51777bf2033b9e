//! Tests of the decoder.

use proptest::prelude::{any, prop_assert, proptest};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Position;

use super::{Decoder, MAX_PASTE, PASTE_END};
use crate::tui::input::event::{Mouse, MouseAction, TerminalInput};
use crate::tui::theme::role::Variant;

const PASTE_START: &[u8] = b"\x1b[200~";

fn decoded(bytes: &[u8]) -> Vec<TerminalInput> {
    in_pieces(&[bytes])
}

/// Decodes pieces without a pause between them, then times out.
fn in_pieces(pieces: &[&[u8]]) -> Vec<TerminalInput> {
    let mut decoder = Decoder::default();
    let mut inputs = Vec::new();
    for piece in pieces {
        decoder.feed(piece, |input| inputs.push(input));
    }
    if decoder.timeout().is_some() {
        decoder.flush(|input| inputs.push(input));
    }
    assert_eq!(decoder.timeout(), None);
    inputs
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> TerminalInput {
    TerminalInput::Key(KeyEvent::new(code, modifiers))
}

#[test]
fn keys_of_every_family_are_known() {
    let (none, ctrl, alt) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT);
    let cases: [(&[u8], KeyCode, KeyModifiers); 29] = [
        (b"q", KeyCode::Char('q'), none),
        (b" ", KeyCode::Char(' '), none),
        ("ü".as_bytes(), KeyCode::Char('ü'), none),
        ("€".as_bytes(), KeyCode::Char('€'), none),
        (b"\r", KeyCode::Enter, none),
        (b"\t", KeyCode::Tab, none),
        (b"\x7f", KeyCode::Backspace, none),
        (b"\x08", KeyCode::Backspace, none),
        (b"\x03", KeyCode::Char('c'), ctrl),
        (b"\x1a", KeyCode::Char('z'), ctrl),
        (b"\x00", KeyCode::Char(' '), ctrl),
        (b"\x1b", KeyCode::Esc, none),
        (b"\x1bx", KeyCode::Char('x'), alt),
        (b"\x1b]", KeyCode::Char(']'), alt),
        (b"\x1b[A", KeyCode::Up, none),
        (b"\x1bOB", KeyCode::Down, none),
        (b"\x1b[1;5C", KeyCode::Right, ctrl),
        (b"\x1b[H", KeyCode::Home, none),
        (b"\x1b[4~", KeyCode::End, none),
        (b"\x1b[5~", KeyCode::PageUp, none),
        (b"\x1b[6;3~", KeyCode::PageDown, alt),
        (b"\x1b[3~", KeyCode::Delete, none),
        (b"\x1b[Z", KeyCode::BackTab, KeyModifiers::SHIFT),
        (b"\x1bOP", KeyCode::F(1), none),
        (b"\x1b[11~", KeyCode::F(1), none),
        (b"\x1b[[A", KeyCode::F(1), none),
        (b"\x1b[24~", KeyCode::F(12), none),
        (b"\x1b[97;5u", KeyCode::Char('a'), ctrl),
        (b"\x1b[13u", KeyCode::Enter, none),
    ];
    for (bytes, code, modifiers) in cases {
        assert_eq!(decoded(bytes), [key(code, modifiers)], "{}", bytes.escape_ascii());
        let split: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(in_pieces(&split), [key(code, modifiers)], "{} in pieces", bytes.escape_ascii());
    }
}

#[test]
fn keys_that_arrive_together_stay_apart() {
    let keys = decoded(b"a\x1b[Bq\x1b");
    let codes = [KeyCode::Char('a'), KeyCode::Down, KeyCode::Char('q'), KeyCode::Esc];
    assert_eq!(keys, codes.map(|code| key(code, KeyModifiers::NONE)));
}

#[test]
fn repeats_and_releases_are_decoded_if_the_terminal_sends_them() {
    let kinds: Vec<_> = decoded(b"\x1b[1;1:2B\x1b[1;1:3B").into_iter().collect();
    let event = |kind| TerminalInput::Key(KeyEvent::new_with_kind(KeyCode::Down, KeyModifiers::NONE, kind));
    assert_eq!(kinds, [event(KeyEventKind::Repeat), event(KeyEventKind::Release)]);
}

#[test]
fn an_answer_about_the_background_is_not_typing() {
    let answered = decoded(b"\x1b]11;rgb:ffff/fafa/f0f0\x07\x1b[?62;22cq");
    assert_eq!(
        answered,
        [TerminalInput::Background(Some(Variant::Light)), key(KeyCode::Char('q'), KeyModifiers::NONE)]
    );
    let dark = in_pieces(&[b"\x1b]11;rgb:14/16", b"/1b\x1b", b"\\"]);
    assert_eq!(dark, [TerminalInput::Background(Some(Variant::Dark))]);
    assert_eq!(decoded(b"\x1b[?1;2c"), [TerminalInput::Background(None)]);
    assert_eq!(decoded(b"\x1b]11;what?\x07\x1b]52;c;aGk=\x07"), []);
}

#[test]
fn clicks_and_wheel_turns_have_a_cell() {
    let does = |action, x, y| TerminalInput::Mouse(Mouse { action, at: Position { x, y } });
    let cases: [(&[u8], &[TerminalInput]); 12] = [
        (b"\x1b[<0;1;1M", &[does(MouseAction::Click, 0, 0)]),
        (b"\x1b[<0;120;40M\x1b[<0;120;40m", &[does(MouseAction::Click, 119, 39)]),
        (b"\x1b[<20;7;3M", &[does(MouseAction::Click, 6, 2)]),
        (b"\x1b[<64;7;3M", &[does(MouseAction::WheelUp, 6, 2)]),
        (b"\x1b[<65;7;65535M", &[does(MouseAction::WheelDown, 6, 65534)]),
        (b"\x1b[<2;7;3M\x1b[<35;7;3M\x1b[<66;7;3M", &[]),
        (b"\x1b[<0;0;3M\x1b[<0;7;0M", &[]),
        (b"\x1b[<0;7;65537M\x1b[<;;M\x1b[<0M\x1b[<M\x1b[<0;-1;3M", &[]),
        (b"\x1b[<0;7;3", &[]),
        (b"\x1b[Mq!q", &[]),
        (b"\x1b[M", &[]),
        (b"\x1b[Mq", &[]),
    ];
    for (bytes, wanted) in cases {
        assert_eq!(decoded(bytes), wanted, "{}", bytes.escape_ascii());
        let split: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(in_pieces(&split), wanted, "{} in pieces", bytes.escape_ascii());
    }
    let after = decoded(b"\x1b[Mq!qx\x1b[<0;1;1My");
    let key = |c| key(KeyCode::Char(c), KeyModifiers::NONE);
    assert_eq!(after, [key('x'), does(MouseAction::Click, 0, 0), key('y')]);
}

#[test]
fn a_paste_is_one_text_however_it_arrives() {
    let paste = [PASTE_START, "q\rü\x1b[A".as_bytes(), PASTE_END, b"x"].concat();
    let wanted = [TerminalInput::Paste("q\rü\x1b[A".into()), key(KeyCode::Char('x'), KeyModifiers::NONE)];
    for size in 1..paste.len() {
        let pieces: Vec<&[u8]> = paste.chunks(size).collect();
        assert_eq!(in_pieces(&pieces), wanted, "in pieces of {size}");
    }
}

#[test]
fn a_paste_without_end_ends_and_without_bound_is_cut() {
    let open = [PASTE_START, b"GET"].concat();
    assert_eq!(decoded(&open), [TerminalInput::Paste("GET".into())]);
    let long = [PASTE_START, &vec![b'a'; MAX_PASTE + 9], PASTE_END].concat();
    assert_eq!(decoded(&long), [TerminalInput::Paste("a".repeat(MAX_PASTE))]);
}

#[test]
fn an_endless_sequence_is_discarded() {
    let endless = [b"\x1b[".as_slice(), &[b'1'; 10_000], b"Hq"].concat();
    let pieces: Vec<&[u8]> = endless.chunks(1000).collect();
    let last = in_pieces(&pieces).pop();
    assert_eq!(last, Some(key(KeyCode::Char('q'), KeyModifiers::NONE)));
}

proptest! {
    #[test]
    fn no_bytes_make_the_decoder_panic_or_hang(pieces in proptest::collection::vec(any::<Vec<u8>>(), 0..8)) {
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        let _ = in_pieces(&pieces);
    }

    #[test]
    fn a_key_after_a_pause_is_always_decoded(noise: Vec<u8>) {
        let mut decoder = Decoder::default();
        decoder.feed(&noise, |_| {});
        decoder.flush(|_| {});
        let mut decoded = Vec::new();
        decoder.feed(b"q", |input| decoded.push(input));
        prop_assert!(decoded == [key(KeyCode::Char('q'), KeyModifiers::NONE)]);
    }
}
