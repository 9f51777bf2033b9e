//! The lab's screen in a real terminal: lanes race, keys turn them, and three lines stay.

use crate::pty::terminal::INFLIGHT;
use crate::pty::{folder, watch};

#[test]
fn a_race_is_held_and_taken_up_and_leaves_its_result_on_the_normal_screen() {
    let (mut terminal, modes) =
        watch(&folder(""), &format!("exec '{INFLIGHT}' demo convoy --requests 10 --delay 400ms"));
    terminal.wait_for("RACING");
    terminal.send_keys(" ");
    terminal.wait_for("PAUSED");
    terminal.send_keys(" ");
    terminal.wait_for("FINISHED");
    terminal.wait_for("B against A");
    terminal.send_keys("i");
    terminal.wait_for("Elsewhere");
    terminal.send_keys("\x1b");
    terminal.wait_for("R restart");
    // The next mistake begins at once.
    terminal.send_keys("n");
    terminal.wait_for("a blocking HTTP client in async tasks");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
    terminal.assert_restored(&modes);
    terminal.wait_for("A task must not wait with its thread");
}

#[test]
fn whoever_interrupts_a_race_gets_the_terminal_back() {
    let (mut terminal, modes) = watch(&folder(""), &format!("exec '{INFLIGHT}' demo race --delay 10s"));
    terminal.wait_for("RACING");
    terminal.send_keys("\x03");
    assert_eq!(terminal.exit(), 130);
    terminal.assert_restored(&modes);
}
