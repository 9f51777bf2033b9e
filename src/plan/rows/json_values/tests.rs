//! Tests of where JSON values end.

use super::{JsonText, JsonValues};
use crate::plan::defaults::MAX_LINE;

fn all(text: &str) -> Vec<String> {
    let mut values = JsonValues::new(text.as_bytes());
    let mut found = Vec::new();
    loop {
        let value = match values.next() {
            JsonText::Text(text) => String::from_utf8(text.to_vec()).unwrap().replace(['\n', ' '], ""),
            JsonText::Bad(why) => why,
            JsonText::End => return found,
        };
        found.push(format!("{}: {value}", values.place()));
    }
}

#[test]
fn values_come_in_lines_arrays_or_one_after_another() {
    assert_eq!(all("{\"a\": 1}\n\n# no\n\"x\"\r\n{},\n"), ["line 1: {\"a\":1}", "line 4: \"x\"", "line 5: {}"]);
    let array = "[\n  {\n    \"a\": [\n      {\"b\": \"]}\\\"\"}\n    ]\n  },\n  \"x\", 5, {}]\n";
    assert_eq!(
        all(array),
        [
            "row 1, line 2: {\"a\":[{\"b\":\"]}\\\"\"}]}",
            "row 2, line 7: \"x\"",
            "row 3, line 7: 5",
            "row 4, line 7: {}"
        ]
    );
    assert_eq!(all("{\n\"a\": 1\n}\n{\n}{}"), ["line 1: {\"a\":1}", "line 4: {}", "line 5: {}"]);
    assert_eq!(all("[]\n"), Vec::<String>::new());
    assert_eq!(all("[1]\n[2]\n"), ["row 1, line 1: 1", "row 2, line 2: 2"]);
}

#[test]
fn a_broken_value_spoils_only_its_own_lines() {
    let good = "{\"a\": 2}";
    for (broken, why) in [
        ("{\"a\": 1", "is not closed"),
        ("{\"a\": 1,", "is not closed"),
        ("{\"a\": {", "is not closed"),
        ("{\"a\": [1", "is not closed"),
        ("{\"a\": [1}", "is not closed"),
        ("{\"a\": \"1", "has a text that is not closed"),
        ("not, json }", "not,json}"),
        ("url: \"x\" {", "url:\"x\"{"),
    ] {
        let found = all(&format!("{good}\n{broken}\n{good}\n"));
        assert_eq!(found, ["line 1: {\"a\":2}", &format!("line 2: {why}"), "line 3: {\"a\":2}"], "{broken}");
    }
    let pretty = "[\n  {\n    \"a\": \"1\n    \"b\": 2\n  },\n  {\n    \"c\": 3\n  }\n]";
    assert_eq!(all(pretty), ["row 1, line 2: has a text that is not closed", "row 2, line 6: {\"c\":3}"]);
}

#[test]
fn a_value_that_is_too_long_or_deep_or_open_at_the_end_is_a_bad_one() {
    let long = format!("{{\"a\": \"{}\"}}\n{{}}", "x".repeat(3 * MAX_LINE));
    assert_eq!(all(&long), ["line 1: is longer than 1 MiB", "line 2: {}"]);
    assert_eq!(
        all(&format!("{}\n{{}}", "[".repeat(500))),
        [
            "row 1, line 1: is nested too deeply",
            "row 2, line 2: {}",
            "row 3, line 2: is missing: the list is not closed"
        ]
    );
    assert_eq!(all("{\"a\":\n1"), ["line 1: is not closed"]);
}
