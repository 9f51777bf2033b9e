//! The reader of a plan's top-level keys and tables, except endpoints.
//!
//! Start at [`read`].

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use toml::de::DeTable;

use crate::event::adaptive::AdaptiveMode;
use crate::plan::adaptive::parse_adaptive_mode;
use crate::plan::http_client::parse_http_client;
use crate::plan::order::{JobOrder, OrderKeyword, parse_order};
use crate::plan::quantity;
use crate::plan::read::before::read_steps;
use crate::plan::read::endpoint::{self, Defaults};
use crate::plan::read::network;
use crate::plan::read::rules::{read_cookies, read_retry};
use crate::plan::read::values::PlanEntry;
use crate::plan::read::values::PlanReader;
use crate::plan::read::values::PlanSection;
use crate::plan::{Expect, HostRule, Limits, Output, Plan, Polling, Practice};
use crate::text::sanitize::sanitize;
use crate::text::value_error::ValueError;

/// Reads a plan and notes its mistakes. Returns nothing if it has no endpoints.
pub(super) fn read<'r>(reader: &'r PlanReader<'r>, table: &'r DeTable<'r>) -> Option<Plan> {
    let mut top = PlanSection::top(reader, table);
    let name = top.get("name").and_then(|name| name.text("a name such as `\"nightly\"`"));
    let fail_fast = top.get("fail_fast").and_then(|flag| flag.flag());
    let wire = top
        .get("wire")
        .and_then(|wire| wire.parse("one of `\"auto\"`, `\"direct\"` and `\"reqwest\"`", parse_http_client));
    let cookies = top.get("cookies").and_then(|entry| read_cookies(&entry));
    let network = network::read(&mut top);
    let polling = read_polling(&mut top);
    let order = read_order(&mut top);
    let mut defaults = Defaults::default();
    if let Some(section) = top.get("defaults").and_then(|entry| entry.section("[defaults]", "`[defaults]`")) {
        defaults = endpoint::read_defaults(section);
    }
    defaults.rules.cookies = defaults.rules.cookies.or(cookies);
    let limits = top.get("limits").and_then(|entry| entry.section("[limits]", "`[limits]`"));
    let mut limits = limits.map_or_else(Limits::default, read_limits);
    let hosts = top.get("host").and_then(|entry| entry.section("[host]", "a table such as `[host.\"*.example.org\"]`"));
    limits.hosts = hosts.map_or_else(Vec::new, read_hosts);
    if let Some(entry) = top.get("retry") {
        read_retry(&entry, "[retry]", &mut defaults.rules).apply(&mut limits);
    }
    let before = top.get("before");
    let endpoints = top.get("endpoint");
    let expect = top.get("expect").and_then(|entry| entry.section("[expect]", "`[expect]`"));
    let expect = expect.map_or_else(Expect::default, read_expect);
    let output = top.get("output").and_then(|entry| entry.section("[output]", "`[output]`"));
    let output = output.map_or_else(Output::default, read_output);
    let practice = top.get("upstream").and_then(|entry| entry.section("[upstream]", "`[upstream]`"));
    let practice = practice.map(read_practice);
    let before = before.map_or_else(Vec::new, |entry| read_steps(&entry, &defaults, practice.is_some()));
    let sources = endpoints.map_or_else(Vec::new, |entry| endpoint::read_all(&entry, &defaults, practice.is_some()));
    top.finish();

    let name = name.map(|name| name.masked()).filter(|name| !name.trim().is_empty());
    (!sources.is_empty()).then(|| Plan {
        name: name.unwrap_or_default(),
        file: reader.source.file.to_string(),
        written: Vec::new(),
        limits,
        polling,
        order: order.unwrap_or_default(),
        fail_fast: fail_fast.unwrap_or(false),
        wire: wire.unwrap_or_default(),
        network,
        expect,
        output,
        practice,
        before,
        sources,
    })
}

/// Reads `every` and `rounds`.
fn read_polling(top: &mut PlanSection<'_>) -> Option<Polling> {
    let every = top.get("every");
    let rounds = top.get("rounds");
    let n = rounds.as_ref().and_then(PlanEntry::count);
    let Some(every) = every else {
        if let Some(rounds) = rounds {
            rounds.check::<()>(Err(ValueError::new(
                "useless without `every`",
                "write the time between two round starts: `every = \"60s\"`",
            )));
        }
        return None;
    };
    let zero = || ValueError::new("zero", "write a duration such as `\"60s\"`");
    let every =
        every.duration().and_then(|length| every.check(if length.is_zero() { Err(zero()) } else { Ok(length) }))?;
    let n = match n {
        Some(n) => rounds?.check(u32::try_from(n).map_err(|_| ValueError::new("too many", "write 0 for no limit")))?,
        None => 0,
    };
    Some(Polling { every, rounds: NonZeroU32::new(n) })
}

