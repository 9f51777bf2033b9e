//! Forms: fields in one text, and fields with files.

use super::{Recorder, Request};
use crate::run::program::Folder;

/// The parts of a multipart request: the head and the content of each.
#[track_caller]
fn parts(request: &Request) -> Vec<(String, String)> {
    let boundary = request.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = request.text();
    let body = text.strip_suffix(&format!("--{boundary}--\r\n")).unwrap();
    let opening = format!("--{boundary}\r\n");
    body.split(&opening)
        .skip(1)
        .map(|part| part.strip_suffix("\r\n").unwrap().split_once("\r\n\r\n").unwrap())
        .map(|(head, content)| (head.to_owned(), content.to_owned()))
        .collect()
}

fn part(head: &str, content: &str) -> (String, String) {
    (head.replace('|', "\r\n"), content.to_owned())
}

#[test]
fn fields_and_files_are_sent_as_curl_sends_them() {
    let recorder = Recorder::start();
    let folder = Folder::new().with("cat.png", "PNG").with("note.md", "# note\n");
    let run = folder.inflight("run").arg(recorder.url());
    let fields = ["-F", "a=1;x", "-F", "cat=@cat.png", "-F", "n=@note.md;type=text/markdown;filename=\"N \\\"1.md\""];
    let more = ["-F", "t=<note.md", "--form-string", "raw=@x;type=y", "-F", "j={};type=application/json"];
    run.args(fields).args(more).run().exits(0);
    let request = recorder.request();
    assert_eq!(request.line, "POST /");
    assert_eq!(
        parts(&request),
        [
            part("Content-Disposition: form-data; name=\"a\"", "1;x"),
            part("Content-Disposition: form-data; name=\"cat\"; filename=\"cat.png\"|Content-Type: image/png", "PNG"),
            part(
                "Content-Disposition: form-data; name=\"n\"; filename=\"N \\%221.md\"|Content-Type: text/markdown",
                "# note\n"
            ),
            part("Content-Disposition: form-data; name=\"t\"", "# note\n"),
            part("Content-Disposition: form-data; name=\"raw\"", "@x;type=y"),
            part("Content-Disposition: form-data; name=\"j\"|Content-Type: application/json", "{}"),
        ]
    );
}

#[test]
fn a_plan_has_forms_with_placeholders() {
    let recorder = Recorder::start();
    let folder = Folder::new().with("ids.csv", "id,who\n1,Ann & Bo\n").with("1.txt", "one");
    let plan = format!(
        r#"
        [[endpoint]]
        name = "form"
        url = "{url}"
        rows = "ids.csv"
        form = {{ "full name" = "Mr {{who}}", n = 1, secret = "${{KEY}}" }}
        [[endpoint]]
        name = "multipart"
        url = "{url}"
        rows = "ids.csv"
        multipart = [
            {{ name = "who", value = "{{who}}" }},
            {{ name = "file", file = "{{id}}.txt" }},
            {{ name = "as", file = "{{id}}.txt", type = "text/x", filename = "{{who}}.txt" }},
        ]
        "#,
        url = recorder.url()
    );
    let folder = folder.with("plan.toml", &plan);
    folder.inflight("run plan.toml -c 1 --events run.jsonl").var("KEY", "s3cr et").run().exits(0);
    let requests = recorder.requests();
    let form = requests.iter().find(|request| request.text().contains("full%20name")).unwrap();
    assert_eq!(form.text(), "full%20name=Mr%20Ann%20%26%20Bo&n=1&secret=s3cr%20et");
    assert_eq!(form.header("content-type"), Some("application/x-www-form-urlencoded"));
    let multipart = requests.iter().find(|request| request.text().contains("form-data")).unwrap();
    assert_eq!(
        parts(multipart),
        [
            part("Content-Disposition: form-data; name=\"who\"", "Ann & Bo"),
            part("Content-Disposition: form-data; name=\"file\"; filename=\"1.txt\"|Content-Type: text/plain", "one"),
            part("Content-Disposition: form-data; name=\"as\"; filename=\"Ann & Bo.txt\"|Content-Type: text/x", "one"),
        ]
    );
    assert!(!String::from_utf8(folder.bytes("run.jsonl")).unwrap().contains("s3cr"));
}
