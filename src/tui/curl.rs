//! A request as a `curl` command line, quoted for a POSIX shell.
//!
//! It uses what events record: the method, the masked URL and headers, and whether there is a body.
//! Start at [`CurlCommand::for_request`].

use crate::event::failure_sample::Field;
use crate::model::Model;
use crate::model::timeline::Bar;
use crate::text::sanitize::sanitize;
use crate::text::secret::MASK;
use crate::text::shell::quoted;

/// The prefix of the practice upstream's URLs.
const PRACTICE: &str = "practice://";

/// The request to write as a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurlRequest<'m> {
    /// Method and masked URL; foreign text.
    pub target: &'m str,
    /// The index of its endpoint.
    pub endpoint: usize,
}

impl<'m> CurlRequest<'m> {
    /// The request of an attempt.
    pub fn of_bar(bar: &'m Bar) -> Self {
        Self { target: &bar.target, endpoint: bar.endpoint }
    }
}

/// A command line, and what the user has to add to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurlCommand {
    /// The command.
    pub text: String,
    /// A short note on what the user must add; empty if the command is complete.
    pub caveats: String,
}

impl CurlCommand {
    /// The command for a request; `None` if the target is not a method and a URL.
    pub fn for_request(request: CurlRequest<'_>, model: &Model) -> Option<Self> {
        let target = sanitize(request.target);
        let (method, address) = target.split_once(' ')?;
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
        if !is_method || !address.contains("://") {
            return None;
        }
        let endpoint = model.endpoints.get(request.endpoint);
        let profile = endpoint.and_then(|endpoint| endpoint.profile.as_ref());
        let body = profile.map_or(0, |profile| profile.body);
        let mut arguments = vec!["curl".to_owned()];
        match method {
            "GET" if body == 0 => arguments.push("-i".to_owned()),
            "HEAD" if body == 0 => arguments.push("-I".to_owned()),
            // With a body, curl would send POST.
            method => arguments.push(format!("-i -X {method}")),
        }
        let mut caveats = Vec::new();
        for Field(name, value) in profile.iter().flat_map(|profile| profile.headers.iter()) {
            arguments.push(format!("-H {}", quoted(&sanitize(&format!("{name}: {value}")))));
        }
        if body > 0 {
            // If the plan sets no content type, curl must not add its own.
            let is_typed = profile.is_some_and(|it| it.headers.iter().any(|Field(name, _)| **name == *"content-type"));
            arguments.extend((!is_typed).then(|| "-H 'content-type:'".to_owned()));
            arguments.push("--data-binary @body".to_owned());
            caveats.push("save the request body as `body`".to_owned());
        }
        if address.contains(['[', ']', '{', '}']) {
            arguments.push("-g".to_owned());
        }
        let host = endpoint.and_then(|endpoint| model.hosts.get(endpoint.host?));
        let address = match (address.strip_prefix(PRACTICE), host) {
            (Some(rest), Some(host)) => {
                // Only this process resolves the name, and the port is valid for this run only.
                arguments.push("--connect-to ::127.0.0.1:".to_owned());
                let path = rest.find('/').map_or("/", |at| &rest[at..]);
                format!("{}{path}", sanitize(&host.name))
            }
            (Some(_), None) | (None, _) => address.to_owned(),
        };
        arguments.push(quoted(&address));
        let text = arguments.join(" ");
        let secrets = text.matches(MASK).count();
        if secrets > 0 {
            caveats.insert(0, format!("replace {MASK} with the {}", if secrets == 1 { "secret" } else { "secrets" }));
        }
        if profile.is_some_and(|profile| profile.varies) {
            caveats.push("the headers are those of the endpoint's first request".to_owned());
        }
        Some(Self { text, caveats: caveats.join(", ") })
    }
}

#[cfg(test)]
mod tests {
    use super::{CurlCommand, CurlRequest};
    use crate::event::failure_sample::Field;
    use crate::event::origin::Origin;
    use crate::event::{Event, Fact, HostId, Offset};
    use crate::model::Model;
    use crate::model::endpoint::{EndpointProfile, EndpointStats};

    /// The command for a request with these headers and this body.
    fn line(target: &str, profile: Option<EndpointProfile>) -> Option<CurlCommand> {
        let endpoint = EndpointStats { profile, host: Some(0), ..EndpointStats::default() };
        let mut model = Model::default();
        model.endpoints.push(endpoint);
        let fact = Fact::HostAnnounced { host: HostId(0), name: "http://shop.practice:4711".into(), limit: None };
        model.apply(&Event { at: Offset(0), origin: Origin::HERE, fact });
        CurlCommand::for_request(CurlRequest { target, endpoint: 0 }, &model)
    }

    fn text(target: &str, profile: Option<EndpointProfile>) -> String {
        line(target, profile).unwrap().text
    }

    #[test]
    fn the_shell_gets_every_argument_unchanged() {
        assert_eq!(text("GET https://a.b/?x='&y=$(reboot)", None), r"curl -i 'https://a.b/?x='\''&y=$(reboot)'");
        assert_eq!(text("GET https://a.b/\n;reboot\u{1b}]", None), "curl -i -g 'https://a.b/␊;reboot␛]'");
    }

    #[test]
    fn methods_headers_and_bodies_are_those_of_the_request() {
        assert_eq!(text("HEAD https://a.b/", None), "curl -I 'https://a.b/'");
        let headers = vec![Field("authorization".into(), "***".into()), Field("accept".into(), "text/plain".into())];
        let line = line("POST https://a.b/", Some(EndpointProfile { headers: headers.into(), body: 7, varies: true }))
            .unwrap();
        assert_eq!(
            line.text,
            "curl -i -X POST -H 'authorization: ***' -H 'accept: text/plain' -H 'content-type:' --data-binary @body \
             'https://a.b/'"
        );
        assert!(
            ["replace *** with the secret", "as `body`", "first request"].iter().all(|it| line.caveats.contains(it))
        );
    }

    #[test]
    fn the_practice_upstream_is_reached_on_this_machine() {
        assert_eq!(
            text("GET practice://shop/items?id=3", None),
            "curl -i --connect-to ::127.0.0.1: 'http://shop.practice:4711/items?id=3'"
        );
    }

    #[test]
    fn a_target_that_is_not_a_request_gives_no_command() {
        for target in ["checkout", "GET", "GET /path", "; https://a.b", " https://a.b"] {
            assert_eq!(line(target, None), None, "{target}");
        }
    }
}
