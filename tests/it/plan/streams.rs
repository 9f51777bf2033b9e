//! Tests of plans that are larger than memory or arrive slowly.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use inflight::plan::Plan;
use inflight::plan::cursor::{BadRow, Cursor, Draw};
use inflight::plan::job::Job;

use crate::plan::{Drawn, folder, toml, var};

/// An input that arrives in parts.
struct Typed(Receiver<&'static str>);

impl Read for Typed {
    fn read(&mut self, mut buffer: &mut [u8]) -> io::Result<usize> {
        self.0.recv().map_or(Ok(0), |text| buffer.write(text.as_bytes()))
    }
}

fn until(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(10), "the condition never became true");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Waits for the next row of the first source.
fn next(cursor: &mut Cursor) -> Draw<Result<Box<Job>, BadRow>> {
    loop {
        match cursor.draw(0) {
            Draw::Pending => std::thread::yield_now(),
            drawn => return drawn,
        }
    }
}

#[test]
fn lines_of_a_pipe_are_drawn_as_they_arrive() {
    let (typist, typed) = channel();
    typist.send("# list\nhttps://a.b/1\nhttps://a.b/").unwrap();
    let plan = Plan::from_stdin(Box::new(Typed(typed)), &var).unwrap();
    let mut cursor = Cursor::open(&plan, None).unwrap();
    let n_woken = Arc::new(AtomicUsize::new(0));
    let woken = Arc::clone(&n_woken);
    cursor.set_waker(Arc::new(move || {
        woken.fetch_add(1, Ordering::SeqCst);
    }));
    assert_eq!((cursor.jobs(), cursor.endpoints().len()), (None, 0));

    let mut draws = Vec::new();
    until(|| match cursor.draw(0) {
        Draw::Row(Ok(job)) => {
            draws.push(job.target.to_string());
            false
        }
        Draw::Pending => !draws.is_empty(),
        Draw::Row(Err(_)) | Draw::End => panic!("the input is still open"),
    });
    assert_eq!(draws, ["GET https://a.b/1"], "an incomplete line is not a row");
    let n_before = n_woken.load(Ordering::SeqCst);
    typist.send("2\nnonsense\n").unwrap();
    until(|| n_woken.load(Ordering::SeqCst) > n_before);
    assert!(matches!(next(&mut cursor), Draw::Row(Ok(job)) if &*job.target == "GET https://a.b/2"));
    let mut bad = None;
    until(|| match cursor.draw(0) {
        Draw::Row(Err(row)) => {
            bad = Some(row.why);
            true
        }
        _ => false,
    });
    assert_eq!(bad.unwrap(), "standard input line 4: `nonsense` is neither a URL nor a domain");
    assert!(matches!(cursor.draw(0), Draw::Pending));
    let n_before = n_woken.load(Ordering::SeqCst);
    drop(typist);
    until(|| n_woken.load(Ordering::SeqCst) > n_before);
    until(|| matches!(cursor.draw(0), Draw::End));
    assert!(Cursor::open(&plan, None).is_err(), "a pipe can be read only once");
}

#[test]
fn standard_input_can_be_a_list_json_lines_or_toml() {
    for (text, targets) in [
        ("example.org\n#x\n\nhttp://c.d:81/\n", vec!["GET https://example.org/", "GET http://c.d:81/"]),
        ("{\"url\": \"a.b/x\", \"method\": \"delete\"}\n", vec!["DELETE https://a.b/x"]),
        ("#:schema x\n[[endpoint]]\nurl = \"https://a.b/x\"\n", vec!["GET https://a.b/x"]),
    ] {
        let plan = Plan::from_stdin(Box::new(text.as_bytes()), &var).unwrap();
        assert_eq!(Drawn::from_plan(&plan).targets(), targets, "{text}");
    }
    assert!(Plan::from_stdin(Box::new(&b"# nothing\n"[..]), &var).unwrap_err().has_no_jobs());
}

#[test]
fn every_host_of_a_list_is_an_endpoint() {
    let list = "\u{feff}# domains\r\nexample.org\r\n\r\nhttp://example.org/x?token=abc\r\n\
                https://example.org:8443\r\nhttps://example.org/y\r\nfile:///etc/passwd\r\n";
    let (_folder, path) = folder(&[("urls.txt", list)]);
    let plan = Plan::read(&path, &var).unwrap();
    assert_eq!(plan.name, "urls");
    let drawn = Drawn::from_plan(&plan);
    assert_eq!(drawn.expected, Some(5));
    assert_eq!(drawn.endpoints, ["example.org", "http://example.org", "example.org:8443", "(bad rows)"]);
    assert_eq!(drawn.targets()[1], "GET http://example.org/x?token=***");
    assert_eq!(drawn.jobs[3].endpoint, drawn.jobs[0].endpoint);
    assert!(drawn.bad[0].ends_with("urls.txt` line 7: scheme `file` is not one of http, https and practice"));
}

#[test]
fn json_lines_are_complete_requests() {
    let lines = r#"{"url": "https://a.b/1", "header": {"X-A": ["1", "2"], "authorization": "t"}, "body": {"b": 1, "a": 2}}
{"url": "https://a.b/2", "name": "two", "method": "patch", "body": "text"}
{"url": "https://c.d/", "name": "two"}
{"url": "https://a.b/3", "bdy": 1}
{"method": "GET"}
{"url": "https://a.b/4", "headers": {"x": true}}
not json
"#;
    let (_folder, path) = folder(&[("jobs.jsonl", lines)]);
    let drawn = Drawn::from_plan(&Plan::read(&path, &var).unwrap());
    assert_eq!(drawn.targets(), ["POST https://a.b/1", "PATCH https://a.b/2", "GET https://c.d/"]);
    assert_eq!(drawn.jobs[0].body, r#"{"b": 1, "a": 2}"#.into(), "the body is sent as it is written");
    assert_eq!(drawn.jobs[0].headers["content-type"], "application/json");
    assert_eq!(drawn.jobs[0].headers.get_all("x-a").iter().count(), 2);
    assert!(drawn.jobs[0].headers["authorization"].is_sensitive());
    assert_eq!(drawn.jobs[1].body, "text".into());
    assert_eq!(drawn.endpoints, ["a.b", "two", "(bad rows)"]);
    let whys: Vec<_> = drawn.bad.iter().map(|why| why.split_once(" line ").unwrap().1).collect();
    assert_eq!(
        whys,
        [
            "4: unknown key `bdy`: did you mean `body`?",
            "5: `url` is missing",
            "6: header `x` is not a text",
            "7 is not JSON: a value was expected at column 2"
        ]
    );
}

#[test]
fn a_plan_of_a_trillion_rows_starts_at_once() {
    let keys = "each = { x = \"1..=1000000\", y = \"1..=1000000\" }";
    let plan = toml(&format!("[[endpoint]]\nurl = \"https://a.b/{{x}}/{{y}}\"\n{keys}"));
    let mut cursor = Cursor::open(&plan, None).unwrap();
    assert_eq!(cursor.jobs(), Some(1_000_000_000_000));
    assert!(matches!(cursor.draw(0), Draw::Row(Ok(job)) if job.url.path() == "/1/1"));
}

#[test]
fn a_million_lines_are_counted_and_drawn_one_by_one() {
    let mut list = String::with_capacity(24_000_000);
    for i in 0..1_000_000 {
        use std::fmt::Write;
        writeln!(list, "https://h{}.test/{i}", i % 20_000).unwrap();
    }
    let (_folder, path) = folder(&[("urls.txt", &list)]);
    let plan = Plan::read(&path, &var).unwrap();
    let mut cursor = Cursor::open(&plan, None).unwrap();
    assert_eq!(cursor.jobs(), Some(1_000_000));
    let mut n_jobs = 0;
    while let Draw::Row(Ok(_)) = next(&mut cursor) {
        n_jobs += 1;
    }
    assert_eq!(n_jobs, 1_000_000);
    assert_eq!(cursor.endpoints().len(), 10_001);
    assert_eq!(&*cursor.endpoints()[10_000].name, "(other hosts)");
}
