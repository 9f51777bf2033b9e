//! Drawing: the right frame at any size, and no foreign control sequence on the terminal.

use crate::pty::terminal::Terminal;
use crate::pty::{folder, run_command, watch};

/// A text that would set the window's title and turn text red if it were not sanitized.
const CANARY: &str = "\x1b]0;canary\x07\x1b[31mCANARY\u{9b}7m";

/// A plan whose names, and whose server's answers, contain such control sequences.
fn hostile() -> String {
    let canary = CANARY.escape_unicode().to_string().replace("\\u{", "\\U").replace('}', "");
    // A TOML escape has eight digits.
    let canary = canary.split("\\U").skip(1).fold(String::new(), |text, code| format!("{text}\\U{code:0>8}"));
    format!(
        r#"
        name = "plan {canary}"
        upstream = {{}}
        [retry]
        attempts = 1
        [[endpoint]]
        name = "name {canary}"
        url = "practice://shop/hostile?id={{id}}"
        each = {{ id = ["{canary}", "b"] }}
        expect = {{ status = [201] }}
        [[endpoint]]
        name = "garbage"
        url = "practice://shop/garbage?as=status"
        "#
    )
}

#[test]
fn keys_and_resizes_end_in_the_right_frame_and_no_foreign_byte_acts() {
    let folder = folder(&hostile());
    let (mut terminal, modes) = watch(&folder, &format!("{} --report report.json", run_command()));
    terminal.wait_for("FINISHED");
    terminal.wait_for("␛[31mCANARY");
    for (columns, rows) in [(1, 1), (200, 60), (2, 50), (60, 12), (59, 12), (30, 5), (29, 5), (200, 1), (80, 24)] {
        terminal.resize(columns, rows);
    }
    terminal.wait_for("q quit");
    let pasted = format!("\x1b[200~{CANARY}\nsecond line\x1b[201~");
    for (keys, shows) in [
        ("t", "theme "),
        ("s", "sorted by name"),
        ("/", "enter keep"),
        ("zz", "no endpoint matches \"zz\""),
        ("\x1b", "2 / 2"),
        ("?", "by a tenth above"),
        ("j", "2 of"),
        ("k", "1 of"),
        ("?", "q quit"),
        ("/", "enter keep"),
        (&pasted, "/␛]0;canary"),
        ("\r", "filter /"),
    ] {
        terminal.send_keys(keys);
        terminal.wait_for(shows);
    }
    // The run is over, so a redraw without a remark must show the same frame.
    let first = whole_frame(&terminal);
    terminal.resize(20, 1);
    // One more frame for the previous size may arrive first.
    terminal.resize(120, 40);
    terminal.wait_until(&format!("the same frame:\n{first}"), |screen| screen.contents() == first);
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 1);
    terminal.assert_restored(&modes);
    terminal.wait_for("report.json");
    assert_nothing_foreign_acts(&String::from_utf8(terminal.bytes()).unwrap());
}

/// Makes the program draw a large frame, and waits for its last line.
#[track_caller]
fn whole_frame(terminal: &Terminal) -> String {
    terminal.resize(120, 40);
    terminal.wait_until("forty lines", |screen| {
        let text = screen.contents();
        text.contains("GOODPUT")
            && text.lines().nth(39).is_some_and(|keys| keys.contains("q quit  ") && keys.contains("filter /"))
    });
    terminal.text()
}

/// Asserts that the program itself sent every control sequence.
#[track_caller]
fn assert_nothing_foreign_acts(text: &str) {
    let (query, rest) = ("\x1b]11;?\x07", text.replace("\x1b]11;?\x07", ""));
    assert!(text.contains(query));
    assert!(!rest.contains(['\x07', '\u{9b}', '\u{9d}', '\u{90}']), "{rest:?}");
    let is_title = |after: &str| after.strip_prefix("]2;inflight ").is_some_and(|title| !title.contains("canary"));
    for after in rest.split('\x1b').skip(1) {
        // The program sends CSI sequences and the title, and colours no foreign text red.
        let is_ours = after.starts_with('[') || is_title(after) || after.starts_with('\\');
        assert!(is_ours && !after.starts_with("[31mCANARY"), "{after:?}");
    }
    let (saved, restored) = (text.find("\x1b[22;2t"), text.find("\x1b[23;2t"));
    assert!(saved.is_some() && saved < text.find("\x1b]2;") && text.rfind("\x1b]2;") < restored, "{text:?}");
}
