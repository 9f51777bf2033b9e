//! The live loop without a terminal: a script wakes it, and a screen in memory keeps its frames.
//!
//! Time is the script's: it moves only while the loop waits. Start at [`TestSession::play`].

mod privacy;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use tokio::sync::mpsc;

use crate::app::appearance::Appearance;
use crate::app::live::run_view::RunView;
use crate::app::live::script::{Clock, Script, ScriptStep, ScriptedRun, ctrl_c, gone, key, mouse};
use crate::app::live::watched::{ViewClock, Watched};
use crate::app::live::{Live, ScreenExit};
use crate::app::stop::Stop;
use crate::app::wakeups::Wakeup;
use crate::config::settings::Settings;
use crate::control::{Abilities, Command};
use crate::event::reasons::RunEnd;
use crate::event::{Event, Fact};
use crate::plan::Expect;
use crate::pump::{Follow, Pump};
use crate::source::pool::run_time::RunTime;
use crate::tui::detect::Environment;
use crate::tui::input::event::{MouseAction, TerminalInput};
use crate::tui::notice::Notify;
use crate::tui::terminal::memory_screen::{MemoryScreen, position_of};

/// A run under way, and the loop's environment.
struct TestSession {
    events: Option<mpsc::Sender<Event>>,
    _pump: Pump,
    follow: Follow,
    appearance: Appearance,
    leaves_at_end: bool,
}

/// The result of a session.
struct Played {
    exit: ScreenExit,
    picture: Option<Vec<String>>,
    frames: Vec<(u64, String)>,
    commands: Vec<Command>,
    n_redraws: u32,
    notices: String,
}

impl TestSession {
    /// A run that has just started, drawn at 20 frames a second at most.
    fn new() -> Self {
        let (events, facts) = mpsc::channel(16);
        let pump = Pump::start(facts, None).unwrap();
        let follow = pump.follow();
        let environment = Environment { fps: Some(20), ..Environment::default() };
        let mut appearance = Appearance::with_settings(Settings::default(), &environment).unwrap();
        appearance.has_mouse = true;
        let run = ScriptedRun { events: Some(events), follow };
        run.send(Fact::RunStarted {
            name: "scripted".into(),
            limit: Some(4),
            jobs: Some(9),
            insecure: false,
            times: None,
        });
        let ScriptedRun { events, follow } = run;
        Self { events, _pump: pump, follow, appearance, leaves_at_end: false }
    }

    /// Plays a script of steps, each with its time in milliseconds; the last step has to end the loop.
    fn play(mut self, steps: Vec<(u64, ScriptStep)>) -> Played {
        let clock: Clock = Rc::new(Cell::new(Instant::now()));
        let start = clock.get();
        let mut screen = MemoryScreen::new(&clock);
        let run = ScriptedRun { events: self.events.take(), follow: self.follow.clone() };
        let mut script = Script::new(&clock, &screen.state, steps, Some(run));
        let (commands, mut sent) = mpsc::unbounded_channel();
        let mut stop = Stop::new(commands);
        let time = RunTime::since(start);
        let watched = Watched {
            expect: Expect::default(),
            follow: &self.follow,
            clock: ViewClock::Live(&time),
            leaves_at_end: self.leaves_at_end,
            exits: self.appearance.exits,
            can: Abilities::FULL,
            recording: None,
        };
        let mut view = RunView::new(watched, &mut stop, &self.appearance);
        let (exit, picture) =
            Live::new(&mut view, &mut screen, &mut self.appearance, start).run_loop(&mut script).unwrap();
        let commands = std::iter::from_fn(|| sent.try_recv().ok()).collect();
        let picture = picture.map(|picture| crate::tui::picture::lines(&picture));
        Played {
            exit,
            picture,
            frames: screen.frames,
            commands,
            n_redraws: screen.n_redraws,
            notices: String::from_utf8(screen.notices).unwrap(),
        }
    }
}

impl Played {
    /// When frames were drawn, in milliseconds.
    fn times(&self) -> Vec<u64> {
        self.frames.iter().map(|(at, _)| *at).collect()
    }

