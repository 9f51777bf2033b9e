//! The `replay` command: shows a recording on the screen of a run, or prints its summary without one.
//!
//! Start at [`run`].

use std::path::Path;

use tokio::sync::mpsc;

use crate::app::appearance::{self, Appearance};
use crate::app::live::run_view::RunView;
use crate::app::live::watched::{ViewClock, Watched};
use crate::app::live::{self, ScreenExit};
use crate::app::run::slow_jobs::{unreadable, warn_if_incomplete};
use crate::app::stop::Stop;
use crate::app::wakeups::{Signal, WakeupSource, Wakeups};
use crate::cli::replay::ReplayArgs;
use crate::config;
use crate::control::Abilities;
use crate::error::Error;
use crate::model::Model;
use crate::output::output_error::path_shown;
use crate::output::streams;
use crate::output::summary::extras::Extras;
use crate::output::summary::json::summary_json;
use crate::output::summary::text::summary_text;
use crate::plan::Expect;
use crate::pump::{Follow, Pump};
use crate::source::replay::{EVENTS_AHEAD, Recording, Replay};
use crate::text::console::Console;
use crate::tui::detect::Interface;

/// Shows a recording; returns the exit code.
pub fn run(args: &ReplayArgs, console: Console) -> Result<u8, Error> {
    let environment = appearance::with_flags(config::environment(console), &args.look);
    let mut appearance = Appearance::decide(&environment, console)?;
    refuse_pipe(&args.file)?;
    let recording = Recording::open(&args.file).map_err(|error| unreadable(&args.file, error))?;
    warn_if_incomplete(&args.file, recording.n, recording.skipped, recording.is_cut);
    if args.json || environment.interface().value == Interface::Plain {
        return sum_up(args, &recording, console);
    }
    play(args, recording, &mut appearance)
}

/// Refuses a file that can be read only once: a replay reads it again, and a named pipe would block.
pub(super) fn refuse_pipe(path: &Path) -> Result<(), Error> {
    if path.metadata().is_ok_and(|file| !file.is_file() && !file.is_dir()) {
        return Err(Error::Recording {
            message: format!("cannot read recording `{}`: it cannot be read twice", path_shown(path)),
            hint: Some("save the recording to a file, and give the file instead of a pipe".to_owned()),
        });
    }
    Ok(())
}

/// Plays the recording on the screen.
fn play(args: &ReplayArgs, recording: Recording, appearance: &mut Appearance) -> Result<u8, Error> {
    let system = |what| move |source| Error::System { what, source };
    let (events, facts) = mpsc::channel(EVENTS_AHEAD);
    let pump = Pump::start(facts, None).map_err(system("start the pump"))?;
    let follow = pump.follow();
    let mut wakeups = Wakeups::open().map_err(system("listen for signals"))?;
    let restarted = pump.follow();
    let replay = Replay::start(recording, args.speed, events, move |sent| restarted.start_anew(sent))
        .map_err(system("start the replay"))?;
    // A replay takes no commands of a run.
    let mut stop = Stop::new(mpsc::unbounded_channel().0);
    let shown = show(args, &follow, &replay, &mut stop, appearance, &mut wakeups);
    let (played, followed) = (replay.stop(), pump.join());
    if shown.map_err(system("use the terminal"))? == ScreenExit::TerminalGone {
        stop.escalate(Signal::HangUp, wakeups.now());
    }
    followed?;
    played.map_err(system("play the recording"))?;
    Ok(stop.code().unwrap_or(0))
}

/// Shows the replay until the user leaves.
fn show(
    args: &ReplayArgs,
    follow: &Follow,
    replay: &Replay,
    stop: &mut Stop,
    appearance: &mut Appearance,
    wakeups: &mut Wakeups,
) -> std::io::Result<ScreenExit> {
    wakeups.notifier().watch(follow);
    let path = path_shown(&args.file);
    let watched = Watched {
        expect: Expect::default(),
        follow,
        clock: ViewClock::Replay(replay.position()),
        leaves_at_end: false,
        exits: appearance.exits,
        can: Abilities::REPLAY,
        recording: Some(&path),
    };
    let title = appearance.has_title;
    // A replay is not work in progress, so the terminal's tab gets no bar.
    let guard = live::enter(appearance, wakeups, title, false)?;
    let exit = live::run(&mut RunView::new(watched, stop, appearance), guard, appearance, wakeups);
    // The listener and the model hold each other: without this neither would be dropped.
    follow.on_change(|| {});
    exit
}

/// Prints the summary of the recording.
fn sum_up(args: &ReplayArgs, recording: &Recording, console: Console) -> Result<u8, Error> {
    let mut model = Model::default();
    for event in recording.events().map_err(|error| unreadable(&args.file, error))? {
        let event = event.map_err(|error| unreadable(&args.file, error.into()))?;
        model.apply(&event);
    }
    let extras = Extras { replay_of: Some(&args.file), ..Extras::default() };
    if args.json {
        streams::print_document("the summary", &summary_json(&model, model.last, &extras))?;
    } else {
        streams::print("the summary", &summary_text(&model, model.last, &extras, console.stdout))?;
    }
    Ok(0)
}
