//! The messages for mistakes in a plan.

use std::fmt::Write;
use std::path::Path;

use inflight::plan::Plan;
use inflight::plan::cursor::Cursor;

use crate::plan::{folder, toml, try_toml, var};

#[track_caller]
fn rendered(text: &str) -> String {
    try_toml(text).unwrap_err().render(false, 100)
}

/// Returns one line for each mistake: place, message, and the label next to the caret.
#[track_caller]
fn listed(text: &str) -> Vec<String> {
    let error = try_toml(text).unwrap_err();
    let line = |mistake: &inflight::text::diagnostics::Mistake| {
        let label = mistake.label.as_deref().map_or(String::new(), |label| format!(" | {label}"));
        format!("{}:{} {}{label}", mistake.line.unwrap_or(0), mistake.column.unwrap_or(0), mistake.message)
    };
    error.mistakes().iter().map(line).collect()
}

/// Returns a plan with one valid endpoint and these lines.
fn with(lines: &str) -> String {
    format!("[[endpoint]]\nurl = \"https://a.b/\"\n{lines}\n")
}

#[test]
fn an_unknown_key_is_shown_with_its_place_and_a_fix() {
    let text =
        "name = \"shop\"\n\n[[endpoint]]\nurl = \"https://a.b\"\n\n[limits]\n  concurency = 32\n  rate = \"100/s\"\n";
    insta::assert_snapshot!(rendered(text), @r#"
    error: unknown key `concurency` in plan

      shop.toml:7:3
       6 │ [limits]
       7 │   concurency = 32
         │   ^^^^^^^^^^ did you mean `concurrency`?
       8 │   rate = "100/s"

    help: keys allowed in [limits] are concurrency, per_host, rate, per_host_gap, adaptive, duration,
          warmup, ramp
    "#);
}

/// A plan with mistakes in all of its tables.
const MANY_MISTAKES: &str = r#"nmae = "x"
[defaults]
timeout = 250
headers = { "bad name" = "x", accept = "${NOPE}" }
[limits]
concurrency = 0
rate = "0/s"
[[endpoint]]
url = "htp://a.b/{idd}"
each = { id = "1..=3" }
extract = { total = "sum", status = "$.s" }
[[endpoint]]
name = "no url"
"#;

/// The messages for [`MANY_MISTAKES`].
const MANY_MESSAGES: &str = r#"
error: unknown key `nmae` in plan

  shop.toml:1:1
   1 │ nmae = "x"
     │ ^^^^ did you mean `name`?
   2 │ [defaults]

help: keys allowed at the top are name, fail_fast, wire, cookies, proxy, resolve, connect_to,
      unix_socket, tls, every, rounds, order, from, defaults, limits, host, retry, before, endpoint,
      expect, output, upstream

error: `timeout` is a number without a unit

  shop.toml:3:11
   2 │ [defaults]
   3 │ timeout = 250
     │           ^^^ write `250ms` or `250s`
   4 │ headers = { "bad name" = "x", accept = "${NOPE}" }

error: `bad name` is not a header name

  shop.toml:4:13
   3 │ timeout = 250
   4 │ headers = { "bad name" = "x", accept = "${NOPE}" }
     │             ^^^^^^^^^^ write one such as `accept`
   5 │ [limits]

error: `${NOPE}` in `accept` is not set

  shop.toml:4:41
   3 │ timeout = 250
   4 │ headers = { "bad name" = "x", accept = "${NOPE}" }
     │                                         ^^^^^^^ set `NOPE`, or write `${NOPE:-default}`
   5 │ [limits]

error: `concurrency` is zero: nothing would ever start

  shop.toml:6:15
   5 │ [limits]
   6 │ concurrency = 0
     │               ^ write at least 1
   7 │ rate = "0/s"

error: `rate` is zero or less: nothing would ever start

  shop.toml:7:8
   6 │ concurrency = 0
   7 │ rate = "0/s"
     │        ^^^^^ write one such as `100/s`, `30/m` or `3/15m`
   8 │ [[endpoint]]

error: scheme `htp` is not one of http, https and practice

  shop.toml:9:7
   8 │ [[endpoint]]
   9 │ url = "htp://a.b/{idd}"
     │       ^^^^^^^^^^^^^^^^^
  10 │ each = { id = "1..=3" }

error: no row provides `{idd}`

  shop.toml:9:18
   8 │ [[endpoint]]
   9 │ url = "htp://a.b/{idd}"
     │                  ^^^^^ did you mean `{id}`?
  10 │ each = { id = "1..=3" }

help: `each` has id

error: `total` is not a JSON path

  shop.toml:11:21
  10 │ each = { id = "1..=3" }
  11 │ extract = { total = "sum", status = "$.s" }
     │                     ^^^^^ write one such as `"$.status"` or `"$.items[0].id"`
  12 │ [[endpoint]]

error: `status` cannot be the name of a column

  shop.toml:11:28
  10 │ each = { id = "1..=3" }
  11 │ extract = { total = "sum", status = "$.s" }
     │                            ^^^^^^ every report has a column of this name
  12 │ [[endpoint]]

error: [[endpoint]] has no `url`

  shop.toml:12:1
  11 │ extract = { total = "sum", status = "$.s" }
  12 │ [[endpoint]]
     │ ^^^^^^^^^^^^ missing
  13 │ name = "no url"

help: write one such as `url = "https://shop.internal/orders/{id}"`
"#;

#[test]
fn all_mistakes_of_a_file_are_reported_together() {
    assert_eq!(rendered(MANY_MISTAKES).trim_end(), MANY_MESSAGES.trim());
}

/// Lines of a plan, and the mistake in them.
const INVALID_VALUES: &[(&str, &str)] = &[
    (
        "[limits]\nconcurrency = \"2m\"",
        "4:15 `concurrency` is more than 1,000,000 at once | write a limit that one machine can handle, such as `1000`",
    ),
    (
        "[limits]\nconcurrency = true",
        "4:15 `concurrency` cannot be `true` or `false` | write a whole number such as `20`",
    ),
    ("[limits]\nper_host = -1", "4:12 `per_host` is not a count | write a whole number such as `500`, `10k` or `1m`"),
    ("[limits]\nrate = 100", "4:8 `rate` is a number without a unit | write `100/s` or `100/m`"),
    ("[limits]\nrate = nan", "4:8 `rate` is not a rate | write one such as `100/s`, `30/m` or `3/15m`"),
    (
        "[limits]\nper_host_gap = \"0s\"",
        "4:16 `per_host_gap` is zero | write a duration such as `250ms`, or leave it out",
    ),
    ("[limits]\nadaptive = 1", "4:12 `adaptive` cannot be a number | write `\"off\"`, `\"when refused\"` or `\"on\"`"),
    ("timeout = 1.5", "3:11 `timeout` is a number without a unit | write `1.5ms` or `1.5s`"),
    ("timeout = \"soon\"", "3:11 `timeout` is not a duration | write one such as `250ms`, `2s` or `1m30s`"),
    ("method = \"GE T\"", "3:10 `method` is not a method | write one such as `\"GET\"` or `\"POST\"`"),
    ("redirects = 101", "3:13 `redirects` is not between 0 and 100 | write a number in that range"),
    (
        "page = \"1..\"",
        "3:8 `page` is useless: nothing has a `{page}` | write `{page}` where the number belongs, such as `?page={page}`",
    ),
    ("until_empty = \"$.a\"", "3:15 `until_empty` is useless without `page` | write one such as `page = \"1..\"`"),
    ("next = \"next\"", "3:8 `next` is not a JSON path | write one such as `\"$.status\"` or `\"$.items[0].id\"`"),
    ("max_body = 0", "3:12 `max_body` is zero: no response could be read | write a size such as `\"64MiB\"`"),
    (
        "expect = { status = [99] }",
        "3:22 `status` is not a status | a status is a number from 100 to 999, a class `2xx`, or a range `200..=299`",
    ),
    (
        "expect = { status = [] }",
        "3:21 `status` is empty: no response could be expected | write a list such as `[200, \"3xx\", \"400..=404\"]`, or `\"any\"`",
    ),
    (
        "retry = { on = [\"maybe\"] }",
        "3:17 `on` is not an outcome to retry | write some of `\"throttled\"`, `\"timeout\"`, `\"connect\"`, `\"5xx\"`, and statuses such as `500` or `\"500..=504\"`",
    ),
    ("retry = { attempts = 0 }", "3:22 `attempts` is not between 1 and 1000 | write a number in that range"),
    ("retry = { outage = \"1m\" }", "3:20 `outage` is a setting of the whole run | write it under `[retry]`"),
    ("retry = { budget = \"30%\" }", "3:20 `budget` is a setting of the whole run | write it under `[retry]`"),
    (
        "timeout = \"1x median\"",
        "3:11 `timeout` is too short: it would cut off ordinary attempts | write `2x median` or more",
    ),
    ("rounds = 3", "3:1 unknown key `rounds` in plan"),
    ("repeat = 0", "3:10 `repeat` is zero: nothing would run | write a number such as `10`"),
    ("each = { }", "3:8 `each` is empty | write a table such as `{ id = \"1..=1200\" }`"),
    (
        "each = { id = \"9..1\" }",
        "3:15 `id` is an empty range | write a range such as `1..=1200`, or a list such as `[\"a\", \"b\"]`",
    ),
    ("repeat = 2\nrows = \"a.csv\"", "4:1 an endpoint has one of `each`, `rows` and `repeat` | leave one out"),
    (
        "rows = \"nowhere.csv\"",
        "3:8 `rows` is not readable: there is no such file | the path is relative to the plan's folder",
    ),
    (
        "rows = \"ids.xls\"",
        "3:8 `rows` is not a file in a known format | use a name that ends in .csv, .tsv, .jsonl, .ndjson, .json or .txt",
    ),
    (
        "body = \"a\"\njson = { }",
        "4:1 an endpoint has one of `body`, `json`, `body_file`, `form` and `multipart` | leave one out",
    ),
    ("body = \"{id}\"", "3:9 no row provides `{id}`"),
    (
        "headers = { x = \"a\\nb\" }",
        "3:17 `x` is not a header value | a header has no line breaks and no control characters",
    ),
    ("headers = { x = \"${NOPE}\" }", "3:18 `${NOPE}` in `x` is not set | set `NOPE`, or write `${NOPE:-default}`"),
    ("[expect]\nfailed = \"1%\"", "4:10 `failed` is not an upper bound | write one such as `< 1%`"),
    ("[output]\nreport = \"\"", "4:10 `report` is empty | write a path such as `\"report.json\"`"),
    ("[upstream.hosts]\n\"a*\" = \"hang\"", "4:8 `a*` is not a path | write one such as `\"/delay/1s\"`"),
    ("[host.\"a.b\"]\nlimit = 1", "4:1 unknown key `limit` in plan"),
    ("[[endpoints]]\nurl = \"https://a.b/\"", "3:3 unknown key `endpoints` in plan | did you mean `endpoint`?"),
    (
        "[[endpoint]]\nurl = \"practice://a/\"",
        "4:7 `practice://a/` needs the practice upstream: add `[upstream]` to the plan",
    ),
    (
        "name = \"a\"\n[[endpoint]]\nname = \"a\"\nurl = \"c.d\"",
        "5:8 two endpoints are called `a` | the other one is in line 3",
    ),
];

#[test]
fn invalid_values_are_refused_with_a_reason_and_a_fix() {
    for (lines, mistake) in INVALID_VALUES {
        assert_eq!(listed(&with(lines)), [*mistake], "{lines}");
    }
}

#[test]
fn a_single_bracket_has_its_own_message() {
    assert_eq!(
        listed("[endpoint]\nurl = \"https://a.b\""),
        ["1:2 `endpoint` takes a list of tables | write `[[endpoint]]`, with two brackets"]
    );
}

#[test]
fn broken_toml_is_reported_once_with_other_mistakes() {
    let text = "[limits]\nconcurrency = \nconcurency = 3\n[[endpoint]]\nurl = https://a.b\n";
    let listed = listed(text);
    assert!(listed.iter().any(|mistake| mistake.starts_with("3:1 unknown key `concurency`")), "{listed:?}");
    assert_eq!(listed.iter().filter(|mistake| mistake.starts_with("2:")).count(), 1, "{listed:?}");
    assert!(listed.iter().all(|mistake| !mistake.contains("missing")), "{listed:?}");
}

#[test]
fn an_order_needs_its_recording() {
    let of = |head: &str| listed(&format!("{head}\n[[endpoint]]\nurl = \"https://a.b/\"\n"));
    assert_eq!(
        of("order = \"slow-first\""),
        ["1:9 `order` is useless without `from` | name a recording: `from = \"last.jsonl\"`"]
    );
    let alone = "`from` is useless without `order = \"slow-first\"` | add that key, or leave out `from`";
    assert_eq!(of("from = \"x\""), [format!("1:8 {alone}")]);
    assert_eq!(of("order = \"as-given\"\nfrom = \"x\""), [format!("2:8 {alone}")]);
    assert_eq!(
        of("order = \"slowest\"\nfrom = \"x\""),
        ["1:9 `order` is not an order | write `as-given` or `slow-first`"]
    );
    assert_eq!(
        of("order = \"slow-first\"\nfrom = \"\""),
        ["2:8 `from` is empty | write a recording such as `\"last.jsonl\"`"]
    );
}

#[test]
fn more_than_twenty_mistakes_are_counted() {
    let mut text = with("");
    for i in 0..25 {
        writeln!(text, "zzz{i} = 1").unwrap();
    }
    let error = try_toml(&text).unwrap_err();
    let shown = error.render(false, 100);
    assert_eq!(shown.matches("error:").count(), 20);
    assert!(shown.ends_with("\nand 5 more\n"), "{shown}");
    assert_eq!(error.mistakes().len(), 25);
    assert_eq!(error.to_string(), "unknown key `zzz0` in plan, and 24 more mistakes");
}

#[test]
fn a_file_cannot_control_the_terminal() {
    let shown = rendered(&with("\"\\u001b[31m\" = 1\n\"\u{202e}x\" = 2"));
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
    assert!(shown.contains("unknown key `␛[31m` in plan"), "{shown}");
}

#[test]
fn colour_adds_no_information() {
    let error = try_toml("nmae = 1").unwrap_err();
    let (plain, coloured) = (error.render(false, 80), error.render(true, 80));
    assert!(coloured.contains("\u{1b}[1;31merror:\u{1b}[0m unknown key"), "{coloured}");
    let mut unstyled = coloured;
    for style in ["0", "2", "1;31", "1;36"] {
        unstyled = unstyled.replace(&format!("\u{1b}[{style}m"), "");
    }
    assert_eq!(unstyled, plain);
}

#[test]
fn long_lines_are_cut_around_the_caret() {
    let text = with(&format!("headers = {{ accept = \"{}\", x = 5 }}", "ä".repeat(300)));
    insta::assert_snapshot!(try_toml(&text).unwrap_err().render(false, 60), @r#"
    error: `x` cannot be a number

      shop.toml:3:330
       2 │ url = "https://a.b/"
       3 │ …äääääääää", x = 5 }
         │                  ^
         │             write a text such as `"application/json"`
    "#);
}

#[test]
fn a_file_that_is_not_a_plan_is_an_error_with_a_hint() {
    let (folder, empty) =
        folder(&[("empty.toml", "name = \"x\"\n"), ("empty.txt", "# nothing\n"), ("ids.csv", "id\n")]);
    let read = |name: &str| {
        let error = Plan::read(&folder.path().join(name), &var).unwrap_err();
        error.render(false, 400).replace(&folder.path().display().to_string(), "…")
    };
    std::fs::write(folder.path().join("latin.toml"), b"name = \"x\"\n# caf\xe9\n").unwrap();
    std::fs::create_dir(folder.path().join("folder.toml")).unwrap();
    assert_eq!(
        read("nowhere.toml"),
        "error: cannot read plan `…/nowhere.toml`: there is no such file\n\
         hint: `inflight run` takes a TOML plan, a list of URLs, or requests as JSON or CSV\n"
    );
    assert!(read("folder.toml").starts_with("error: cannot read plan `…/folder.toml`: it is a folder\n"));
    assert!(read("latin.toml").starts_with("error: cannot read plan `…/latin.toml`: line 2 is not UTF-8 text\n"));
    assert!(read("ids.csv").starts_with(
        "error: `…/ids.csv` is a table without a column `url`, so it is no plan\nhint: name it in a plan"
    ));
    assert_eq!(
        read("empty.toml"),
        "error: plan `…/empty.toml` has no jobs\nhint: add an `[[endpoint]]` with a `url`\n"
    );
    assert!(Plan::read(&empty, &var).unwrap_err().has_no_jobs());
    let list = Plan::read(&folder.path().join("empty.txt"), &var).unwrap();
    let error = Cursor::open(&list, None).unwrap_err();
    assert!(error.has_no_jobs());
}

#[test]
fn a_placeholder_without_a_column_is_found_before_the_run() {
    let (folder, _) = folder(&[("ids.csv", "id,name\n1,a\n")]);
    let text = "[[endpoint]]\nurl = \"https://a.b/{nmae}\"\nrows = \"ids.csv\"\n";
    let error = Plan::from_toml(text, "shop.toml", folder.path(), &var).unwrap_err();
    insta::assert_snapshot!(error.render(false, 100), @r#"
    error: no row provides `{nmae}`

      shop.toml:2:20
       1 │ [[endpoint]]
       2 │ url = "https://a.b/{nmae}"
         │                    ^^^^^^ did you mean `{name}`?
       3 │ rows = "ids.csv"

    help: `ids.csv` has id, name
    "#);
}

#[test]
fn mistakes_are_json_for_scripts() {
    let error = try_toml(&with("[limits]\nrate = 5")).unwrap_err();
    assert_eq!(
        serde_json::to_value(error.mistakes()).unwrap(),
        serde_json::json!([{
            "message": "`rate` is a number without a unit",
            "file": "shop.toml",
            "line": 4,
            "column": 8,
            "label": "write `5/s` or `5/m`",
            "help": null,
        }])
    );
}

#[test]
fn a_practice_plan_without_its_upstream_does_not_open() {
    let plan = toml("[upstream]\n[[endpoint]]\nurl = \"practice://slow/delay/1s\"\n");
    let error = Cursor::open(&plan, None).unwrap_err();
    assert!(error.to_string().ends_with("add `[upstream]` to the plan"), "{error}");
    assert!(Cursor::open(&plan, Some(1)).is_ok());
    assert!(Path::new(&plan.file).ends_with("shop.toml"));
}
