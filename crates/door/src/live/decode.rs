//! Frames as a client sends them: taken apart bit by bit, strictly, whatever the pieces they come in.

use super::frame::{CONTROL_MOST, Code, Kind};

/// What a client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A whole text message.
    Text(String),
    /// A whole binary message.
    Binary(Vec<u8>),
    /// Wants a pong with this payload.
    Ping(Vec<u8>),
    /// Is there.
    Pong(Vec<u8>),
    /// Wants to end, perhaps with a code.
    Close(Option<Code>),
}

/// How a client broke RFC 6455; after it nothing more is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// No extension was agreed that would give them a meaning.
    #[error("reserved bits are set")]
    Reserved,
    /// Opcodes 3-7 and 11-15.
    #[error("unknown opcode {0}")]
    Opcode(u8),
    /// §5.1: a client masks.
    #[error("frame is not masked")]
    Unmasked,
    /// §5.5: at most 125 bytes and in one piece.
    #[error("control frame is fragmented or longer than 125 bytes")]
    Control,
    /// §5.2: the minimal number of bytes.
    #[error("length is not in its shortest form")]
    Length,
    /// A continuation of nothing, or a new message inside another.
    #[error("fragments are out of order")]
    Fragments,
    /// The message, with all its fragments, passes the limit.
    #[error("message is longer than {0} bytes")]
    TooBig(usize),
    /// A text or a reason.
    #[error("text is not UTF-8")]
    Text,
    /// One byte, or a code that may not be sent.
    #[error("close frame is malformed")]
    Close,
}

impl Violation {
    /// The code to close with.
    pub fn code(self) -> Code {
        match self {
            Self::TooBig(_) => Code::TOO_BIG,
            Self::Text => Code::INVALID_TEXT,
            _ => Code::PROTOCOL,
        }
    }
}

/// Turns the bytes of one client into messages; holds memory only while something is incomplete.
#[derive(Debug)]
pub struct Decoder {
    raw: Vec<u8>,
    at: usize,
    message: Option<Box<Message>>,
    most: usize,
}

impl Decoder {
    /// For messages of at most `most` bytes.
    pub fn new(most: usize) -> Self {
        Self { raw: Vec::new(), at: 0, message: None, most }
    }

    /// Adds bytes that arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.raw.drain(..std::mem::take(&mut self.at));
        self.raw.extend_from_slice(bytes);
    }

    /// The next whole message or control frame, or nothing until more bytes come.
    ///
    /// # Errors
    /// The first violation; the decoder must not be used after it.
    pub fn message(&mut self) -> Result<Option<Incoming>, Violation> {
        while let Some(head) = self.head()? {
            let start = self.at + head.size;
            let Some(payload) = self.raw.get_mut(start..start + head.length) else { break };
            unmask(payload, head.mask);
            let payload = start..start + head.length;
            self.at = payload.end;
            if let Some(incoming) = self.frame(&head, payload)? {
                return Ok(Some(incoming));
            }
        }
        if self.at == self.raw.len() {
            self.raw = Vec::new();
            self.at = 0;
        }
        Ok(None)
    }

    fn head(&self) -> Result<Option<Head>, Violation> {
        let bytes = &self.raw[self.at..];
        let &[first, second, ref rest @ ..] = bytes else { return Ok(None) };
        let (fin, kind) = (first & 0x80 != 0, kind(first)?);
        if second & 0x80 == 0 {
            return Err(Violation::Unmasked);
        }
        let short = second & 0x7F;
        if kind.is_control() && (!fin || usize::from(short) > CONTROL_MOST) {
            return Err(Violation::Control);
        }
        if !kind.is_control() && (kind == Kind::Continuation) != self.message.is_some() {
            return Err(Violation::Fragments);
        }
        let Some((length, rest)) = length(short, rest)? else { return Ok(None) };
        let length = self.fits(kind, length)?;
        let Some(&mask) = rest.first_chunk::<4>() else { return Ok(None) };
        Ok(Some(Head { fin, kind, length, mask, size: bytes.len() - rest.len() + mask.len() }))
    }

    fn fits(&self, kind: Kind, length: u64) -> Result<usize, Violation> {
        let before = self.message.as_ref().map_or(0, |message| message.bytes.len());
        let most = if kind.is_control() { CONTROL_MOST } else { self.most - before };
        usize::try_from(length)
            .ok()
            .filter(|length| *length <= most)
            .ok_or(Violation::TooBig(self.most))
    }

    fn frame(
        &mut self,
        head: &Head,
        payload: std::ops::Range<usize>,
    ) -> Result<Option<Incoming>, Violation> {
        let payload = &self.raw[payload];
        match head.kind {
            Kind::Ping => return Ok(Some(Incoming::Ping(payload.to_vec()))),
            Kind::Pong => return Ok(Some(Incoming::Pong(payload.to_vec()))),
            Kind::Close => return close(payload).map(|code| Some(Incoming::Close(code))),
            Kind::Text | Kind::Binary | Kind::Continuation => {}
        }
        let mut message = self.message.take().unwrap_or_else(|| Box::new(Message::new(head.kind)));
        message.add(payload, head.fin)?;
        if head.fin {
            return message.finished().map(Some);
        }
        self.message = Some(message);
        Ok(None)
    }
}

