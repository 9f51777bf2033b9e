//! The numbers of pages, such as `1..` or `0..=9`.
//!
//! Start at [`PageRange::parse`].

use std::fmt;

use crate::text::value_error::ValueError;

/// Numbers from one on, with or without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRange {
    /// The first.
    pub first: u64,
    /// The last, if there is one.
    pub last: Option<u64>,
}

impl PageRange {
    /// Parses a range as it is written.
    ///
    /// # Errors
    ///
    /// The text is none.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let wrong = |what: &str| ValueError::new(what, "write a range such as `\"1..\"` or `\"1..=20\"`");
        let number = |text: &str| text.trim().parse().map_err(|_| wrong("not a range of whole numbers"));
        let (first, end) = text.split_once("..").ok_or_else(|| wrong("not a range"))?;
        let first: u64 = number(first)?;
        let last = match end.trim().strip_prefix('=') {
            None if end.trim().is_empty() => return Ok(Self { first, last: None }),
            None => number(end)?.checked_sub(1),
            Some(last) => Some(number(last)?),
        };
        match last {
            Some(last) if last >= first => Ok(Self { first, last: Some(last) }),
            Some(_) | None => Err(wrong("an empty range")),
        }
    }

    /// The number after this one, if there is one.
    pub fn after(self, number: u64) -> Option<u64> {
        number.checked_add(1).filter(|next| self.last.is_none_or(|last| *next <= last))
    }
}

impl fmt::Display for PageRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            None => write!(f, "{}..", self.first),
            Some(last) => write!(f, "{}..={last}", self.first),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PageRange;

    #[test]
    fn a_range_may_have_no_end() {
        for (text, first, last) in [("1..", 1, None), ("0..=9", 0, Some(9)), (" 3 .. 5 ", 3, Some(4))] {
            let range = PageRange::parse(text).unwrap();
            assert_eq!((range.first, range.last), (first, last), "{text}");
        }
        for text in ["", "1", "..", "..5", "a..", "5..=4", "5..5", "0..0", "-1.."] {
            assert!(PageRange::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_end_with_the_last() {
        let (open, closed) = (PageRange { first: 1, last: None }, PageRange { first: 1, last: Some(2) });
        assert_eq!((open.after(u64::MAX), open.after(7)), (None, Some(8)));
        assert_eq!((closed.after(1), closed.after(2)), (Some(2), None));
    }
}
