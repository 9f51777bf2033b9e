//! The reader of a plan's network settings.
//!
//! Start at [`read`].

use std::path::PathBuf;

use crate::plan::network::destination::{parse_connect_to, parse_resolve};
use crate::plan::network::tls::{IdentityFiles, TlsRules, TlsSettings};
use crate::plan::network::{Network, ProxySetting};
use crate::plan::read::values::{PlanEntry, PlanSection};
use crate::text::sanitize::sanitize;
use crate::text::value_error::ValueError;

/// Reads the keys of the top that concern the network.
pub(super) fn read(top: &mut PlanSection<'_>) -> Network {
    let proxy = top.get("proxy").and_then(|entry| entry.text("a URL such as `\"http://proxy.example.org:3128\"`"));
    let resolve = top.get("resolve").map_or_else(Vec::new, |entry| {
        read_list(&entry, "a text such as `\"example.org:443:127.0.0.1\"`", parse_resolve)
    });
    let connect_to = top.get("connect_to").map_or_else(Vec::new, |entry| {
        read_list(&entry, "a text such as `\"example.org:443:localhost:8443\"`", parse_connect_to)
    });
    let unix_socket = top.get("unix_socket").and_then(|entry| file(&entry, "a path such as `\"/run/app.sock\"`"));
    let tls = top.get("tls").and_then(|entry| entry.section("[tls]", "`[tls]`"));
    let tls = tls.map_or_else(TlsSettings::default, read_tls);
    Network { tls, proxy: proxy.map(|proxy| ProxySetting(proxy.value())), resolve, connect_to, unix_socket }
}

/// Reads a list of texts, or one of them.
fn read_list<T>(entry: &PlanEntry<'_>, example: &str, read: fn(&str) -> Result<T, ValueError>) -> Vec<T> {
    entry.items().iter().filter_map(|item| item.parse(example, read)).collect()
}

fn read_tls(mut section: PlanSection<'_>) -> TlsSettings {
    let all = read_rules(&mut section);
    let host = |entry: PlanEntry<'_>| {
        let pattern = entry.key.to_lowercase();
        let mut section = entry.section(&format!("[tls.\"{}\"]", sanitize(&pattern)), "a table")?;
        let rules = read_rules(&mut section);
        section.finish();
        Some((pattern, rules))
    };
    let hosts = section.free_tables().into_iter().filter_map(host).collect();
    section.finish();
    TlsSettings { all, hosts }
}

fn read_rules(section: &mut PlanSection<'_>) -> TlsRules {
    const EXAMPLE: &str = "a file such as `\"ca.pem\"`";
    let cacert = section.get("cacert").and_then(|entry| file(&entry, EXAMPLE));
    let cert = section.get("cert").and_then(|entry| file(&entry, EXAMPLE));
    let key = section.get("key");
    let insecure = section.get("insecure").and_then(|entry| entry.flag());
    let key_file = key.as_ref().and_then(|entry| file(entry, EXAMPLE));
    let identity = match (cert, key) {
        (Some(cert), _) => Some(IdentityFiles { cert, key: key_file }),
        (None, Some(key)) => {
            key.check(Err(ValueError::new("useless without `cert`", "name the certificate: `cert = \"me.pem\"`")))
        }
        (None, None) => None,
    };
    TlsRules { cacert, identity, insecure }
}

/// Reads a path relative to the folder of the plan.
fn file(entry: &PlanEntry<'_>, example: &str) -> Option<PathBuf> {
    let text = entry.text(example)?.value();
    let empty = || ValueError::new("empty", format!("write {example}"));
    let text = entry.check(if text.is_empty() { Err(empty()) } else { Ok(text) })?;
    Some(entry.reader.context.folder.join(text))
}
