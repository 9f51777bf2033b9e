//! Tests of the decoders: every coding, in pieces of any size, cut, wrong and too large.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::source::pool::wire::content_coding::{BodyDecoder, DecodeError};

/// `hello` in brotli, stored.
const BROTLI: &[u8] = b"\x0b\x02\x80hello\x03";

/// Decodes a body that arrives in pieces of `piece` bytes.
fn decoded(coding: &'static str, body: &[u8], piece: usize, room: usize) -> Result<Vec<u8>, DecodeError> {
    let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(coding))]);
    let mut decoder = BodyDecoder::for_response(&headers).unwrap();
    let mut output = Vec::new();
    for piece in body.chunks(piece) {
        let room = room - output.len();
        decoder.decode(piece, &mut output, room)?;
    }
    let left = room - output.len();
    decoder.finish(&mut output, left)?;
    Ok(output)
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// A body in every coding.
fn encoded(body: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(body).unwrap();
    deflate.write_all(body).unwrap();
    vec![
        ("gzip", gzip(body)),
        ("X-Gzip", gzip(body)),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", deflate.finish().unwrap()),
        ("zstd", compress_to_vec(body, CompressionLevel::Fastest)),
        ("identity, gzip", gzip(body)),
        ("gzip, gzip", gzip(&gzip(body))),
    ]
}

#[test]
fn every_coding_is_decoded_in_pieces_of_any_size() {
    let text = "one line after the other, and one more\n".repeat(9_000);
    for body in [&b"hello"[..], text.as_bytes()] {
        for (coding, encoded) in encoded(body) {
            for piece in [1, 7, 4_096, usize::MAX] {
                let decoded = decoded(coding, &encoded, piece, 1 << 20);
                assert!(decoded.as_deref() == Ok(body), "{coding} in pieces of {piece}");
            }
        }
    }
    assert_eq!(decoded("br", BROTLI, 1, 5), Ok(b"hello".to_vec()));
    let two = [gzip(b"hel"), gzip(b"lo")].concat();
    assert_eq!(decoded("gzip", &two, 3, 5), Ok(b"hello".to_vec()));
}

#[test]
fn bytes_after_the_last_member_of_gzip_are_ignored() {
    for (piece, after) in [(1, &b"\0\0\0"[..]), (3, b"garbage"), (usize::MAX, b"\r\n"), (25, b"-")] {
        let body = [&gzip(b"hello"), after].concat();
        assert_eq!(decoded("gzip", &body, piece, 5), Ok(b"hello".to_vec()), "{after:?}");
    }
    // A further member must be whole.
    let body = [gzip(b"hello"), b"\x1f\x8b".to_vec()].concat();
    assert_eq!(decoded("gzip", &body, 7, 9), Err(DecodeError::Invalid("gzip")));
}

#[test]
fn frames_of_another_encoder_are_decoded_with_their_checksum() {
    let mut frame = b"\x28\xb5\x2f\xfd\x04\x58\x29\x00\x00hello".to_vec();
    frame.extend(b"\xa3\x6d\x9f\x88");
    assert_eq!(decoded("zstd", &frame, 1, 5), Ok(b"hello".to_vec()));
    assert_eq!(decoded("zstd", &[&*frame, &*frame].concat(), 5, 10), Ok(b"hellohello".to_vec()));
    *frame.last_mut().unwrap() ^= 1;
    assert_eq!(decoded("zstd", &frame, 1, 5), Err(DecodeError::Invalid("zstd")));
}

#[test]
fn no_more_is_decoded_than_there_is_room_for() {
    for (coding, encoded) in encoded(&vec![0; 100_000]).into_iter().chain([("br", BROTLI.to_vec())]) {
        let room = if coding == "br" { 4 } else { 99_999 };
        assert_eq!(decoded(coding, &encoded, usize::MAX, room), Err(DecodeError::NoRoom), "{coding}");
    }
}

#[test]
fn a_body_that_is_cut_or_wrong_is_invalid() {
    for (coding, encoded) in encoded(&[7; 1_000]).into_iter().chain([("br", BROTLI.to_vec())]) {
        let cut = decoded(coding, &encoded[..encoded.len() - 1], 64, 1 << 20);
        assert!(matches!(cut, Err(DecodeError::Invalid(_))), "{coding}: {cut:?}");
    }
    for coding in ["gzip", "zstd", "br"] {
        let wrong = decoded(coding, b"{\"plain\": \"text\", \"of\": 1}", 64, 1 << 20);
        assert!(matches!(wrong, Err(DecodeError::Invalid(_))), "{coding}: {wrong:?}");
    }
    let unknown = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("compress"))]);
    assert!(BodyDecoder::for_response(&unknown).is_none());
}