struct Head {
    fin: bool,
    kind: Kind,
    length: usize,
    mask: [u8; 4],
    size: usize,
}

/// A data message whose last fragment has not come.
#[derive(Debug)]
struct Message {
    kind: Kind,
    bytes: Vec<u8>,
    /// So many bytes at the front are known to be UTF-8.
    checked: usize,
}

impl Message {
    fn new(kind: Kind) -> Self {
        Self { kind, bytes: Vec::new(), checked: 0 }
    }

    /// Refuses broken text with the fragment that breaks it, not at the end.
    fn add(&mut self, payload: &[u8], fin: bool) -> Result<(), Violation> {
        self.bytes.extend_from_slice(payload);
        if self.kind == Kind::Text && !fin {
            match std::str::from_utf8(&self.bytes[self.checked..]) {
                Ok(text) => self.checked += text.len(),
                Err(cut) if cut.error_len().is_none() => self.checked += cut.valid_up_to(),
                Err(_) => return Err(Violation::Text),
            }
        }
        Ok(())
    }

    fn finished(self) -> Result<Incoming, Violation> {
        if self.kind == Kind::Text {
            return String::from_utf8(self.bytes).map(Incoming::Text).map_err(|_| Violation::Text);
        }
        Ok(Incoming::Binary(self.bytes))
    }
}

fn kind(first: u8) -> Result<Kind, Violation> {
    if first & 0x70 != 0 {
        return Err(Violation::Reserved);
    }
    Kind::from_opcode(first & 0x0F).ok_or(Violation::Opcode(first & 0x0F))
}

/// The payload's length and what stands behind it; nothing while its bytes are missing.
fn length(short: u8, rest: &[u8]) -> Result<Option<(u64, &[u8])>, Violation> {
    let (length, least, rest) = match short {
        126 => {
            let Some((bytes, rest)) = rest.split_first_chunk() else { return Ok(None) };
            (u64::from(u16::from_be_bytes(*bytes)), 126, rest)
        }
        127 => {
            let Some((bytes, rest)) = rest.split_first_chunk() else { return Ok(None) };
            (u64::from_be_bytes(*bytes), 65_536, rest)
        }
        short => (u64::from(short), 0, rest),
    };
    if length < least || length > i64::MAX.cast_unsigned() {
        return Err(Violation::Length);
    }
    Ok(Some((length, rest)))
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    for chunk in payload.chunks_mut(4) {
        for (byte, key) in chunk.iter_mut().zip(mask) {
            *byte ^= key;
        }
    }
}

fn close(payload: &[u8]) -> Result<Option<Code>, Violation> {
    match payload {
        [] => Ok(None),
        [_] => Err(Violation::Close),
        [high, low, reason @ ..] => {
            let code =
                Code::try_from(u16::from_be_bytes([*high, *low])).map_err(|_| Violation::Close)?;
            std::str::from_utf8(reason).map_err(|_| Violation::Text)?;
            Ok(Some(code))
        }
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
