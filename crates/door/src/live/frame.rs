//! Frames as the server sends them: encoded once, then shared by every socket that gets them.

use bytes::{BufMut, Bytes, BytesMut};

/// A text message, ready for any number of sockets.
pub fn text(text: &str) -> Bytes {
    encode(Kind::Text, text.as_bytes())
}

/// A binary message, ready for any number of sockets.
pub fn binary(payload: &[u8]) -> Bytes {
    encode(Kind::Binary, payload)
}

/// Asks the client whether it is there; what passes 125 bytes is cut off.
pub fn ping(payload: &[u8]) -> Bytes {
    encode(Kind::Ping, control(payload))
}

/// Answers a client's ping with its payload; what passes 125 bytes is cut off.
pub fn pong(payload: &[u8]) -> Bytes {
    encode(Kind::Pong, control(payload))
}

/// Says why the socket ends; the reason is cut to 123 bytes at a character's end.
pub fn close(code: Code, reason: &str) -> Bytes {
    let end = reason.floor_char_boundary(CONTROL_MOST - 2);
    let mut payload = Vec::with_capacity(CONTROL_MOST);
    payload.put_u16(code.0);
    payload.extend_from_slice(&reason.as_bytes()[..end]);
    encode(Kind::Close, &payload)
}

/// Why a socket ends, as RFC 6455 §7.4 and its registry number it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code(u16);

impl Code {
    /// Everything is done.
    pub const NORMAL: Self = Self(1000);
    /// The server stops; come back elsewhere.
    pub const GOING_AWAY: Self = Self(1001);
    /// The frames themselves were wrong.
    pub const PROTOCOL: Self = Self(1002);
    /// Only text is understood.
    pub const UNSUPPORTED: Self = Self(1003);
    /// A text was not UTF-8.
    pub const INVALID_TEXT: Self = Self(1007);
    /// Allowed by the protocol, not by us: too many messages.
    pub const POLICY: Self = Self(1008);
    /// The message was larger than the limit.
    pub const TOO_BIG: Self = Self(1009);
    /// The server failed at its own work.
    pub const FAULT: Self = Self(1011);
    /// The server restarts; come back in a moment.
    pub const RESTART: Self = Self(1012);
    /// The message or its cursor made no sense.
    pub const MALFORMED: Self = Self(4400);
    /// The session is over; do not come back with it.
    pub const SESSION_OVER: Self = Self(4401);
    /// The first message did not come in time.
    pub const SILENT: Self = Self(4408);

    /// The number on the wire.
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// Accepts the codes that may stand in a close frame, no others.
impl TryFrom<u16> for Code {
    type Error = InvalidCode;

    fn try_from(code: u16) -> Result<Self, InvalidCode> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Ok(Self(code)),
            _ => Err(InvalidCode(code)),
        }
    }
}

/// The number may not stand in a close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} may not stand in a close frame: use 1000-1003, 1007-1014 or 3000-4999")]
pub struct InvalidCode(pub u16);

/// What a frame carries, by its opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}

impl Kind {
    pub(super) fn from_opcode(opcode: u8) -> Option<Self> {
        [Self::Continuation, Self::Text, Self::Binary, Self::Close, Self::Ping, Self::Pong]
            .into_iter()
            .find(|kind| *kind as u8 == opcode)
    }

    pub(super) fn is_control(self) -> bool {
        self as u8 >= 0x8
    }
}

/// The most a control frame may carry.
pub(super) const CONTROL_MOST: usize = 125;

fn control(payload: &[u8]) -> &[u8] {
    &payload[..payload.len().min(CONTROL_MOST)]
}

fn encode(kind: Kind, payload: &[u8]) -> Bytes {
    const FIN: u8 = 0x80;
    let mut frame = BytesMut::with_capacity(payload.len() + 10);
    frame.put_u8(FIN | kind as u8);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short @ 0..=125), _) => frame.put_u8(short),
        (_, Ok(medium)) => {
            frame.put_u8(126);
            frame.put_u16(medium);
        }
        _ => {
            frame.put_u8(127);
            frame.put_u64(payload.len() as u64);
        }
    }
    frame.put_slice(payload);
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_in_their_shortest_form() {
        let cases: [(usize, &[u8]); 6] = [
            (0, &[0x81, 0]),
            (125, &[0x81, 125]),
            (126, &[0x81, 126, 0, 126]),
            (65_535, &[0x81, 126, 0xFF, 0xFF]),
            (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
            (70_000, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]),
        ];
        for (length, head) in cases {
            let frame = text(&"x".repeat(length));
            assert_eq!(&frame[..head.len()], head, "{length} bytes");
            assert_eq!(frame.len(), head.len() + length, "{length} bytes");
        }
    }

    #[test]
    fn control_frames_stay_short_and_reasons_whole() {
        assert_eq!(ping(&[7; 200]).len(), 2 + 125);
        assert_eq!(pong(b"hi")[..], [0x8A, 2, b'h', b'i']);
        assert_eq!(close(Code::SESSION_OVER, "")[..], [0x88, 2, 0x11, 0x31]);
        let long = close(Code::NORMAL, &"é".repeat(100));
        assert_eq!(long.len(), 2 + 2 + 122, "123 would cut the last é in half");
        assert!(std::str::from_utf8(&long[4..]).is_ok());
    }

    #[test]
    fn codes_follow_the_registry() {
        for good in [1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999] {
            assert_eq!(Code::try_from(good).map(Code::number), Ok(good));
        }
        for bad in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
            assert_eq!(Code::try_from(bad), Err(InvalidCode(bad)));
        }
    }
}
