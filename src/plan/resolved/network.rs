//! The resolved network settings.
//!
//! Start at [`groups`].

use std::path::Path;

use crate::plan::network::Network;
use crate::plan::network::tls::TlsRules;
use crate::plan::provenance::{Provenance, ProvenanceIndex};
use crate::plan::resolved::value::Value;
use crate::plan::resolved::{Group, Item};

/// Returns the tables of the network.
pub(super) fn groups(network: &Network, index: &ProvenanceIndex<'_>) -> Vec<Group> {
    let mut groups = vec![
        Group { title: "network".into(), items: connections(network, index) },
        Group { title: "tls".into(), items: tls(&network.tls.all, index) },
    ];
    groups.extend(network.tls.hosts.iter().map(|(pattern, rules)| {
        let title = format!("tls.{pattern}");
        let items = own(rules).into_iter().filter_map(|(key, value)| {
            // A flag replaces the value of the table.
            let own = index.key_provenance(&format!("{title}.{key}"));
            Some(Item::new(key, value?, index.flag_provenance(&format!("tls.{key}")).unwrap_or(own)))
        });
        let items = items.collect();
        Group { title: title.into(), items }
    }));
    groups
}

fn connections(network: &Network, index: &ProvenanceIndex<'_>) -> Vec<Item> {
    let proxy = network.proxy.as_ref().map(|proxy| match proxy.0.as_str() {
        "" => Value::Nothing("none, also not of the environment"),
        url => Value::Text(without_user(url)),
    });
    let list = |texts: Vec<String>| (!texts.is_empty()).then_some(Value::List(texts));
    let resolve = list(network.resolve.iter().map(|rule| rule.written.clone()).collect());
    let connect_to = list(network.connect_to.iter().map(|rule| rule.written.clone()).collect());
    let socket = network.unix_socket.as_deref().map(|path| Value::Text(path.display().to_string()));
    let items = [
        ("proxy", proxy, "of the environment"),
        ("resolve", resolve, "none"),
        ("connect_to", connect_to, "none"),
        ("unix_socket", socket, "none"),
    ];
    let item = |(key, value, absent): (&'static str, Option<Value>, &'static str)| {
        Item::new(key, Value::or_nothing(value, absent), index.key_provenance(key))
    };
    items.into_iter().map(item).collect()
}

/// Removes user and password from the URL of a proxy.
fn without_user(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        (None, Some((_, rest))) => rest.to_owned(),
        (_, None) => url.to_owned(),
    }
}

fn tls(rules: &TlsRules, index: &ProvenanceIndex<'_>) -> Vec<Item> {
    let absent = |key: &str| match key {
        "cacert" => "of the system",
        "insecure" => "no",
        "key" if rules.identity.is_some() => "in the file of the certificate",
        _ => "none",
    };
    let item = |(key, value): (&'static str, Option<Value>)| {
        let source = index.key_provenance(&format!("tls.{key}"));
        Item::new(key, value.unwrap_or(Value::Nothing(absent(key))), source)
    };
    own(rules).into_iter().map(item).collect()
}

/// The values that rules set.
fn own(rules: &TlsRules) -> [(&'static str, Option<Value>); 4] {
    let path = |path: &Path| Value::Text(path.display().to_string());
    let identity = rules.identity.as_ref();
    [
        ("cacert", rules.cacert.as_deref().map(path)),
        ("cert", identity.map(|files| path(&files.cert))),
        ("key", identity.and_then(|files| files.key.as_deref()).map(path)),
        ("insecure", rules.insecure.map(Value::Flag)),
    ]
}

/// Returns where `insecure` is set, if the certificates of some host are not checked.
pub(super) fn insecure_provenance(network: &Network, index: &ProvenanceIndex<'_>) -> Option<Provenance> {
    let of = |key: &str| index.key_provenance(key);
    let host = |(pattern, rules): &(String, TlsRules)| {
        (rules.insecure == Some(true)).then(|| of("tls.insecure").or(of(&format!("tls.{pattern}.insecure"))))
    };
    let all = (network.tls.all.insecure == Some(true)).then(|| of("tls.insecure"));
    all.or_else(|| network.tls.hosts.iter().find_map(host))
}
