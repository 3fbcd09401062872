//! Frames on their way into one socket: many in one system call, large ones uncopied.

use std::{
    cell::RefCell,
    collections::VecDeque,
    io::{self, IoSlice},
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::io::AsyncWrite;

/// The frames taken from the queue, the first perhaps written in part.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    pub(super) frames: VecDeque<Bytes>,
    /// The first frame has begun, so it must end before anything else is sent.
    begun: bool,
    /// Control frames put in since everything was last written.
    urged: u8,
    unflushed: bool,
}

impl Backlog {
    /// Forgets everything but the frame that has begun.
    pub(super) fn cut(&mut self) {
        let begun = mem::take(&mut self.frames).into_iter().next();
        self.frames.extend(begun.filter(|_| self.begun));
    }

    /// Puts a control frame before all others, as far as that is possible.
    ///
    /// A client that reads nothing but keeps asking gets a few answers only: they take memory.
    pub(super) fn urge(&mut self, frame: Bytes) {
        if self.urged >= URGED_MOST {
            return;
        }
        self.urged += 1;
        let at = usize::from(self.begun).min(self.frames.len());
        self.frames.insert(at, frame);
    }

    /// Ready when everything is written; then no memory is held.
    pub(super) fn flush<T: AsyncWrite + Unpin>(
        &mut self,
        io: &mut T,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.frames.is_empty() {
            let written = ready!(self.write(io, cx))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unflushed = true;
            self.advance(written);
        }
        if self.unflushed {
            ready!(Pin::new(io).poll_flush(cx))?;
        }
        *self = Self::default();
        Poll::Ready(Ok(()))
    }

    fn write<T: AsyncWrite + Unpin>(
        &self,
        io: &mut T,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if let [only] = self.frames.as_slices().0
            && self.frames.len() == 1
        {
            return Pin::new(io).poll_write(cx, only);
        }
        if self.frames.iter().map(Bytes::len).sum::<usize>() <= JOINED_MOST {
            return self.write_joined(io, cx);
        }
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut count = 0;
        for (slice, frame) in slices.iter_mut().zip(&self.frames) {
            *slice = IoSlice::new(frame);
            count += 1;
        }
        Pin::new(io).poll_write_vectored(cx, &slices[..count])
    }

    /// Small frames side by side: copying them is cheaper than the kernel's walk over many slices.
    fn write_joined<T: AsyncWrite + Unpin>(
        &self,
        io: &mut T,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        JOINED.with_borrow_mut(|joined| {
            joined.clear();
            for frame in &self.frames {
                joined.extend_from_slice(frame);
            }
            Pin::new(io).poll_write(cx, joined)
        })
    }

    fn advance(&mut self, mut written: usize) {
        while let Some(first) = self.frames.front_mut() {
            if first.len() > written {
                first.advance(written);
                self.begun |= written > 0;
                return;
            }
            written -= first.len();
            self.frames.pop_front();
            self.begun = false;
        }
    }
}

/// Frames a system call; Linux takes up to 1,024.
const SLICES: usize = 64;

const URGED_MOST: u8 = 16;

/// Bytes that are copied rather than gathered; with eight frames of 200 bytes it saves a tenth.
const JOINED_MOST: usize = 16 * 1024;

thread_local! {
    /// Where all sockets of a thread join their frames; one write ends before the next begins.
    static JOINED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backlog(frames: &[&'static str]) -> Backlog {
        let frames = frames.iter().map(|frame| Bytes::from_static(frame.as_bytes())).collect();
        Backlog { frames, ..Backlog::default() }
    }

    #[test]
    fn a_frame_that_has_begun_ends_before_anything_else() {
        let cases: [(usize, &[&str], &[&str]); 4] = [
            (0, &["!", "abc", "de"], &[]),
            (1, &["bc", "!", "de"], &["bc"]),
            (3, &["!", "de"], &[]),
            (4, &["e", "!"], &["e"]),
        ];
        for (written, urged, cut) in cases {
            let mut backlog = backlog(&["abc", "de"]);
            backlog.advance(written);
            backlog.urge(Bytes::from_static(b"!"));
            assert_eq!(backlog.frames, urged, "{written} written, urged");
            let mut backlog = self::backlog(&["abc", "de"]);
            backlog.advance(written);
            backlog.cut();
            assert_eq!(backlog.frames, cut, "{written} written, cut");
        }
    }

    #[test]
    fn a_client_that_reads_nothing_gets_few_answers() {
        let mut backlog = backlog(&["abc"]);
        for _ in 0..1_000 {
            backlog.urge(Bytes::from_static(b"!"));
        }
        assert_eq!(backlog.frames.len(), 1 + usize::from(URGED_MOST));
    }

    #[test]
    fn l9_nothing_is_held_once_everything_is_written() {
        let mut backlog = backlog(&["abc"; 200]);
        let mut sink = Vec::new();
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(backlog.flush(&mut sink, &mut cx).is_ready());
        assert_eq!(sink, "abc".repeat(200).into_bytes());
        assert_eq!(backlog.frames.capacity(), 0);
    }
}
