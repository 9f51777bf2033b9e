//! The `check` command: what `run` would do with the same arguments, or what is wrong with them.
//!
//! It reads all rows. It sends nothing and leaves no trace: it resolves no name, opens no port and writes no file. Start at [`run`].

use http::header;

use crate::app::appearance::{self, Appearance};
use crate::app::run::{network, recording, slow_jobs};
use crate::cli::RunArgs;
use crate::cli::given_flags;
use crate::config;
use crate::error::Error;
use crate::output::check::json::{check_json, mistakes_json, refused_json};
use crate::output::check::text::{check_text, warning_text};
use crate::output::{destination, exit, streams};
use crate::plan::Plan;
use crate::plan::cursor::Cursor;
use crate::plan::error::PlanError;
use crate::plan::http_client::HttpClient;
use crate::plan::provenance::Provenance;
use crate::plan::resolved::row_check::check_rows;
use crate::plan::resolved::value::Value;
use crate::plan::resolved::warnings::{Warning, warnings};
use crate::plan::resolved::{Group, Item, Resolved};
use crate::source::pool::wire::descriptors;
use crate::source::pool::wire::message;
use crate::source::pool::wire::route::Route;
use crate::text::console::Console;
use crate::text::sanitize::sanitize;
use crate::tui::detect::Interface;

/// A stand-in for the port of the practice upstream, which is not started. It is never shown.
const NO_PORT: u16 = 1;
/// The result in messages.
const WHAT: &str = "the result of the check";

/// Checks a plan and prints the result; returns the exit code.
pub fn run(args: &RunArgs, plan: Result<Plan, Error>, console: Console) -> Result<u8, Error> {
    let is_json = args.results.json;
    match plan.and_then(|plan| check(args, plan, console)) {
        Ok(CheckedPlan { resolved, warnings, wrong }) => {
            if is_json {
                let mistakes = wrong.as_ref().map_or(&[][..], PlanError::mistakes);
                streams::print_document(WHAT, &check_json(&resolved, &warnings, mistakes))?;
            } else {
                streams::print(WHAT, &check_text(&resolved, console.stdout))?;
                for warning in &warnings {
                    streams::say(&warning_text(warning));
                }
                for note in resolved.rows.iter().flat_map(|rows| &rows.notes) {
                    streams::say(&format!("note: {}", sanitize(note)));
                }
            }
            wrong.map_or(Ok(exit::OK), |wrong| Err(wrong.into()))
        }
        Err(error) => {
            // The message for people goes to standard error, and this one is for scripts.
            if is_json {
                let refused = match &error {
                    Error::Plan(wrong) => mistakes_json(wrong.mistakes()),
                    other => refused_json(&other.sentence(), other.hint().as_deref()),
                };
                streams::print_document(WHAT, &refused)?;
            }
            Err(error)
        }
    }
}

/// A plan that can be run, perhaps with bad rows.
struct CheckedPlan {
    resolved: Resolved,
    warnings: Vec<Warning>,
    /// The bad rows.
    wrong: Option<PlanError>,
}

