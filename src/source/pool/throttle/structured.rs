//! The parser of the structured fields `RateLimit-Policy` and `RateLimit`.
//!
//! It follows draft-ietf-httpapi-ratelimit-headers-10 and -11 on RFC 9651, and compatible older drafts. As they
//! require, it refuses a field with any error as a whole, and ignores unknown parameters. Start at [`policies`] and
//! [`levels`].

use sfv::visitor::{
    DictionaryVisitor, EntryVisitor, InnerListVisitor, ItemVisitor, ListVisitor, Never, ParameterVisitor,
};
use sfv::{BareItemFromInput, KeyRef, Parser};

use crate::event::Micros;
use crate::source::pool::throttle::quota::{PolicyName, QuotaLevel, QuotaPolicy, Unit};

/// The longest field that is parsed, in bytes.
const LONGEST: usize = 4096;

/// Parses policies: `"burst";q=100;w=60, "daily";q=1000;w=86400`.
///
/// Up to draft 8, the name is a token. Up to draft 7, there is no name: `100;w=60`. Up to draft 5, the field is
/// `RateLimit-Limit: 100, 100;w=60`.
pub fn policies(field: &[u8]) -> Option<Vec<QuotaPolicy>> {
    list(field)?.iter().map(policy).collect()
}

/// Parses levels: `"default";r=50;t=30`, or `limit=100, remaining=50, reset=30` in draft 7.
pub fn levels(field: &[u8]) -> Option<Vec<QuotaLevel>> {
    match list(field) {
        Some(members) => members.iter().map(level).collect(),
        None => Some(vec![draft_7(&dictionary(field)?)?]),
    }
}

fn policy(member: &Member<'_>) -> Option<QuotaPolicy> {
    let named = member.count("q")?.or(member.count("l")?);
    let (name, quota) = match &member.item {
        Some(BareItemFromInput::Integer(quota)) => (None, u64::try_from(i64::from(*quota)).ok()?),
        _ => (Some(member.name()?), named?),
    };
    let window = member.seconds("w")?;
    if window == Some(Micros::ZERO) {
        return None;
    }
    let unit = match member.param("qu") {
        None => Unit::Requests,
        Some(unit) => match text(unit)? {
            // Draft 8 uses the singular.
            "requests" | "request" => Unit::Requests,
            "concurrent-requests" => Unit::AtOnce,
            _ => Unit::Foreign,
        },
    };
    Some(QuotaPolicy { name, quota, unit, window })
}

fn level(member: &Member<'_>) -> Option<QuotaLevel> {
    let (name, remaining, resets) = (member.name()?, member.count("r")?, member.seconds("t")?);
    // `r` is required since draft 9. Before, it was optional.
    (remaining.is_some() || resets.is_some()).then_some(QuotaLevel { name: Some(name), remaining, resets })
}

fn draft_7(entries: &[Member<'_>]) -> Option<QuotaLevel> {
    let value = |key| entries.iter().rfind(|entry| entry.key == key).and_then(|entry| entry.item.as_ref());
    let count = |key| value(key).map_or(Some(None), |item| natural(item).map(Some));
    let (remaining, resets) = (count("remaining")?, count("reset")?.map(from_seconds));
    (remaining.is_some() || resets.is_some()).then_some(QuotaLevel { name: None, remaining, resets })
}

/// One member of a list or dictionary.
#[derive(Default)]
struct Member<'de> {
    key: &'de str,
    item: Option<BareItemFromInput<'de>>,
    params: Vec<(&'de str, BareItemFromInput<'de>)>,
}

