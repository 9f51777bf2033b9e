//! Tests of templates.

use crate::plan::template::escape::Escaping;
use crate::plan::template::interpolation::{PlanText, TextPiece};
use crate::plan::template::{SecretDisplay, Template};

#[track_caller]
fn url(text: &str, values: &[&str]) -> Result<String, String> {
    let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
    Template::parse_url(&PlanText::written(text), &mut Vec::new()).filled(&values, SecretDisplay::Plain)
}

#[test]
fn values_are_encoded_in_path_and_query() {
    let filled = url("https://a.b/x/{id}?q={q}&again={id}", &["ü/ä ?#", "a&b=c%"]).unwrap();
    assert_eq!(filled, "https://a.b/x/%C3%BC%2F%C3%A4%20%3F%23?q=a%26b%3Dc%25&again=%C3%BC%2F%C3%A4%20%3F%23");
}

#[test]
fn a_value_for_a_whole_url_or_its_start_is_not_escaped() {
    assert_eq!(url("{url}", &["http://a.b/x?y=1"]).unwrap(), "http://a.b/x?y=1");
    assert_eq!(url("{base}/x/{id}", &["http://a.b", "a/b"]).unwrap(), "http://a.b/x/a%2Fb");
}

#[test]
fn a_value_cannot_leave_its_place_in_the_url() {
    assert_eq!(url("https://{host}/x", &["a.b:81"]).unwrap(), "https://a.b:81/x");
    assert!(url("https://{host}/x", &["a.b/evil?"]).is_err());
    assert!(url("https://a.b/{id}/x", &[".."]).is_err());
    assert_eq!(url("https://a.b/x?q={id}", &[".."]).unwrap(), "https://a.b/x?q=..");
}

#[test]
fn braces_without_a_name_are_literal() {
    let mut columns = Vec::new();
    let text = PlanText::written(r#"{"a": {"b": {id}}, "c": "{{id}}", "d": {}, "e": {x y}"#);
    let template = Template::parse(&text, Escaping::Raw, &mut columns);
    assert_eq!(columns, ["id"]);
    let filled = template.filled(&["7".to_owned()], SecretDisplay::Plain).unwrap();
    assert_eq!(filled, r#"{"a": {"b": 7}, "c": "{id}", "d": {}, "e": {x y}"#);
}

#[test]
fn values_inside_json_strings_are_escaped() {
    let template = Template::parse(&PlanText::written(r#"{"a":"{id}"}"#), Escaping::Json, &mut Vec::new());
    assert_eq!(template.filled(&["x\"\n".to_owned()], SecretDisplay::Plain).unwrap(), r#"{"a":"x\"\n"}"#);
}

#[test]
fn values_of_variables_are_masked_and_never_searched_for_placeholders() {
    let pieces = vec![TextPiece::Written("https://a.b/".into()), TextPiece::Given("k{id}k".into())];
    let text = PlanText { pieces, ..PlanText::default() };
    let mut columns = Vec::new();
    let template = Template::parse_url(&text, &mut columns);
    assert!(columns.is_empty());
    assert_eq!(template.filled(&[], SecretDisplay::Plain).unwrap(), "https://a.b/k{id}k");
    assert_eq!(template.filled(&[], SecretDisplay::Masked).unwrap(), "https://a.b/***");
    assert_eq!(format!("{template:?}"), "https://a.b/***");
}

#[test]
fn a_base_url_from_a_variable_shows_only_its_host() {
    let pieces = vec![TextPiece::Given("https://a.b/tenant".into()), TextPiece::Written("/{id}".into())];
    let text = PlanText { pieces, ..PlanText::default() };
    let template = Template::parse_url(&text, &mut Vec::new());
    assert_eq!(template.filled(&["1/2".to_owned()], SecretDisplay::Masked).unwrap(), "https://a.b***/1%2F2");
    assert!(template.has_constant_host());
}

#[test]
fn an_empty_value_that_is_a_whole_segment_of_the_path_is_found() {
    let filled = [String::new(), "1".to_owned()];
    for (url, is_empty) in [
        ("https://a.test/orders/{e}", true),
        ("https://a.test/orders/{e}/items", true),
        ("https://a.test/orders/{e}?all=1", true),
        ("https://a.test/orders/{e}{e}", true),
        ("https://a.test/orders/{e}{f}", false),
        ("https://a.test/orders/x{e}", false),
        ("https://a.test/orders/{e}.json", false),
        ("https://a.test/orders/?id={e}", false),
        ("https://a.test/orders/", false),
        ("https://a.test/{f}/", false),
    ] {
        let mut columns = vec!["e".to_owned(), "f".to_owned()];
        let url = Template::parse_url(&PlanText::written(url), &mut columns);
        assert_eq!(url.has_empty_segment(&filled), is_empty, "{url:?}");
    }
}
