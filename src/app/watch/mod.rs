//! The `watch` command: runs a program of the user, and reports what it does wrong.
//!
//! Start at [`run`].

mod screen;

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::process::Signal as SystemSignal;
use tokio::sync::mpsc;

use crate::app::appearance::{self, Appearance};
use crate::app::live::ScreenExit;
use crate::app::run::recording;
use crate::app::wakeups::{Signal, Wakeup, Wakeups};
use crate::app::watch::screen::WatchScreen;
use crate::cli::watch::{FailOn, WatchArgs};
use crate::config;
use crate::error::Error;
use crate::model::Model;
use crate::model::verdict::{Gravity, findings};
use crate::output::exit;
use crate::output::output_error::{OutputError, path_shown};
use crate::output::plain::{Plain, PlainPace};
use crate::output::streams;
use crate::output::summary::extras::Extras;
use crate::output::summary::json::summary_json;
use crate::output::summary::text::summary_text;
use crate::pump::{Follow, Pump};
use crate::text::console::Console;
use crate::text::io_error::{IoErrorText, is_closed_pipe};
use crate::text::output_lines::OutputStream;
use crate::tui::detect::Interface;
use crate::watch::covered_output::CoveredOutput;
use crate::watch::probe_folder::{NODE_VARIABLE, PATH_VARIABLE, UsualVariables};
use crate::watch::program::{ProgramStreams, exit_code, run_name};
use crate::watch::session::{EVENTS_AHEAD, SessionSettings, Steer, WatchSession};

/// How long the main thread waits for a signal before it looks whether the run is over.
const STEP: Duration = Duration::from_millis(100);

/// Watches a program until it ends; returns its exit code.
pub fn run(args: &WatchArgs, console: Console) -> Result<u8, Error> {
    let system = |what| move |source| Error::System { what, source };
    let name = run_name(&args.program);
    let recorder = args.events.as_deref().map(|path| recording::open(path, &name, None)).transpose()?;
    let (events, facts) = mpsc::channel(EVENTS_AHEAD);
    let pump = Pump::start(facts, recorder).map_err(system("start the pump"))?;
    let follow = pump.follow();
    let environment = appearance::with_flags(config::environment(console), &args.look);
    let mut appearance = Appearance::decide(&environment, console)?;
    // Two readers of one terminal would share its keys.
    let has_screen = environment.interface().value == Interface::Screen && !args.json && !args.stdin;
    let mut wakeups = Wakeups::open().map_err(system("listen for signals"))?;
    let (streams, covered) = streams_of(args, has_screen, console).map_err(system("open a terminal"))?;
    let settings = SessionSettings {
        words: &args.program,
        usual: UsualVariables {
            python_path: config::os_variable(PATH_VARIABLE),
            node_options: config::os_variable(NODE_VARIABLE),
        },
        reads_input: args.stdin,
        streams,
        folder: std::env::current_dir().unwrap_or_default(),
        steer: args.steer.map(|limit| Steer { limit }),
    };
    let session = WatchSession::start(settings, events).map_err(|error| not_started(args, error))?;
    if has_screen {
        let recording = args.events.as_deref().filter(|path| !recording::is_stdout(path)).map(path_shown);
        let screen = WatchScreen {
            follow: &follow,
            program: session.program.clone(),
            started: session.started,
            leaves_at_end: !console.stdout.is_terminal(),
            recording: recording.as_deref(),
            is_steered: args.steer.is_some(),
            output: covered.as_ref().map(|covered| covered.lines.clone()).unwrap_or_default(),
        };
        match screen.show(&mut appearance, &mut wakeups) {
            Ok(ScreenExit::TerminalGone) => session.program.signal(SystemSignal::HUP),
            Ok(ScreenExit::AtOnce) => session.program.signal(SystemSignal::KILL),
            Ok(ScreenExit::Left | ScreenExit::Rerun) => {}
            Err(error) => streams::say(&format!("warning: cannot use the terminal: {error}; the program goes on")),
        }
        if let Some(covered) = &covered {
            covered.uncover();
        }
    }
    wakeups.notifier().watch_end(&follow);
    pass_signals(&wakeups, &follow, &session);
    follow.on_change(|| {});
    let status = session.join().map_err(system("watch the program"))?;
    if let Some(covered) = covered {
        covered.finish();
    }
    let pumped = pump.join();
    let model = follow.model();
    let written = print_summary(args, &model, console);
    if let Err(error) = pumped
        && !matches!(&error, crate::pump::PumpError::Recording(error) if is_closed_pipe(error))
    {
        return Err(error.into());
    }
    written?;
    let code = exit_code(status);
    let fails = code == exit::OK && args.fail_on.as_ref().is_some_and(|fail_on| is_found(&model, fail_on));
    Ok(if fails { exit::FAILED } else { code })
}