    /// When the first and the last frame with this text were drawn.
    #[track_caller]
    fn shows(&self, text: &str) -> (u64, u64) {
        let mut at = self.frames.iter().filter(|(_, frame)| frame.contains(text)).map(|(at, _)| *at);
        let first = at.next().unwrap_or_else(|| panic!("no frame shows `{text}`:\n{}", self.frames[0].1));
        (first, at.next_back().unwrap_or(first))
    }
}

/// The heading of the help.
const HELP: &str = "Keys ─";
const ENDED: Fact = Fact::RunEnded { how: RunEnd::Finished };

#[test]
fn a_key_is_answered_by_a_frame_at_once() {
    let played = TestSession::new().play(vec![(310, key('?')), (900, key('?')), (1_200, gone())]);
    let (first, last) = played.shows(HELP);
    assert!((310..=360).contains(&first) && (800..=900).contains(&last), "{first} {last}");
    assert_eq!(played.exit, ScreenExit::TerminalGone);
}

#[test]
fn the_screen_closes_at_the_end_where_another_program_waits_for_the_result() {
    let session = TestSession { leaves_at_end: true, ..TestSession::new() };
    let played = session.play(vec![(200, ScriptStep::Run(ENDED)), (400, ScriptStep::Close)]);
    assert_eq!((played.exit, played.picture), (ScreenExit::Left, None));
}

#[test]
fn the_screen_closes_at_the_end_and_leaves_its_last_frame_if_the_user_asked_for_it() {
    let mut session = TestSession::new();
    session.appearance.exits = true;
    session.appearance.notify = Notify::Bell;
    let played = session.play(vec![(200, ScriptStep::Run(ENDED))]);
    let picture = played.picture.unwrap().join("\n");
    assert!(picture.contains("FINISHED") && !picture.contains("--exit"), "{picture}");
    assert_eq!((played.exit, &*played.notices), (ScreenExit::Left, "\x07"));
}

#[test]
fn an_untouched_screen_says_at_the_end_how_it_closes_by_itself() {
    let hint = "`--exit` closes the screen";
    let played = TestSession::new().play(vec![(200, ScriptStep::Run(ENDED)), (4_000, key('?')), (4_300, gone())]);
    let (first, last) = played.shows(hint);
    assert!((200..=300).contains(&first) && last < 4_000, "{first} {last}");
    assert_eq!(played.notices, "", "nothing is sent unless the user asks for it");
}

#[test]
fn the_screen_of_a_run_that_is_over_stays_until_the_user_leaves() {
    let played = TestSession::new().play(vec![(200, ScriptStep::Run(ENDED)), (90_000, key('q'))]);
    assert_eq!(played.exit, ScreenExit::Left);
    // Once the remark is gone, nothing moves any more, so nothing is drawn.
    assert!(played.times().iter().all(|at| *at < 4_000), "{:?}", played.times());
}

#[test]
fn the_screen_closes_when_its_source_breaks() {
    let played = TestSession::new().play(vec![(200, ScriptStep::Close)]);
    assert_eq!(played.exit, ScreenExit::Left);
}

#[test]
fn ctrl_c_drains_then_cancels_then_leaves_at_once() {
    let played = TestSession::new().play(vec![(100, ctrl_c()), (500, ctrl_c()), (900, ctrl_c())]);
    assert_eq!(played.exit, ScreenExit::AtOnce);
    assert_eq!(played.commands, [Command::Drain, Command::Cancel]);
    assert!(played.shows("ctrl+c again to cancel").0 < played.shows("ctrl+c again to leave at once").0);
}

#[test]
fn a_drain_that_takes_too_long_becomes_a_cancel() {
    let played = TestSession::new().play(vec![(100, ctrl_c()), (9_000, key('1')), (12_000, gone())]);
    assert_eq!(played.commands, [Command::Drain, Command::Cancel]);
}

#[test]
fn after_ctrl_c_the_screen_closes_with_the_run() {
    let played = TestSession::new().play(vec![(100, ctrl_c()), (500, ScriptStep::Run(ENDED))]);
    assert_eq!((played.exit, played.commands), (ScreenExit::Left, vec![Command::Drain]));
}

