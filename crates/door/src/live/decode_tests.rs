//! What clients may send and what they may not, and that nothing they send does harm.

use proptest::prelude::*;

use super::*;

const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];
const MOST: usize = 64 * 1024;

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..=125 => frame.push(0x80 | u8::try_from(short).unwrap()),
        medium @ 126..=65_535 => {
            frame.push(0x80 + 126);
            frame.extend(u16::try_from(medium).unwrap().to_be_bytes());
        }
        long => {
            frame.push(0x80 + 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

fn joined(frames: &[Vec<u8>]) -> Vec<u8> {
    frames.concat()
}

fn decode(pieces: &[&[u8]]) -> Result<Vec<Incoming>, Violation> {
    let mut decoder = Decoder::new(MOST);
    let mut all = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        while let Some(incoming) = decoder.message()? {
            all.push(incoming);
        }
    }
    Ok(all)
}

fn text(text: &str) -> Incoming {
    Incoming::Text(text.to_owned())
}

#[test]
fn good_frames_are_understood() {
    let cases: Vec<(&str, Vec<u8>, Vec<Incoming>)> = vec![
        ("hello (RFC 6455 §5.7)", masked(0x81, b"Hello"), vec![text("Hello")]),
        ("empty text", masked(0x81, b""), vec![text("")]),
        ("binary", masked(0x82, &[0, 255]), vec![Incoming::Binary(vec![0, 255])]),
        ("ping", masked(0x89, b"abc"), vec![Incoming::Ping(b"abc".to_vec())]),
        ("longest pong", masked(0x8A, &[1; 125]), vec![Incoming::Pong(vec![1; 125])]),
        (
            "fragments with a ping between them",
            joined(&[masked(0x01, b"Hel"), masked(0x89, b""), masked(0x80, b"lo")]),
            vec![Incoming::Ping(vec![]), text("Hello")],
        ),
        (
            "a letter cut in two",
            joined(&[masked(0x01, b"\xC3"), masked(0x00, b""), masked(0x80, b"\xA9")]),
            vec![text("é")],
        ),
        ("medium length", masked(0x81, &[b'x'; 126]), vec![text(&"x".repeat(126))]),
        ("the limit itself", masked(0x81, &vec![b'x'; MOST]), vec![text(&"x".repeat(MOST))]),
        ("close without a code", masked(0x88, b""), vec![Incoming::Close(None)]),
        (
            "close with a code",
            masked(0x88, b"\x03\xE8bye"),
            vec![Incoming::Close(Some(Code::NORMAL))],
        ),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(decode(&[&bytes]), Ok(expected.clone()), "{name}, at once");
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(decode(&single), Ok(expected), "{name}, byte by byte");
    }
}

#[test]
fn l7_hostile_frames_are_refused_with_the_right_code() {
    use Violation as V;
    let cases: Vec<(&str, Vec<u8>, Violation, Code)> = vec![
        ("first reserved bit", masked(0xC1, b"x"), V::Reserved, Code::PROTOCOL),
        ("third reserved bit", masked(0x99, b"x"), V::Reserved, Code::PROTOCOL),
        ("reserved opcode", masked(0x83, b""), V::Opcode(3), Code::PROTOCOL),
        ("reserved control opcode", masked(0x8B, b""), V::Opcode(11), Code::PROTOCOL),
        ("unmasked", vec![0x81, 0x01, b'x'], V::Unmasked, Code::PROTOCOL),
        ("unmasked, only two bytes", vec![0x81, 0x01], V::Unmasked, Code::PROTOCOL),
        ("fragmented ping", masked(0x09, b""), V::Control, Code::PROTOCOL),
        ("long ping", masked(0x89, &[0; 126]), V::Control, Code::PROTOCOL),
        ("continuation of nothing", masked(0x80, b"x"), V::Fragments, Code::PROTOCOL),
        (
            "text inside text",
            joined(&[masked(0x01, b"a"), masked(0x81, b"b")]),
            V::Fragments,
            Code::PROTOCOL,
        ),
        ("125 in two bytes", vec![0x81, 0xFE, 0, 125], V::Length, Code::PROTOCOL),
        ("65,535 in eight bytes", long(65_535), V::Length, Code::PROTOCOL),
        ("top bit of the length", long(1 << 63), V::Length, Code::PROTOCOL),
        ("exabytes announced", long(1 << 62), V::TooBig(MOST), Code::TOO_BIG),
        ("one byte too long", long(MOST as u64 + 1), V::TooBig(MOST), Code::TOO_BIG),
        (
            "too long in fragments",
            joined(&[masked(0x02, &vec![0; MOST]), masked(0x80, b"x")]),
            V::TooBig(MOST),
            Code::TOO_BIG,
        ),
        ("no UTF-8", masked(0x81, b"\xFF"), V::Text, Code::INVALID_TEXT),
        ("text that ends in a letter", masked(0x81, b"\xC3"), V::Text, Code::INVALID_TEXT),
        ("surrogate", masked(0x81, b"\xED\xA0\x80"), V::Text, Code::INVALID_TEXT),
        ("no UTF-8, more to come", masked(0x01, b"a\xFFb"), V::Text, Code::INVALID_TEXT),
        ("close with one byte", masked(0x88, b"\x03"), V::Close, Code::PROTOCOL),
        ("close 1005", masked(0x88, b"\x03\xED"), V::Close, Code::PROTOCOL),
        ("close 999", masked(0x88, b"\x03\xE7"), V::Close, Code::PROTOCOL),
        ("close, broken reason", masked(0x88, b"\x03\xE8\xFF"), V::Text, Code::INVALID_TEXT),
    ];
    for (name, bytes, violation, code) in cases {
        assert_eq!(decode(&[&bytes]), Err(violation), "{name}");
        assert_eq!(violation.code(), code, "{name}");
    }
}

#[test]
fn l9_nothing_is_kept_between_messages() {
    let mut decoder = Decoder::new(MOST);
    decoder.push(&masked(0x81, &[b'x'; 5_000]));
    assert!(decoder.message().unwrap().is_some());
    assert_eq!(decoder.message(), Ok(None));
    assert_eq!(decoder.raw.capacity(), 0);
    assert!(decoder.message.is_none());
}

fn long(length: u64) -> Vec<u8> {
    [&[0x81, 0xFF][..], &length.to_be_bytes()].concat()
}

proptest! {
    #[test]
    fn l7_any_bytes_end_in_messages_or_a_violation(bytes: Vec<u8>, cut in 0usize..64) {
        let cut = cut.min(bytes.len());
        let halves = decode(&[&bytes[..cut], &bytes[cut..]]);
        prop_assert_eq!(halves, decode(&[&bytes]));
    }

    #[test]
    fn any_text_survives_any_fragments(words in prop::collection::vec(".{0,200}", 1..6), size in 1usize..300) {
        let whole = words.concat();
        let mut frames = Vec::new();
        for (n, word) in words.iter().enumerate() {
            let fin = if n + 1 == words.len() { 0x80 } else { 0 };
            frames.push(masked(fin | u8::from(n == 0), word.as_bytes()));
        }
        let bytes = joined(&frames);
        let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
        prop_assert_eq!(decode(&pieces), Ok(vec![Incoming::Text(whole)]));
    }

    #[test]
    fn memory_stays_within_the_limit(bytes in prop::collection::vec(any::<u8>(), 0..4_000)) {
        let mut decoder = Decoder::new(256);
        for piece in bytes.chunks(97) {
            decoder.push(piece);
            while let Ok(Some(_)) = decoder.message() {}
            if decoder.message().is_err() { break }
            prop_assert!(decoder.raw.len() - decoder.at <= 256 + 14);
            prop_assert!(decoder.message.as_ref().is_none_or(|message| message.bytes.len() <= 256));
        }
    }
}
