//! Bodies from files that are read while they are sent.

use std::fs::{self, File};
use std::io::Read;
use std::net::TcpListener;
use std::thread;

use serde_json::json;

use super::Recorder;
use crate::run::program::Folder;

/// Both HTTP clients.
const WIRES: [&str; 2] = ["direct", "reqwest"];

/// More than is read before the run.
fn large() -> Vec<u8> {
    (0..3_000_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect()
}

#[test]
fn a_large_file_arrives_complete_and_again_after_a_failure() {
    for wire in WIRES {
        let recorder = Recorder::answering(|n, _| {
            let status = if n == 0 { "503 Wait\r\nretry-after: 0" } else { "200 OK" };
            format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n")
        });
        let folder = Folder::new();
        fs::write(folder.path("big.bin"), large()).unwrap();
        let run = folder.inflight(&format!("run -T big.bin --wire {wire}")).arg(recorder.url());
        run.run().exits(0);
        let requests = recorder.requests();
        assert_eq!(requests.len(), 2, "{wire}");
        for request in requests {
            assert_eq!((request.line.as_str(), request.header("content-length")), ("PUT /", Some("3000000")));
            assert!(request.body == large() && request.header("content-type").is_none(), "{wire}");
            // Only inflight's own client can wait for the consent.
            assert_eq!(request.header("expect"), (wire == "direct").then_some("100-continue"));
        }
    }
}

#[test]
fn each_row_uploads_its_file() {
    for wire in WIRES {
        let recorder = Recorder::start();
        let folder =
            Folder::new().with("ids.csv", "id\na\nb\nnone\n../ids\n").with("a.json", "{}").with("b.json", "[]");
        let plan = format!(
            "[[endpoint]]\nurl = \"{}{{id}}\"\nrows = \"ids.csv\"\nbody_file = \"{{id}}.json\"\n",
            recorder.url()
        );
        let folder = folder.with("plan.toml", &plan);
        let run = folder.inflight(&format!("run plan.toml --json --report report.json --wire {wire}"));
        assert_eq!(run.run().exits(1).summary()["jobs"]["failed"], 2);
        let mut sent: Vec<_> =
            recorder.requests().iter().map(|request| (request.line.clone(), request.text())).collect();
        sent.sort();
        assert_eq!(sent, [("POST /a".to_owned(), "{}".to_owned()), ("POST /b".to_owned(), "[]".to_owned())]);
        assert_eq!(recorder.requests()[0].header("content-type"), Some("application/json"));
        let report = folder.json("report.json");
        let missing = report["results"][2]["error"]["detail"].as_str().unwrap();
        assert!(missing.contains("none.json`: no such file"), "{missing}");
        assert_eq!(report["results"][2]["tries"], json!(1), "it is not tried again");
        assert!(report["results"][3]["error"].to_string().contains("moves up"), "{report}");
    }
}

#[test]
fn a_constant_file_that_is_missing_is_a_mistake_of_the_plan() {
    let plan = "[[endpoint]]\nurl = \"http://127.0.0.1:1/\"\nbody_file = \"none.json\"\n";
    let ended = Folder::new().with("plan.toml", plan).inflight("check plan.toml").run().exits(3);
    assert!(ended.err().contains("`body_file` is not readable: there is no such file"), "{}", ended.err());
}

#[test]
fn a_file_that_changes_while_it_is_sent_fails_the_job_and_the_body_stays_incomplete() {
    const LENGTH: u64 = 40_000_000;
    for wire in WIRES {
        let folder = Folder::new();
        let path = folder.path("big.bin");
        File::create(&path).unwrap().set_len(LENGTH).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut received = stream.read(&mut [0; 1024]).unwrap() as u64;
            // The sockets' buffers hold only a part of the file, so the client is still reading it.
            File::options().write(true).open(path).unwrap().set_len(LENGTH - 1).unwrap();
            let mut chunk = vec![0; 1 << 20];
            while let Ok(n @ 1..) = stream.read(&mut chunk) {
                received += n as u64;
            }
            received
        });
        let run = folder.inflight(&format!("run -T big.bin --tries 3 --json -H Expect: --wire {wire}")).arg(url);
        let summary = run.run().exits(1).summary();
        assert!(server.join().unwrap() < LENGTH, "{wire}");
        let text = summary.to_string();
        assert!(text.contains("it changed while it was sent") && summary["retries"] == 0, "{wire}: {text}");
    }
}