/// Reads `order` and `from`.
fn read_order(top: &mut PlanSection<'_>) -> Option<JobOrder> {
    const EXAMPLE: &str = "a recording such as `\"last.jsonl\"`";
    let (order, from) = (top.get("order"), top.get("from"));
    let word = match &order {
        Some(entry) => entry.parse("`\"as-given\"` or `\"slow-first\"`", parse_order)?,
        None => OrderKeyword::AsGiven,
    };
    match (word, order, from) {
        (OrderKeyword::SlowFirst, _, Some(from)) => {
            let name = from.text(EXAMPLE)?.value();
            let empty = || ValueError::new("empty", format!("write {EXAMPLE}"));
            let name = from.check(if name.is_empty() { Err(empty()) } else { Ok(name) })?;
            Some(JobOrder::SlowFirst { from: from.reader.context.folder.join(name) })
        }
        (OrderKeyword::SlowFirst, Some(order), None) => {
            order.check(Err(ValueError::new("useless without `from`", "name a recording: `from = \"last.jsonl\"`")))
        }
        (OrderKeyword::AsGiven, _, Some(from)) => {
            let fix = "add that key, or leave out `from`";
            from.check(Err(ValueError::new("useless without `order = \"slow-first\"`", fix)))
        }
        (OrderKeyword::AsGiven | OrderKeyword::SlowFirst, _, None) => Some(JobOrder::AsGiven),
    }
}

fn read_limits(mut section: PlanSection<'_>) -> Limits {
    let limit = |entry: PlanEntry<'_>| entry.limit().and_then(NonZeroU32::new);
    let default = Limits::default();
    let limits = Limits {
        concurrency: section.get("concurrency").and_then(limit).unwrap_or(default.concurrency),
        per_host: section.get("per_host").and_then(limit),
        gap: section.get("rate").and_then(|entry| entry.rate()),
        per_host_gap: section.get("per_host_gap").and_then(|entry| entry.duration()),
        adaptive: section.get("adaptive").and_then(|entry| read_adaptive(&entry)).unwrap_or(default.adaptive),
        duration: section.get("duration").and_then(|entry| read_length(&entry)),
        warmup: section.get("warmup").and_then(|entry| read_length(&entry)),
        ramp: section.get("ramp").and_then(|entry| read_length(&entry)),
        ..default
    };
    section.finish();
    limits
}

/// Reads a duration above zero.
fn read_length(entry: &PlanEntry<'_>) -> Option<Duration> {
    let zero = || ValueError::new("zero", "write a duration such as `\"30s\"`");
    let length = entry.duration()?;
    entry.check(if length.is_zero() { Err(zero()) } else { Ok(length) })
}

/// Reads when limits adapt. Older plans have `true` or `false`.
fn read_adaptive(entry: &PlanEntry<'_>) -> Option<AdaptiveMode> {
    match entry.written_flag() {
        Some(true) => Some(AdaptiveMode::On),
        Some(false) => Some(AdaptiveMode::Off),
        None => entry.parse("`\"off\"`, `\"when refused\"` or `\"on\"`", parse_adaptive_mode),
    }
}

fn read_hosts(section: PlanSection<'_>) -> Vec<HostRule> {
    let mut lines: HashMap<String, usize> = HashMap::new();
    let rule = |entry: PlanEntry<'_>| {
        let pattern = entry.key.to_lowercase();
        // Host names ignore case, and only the first of two equal rules would apply.
        let line = entry.reader.line_at(entry.name.start);
        if let Some(first) = lines.insert(pattern.clone(), line) {
            let message = format!("two rules have the pattern `{}`", sanitize(&pattern));
            entry.reader.note_at(entry.name.clone(), message, format!("the other one is in line {first}"));
        }
        let title = format!("[host.\"{}\"]", sanitize(&pattern));
        let mut section = entry.section(&title, "a table")?;
        let limit = section.get("concurrency").and_then(|entry| entry.limit()).and_then(NonZeroU32::new);
        let gap = section.get("gap").and_then(|entry| entry.duration());
        section.finish();
        Some(HostRule { pattern, limit, gap })
    };
    section.entries().into_iter().filter_map(rule).collect()
}

fn read_expect(mut section: PlanSection<'_>) -> Expect {
    let failed = section.get("failed");
    let p95 = section.get("p95");
    let expect = Expect {
        failed_below: failed.and_then(|entry| entry.parse("a bound such as `\"< 1%\"`", quantity::parse_share_below)),
        p95_below: p95.and_then(|entry| entry.parse("a bound such as `\"< 1s\"`", quantity::parse_duration_below)),
    };
    section.finish();
    expect
}

fn read_output(mut section: PlanSection<'_>) -> Output {
    let path = |entry: PlanEntry<'_>| {
        let text = entry.text("a path such as `\"report.json\"`")?.value();
        let wrong = || ValueError::new("empty", "write a path such as `\"report.json\"`");
        entry.check(if text.is_empty() { Err(wrong()) } else { Ok(PathBuf::from(text)) })
    };
    let (report, bodies) = (section.get("report").and_then(path), section.get("bodies").and_then(path));
    let raw = section.get("raw").and_then(|entry| entry.flag()).unwrap_or_default();
    let output = Output { report, bodies, raw };
    section.finish();
    output
}

fn read_practice(mut section: PlanSection<'_>) -> Practice {
    let seed = section.get("seed").and_then(|entry| entry.count());
    let hosts = section.get("hosts").and_then(|entry| entry.section("[upstream.hosts]", "`\"slow*\" = \"/delay/1s\"`"));
    section.finish();
    let mut practice = Practice { seed: seed.unwrap_or_default(), hosts: Vec::new() };
    for entry in hosts.map_or_else(Vec::new, PlanSection::entries) {
        let Some(path) = entry.text("a path such as `\"/delay/1s\"`").map(|text| text.value()) else { continue };
        let wrong = || ValueError::new("not a path", "write one such as `\"/delay/1s\"`");
        if let Some(path) = entry.check(if path.starts_with('/') { Ok(path) } else { Err(wrong()) }) {
            practice.hosts.push((entry.key.clone().into_owned(), path));
        }
    }
    practice
}
