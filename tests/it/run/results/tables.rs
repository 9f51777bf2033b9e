//! Reports that are tables: their columns, and what the tools that people open them with make of them.
//!
//! pandas and `DuckDB` are left out where Python has them not, unless `INFLIGHT_PACKAGES` is set.

#![expect(clippy::print_stdout, reason = "what is left out is shown with `--nocapture`")]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::run::program::Folder;
use crate::run::{at, upstream};
use crate::watch::pythons;

/// A plan that takes values out of 300 orders, of which every hundredth fails.
fn folder(base: &str) -> Folder {
    let plan = format!(
        "name = \"orders\"\n[defaults]\nextract = {{ total = \"$.sum\", currency = \"$.currency\" }}\n\
         [retry]\nattempts = 1\n\
         [[endpoint]]\nname = \"order\"\nurl = \"{base}/json/orders/{{id}}\"\neach = {{ id = \"1..=297\" }}\n\
         [[endpoint]]\nname = \"broken\"\nurl = \"{base}/status/500?id={{id}}\"\neach = {{ id = \"1..=3\" }}\n\
         extract = {{ \"=cmd|' /C calc'!A0\" = \"$.a\" }}\n"
    );
    Folder::new().with("plan.toml", &plan)
}

#[test]
fn every_format_has_all_jobs_in_plan_order_with_the_values_taken_out_of_answers() {
    let upstream = upstream();
    let folder = folder(&at(&upstream, ""));
    let check = folder.inflight("check plan.toml").run().exits(0);
    assert!((check.out().to_owned() + check.err()).contains("`extract` has no effect without a report"), "{check:?}");
    let check = folder.inflight("check plan.toml --report r.csv").run().exits(0);
    assert!(check.out().contains("total = $.sum, currency = $.currency"), "{}", check.out());
    for format in ["json", "jsonl", "csv", "md", "html"] {
        folder.inflight("run plan.toml --report").arg(format!("r.{format}")).run().exits(1);
    }
    let report = folder.json("r.json");
    let results = report["results"].as_array().unwrap();
    assert_eq!(results.len(), 300);
    for (i, result) in results.iter().enumerate() {
        if i < 297 {
            assert_eq!(result["with"]["id"], (i + 1).to_string());
            assert_eq!(
                result["extract"],
                json!({"total": result["data"]["sum"], "currency": result["data"]["currency"]})
            );
            assert!(result["extract"]["total"].is_f64() && result["encoding"] == "json", "{result}");
        } else {
            assert!(result.get("extract").is_none() && result["error"]["status"] == 500, "{result}");
        }
    }
    let text = |name: &str| String::from_utf8(folder.bytes(name)).unwrap();
    let lines: Vec<Value> = text("r.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let stable = |results: &[Value]| -> Vec<_> {
        results
            .iter()
            .map(|result| (result["with"].clone(), result["extract"].clone(), result["data"].clone()))
            .collect()
    };
    assert_eq!(stable(&lines), stable(results));
    assert_eq!(text("r.csv").lines().count(), 301);
    // The name of a column is no formula either.
    assert!(text("r.csv").lines().next().unwrap().ends_with(",total,currency,\"'=cmd|' /C calc'!A0\""));
    assert!(text("r.md").starts_with("## orders\n\n297 jobs ok, 3 failed; started "), "{}", text("r.md"));
    assert_eq!(text("r.html").matches("<tr>").count(), 301);
}

#[test]
fn pandas_and_duckdb_read_tables_with_their_types() {
    let script = r#"
import sys, json, duckdb, pandas
frame = pandas.read_csv("r.csv")
assert len(frame) == 300, len(frame)
assert frame["total"].dtype == "float64" and frame["row"].dtype == "int64" and frame["ok"].dtype == "bool", frame.dtypes
assert frame["total"].isna().sum() == 3 and frame["currency"].isna().sum() == 3
assert pandas.to_datetime(frame["started"]).notna().all()
users = pandas.DataFrame({"id": range(1, 298), "name": [f"n{i}" for i in range(1, 298)]})
frame["id"] = frame["with"].map(lambda text: int(json.loads(text)["id"]))
orders = frame[frame["endpoint"] == "order"]
assert len(users.merge(orders, on="id")) == 297
lines = pandas.read_json("r.jsonl", lines=True)
assert len(lines) == 300
for table in ["'r.csv'", "'r.jsonl'"]:
    n, ok, total_ms = duckdb.sql(f"select count(*), count(*) filter (ok), sum(total_ms) from {table}").fetchall()[0]
    assert (n, ok) == (300, 297) and total_ms > 0, (table, n, ok, total_ms)
types = dict(duckdb.sql("select column_name, column_type from (describe select * from 'r.csv')").fetchall())
assert types["total"] == "DOUBLE" and types["ok"] == "BOOLEAN" and types["row"] == "BIGINT", types
assert types["started"].startswith("TIMESTAMP"), types
total = duckdb.sql("select sum(extract.total) from 'r.jsonl'").fetchall()[0][0]
assert abs(total - frame["total"].sum()) < 1e-6, total
largest = duckdb.sql("select max(\"data\".sum) from 'r.jsonl'").fetchall()
assert largest[0][0] is not None
print("read")
"#;
    let upstream = upstream();
    let folder = folder(&at(&upstream, "")).with("read.py", script);
    folder.inflight("run plan.toml --report r.csv").run().exits(1);
    folder.inflight("run plan.toml --report r.jsonl").run().exits(1);
    for python in pythons() {
        if !has_packages(&python) {
            assert!(std::env::var_os("INFLIGHT_PACKAGES").is_none(), "{} lacks pandas or duckdb", python.display());
            println!("left out: {} has no pandas or duckdb", python.display());
            continue;
        }
        let read = Command::new(&python).arg("read.py").current_dir(folder.path("")).output().unwrap();
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    }
}

fn has_packages(python: &Path) -> bool {
    Command::new(python).args(["-c", "import duckdb, pandas"]).output().unwrap().status.success()
}
