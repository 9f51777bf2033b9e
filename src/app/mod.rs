//! The program: runs each command of the command line.
//!
//! It only connects the other modules. Start at [`run()`].

pub mod appearance;
pub mod diff;
pub mod import;
pub mod inspect;
pub mod lab;
pub mod live;
pub mod replay;
pub mod report;
pub mod run;
pub mod stop;
mod targets;
pub mod wakeups;
pub mod watch;

use std::cell::Cell;
use std::time::Duration;

use clap::{CommandFactory, Parser};
use http::header::CONTENT_TYPE;

use crate::app::inspect::{check, doctor, manual, themes};
use crate::app::run::{Batch, demo, practice};
use crate::app::wakeups::{Wakeup, Wakeups};
use crate::cli::arguments::join_modes;
use crate::cli::body::content::GivenBody;
use crate::cli::given_flags::given_flags;
use crate::cli::look::color_in;
use crate::cli::overlay::GivenRequest;
use crate::cli::request::RequestArgs;
use crate::cli::{Cli, CliCommand, RunArgs, SchemaOf, UpstreamArgs, overlay};
use crate::config;
use crate::config::env_file::EnvFile;
use crate::config::settings::Settings;
use crate::error::{Error, code};
use crate::lab::scenario;
use crate::output::check::text::warning_text;
use crate::output::{destination, exit, streams};
use crate::plan::resolved::warnings::run_warnings;
use crate::plan::{Plan, Practice};
use crate::source::pool::wire::descriptors;
use crate::text::console::Console;
use crate::text::sanitize::sanitize;
use crate::tui::keymap::{self, Keymap};
use crate::upstream::{self, Upstream};

/// Runs the program; returns the exit code.
pub fn run() -> u8 {
    let cli = match Cli::try_parse_from(join_modes(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => return print_usage(&error, config::console(color_in(std::env::args_os()))),
    };
    let console = config::console(cli.color);
    run_command(&cli.command, console).unwrap_or_else(|error| report_error(&error, console))
}

/// Prints an error; returns its exit code.
fn report_error(error: &Error, console: Console) -> u8 {
    streams::say(error.render(console.stderr).trim_end());
    error.code()
}

/// Prints clap's own answer: help and version on standard output, usage errors on standard error.
fn print_usage(error: &clap::Error, console: Console) -> u8 {
    // Its text quotes arguments, which may be foreign.
    let text = error.render().to_string();
    let text = text.lines().map(sanitize).collect::<Vec<_>>().join("\n") + "\n";
    if error.use_stderr() {
        streams::say(&console.stderr.error(text.trim_end()));
        code::USAGE
    } else {
        print("the answer", &text).unwrap_or_else(|error| report_error(&error, console))
    }
}

fn run_command(command: &CliCommand, console: Console) -> Result<u8, Error> {
    match command {
        CliCommand::Run(args) => {
            let plan = read_plan(args)?;
            for warning in run_warnings(&plan, &given_flags(args)) {
                streams::say(&warning_text(&warning));
            }
            Batch { plan, results: &args.results, resume: Some(&args.resume), look: &args.look, console }.run()
        }
        CliCommand::Import(args) => import::run(args),
        CliCommand::Watch(args) => watch::run(args, console),
        CliCommand::Check(args) => check::run(args, read_plan(args), console),
        CliCommand::Demo(args) if args.list => print("the list", &scenario::list()),
        CliCommand::Demo(args) => {
            if let Some(scenario) = args.scenario {
                return lab::run(scenario, args, console);
            }
            let mut plan = demo::plan()?;
            overlay::apply_flags(
                &mut plan,
                &args.batch,
                &RequestArgs::default(),
                &args.results,
                GivenRequest::default(),
            )?;
            destination::check_distinct(&plan.output, args.results.events.as_deref())?;
            Batch { plan, results: &args.results, resume: None, look: &args.look, console }.run()
        }
        CliCommand::Replay(args) => replay::run(args, console),
        CliCommand::Report(args) => report::run(args),
        CliCommand::Diff(args) => diff::run(args, console),
        CliCommand::Upstream(args) => run_upstream(args),
        CliCommand::Keys => print("the keys", &keymap::plain(&keymap(console)?)),
        CliCommand::Man => {
            let page = manual::page(&keymap(console)?);
            let page = page.map_err(|source| Error::System { what: "write the manual page", source })?;
            print("the manual page", &page)
        }
        CliCommand::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "inflight", &mut script);
            print("the completions", &String::from_utf8_lossy(&script))
        }
        CliCommand::Theme(args) => themes::run(args, console),
        CliCommand::Doctor(args) => print("the report", &doctor::report(args, console)),
        CliCommand::Schema(args) => match args.what {
            SchemaOf::Config => print("the settings", config::settings::TEMPLATE),
        },
    }
}

