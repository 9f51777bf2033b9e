//! A recording, shown in the same screen as a run, or summed up where there is none.
//!
//! Start at [`run`].

use std::sync::mpsc as wakes;

use tokio::sync::mpsc;

use crate::app::appearance::{self, Appearance};
use crate::app::recorded::{unreadable, warn};
use crate::app::screen::{self, Clock, Ended, Watched};
use crate::app::signals::{self, Signal};
use crate::app::stop::Stop;
use crate::cli::ReplayArgs;
use crate::config;
use crate::control::Abilities;
use crate::error::Error;
use crate::model::Model;
use crate::output::output_error::path_shown;
use crate::output::streams;
use crate::output::summary::json::summary_json;
use crate::output::summary::text::{Extras, summary_text};
use crate::pump::Pump;
use crate::source::replay::{EVENTS_AHEAD, Recording, Replay};
use crate::text::console::Console;
use crate::text::safe_json;
use crate::tui::detect::Interface;

/// Shows a recording; gives back the exit code.
pub fn run(args: &ReplayArgs, console: Console) -> Result<u8, Error> {
    let environment = appearance::with_flags(config::environment(console), &args.look);
    let mut appearance = Appearance::decide(&environment, console)?;
    let recording = Recording::open(&args.file).map_err(|error| unreadable(&args.file, error))?;
    warn(&args.file, recording.n, recording.skipped, recording.is_cut);
    if args.json || environment.interface().value == Interface::Plain {
        return sum_up(args, &recording, console);
    }
    on_screen(args, recording, &mut appearance)
}

/// Plays it on the screen.
fn on_screen(args: &ReplayArgs, recording: Recording, appearance: &mut Appearance) -> Result<u8, Error> {
    let system = |what| move |source| Error::System { what, source };
    let (events, facts) = mpsc::channel(EVENTS_AHEAD);
    let pump = Pump::start(facts, None).map_err(system("start the pump"))?;
    let follow = pump.follow();
    let (wake, woken) = wakes::channel();
    signals::listen(wake.clone()).map_err(system("listen for signals"))?;
    let back = pump.follow();
    let replay = Replay::start(recording, args.speed, events, move |sent| back.start_anew(sent))
        .map_err(system("start the replay"))?;
    // There is nobody to command.
    let mut stop = Stop::new(mpsc::unbounded_channel().0);
    let clock = Clock::Replay(replay.position());
    let watched = Watched {
        follow: &follow,
        clock,
        leaves_at_end: false,
        can: Abilities::REPLAY,
        recording: Some(&path_shown(&args.file)),
    };
    let ended = screen::run(watched, appearance, &mut stop, &woken, &wake);
    replay.stop();
    drop(pump.join());
    match ended {
        Ok(Ended::Gone) => drop(stop.by(Signal::HangUp)),
        Ok(Ended::Left | Ended::Again | Ended::AtOnce) => {}
        Err(source) => return Err(Error::System { what: "use the terminal", source }),
    }
    Ok(stop.code().unwrap_or(0))
}

/// Prints what it adds up to.
fn sum_up(args: &ReplayArgs, recording: &Recording, console: Console) -> Result<u8, Error> {
    let mut model = Model::default();
    for event in recording.events().map_err(|error| unreadable(&args.file, error))? {
        let event = event.map_err(|error| unreadable(&args.file, error.into()))?;
        model.apply(&event);
    }
    let extras = Extras { replay_of: Some(&args.file), ..Extras::default() };
    let written = if args.json {
        let document = safe_json::text(&summary_json(&model, model.last, &extras));
        document.and_then(|document| streams::result(&format!("{document}\n")))
    } else {
        streams::result(&summary_text(&model, model.last, &extras, console.stdout))
    };
    written.map_err(|source| Error::System { what: "print the summary", source })?;
    Ok(0)
}