#[test]
fn a_terminal_that_fails_to_write_is_gone() {
    let played = TestSession::new().play(vec![(300, ScriptStep::Screen(|screen| screen.is_gone = true))]);
    assert_eq!(played.exit, ScreenExit::TerminalGone);
}

#[test]
fn a_resize_draws_every_cell_again_at_the_new_size() {
    let resize = ScriptStep::Screen(|screen| (screen.columns, screen.rows) = (60, 16));
    let resized = ScriptStep::Wake(Wakeup::Input(TerminalInput::Resize));
    let played = TestSession::new().play(vec![(1_000, resize), (1_000, resized), (2_000, gone())]);
    let rows = |at: u64| played.frames.iter().find(|(drawn, _)| *drawn >= at).unwrap().1.lines().count();
    assert_eq!((rows(0), rows(1_001), played.n_redraws), (30, 16, 1));
}

#[test]
fn a_remark_goes_away_after_a_while() {
    let played = TestSession::new().play(vec![(1_000, key('t')), (6_000, gone())]);
    let (first, last) = played.shows("theme ");
    assert!((1_000..1_100).contains(&first) && (3_300..3_600).contains(&last), "{first} {last}");
}

#[test]
fn many_changes_are_drawn_at_the_frame_rate() {
    let changes = (0..1_000).map(|ms| (ms, ScriptStep::Wake(Wakeup::Changed)));
    let played = TestSession::new().play(changes.chain([(1_000, gone())]).collect());
    assert_eq!(played.times(), (0..20).map(|n| n * 50).collect::<Vec<_>>());
}

#[test]
fn a_busy_terminal_gets_the_newest_frame_when_it_has_read_the_last() {
    let played = TestSession::new().play(vec![
        (0, ScriptStep::Screen(|screen| screen.is_busy = true)),
        (500, key('?')),
        (2_000, ScriptStep::Screen(|screen| screen.is_busy = false)),
        (2_200, gone()),
    ]);
    let after = played.times().into_iter().filter(|at| *at > 0).collect::<Vec<_>>();
    assert!(after.iter().all(|at| *at >= 2_000) && !after.is_empty(), "{after:?}");
    assert!(played.shows(HELP).0 >= 2_000);
}

#[test]
fn a_frozen_picture_is_not_drawn_for_changes() {
    let changes = (200..5_000).step_by(10).map(|ms| (ms, ScriptStep::Wake(Wakeup::Changed)));
    let played =
        TestSession::new().play([(100, key('f'))].into_iter().chain(changes).chain([(5_000, gone())]).collect());
    let frozen = played.times().into_iter().filter(|at| *at >= 200).count();
    assert!(frozen <= 5, "{:?}", played.times());
}

#[test]
fn the_last_picture_is_kept_where_the_user_asks_for_it() {
    let played = TestSession::new().play(vec![(100, ScriptStep::Run(ENDED)), (300, key('Q'))]);
    assert_eq!((played.exit, played.picture.map(|lines| lines.len())), (ScreenExit::Left, Some(30)));
}

#[test]
fn a_click_on_a_footer_hint_does_what_its_key_does() {
    let footer = TestSession::new().play(vec![(100, gone())]);
    let at = position_of("? help", &footer.frames[0].1);
    let played = TestSession::new().play(vec![(310, mouse(MouseAction::Click, at)), (1_200, gone())]);
    assert!((310..=360).contains(&played.shows(HELP).0));
}

#[test]
fn the_wheel_scrolls_the_help_and_a_mouse_that_is_off_does_nothing() {
    let wheel = || mouse(MouseAction::WheelDown, (50, 10));
    let played = TestSession::new().play(vec![(100, key('?')), (500, wheel()), (900, gone())]);
    let (first, last) = played.shows("1 of ");
    assert!(first < 500 && last < 500 && played.shows("4 of ").0 >= 500);
    let played = TestSession::new().play(vec![(100, key('m')), (200, key('?')), (500, wheel()), (900, gone())]);
    assert!(played.frames.iter().all(|(_, frame)| !frame.contains("4 of ")));
}