/// Where the program prints to, and what keeps its output while the screen covers the terminal.
fn streams_of(
    args: &WatchArgs,
    has_screen: bool,
    console: Console,
) -> io::Result<(ProgramStreams, Option<CoveredOutput>)> {
    let mut streams = ProgramStreams::default();
    if args.json {
        // Standard output holds only one result.
        streams.stdout = Some(io::stderr().as_fd().try_clone_to_owned()?);
    }
    if !has_screen {
        return Ok((streams, None));
    }
    // A stream that is a file or a pipe stays what it is.
    let kinds: &[OutputStream] = if console.stdout.is_terminal() {
        &[OutputStream::Stderr, OutputStream::Stdout]
    } else {
        &[OutputStream::Stderr]
    };
    let (covered, theirs) = CoveredOutput::open(io::stderr(), kinds)?;
    let mut theirs = theirs.into_iter();
    (streams.stderr, streams.stdout) = (theirs.next(), theirs.next());
    Ok((streams, Some(covered)))
}

/// Passes signals on to the program until the last event has been applied.
fn pass_signals(wakeups: &Wakeups, follow: &Follow, session: &WatchSession) {
    while !follow.is_closed() {
        let signal = match wakeups.wait(STEP) {
            Some(Wakeup::Signal(Signal::Interrupt)) => SystemSignal::INT,
            Some(Wakeup::Signal(Signal::Terminate)) => SystemSignal::TERM,
            Some(Wakeup::Signal(Signal::HangUp)) => SystemSignal::HUP,
            Some(Wakeup::Signal(Signal::Status)) => {
                streams::say(&Plain::new(PlainPace::Log).status(&follow.model(), session.now()));
                continue;
            }
            Some(Wakeup::Changed | Wakeup::Input(_)) | None => continue,
        };
        session.program.signal(signal);
    }
}

/// The program could not be started: the exit codes are those of a shell.
fn not_started(args: &WatchArgs, error: io::Error) -> Error {
    let word = args.program.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let is_missing = error.kind() == io::ErrorKind::NotFound;
    Error::NotStarted { message: format!("cannot start `{word}`: {}", IoErrorText(error)), is_missing }
}

/// Prints the summary on standard error, because standard output is the program's. JSON goes to standard output.
fn print_summary(args: &WatchArgs, model: &Model, console: Console) -> Result<(), OutputError> {
    let recording = args.events.as_deref().filter(|path| !recording::is_stdout(path));
    let extras = Extras { recording, ..Extras::default() };
    if !args.json || console.stderr.is_terminal() {
        streams::say(summary_text(model, model.last, &extras, console.stderr).trim_end());
    }
    if args.json { streams::print_document("the summary", &summary_json(model, model.last, &extras)) } else { Ok(()) }
}

/// Whether a finding that the user asked for was made.
fn is_found(model: &Model, fail_on: &FailOn) -> bool {
    findings(model, None).iter().any(|finding| match fail_on {
        FailOn::Any => finding.gravity != Gravity::Note,
        FailOn::Kinds(kinds) => finding.gravity != Gravity::Note && kinds.contains(&finding.kind),
    })
}
