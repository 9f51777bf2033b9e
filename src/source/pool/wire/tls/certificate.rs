//! The facts of a certificate that messages need: its version, names and dates.
//!
//! It only reads the fixed part of X.509 and verifies nothing. Start at [`CertificateFacts::read`].

/// The object identifiers of a common name and of an organisation.
const NAME_PARTS: [&[u8]; 2] = [&[0x55, 0x04, 0x03], &[0x55, 0x04, 0x0a]];

/// The object identifier of alternative names.
const ALTERNATIVE_NAMES: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x11];

/// The facts of a certificate.
#[derive(Clone, Copy, Debug)]
pub struct CertificateFacts<'a> {
    /// The version, from 1.
    pub version: u8,
    issuer: &'a [u8],
    subject: &'a [u8],
    /// The start of its validity.
    pub not_before: CertificateTime,
    /// The end of its validity.
    pub not_after: CertificateTime,
    extensions: &'a [u8],
}

/// A time in a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CertificateTime {
    /// Year, month and day.
    pub date: (u16, u8, u8),
    /// Hour, minute and second.
    pub time: (u8, u8, u8),
}

/// The rest of a DER encoding.
struct DerReader<'a>(&'a [u8]);

impl<'a> DerReader<'a> {
    /// Reads a value: its tag and its content.
    fn value(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            ..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
                (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// Reads a value with this tag.
    fn tagged(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.value().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }
}

impl<'a> CertificateFacts<'a> {
    const SEQUENCE: u8 = 0x30;

    /// Reads a certificate in DER.
    pub fn read(der: &'a [u8]) -> Option<Self> {
        let whole = DerReader(der).tagged(Self::SEQUENCE)?;
        let mut parts = DerReader(DerReader(whole).tagged(Self::SEQUENCE)?);
        let version = match parts.0.first()? {
            0xa0 => DerReader(parts.tagged(0xa0)?).tagged(0x02)?.first()?.saturating_add(1),
            _ => 1,
        };
        parts.tagged(0x02)?;
        parts.tagged(Self::SEQUENCE)?;
        let issuer = parts.tagged(Self::SEQUENCE)?;
        let mut validity = DerReader(parts.tagged(Self::SEQUENCE)?);
        let (not_before, not_after) =
            (CertificateTime::read(validity.value()?)?, CertificateTime::read(validity.value()?)?);
        let subject = parts.tagged(Self::SEQUENCE)?;
        parts.tagged(Self::SEQUENCE)?;
        let extensions = std::iter::from_fn(|| parts.value()).find(|(tag, _)| *tag == 0xa3);
        let extensions = extensions.map_or(&[][..], |(_, content)| content);
        Some(Self { version, issuer, subject, not_before, not_after, extensions })
    }

    /// Whether its issuer is itself.
    pub fn is_self_signed(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether it lists alternative names, which replace the common name.
    pub fn has_alternative_names(&self) -> bool {
        memchr::memmem::find(self.extensions, ALTERNATIVE_NAMES).is_some()
    }

    /// Returns the name of its issuer.
    pub fn issuer_name(&self) -> Option<String> {
        NAME_PARTS.iter().find_map(|part| name_part(self.issuer, part))
    }

    /// Returns the common name of its subject.
    pub fn common_name(&self) -> Option<String> {
        name_part(self.subject, NAME_PARTS[0])
    }
}

/// Returns a part of a distinguished name.
fn name_part(name: &[u8], wanted: &[u8]) -> Option<String> {
    let mut sets = DerReader(name);
    std::iter::from_fn(|| sets.value()).find_map(|(_, set)| {
        let mut pair = DerReader(DerReader(set).tagged(CertificateFacts::SEQUENCE)?);
        let is_wanted = pair.tagged(0x06)? == wanted;
        let (_, text) = pair.value()?;
        is_wanted.then(|| String::from_utf8_lossy(text).into_owned())
    })
}

impl CertificateTime {
    /// Reads `YYMMDDhhmmssZ` or `YYYYMMDDhhmmssZ`.
    fn read((tag, text): (u8, &[u8])) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
        let (year, rest) = match tag {
            0x17 => {
                let year: u16 = text.get(..2)?.parse().ok()?;
                (if year < 50 { 2_000 + year } else { 1_900 + year }, text.get(2..)?)
            }
            0x18 => (text.get(..4)?.parse().ok()?, text.get(4..)?),
            _ => return None,
        };
        let two = |at: usize| rest.get(at..at + 2)?.parse::<u8>().ok();
        Some(Self { date: (year, two(0)?, two(2)?), time: (two(4)?, two(6)?, two(8)?) })
    }

    /// Returns a time of the wall clock.
    pub fn at(time: std::time::SystemTime) -> Option<Self> {
        // `Sun, 06 Nov 1994 08:49:37 GMT`
        const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        let text = httpdate::fmt_http_date(time);
        let number = |at: usize| text.get(at..at + 2)?.parse::<u8>().ok();
        let month = MONTHS.find(text.get(8..11)?)? / 3 + 1;
        let year = text.get(12..16)?.parse().ok()?;
        let date = (year, u8::try_from(month).ok()?, number(5)?);
        Some(Self { date, time: (number(17)?, number(20)?, number(23)?) })
    }
}

impl std::fmt::Display for CertificateTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.date;
        write!(f, "{year}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{CertificateFacts, CertificateTime};

    #[test]
    fn names_and_dates_are_read() {
        let mut parameters = rcgen::CertificateParams::new(["a.test".to_owned()]).unwrap();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "a.test");
        parameters.not_before = rcgen::date_time_ymd(1999, 2, 3);
        parameters.not_after = rcgen::date_time_ymd(2051, 12, 31);
        let made = parameters.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let facts = CertificateFacts::read(made.der()).unwrap();
        assert!(facts.is_self_signed() && facts.has_alternative_names());
        assert_eq!((facts.version, facts.common_name()), (3, Some("a.test".to_owned())));
        assert_eq!((&*facts.not_before.to_string(), &*facts.not_after.to_string()), ("1999-02-03", "2051-12-31"));
    }

    #[test]
    fn anything_else_is_no_certificate() {
        for der in [&[][..], &[0x30], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0x02, 0x30, 0x00]] {
            assert!(CertificateFacts::read(der).is_none(), "{der:?}");
        }
    }

    #[test]
    fn times_of_the_clock_and_of_certificates_compare() {
        let at = CertificateTime::at(UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
        assert_eq!(at, CertificateTime { date: (2001, 9, 9), time: (1, 46, 40) });
        assert_eq!(CertificateTime::read((0x17, b"010909014640Z")), Some(at));
        assert_eq!(CertificateTime::read((0x17, b"0109090146")), None);
    }
}
