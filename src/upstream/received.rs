//! The bytes that a connection has received lately, because hyper forgets how header names were written.
//!
//! Start at [`ReceivedBytes::take_fields`].

use std::cell::RefCell;

use http::request::Parts;

/// The most bytes that are kept beyond one read. A head beyond that is not found.
const MAX_KEPT: usize = 16 << 10;

const HEAD_END: &[u8] = b"\r\n\r\n";

/// The bytes that a connection has received lately.
#[derive(Debug, Default)]
pub struct ReceivedBytes(RefCell<Vec<u8>>);

impl ReceivedBytes {
    /// Keeps the bytes of a read.
    pub fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.borrow_mut();
        if kept.len() > MAX_KEPT {
            kept.clear();
        }
        kept.extend_from_slice(bytes);
    }

    /// Forgets a request whose fields are not needed.
    pub fn forget(&self) {
        let mut kept = self.0.borrow_mut();
        // What follows its head is the next request, or a body that the search for the next one skips.
        if let Some(end) = memchr::memmem::find(&kept, HEAD_END) {
            kept.drain(..end + HEAD_END.len());
        }
    }

    /// Takes the header fields of a request: names and values as they came, in their order. `None` if they are no longer
    /// known.
    pub fn take_fields(&self, request: &Parts) -> Option<Vec<(String, String)>> {
        let mut kept = self.0.borrow_mut();
        let first = format!("{} {} HTTP/1.", request.method, request.uri);
        let start = memchr::memmem::find(&kept, first.as_bytes())?;
        let end = start + memchr::memmem::find(&kept[start..], HEAD_END)?;
        let head = String::from_utf8_lossy(&kept[start..end]).into_owned();
        kept.drain(..end + HEAD_END.len());
        let fields = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
        Some(fields.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::ReceivedBytes;

    #[test]
    fn requests_that_arrive_together_keep_their_fields() {
        let received = ReceivedBytes::default();
        received.add(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        received.forget();
        received.add(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\nPUT /echo HTTP/1.1\r\nX-Odd: 1\r\n\r\nPUT /echo HTTP/1.1\r\nxODD:2\r\n\r\n");
        received.forget();
        let head = Request::put("/echo").body(()).unwrap().into_parts().0;
        let field = |name: &str, value: &str| Some(vec![(name.to_owned(), value.to_owned())]);
        assert_eq!(received.take_fields(&head), field("X-Odd", "1"));
        assert_eq!(received.take_fields(&head), field("xODD", "2"));
        assert_eq!(received.take_fields(&head), None);
    }
}