/// Resolves the plan and reads its rows, or returns the first error that a run would report.
fn check(args: &RunArgs, mut plan: Plan, console: Console) -> Result<CheckedPlan, Error> {
    plan.compare_more_rows();
    let plan = &plan;
    let environment = appearance::with_flags(config::environment(console), &args.look);
    let appearance = Appearance::decide(&environment, console)?;
    let mut cursor = Cursor::open(plan, plan.practice.as_ref().map(|_| NO_PORT))?;
    slow_jobs::prioritize(&mut cursor, &plan.order)?;
    if let Some(path) = &args.results.events {
        recording::check(path)?;
    }
    destination::check_output(&plan.output)?;

    let most = descriptors::raise_limit().map(|most| descriptors::available(most, plan.practice.is_some()));
    let flags = given_flags::given_flags(args);
    let mut resolved = Resolved::new(plan, &cursor, &flags);
    for group in resolved.groups.iter_mut().filter(|group| group.title == "output") {
        group.items.push(events(args));
    }
    for endpoint in &mut resolved.endpoints {
        endpoint.headers.extend(default_headers(&endpoint.headers, endpoint.has_names));
    }
    let interface = appearance.environment().interface();
    let theme = appearance.theme_decision();
    let name = match interface.value {
        Interface::Screen => "screen",
        Interface::Plain => "lines",
    };
    let mut here = vec![connections(plan, most)];
    here.extend(add_routes(plan, &network::open_route(plan)?, &mut resolved));
    here.push(Item::new("interface", Value::Text(name.to_owned()), Provenance::Detected(interface.why.into_owned())));
    here.push(Item::new("theme", Value::Text(theme.value), Provenance::Detected(theme.why.into_owned())));
    resolved.groups.push(Group { title: "here".into(), items: here });
    let warnings = warnings(plan, &cursor, &flags, most);
    let rows = check_rows(plan, &mut cursor);
    let wrong = rows.mistakes(&plan.file);
    resolved.add_rows(plan, rows);
    Ok(CheckedPlan { resolved, warnings, wrong })
}

/// Where events are recorded, which only a flag sets.
fn events(args: &RunArgs) -> Item {
    match &args.results.events {
        Some(path) => Item::new("events", Value::Text(path.display().to_string()), Provenance::Flag("--events")),
        None => Item::new("events", Value::Nothing("none"), Provenance::Default),
    }
}

/// Headers that every request carries by default.
fn default_headers(headers: &[Item], has_rows: bool) -> Vec<Item> {
    let always = [(header::ACCEPT, message::DEFAULT_ACCEPT), (header::USER_AGENT, message::DEFAULT_USER_AGENT)];
    let absent = always.into_iter().filter(|(name, _)| headers.iter().all(|item| item.key != name.as_str()));
    let item = |(name, value): (header::HeaderName, &str)| {
        Item::new(name.to_string(), Value::Text(value.to_owned()).unless_row(has_rows), Provenance::Default)
    };
    absent.map(item).collect()
}

/// How many connections this machine allows.
fn connections(plan: &Plan, most: Option<u32>) -> Item {
    let why = match (most, &plan.practice) {
        (None, _) => "nothing limits open files",
        (Some(_), None) => "the limit on open files",
        (Some(_), Some(_)) => "the limit on open files, shared with the practice upstream",
    };
    let most = most.map(|most| Value::Count(most.into()));
    Item::new("connections", Value::or_nothing(most, "no limit"), Provenance::Detected(why.to_owned()))
}

/// Adds the HTTP client and the way to each known host. Returns items about hosts that are not known yet.
fn add_routes(plan: &Plan, route: &Route, resolved: &mut Resolved) -> Vec<Item> {
    let client = || {
        let (client, why) = route.describe();
        let source =
            if plan.wire == HttpClient::Auto { Provenance::Detected(why) } else { Provenance::DerivedFrom("wire") };
        Item::new("wire", Value::Text(client.to_owned()), source)
    };
    let source = |source: Option<String>| match source.as_deref() {
        Some("proxy") => Provenance::DerivedFrom("proxy"),
        Some(variable) => Provenance::Detected(format!("from {variable}")),
        None => Provenance::Detected("no proxy applies".to_owned()),
    };
    for host in &mut resolved.hosts {
        let Ok(url) = host.key.parse() else { continue };
        let (way, named_by) = route.describe_for(&url);
        host.items.extend([client(), Item::new("route", Value::Text(way), source(named_by))]);
    }
    if resolved.endpoints.iter().all(|endpoint| endpoint.host.is_some()) {
        return Vec::new();
    }
    let proxy = |(shown, named_by)| Item::new("route", Value::Text(format!("via {shown}")), source(Some(named_by)));
    [client()].into_iter().chain(route.proxies().into_iter().map(proxy)).collect()
}
