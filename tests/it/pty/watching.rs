//! A watched program on the screen: its state, its output, and its end.

use std::fs;

use tempfile::TempDir;

use crate::pty::terminal::{INFLIGHT, Terminal};

/// Watches a Python program in a terminal, if there is a Python.
fn watched(script: &str) -> Option<(TempDir, Terminal)> {
    if crate::watch::pythons().is_empty() {
        return None;
    }
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("app.py"), script).unwrap();
    let python = crate::watch::pythons().remove(0);
    let shell = format!("exec '{INFLIGHT}' watch --events run.jsonl -- '{}' app.py", python.display());
    let terminal = Terminal::run("sh", &["-c", &shell], folder.path(), &[]);
    Some((folder, terminal))
}

#[test]
fn the_screen_shows_a_program_and_ctrl_c_reaches_it() {
    let script = "import asyncio, sys
print('\\x1b[31mfirst\\x1b[0m', sys.stdout.isatty(), flush=True)
async def main():
    try:
        open('ready', 'w').close()
        await asyncio.sleep(600)
    finally:
        print('cleaned up')
try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit(7)
";
    let Some((folder, mut terminal)) = watched(script) else { return };
    terminal.wait_for("WATCHING");
    let ready = folder.path().join("ready");
    terminal.wait_until("the program at work", |_| ready.exists());
    assert!(!terminal.text().contains("first"), "{}", terminal.text());
    terminal.send_keys("\x03");
    assert_eq!(terminal.exit(), 7);
    // Its output comes when the screen is closed, and the summary after it.
    let text = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    let printed = text.find("\x1b[31mfirst\x1b[0m True").unwrap_or_else(|| panic!("{text}"));
    assert!(text[printed..].find("cleaned up").unwrap() < text[printed..].find("finished in").unwrap(), "{text}");
}

#[test]
fn the_line_of_a_finding_is_in_sight_on_a_small_terminal() {
    let script = "import asyncio, time
async def tick():
    for _ in range(200):
        await asyncio.sleep(0.005)
async def main():
    task = asyncio.ensure_future(tick())
    for _ in range(5):
        time.sleep(0.2)
        await asyncio.sleep(0.01)
    await task
asyncio.run(main())
";
    let Some((folder, mut terminal)) = watched(script) else { return };
    terminal.wait_for("loop stalled");
    terminal.wait_for("app.py:8");
    terminal.send_keys("i");
    terminal.wait_for("await asyncio.sleep");
    terminal.send_keys("i");
    terminal.wait_for("FINISHED");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    assert!(folder.path().join("run.jsonl").exists());
}

#[test]
fn output_has_a_view_of_its_own_and_is_printed_in_its_order_at_the_end() {
    let script = "import sys, time
for i in range(100):
    print('out', i)
    time.sleep(0.001)
    print('err', i, file=sys.stderr)
    time.sleep(0.001)
print('\\x1b]0;title\\x07last', end='')
";
    let Some((_folder, mut terminal)) = watched(script) else { return };
    terminal.wait_for("FINISHED");
    terminal.send_keys("8");
    terminal.wait_for("err 99");
    terminal.wait_for("last");
    terminal.send_keys("/rr 4\r");
    terminal.wait_for("19 of 201 lines");
    assert!(!terminal.text().contains("out 99"), "{}", terminal.text());
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    let bytes = terminal.bytes();
    let text = String::from_utf8_lossy(&bytes);
    let printed = text.rsplit("\x1b[?1049l").next().unwrap();
    let lines: Vec<&str> = printed.lines().map(str::trim).collect();
    let wanted: Vec<String> = (0..100).flat_map(|i| [format!("out {i}"), format!("err {i}")]).collect();
    let first = lines.iter().position(|line| line.ends_with("out 0")).unwrap();
    assert_eq!(lines[first + 1..first + 200], wanted[1..]);
    assert!(lines[first + 200].contains("\x1b]0;title\x07last"), "{:?}", lines[first + 200]);
}