/// The keys, as the settings bind them.
fn keymap(console: Console) -> Result<Keymap, Error> {
    Ok(settings(console)?.keymap)
}

/// The settings in force; warnings about them are printed.
fn settings(console: Console) -> Result<Settings, Error> {
    let settings = config::settings()?;
    if let Some(warnings) = &settings.warnings {
        let style = console.stderr;
        streams::say(warnings.render_warnings(style.colour, style.line_width()).trim_end());
    }
    Ok(settings)
}

/// Prints a result on standard output; returns the exit code.
fn print(what: &'static str, text: &str) -> Result<u8, Error> {
    streams::print(what, text)?;
    Ok(exit::OK)
}

/// The plan that the arguments name, with the flags applied, for `run` and `check`.
fn read_plan(args: &RunArgs) -> Result<Plan, Error> {
    let env_file = EnvFile::read(args.env_file.as_deref())?;
    let body = GivenBody::read(&args.request.body, args.targets.iter().any(|target| target == "-"))?;
    let is_asked = Cell::new(false);
    let variable = |name: &str| {
        is_asked.set(true);
        env_file.variable(name)
    };
    let auth = args.request.auth.read(&variable)?;
    let mut plan = targets::read(args, &variable)?;
    practice::check(&plan)?;
    if args.env_file.is_some() && !is_asked.get() && !plan.is_written() {
        return Err(Error::Usage {
            message: "`--env-file` has the variables of a plan, and there is no plan".into(),
            hint: "leave it out: lists and URLs have no variables".into(),
        });
    }
    if args.unique && !plan.drop_repeats() {
        return Err(Error::Usage {
            message: "`--unique` compares the rows of a list or a file, and there are none".into(),
            hint: "give a list of URLs, or a plan with `rows`".into(),
        });
    }
    let notes = body
        .as_ref()
        .map_or_else(Vec::new, |body| body.notes(args.request.sets_content_type() || plan.sets_header(&CONTENT_TYPE)));
    overlay::apply_flags(&mut plan, &args.batch, &args.request, &args.results, GivenRequest { body, auth })?;
    args.network.apply(&mut plan);
    for note in notes {
        streams::say(&format!("note: {note}"));
    }
    destination::check_distinct(&plan.output, args.results.events.as_deref())?;
    Ok(plan)
}

/// Runs the practice upstream alone, until a signal ends it.
fn run_upstream(args: &UpstreamArgs) -> Result<u8, Error> {
    let practice = Practice { seed: args.seed, hosts: Vec::new() };
    descriptors::raise_limit();
    let upstream = Upstream::start(&practice, args.listen)
        .map_err(|source| Error::System { what: "start the practice upstream", source })?;
    let address = upstream.local_addr();
    if !upstream::is_loopback(address) {
        streams::say(&format!("warning: the practice upstream listens on {address}, where others can reach it"));
    }
    streams::say(&format!("practice upstream on http://{address}/ until ctrl+c; GET / lists what it does"));
    let wakeups = Wakeups::open().map_err(|source| Error::System { what: "listen for signals", source })?;
    while !matches!(wakeups.wait(Duration::MAX), Some(Wakeup::Signal(_))) {}
    // A second signal ends the process.
    drop(wakeups);
    let tally = upstream.stop();
    let (requests, peak) = (tally.requests, tally.peak);
    streams::say(&format!("served {requests} requests, at most {peak} at once"));
    Ok(0)
}