impl<'de> Member<'de> {
    /// Returns a parameter. The last one with this name counts (RFC 9651 §4.2.3.2).
    fn param(&self, key: &str) -> Option<&BareItemFromInput<'de>> {
        self.params.iter().rfind(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Returns a parameter that must be a count, if present.
    #[expect(clippy::option_option, reason = "malformed, absent and present are three cases")]
    fn count(&self, key: &str) -> Option<Option<u64>> {
        self.param(key).map_or(Some(None), |value| natural(value).map(Some))
    }

    #[expect(clippy::option_option, reason = "malformed, absent and present are three cases")]
    fn seconds(&self, key: &str) -> Option<Option<Micros>> {
        Some(self.count(key)?.map(from_seconds))
    }

    fn name(&self) -> Option<PolicyName> {
        let policy = text(self.item.as_ref()?)?.to_owned();
        let key = match self.param("pk") {
            None => None,
            Some(BareItemFromInput::ByteSequence(key)) => Some(key.clone()),
            Some(other) => Some(text(other)?.as_bytes().to_vec()),
        };
        Some(PolicyName { policy, key })
    }
}

fn natural(item: &BareItemFromInput<'_>) -> Option<u64> {
    let BareItemFromInput::Integer(number) = item else { return None };
    u64::try_from(i64::from(*number)).ok()
}

fn text<'a>(item: &'a BareItemFromInput<'_>) -> Option<&'a str> {
    match item {
        BareItemFromInput::String(text) => Some(text.as_str()),
        BareItemFromInput::Token(text) => Some(text.as_str()),
        BareItemFromInput::Decimal(_)
        | BareItemFromInput::Integer(_)
        | BareItemFromInput::ByteSequence(_)
        | BareItemFromInput::Boolean(_)
        | BareItemFromInput::Date(_)
        | BareItemFromInput::DisplayString(_) => None,
    }
}

fn from_seconds(seconds: u64) -> Micros {
    Micros(seconds.saturating_mul(1_000_000))
}

fn list(field: &[u8]) -> Option<Vec<Member<'_>>> {
    parse(field, |parser| parser.parse_list_with_visitor(Members::default()))
}

fn dictionary(field: &[u8]) -> Option<Vec<Member<'_>>> {
    parse(field, |parser| parser.parse_dictionary_with_visitor(Members::default()))
}

/// Parses a field, which must have at least one member.
fn parse<'de>(
    field: &'de [u8],
    by: impl FnOnce(Parser<'de>) -> Result<Vec<Member<'de>>, sfv::Error>,
) -> Option<Vec<Member<'de>>> {
    let short = (field.len() <= LONGEST).then_some(field)?;
    by(Parser::new(short)).ok().filter(|members| !members.is_empty())
}

/// Collects the members of a field.
#[derive(Default)]
struct Members<'de>(Vec<Member<'de>>);

/// The error of an inner list, which neither field may contain.
#[derive(Debug, thiserror::Error)]
#[error("an inner list")]
struct InnerList;

impl<'de> Members<'de> {
    fn next(&mut self, key: &'de str) -> Option<&mut Member<'de>> {
        self.0.push(Member { key, ..Member::default() });
        self.0.last_mut()
    }
}

impl<'de> ListVisitor<'de> for Members<'de> {
    type Out = Vec<Member<'de>>;
    type Error = InnerList;

    fn entry(&mut self) -> Result<impl EntryVisitor<'de>, InnerList> {
        Ok(self.next(""))
    }

    fn finish(self) -> Result<Self::Out, InnerList> {
        Ok(self.0)
    }
}

impl<'de> DictionaryVisitor<'de> for Members<'de> {
    type Out = Vec<Member<'de>>;
    type Error = InnerList;

    fn entry(&mut self, key: &'de KeyRef) -> Result<impl EntryVisitor<'de>, InnerList> {
        Ok(self.next(key.as_str()))
    }

    fn finish(self) -> Result<Self::Out, InnerList> {
        Ok(self.0)
    }
}

impl<'de> EntryVisitor<'de> for &mut Member<'de> {
    type Error = InnerList;

    fn item(self) -> Result<impl ItemVisitor<'de>, InnerList> {
        Ok(self)
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'de>, InnerList> {
        Err::<Never, _>(InnerList)
    }
}

impl<'de> ItemVisitor<'de> for &mut Member<'de> {
    type Out = ();
    type Error = InnerList;

    fn bare_item(self, item: BareItemFromInput<'de>) -> Result<impl ParameterVisitor<'de, Out = ()>, InnerList> {
        self.item = Some(item);
        Ok(self)
    }
}

impl<'de> ParameterVisitor<'de> for &mut Member<'de> {
    type Out = ();
    type Error = InnerList;

    fn parameter(&mut self, key: &'de KeyRef, value: BareItemFromInput<'de>) -> Result<(), InnerList> {
        self.params.push((key.as_str(), value));
        Ok(())
    }

    fn finish(self) -> Result<(), InnerList> {
        Ok(())
    }
}
