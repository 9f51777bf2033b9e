//! Files of other tools, which are not plans.
//!
//! They are named with the way to use them. Detection looks at the beginning of the text only. Start at
//! [`ForeignFormat::detect`].

use std::path::Path;

/// A format of another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignFormat {
    /// A recording of a browser.
    Har,
    /// A list of the pages of a site.
    Sitemap,
    /// A script of curl commands.
    Curl,
    /// A Postman collection.
    Postman,
    /// An export of Insomnia.
    Insomnia,
    /// An OpenAPI or Swagger description.
    OpenApi,
    /// A script of k6.
    K6,
    /// A script of Locust.
    Locust,
    /// A test plan of JMeter.
    JMeter,
    /// A request as a browser copies it for PowerShell or for `fetch`.
    CopiedRequest,
    /// A web page.
    Html,
    /// Another XML document.
    Xml,
}

impl ForeignFormat {
    /// Finds the format of a text, if it is a known one. The file's name helps.
    pub fn detect(start: &[u8], name: &str) -> Option<Self> {
        let text = String::from_utf8_lossy(start);
        let text = text.trim_start();
        let has = |part: &str| text.contains(part);
        let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if text.starts_with('{') {
            let keys: String = text.chars().take(2_000).filter(|c| !c.is_whitespace()).collect();
            return match &*keys {
                _ if ending.eq_ignore_ascii_case("har") || keys.starts_with("{\"log\":{") => Some(Self::Har),
                _ if has("schema.getpostman.com") || has("\"_postman_id\"") => Some(Self::Postman),
                _ if has("\"__export_format\"") || has("\"insomnia.rest") => Some(Self::Insomnia),
                keys if keys.starts_with("{\"openapi\":\"") || keys.starts_with("{\"swagger\":\"") => {
                    Some(Self::OpenApi)
                }
                keys if keys.contains(",\"openapi\":\"3") || keys.contains(",\"swagger\":\"2") => Some(Self::OpenApi),
                _ => None,
            };
        }
        if text.starts_with('<') {
            let is_html = text.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("<!doctype")) || has("<html");
            return Some(match text {
                _ if has("<urlset") || has("<sitemapindex") => Self::Sitemap,
                _ if has("<jmeterTestPlan") => Self::JMeter,
                _ if is_html => Self::Html,
                _ => Self::Xml,
            });
        }
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
        let is_top =
            |key: &str| text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
        if has("from 'k6") || has("from \"k6") || has("require('k6") || has("require(\"k6") {
            return Some(Self::K6);
        }
        if text.lines().any(|line| line.starts_with("from locust import") || line.starts_with("import locust")) {
            return Some(Self::Locust);
        }
        let copied =
            ["Invoke-WebRequest ", "Invoke-RestMethod ", "$session = New-Object ", "fetch(\"", "await fetch(\""];
        if copied.iter().any(|start| text.starts_with(start)) {
            return Some(Self::CopiedRequest);
        }
        if is_top("openapi") || is_top("swagger") || is_top("\"openapi\"") {
            return Some(Self::OpenApi);
        }
        let is_command = |line: &str| line.starts_with("curl ") || line.starts_with("$ curl ") || line == "curl \\";
        let is_script = text.starts_with("#!") && text.lines().next().is_some_and(|line| line.contains("sh"));
        let first = lines.find(|line| !line.starts_with('#')).unwrap_or_default();
        (is_command(first) || is_script && text.lines().any(|line| is_command(line.trim()))).then_some(Self::Curl)
    }

    /// What the file is.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Har => "a recording of a browser (HAR)",
            Self::Sitemap => "a sitemap",
            Self::Curl => "a script of `curl` commands",
            Self::Postman => "a Postman collection",
            Self::Insomnia => "an Insomnia export",
            Self::OpenApi => "an OpenAPI description",
            Self::K6 => "a k6 script",
            Self::Locust => "a Locust script",
            Self::JMeter => "a JMeter test plan",
            Self::CopiedRequest => "a request copied for PowerShell or `fetch`",
            Self::Html => "an HTML page",
            Self::Xml => "an XML document",
        }
    }

    /// How to use it.
    pub fn help(self, file: &str) -> String {
        match self {
            Self::Har | Self::Sitemap | Self::Curl | Self::Postman | Self::OpenApi => {
                let output = if self == Self::Sitemap { "urls.txt" } else { "plan.toml" };
                format!(
                    "`inflight import {file} -o {output}` makes a {} of it",
                    if self == Self::Sitemap { "list" } else { "plan" }
                )
            }
            Self::Insomnia => "Insomnia also exports HAR, which `inflight import` reads".to_owned(),
            Self::CopiedRequest => "browsers also copy it as cURL, which `inflight import` reads".to_owned(),
            Self::K6 | Self::Locust | Self::JMeter => {
                "inflight runs no scripts: list the requests in a plan, or one URL a line".to_owned()
            }
            Self::Html | Self::Xml => {
                "`inflight run` takes a plan or a list; for a page itself, give its URL".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ForeignFormat;

    #[test]
    fn files_of_other_tools_are_known() {
        for (text, format) in [
            ("{\n \"log\": {\n  \"version\": \"1.2\"", Some(ForeignFormat::Har)),
            ("<?xml version=\"1.0\"?>\n<urlset>", Some(ForeignFormat::Sitemap)),
            ("<!DOCTYPE html>\n<html>", Some(ForeignFormat::Html)),
            ("<?xml version=\"1.0\"?>\n<jmeterTestPlan>", Some(ForeignFormat::JMeter)),
            ("<a/>", Some(ForeignFormat::Xml)),
            ("{\"info\": {\"_postman_id\": \"1\"}}", Some(ForeignFormat::Postman)),
            ("{\"openapi\": \"3.1.0\"", Some(ForeignFormat::OpenApi)),
            ("{\"info\": {}, \"swagger\": \"2.0\"", Some(ForeignFormat::OpenApi)),
            ("# API\nopenapi: 3.0.0\ninfo:\n", Some(ForeignFormat::OpenApi)),
            ("import http from 'k6/http';\n", Some(ForeignFormat::K6)),
            ("Invoke-WebRequest -UseBasicParsing -Uri \"https://a.b\"", Some(ForeignFormat::CopiedRequest)),
            ("fetch(\"https://a.b\", {});", Some(ForeignFormat::CopiedRequest)),
            ("from locust import HttpUser\n", Some(ForeignFormat::Locust)),
            ("#!/bin/bash\nset -e\nfor i in 1 2; do\n  curl -s https://a.b/$i\ndone\n", Some(ForeignFormat::Curl)),
            ("curl 'https://a.b/' \\\n  -H 'accept: x'\n", Some(ForeignFormat::Curl)),
            ("https://a.b/?x=curl\n", None),
            ("{\"url\": \"https://a.b/openapi.json\"}", None),
            ("name = \"k6\"\n", None),
            ("", None),
        ] {
            assert_eq!(ForeignFormat::detect(text.as_bytes(), "x"), format, "{text}");
        }
    }
}
