//! A request as a command line for `curl`, quoted for a POSIX shell.
//!
//! It knows what the facts tell: method and masked address, masked headers, and that there is a body.
//! Start at [`Line::of`].

use crate::event::failure_sample::Field;
use crate::model::Model;
use crate::text::sanitize::sanitize;
use crate::text::secret::MASK;
use crate::text::shell::quoted;

/// What addresses of the practice upstream begin with.
const PRACTICE: &str = "practice://";

/// The request that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'m> {
    /// Method and masked address; foreign text.
    pub target: &'m str,
    /// Index of its endpoint.
    pub endpoint: usize,
}

/// A command line, and what whoever uses it must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The command.
    pub text: String,
    /// What is missing in it, in a few words; empty where nothing is.
    pub but: String,
}

impl Line {
    /// The command for a request; none where its target is no method and address.
    pub fn of(asked: Asked<'_>, model: &Model) -> Option<Self> {
        let target = sanitize(asked.target);
        let (method, address) = target.split_once(' ')?;
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
        if !is_method || !address.contains("://") {
            return None;
        }
        let endpoint = model.endpoints.get(asked.endpoint);
        let carried = endpoint.and_then(|endpoint| endpoint.carried.as_ref());
        let body = carried.map_or(0, |carried| carried.body);
        let mut words = vec!["curl".to_owned()];
        match method {
            "GET" if body == 0 => words.push("-i".to_owned()),
            "HEAD" if body == 0 => words.push("-I".to_owned()),
            // With a body curl would send a POST.
            method => words.push(format!("-i -X {method}")),
        }
        let mut but = Vec::new();
        for Field(name, value) in carried.iter().flat_map(|carried| carried.headers.iter()) {
            words.push(format!("-H {}", quoted(&sanitize(&format!("{name}: {value}")))));
        }
        if body > 0 {
            // Without the plan's own, curl would invent one.
            let is_typed = carried.is_some_and(|it| it.headers.iter().any(|Field(name, _)| **name == *"content-type"));
            words.extend((!is_typed).then(|| "-H 'content-type:'".to_owned()));
            words.push("--data-binary @body".to_owned());
            but.push("its body goes into a file `body`".to_owned());
        }
        if address.contains(['[', ']', '{', '}']) {
            words.push("-g".to_owned());
        }
        let host = endpoint.and_then(|endpoint| model.hosts.get(endpoint.host?));
        let address = match (address.strip_prefix(PRACTICE), host) {
            (Some(rest), Some(host)) => {
                // The name is known to us alone; the port is that of this run.
                words.push("--connect-to ::127.0.0.1:".to_owned());
                let path = rest.find('/').map_or("/", |at| &rest[at..]);
                format!("{}{path}", sanitize(&host.name))
            }
            (Some(_), None) | (None, _) => address.to_owned(),
        };
        words.push(quoted(&address));
        let text = words.join(" ");
        let secrets = text.matches(MASK).count();
        if secrets > 0 {
            but.insert(0, format!("{MASK} stands for {}", if secrets == 1 { "a secret" } else { "secrets" }));
        }
        if carried.is_some_and(|carried| carried.varies) {
            but.push("headers are those of the endpoint's first request".to_owned());
        }
        Some(Self { text, but: but.join(", ") })
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Line};
    use crate::event::failure_sample::Field;
    use crate::event::{Event, Fact, HostId, Offset, Origin};
    use crate::model::Model;
    use crate::model::endpoint::{Carried, Endpoint};

    /// The command for a request whose endpoint carries this.
    fn line(target: &str, carried: Option<Carried>) -> Option<Line> {
        let endpoint = Endpoint { carried, host: Some(0), ..Endpoint::default() };
        let mut model = Model::default();
        model.endpoints.push(endpoint);
        let fact = Fact::HostSeen { host: HostId(0), name: "http://shop.practice:4711".into(), limit: None };
        model.apply(&Event { at: Offset(0), origin: Origin::HERE, fact });
        Line::of(Asked { target, endpoint: 0 }, &model)
    }

    fn text(target: &str, carried: Option<Carried>) -> String {
        line(target, carried).unwrap().text
    }

    #[test]
    fn a_shell_takes_every_word_as_it_is() {
        assert_eq!(text("GET https://a.b/?x='&y=$(reboot)", None), r"curl -i 'https://a.b/?x='\''&y=$(reboot)'");
        assert_eq!(text("GET https://a.b/\n;reboot\u{1b}]", None), "curl -i -g 'https://a.b/␊;reboot␛]'");
    }

    #[test]
    fn methods_headers_and_bodies_are_those_of_the_request() {
        assert_eq!(text("HEAD https://a.b/", None), "curl -I 'https://a.b/'");
        let headers = vec![Field("authorization".into(), "***".into()), Field("accept".into(), "text/plain".into())];
        let line = line("POST https://a.b/", Some(Carried { headers: headers.into(), body: 7, varies: true })).unwrap();
        assert_eq!(
            line.text,
            "curl -i -X POST -H 'authorization: ***' -H 'accept: text/plain' -H 'content-type:' --data-binary @body \
             'https://a.b/'"
        );
        assert!(["*** stands for a secret", "file `body`", "first request"].iter().all(|it| line.but.contains(it)));
    }

    #[test]
    fn the_practice_upstream_is_found_on_this_machine() {
        assert_eq!(
            text("GET practice://shop/items?id=3", None),
            "curl -i --connect-to ::127.0.0.1: 'http://shop.practice:4711/items?id=3'"
        );
    }

    #[test]
    fn what_is_no_request_is_no_command() {
        for target in ["checkout", "GET", "GET /path", "; https://a.b", " https://a.b"] {
            assert_eq!(line(target, None), None, "{target}");
        }
    }
}
