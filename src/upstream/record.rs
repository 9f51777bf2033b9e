//! Reproducible JSON records, and the hash that generates them.
//!
//! Nothing is stored: a record depends only on the seed, the host, its kind and its id. The hash of the standard
//! library is not used, because it may change between releases. Start at [`json_body`].

use bytes::Bytes;
use serde::Serialize;

use crate::upstream::behaviour::{Act, Behaviour};

/// Returns the default JSON body: the record that the path names, or one named after the behaviour.
pub fn json_body(seed: u64, host: &str, path_and_query: &str, behaviour: &Behaviour) -> Bytes {
    let (kind, id) = if let Act::Json { kind, id } = &behaviour.act {
        (kind.as_str(), id.as_str())
    } else {
        let path = path_and_query.trim_start_matches('/');
        (path.split(['/', '?']).next().unwrap_or_default(), behaviour.id.as_deref().unwrap_or("1"))
    };
    let mut rng = fastrand::Rng::with_seed(hash(seed, &[host, kind, id]));
    let pick = |rng: &mut fastrand::Rng, words: &[&'static str]| words[rng.usize(..words.len())];
    let record = JsonRecord {
        id: id.parse().map_or(Id::Name(id), Id::Number),
        kind,
        sum: f64::from(rng.u32(100..100_000)) / 100.0,
        currency: pick(&mut rng, &["EUR", "USD", "GBP", "JPY"]),
        items: rng.u32(1..20),
        status: pick(&mut rng, &["open", "paid", "sent", "returned"]),
    };
    // Serializing plain fields cannot fail.
    serde_json::to_vec(&record).map(Bytes::from).unwrap_or_default()
}

/// Hashes texts. Their boundaries count.
pub fn hash(seed: u64, texts: &[&str]) -> u64 {
    let mut sum = mix(seed);
    for text in texts {
        for &byte in text.as_bytes() {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        sum = mix(sum ^ 0xff);
    }
    sum
}

/// Mixes all 64 bits of a number: the finalizer of splitmix64.
pub fn mix(number: u64) -> u64 {
    let mut spread = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    spread = (spread ^ (spread >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    spread = (spread ^ (spread >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    spread ^ (spread >> 31)
}

#[derive(Serialize)]
struct JsonRecord<'a> {
    id: Id<'a>,
    kind: &'a str,
    sum: f64,
    currency: &'static str,
    items: u32,
    status: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Id<'a> {
    Number(u64),
    Name(&'a str),
}
