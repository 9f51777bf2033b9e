//! Puts the parts together: plan, upstream, pool, pump, face, results.
//!
//! Start at [`run`].

pub mod appearance;
pub mod batch;
pub mod check;
pub mod demo;
pub mod doctor;
pub mod headless;
pub mod lab;
pub mod manual;
pub mod practice;
pub mod recorded;
pub mod recording;
pub mod replay;
pub mod screen;
pub mod signals;
pub mod stop;
pub mod tab;
pub mod themes;
pub mod watch;

use std::io;
use std::sync::mpsc;

use clap::{CommandFactory, Parser};

use crate::app::batch::Batch;
use crate::app::signals::Wake;
use crate::cli::look::color_in;
use crate::cli::{Cli, Command, RunArgs, SchemaOf, UpstreamArgs, overlay};
use crate::config;
use crate::config::settings::Settings;
use crate::error::{Error, code};
use crate::lab::scenario;
use crate::output::{destination, exit, streams};
use crate::plan::{Plan, Practice};
use crate::source::pool::wire::descriptors;
use crate::text::console::Console;
use crate::text::io_error::is_closed_pipe;
use crate::text::sanitize::sanitize;
use crate::tui::keymap::{self, Keymap};
use crate::upstream::{self, Upstream};

/// Does what the command line says; gives back the exit code.
pub fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error, config::console(color_in(std::env::args_os()))),
    };
    let console = config::console(cli.color);
    match obey(&cli.command, console) {
        Ok(code) => code,
        Err(error) => {
            streams::say(error.render(console.stderr).trim_end());
            error.code()
        }
    }
}

/// clap's own answer: help and version on standard output, mistakes on standard error.
fn explain(error: &clap::Error, console: Console) -> u8 {
    // It quotes words of the command line, and whoever wrote them may not be whoever runs them.
    let text = error.render().to_string();
    let text = text.lines().map(sanitize).collect::<Vec<_>>().join("\n") + "\n";
    if error.use_stderr() {
        streams::say(&console.stderr.error(text.trim_end()));
        code::USAGE
    } else {
        streams::result(&text).map_or(exit::UNWRITTEN, |()| 0)
    }
}

fn obey(command: &Command, console: Console) -> Result<u8, Error> {
    match command {
        Command::Run(args) => Batch { plan: planned(args)?, results: &args.results, look: &args.look, console }.run(),
        Command::Check(args) => check::run(args, planned(args), console),
        Command::Demo(args) if args.list => print("print the list", &scenario::list()),
        Command::Demo(args) => {
            if let Some(scenario) = args.scenario {
                return lab::run(scenario, args, console);
            }
            let mut plan = demo::plan()?;
            overlay::lay_over(&mut plan, &args.dials, &crate::cli::RequestArgs::default(), &args.results)?;
            destination::check_apart(&plan.output, args.results.events.as_deref())?;
            Batch { plan, results: &args.results, look: &args.look, console }.run()
        }
        Command::Replay(args) => replay::run(args, console),
        Command::Upstream(args) => listen(args),
        Command::Keys => print("print the keys", &keymap::plain(&keys(console)?)),
        Command::Man => {
            let page = manual::page(&keys(console)?);
            print(
                "print the manual page",
                &page.map_err(|source| Error::System { what: "write the manual page", source })?,
            )
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "inflight", &mut script);
            print("print completions", &String::from_utf8_lossy(&script))
        }
        Command::Theme(args) => themes::obey(args, console),
        Command::Doctor(args) => print("print what was found out", &doctor::told(args, console)),
        Command::Schema(args) => match args.what {
            SchemaOf::Config => print("print the settings", config::settings::TEMPLATE),
        },
    }
}

/// The keys as the settings have them.
fn keys(console: Console) -> Result<Keymap, Error> {
    Ok(settings(console)?.keymap)
}

/// The settings in force; what is questionable in them is reported.
fn settings(console: Console) -> Result<Settings, Error> {
    let settings = config::settings()?;
    if let Some(warnings) = &settings.warnings {
        let style = console.stderr;
        streams::say(warnings.render_warnings(style.colour, style.line_width()).trim_end());
    }
    Ok(settings)
}

/// Prints what was asked for.
fn print(what: &'static str, text: &str) -> Result<u8, Error> {
    match streams::result(text) {
        Err(source) if !is_closed_pipe(&source) => Err(Error::System { what, source }),
        Ok(()) | Err(_) => Ok(0),
    }
}

/// The plan that the words of the command line name, under its flags: what a run and a check begin with.
fn planned(args: &RunArgs) -> Result<Plan, Error> {
    let mut plan = read(args)?;
    practice::check(&plan)?;
    overlay::lay_over(&mut plan, &args.dials, &args.request, &args.results)?;
    destination::check_apart(&plan.output, args.results.events.as_deref())?;
    Ok(plan)
}

/// The plan that the words of the command line name.
fn read(args: &RunArgs) -> Result<Plan, Error> {
    // With a slash too few it is still no file, and a message about a file would show all of it.
    let begins =
        |target: &str, with: &str| target.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    let is_url = |target: &String| target.contains("://") || begins(target, "http:/") || begins(target, "https:/");
    match args.targets.as_slice() {
        [only] if only == "-" && args.requests.is_none() => {
            Ok(Plan::from_stdin(Box::new(io::stdin()), &config::variable)?)
        }
        [only] if !is_url(only) && args.requests.is_none() => Ok(Plan::read(only.as_ref(), &config::variable)?),
        targets => match targets.iter().find(|target| !is_url(target)) {
            None => Ok(Plan::from_urls(targets, args.requests)?),
            Some(file) if args.requests.is_some() => Err(Error::Usage {
                message: format!("`-n` goes with URLs, and `{file}` is none"),
                hint: "a plan says how many itself, by `repeat`; a URL begins with `https://`".into(),
            }),
            Some(file) => Err(Error::Usage {
                message: format!("`{file}` is no URL, and only one plan can be run at a time"),
                hint: "give one plan, or URLs that begin with `https://`".into(),
            }),
        },
    }
}

/// The practice upstream alone, until somebody ends it.
fn listen(args: &UpstreamArgs) -> Result<u8, Error> {
    let practice = Practice { seed: args.seed, hosts: Vec::new() };
    descriptors::raise_limit();
    let upstream = Upstream::start(&practice, args.listen)
        .map_err(|source| Error::System { what: "start the practice upstream", source })?;
    let address = upstream.local_addr();
    if !upstream::is_loopback(address) {
        streams::say(&format!("warning: the practice upstream listens on {address}, where others can reach it"));
    }
    streams::say(&format!("practice upstream on http://{address}/ until ctrl+c; GET / lists what it does"));
    let (wake, wakes) = mpsc::channel();
    signals::listen(wake).map_err(|source| Error::System { what: "listen for signals", source })?;
    while !matches!(wakes.recv(), Ok(Wake::Signal(_)) | Err(_)) {}
    let tally = upstream.stop();
    let (requests, peak) = (tally.requests, tally.peak);
    streams::say(&format!("served {requests} requests, at most {peak} at once"));
    Ok(0)
}
