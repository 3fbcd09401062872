//! One socket's task: writes what waits, reads what comes, and holds nothing while it idles.

use std::{
    cell::RefCell,
    future::Future,
    io, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    Answer, Conversation, Incoming, Seat, Then, Violation,
    backlog::Backlog,
    decode::Decoder,
    frame::{self, Code},
};

/// Written as a future by hand, because it is all that an idle client costs.
pub(super) struct Socket<T, C> {
    io: T,
    seat: Seat,
    /// Not here while a turn runs.
    conversation: Option<C>,
    turn: Option<Turn<C>>,
    next: Next,
    decoder: Decoder,
    backlog: Backlog,
    rate: Rate,
    stage: Stage,
}

type Turn<C> = Pin<Box<dyn Future<Output = (C, Answer)> + Send>>;

/// What comes when everything is written.
enum Next {
    Nothing,
    More,
    Message(String),
    Close(Code, &'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    /// The close frame is the last in the backlog.
    Closing,
    /// Everything is sent; what still comes is thrown away, or the kernel would reset the
    /// connection and with it the close frame.
    Lingering,
}

/// Why the task is over; nobody is told.
struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Self
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin, C: Conversation> Socket<T, C> {
    /// A socket that had sent `early` before it was taken over.
    pub(super) fn new(io: T, early: &[u8], seat: Seat, conversation: C) -> Self {
        let mut decoder = Decoder::new(seat.hub().limits().message_bytes);
        decoder.push(early);
        Self {
            io,
            seat,
            conversation: Some(conversation),
            turn: None,
            next: Next::Nothing,
            decoder,
            backlog: Backlog::default(),
            rate: Rate::default(),
            stage: Stage::Open,
        }
    }

    fn run(&mut self, cx: &mut Context<'_>) -> Poll<Over> {
        loop {
            let step = match self.stage {
                Stage::Open => self.talk(cx),
                Stage::Closing => self.finish(cx),
                Stage::Lingering => self.linger(cx),
            };
            if let Err(over) = ready!(step) {
                return Poll::Ready(over);
            }
        }
    }

    /// One step: ready when there may be another.
    fn talk(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Over>> {
        self.collect(cx)?;
        if self.stage != Stage::Open {
            return Poll::Ready(Ok(()));
        }
        let idle = self.backlog.frames.is_empty();
        let flushed = match self.backlog.flush(&mut self.io, cx) {
            Poll::Ready(result) => result.map(|()| true)?,
            Poll::Pending => false,
        };
        if let Some(turn) = &mut self.turn {
            let (conversation, answer) = ready!(turn.as_mut().poll(cx));
            self.turn = None;
            self.conversation = Some(conversation);
            self.answer(answer);
            return Poll::Ready(Ok(()));
        }
        // What was published while the backlog was full woke nobody.
        if flushed && (!idle || self.go_on()) {
            return Poll::Ready(Ok(()));
        }
        if matches!(self.next, Next::Nothing) {
            return self.listen(cx);
        }
        Poll::Pending
    }

    /// Takes over what the hub and the publishers left.
    fn collect(&mut self, cx: &mut Context<'_>) -> Result<(), Over> {
        // While a turn has the conversation, nobody could word a resync; so all of it waits.
        let into = self.conversation.is_some().then_some(&mut self.backlog.frames);
        let due = self.seat.outlet().take(cx, into);
        if due.dead {
            return Err(Over);
        }
        if let (Some(position), Some(conversation)) = (due.resync, &mut self.conversation) {
            self.seat.hub().resynced();
            self.backlog.frames.push_back(conversation.resync(position));
        }
        if due.ping {
            self.backlog.urge(frame::ping(&[]));
        }
        if let Some(goodbye) = due.goodbye {
            self.backlog.cut();
            self.backlog.frames.push_back(goodbye);
            self.turn = None;
            self.stage = Stage::Closing;
        }
        Ok(())
    }

    /// Does what comes next, if anything does.
    fn go_on(&mut self) -> bool {
        let Some(mut conversation) = self.conversation.take() else { return false };
        match mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => {
                self.conversation = Some(conversation);
                return false;
            }
            Next::Close(code, reason) => self.seat.outlet().close(code, reason),
            Next::Message(text) => {
                self.turn = Some(Box::pin(async move {
                    let answer = conversation.message(text).await;
                    (conversation, answer)
                }));
            }
            Next::More => {
                self.turn = Some(Box::pin(async move {
                    let answer = conversation.more().await;
                    (conversation, answer)
                }));
            }
        }
        true
    }

    fn answer(&mut self, answer: Answer) {
        self.backlog.frames.extend(answer.frames);
        if let Some(position) = answer.release {
            self.seat.outlet().release(position);
        }
        match answer.then {
            Then::Listen => {}
            Then::More => self.next = Next::More,
            Then::Close(code, reason) => self.next = Next::Close(code, reason),
        }
    }

    /// Understands what has come, or waits for more.
    fn listen(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Over>> {
        match self.decoder.message() {
            Ok(Some(incoming)) => self.hear(incoming),
            Ok(None) => {
                let decoder = &mut self.decoder;
                let count = ready!(read(&mut self.io, cx, |bytes| decoder.push(bytes)))?;
                if count == 0 {
                    return Poll::Ready(Err(Over));
                }
            }
            Err(violation) => self.refuse(violation),
        }
        Poll::Ready(Ok(()))
    }

    fn hear(&mut self, incoming: Incoming) {
        let (outlet, hub) = (self.seat.outlet(), self.seat.hub());
        outlet.heard(matches!(incoming, Incoming::Text(_)));
        if !self.rate.allows(hub.now() / 1_000, hub.limits().frames_a_second) {
            return outlet.close(Code::POLICY, "too many frames");
        }
        match incoming {
            Incoming::Text(text) => self.next = Next::Message(text),
            Incoming::Binary(_) => outlet.close(Code::UNSUPPORTED, "text only"),
            Incoming::Ping(payload) => self.backlog.urge(frame::pong(&payload)),
            Incoming::Pong(_) => {}
            Incoming::Close(code) => outlet.close(code.unwrap_or(Code::NORMAL), ""),
        }
    }

    fn refuse(&mut self, violation: Violation) {
        tracing::debug!(%violation, "a client broke the protocol");
        self.seat.outlet().close(violation.code(), &violation.to_string());
    }

    fn finish(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Over>> {
        self.collect(cx)?;
        ready!(self.backlog.flush(&mut self.io, cx))?;
        ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
        self.stage = Stage::Lingering;
        Poll::Ready(Ok(()))
    }

    fn linger(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Over>> {
        self.collect(cx)?;
        let count = ready!(read(&mut self.io, cx, |_| {}))?;
        Poll::Ready(if count == 0 { Err(Over) } else { Ok(()) })
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin, C: Conversation> Future for Socket<T, C> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.get_mut().run(cx).map(|Over| ())
    }
}

/// Counts a client's frames in the current second.
#[derive(Default)]
struct Rate {
    second: u64,
    frames: u32,
}

impl Rate {
    fn allows(&mut self, second: u64, most: u32) -> bool {
        if self.second != second {
            *self = Self { second, frames: 0 };
        }
        self.frames += 1;
        self.frames <= most
    }
}

thread_local! {
    /// Where all sockets of a thread read; one read ends before the next begins.
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; 16 * 1024].into());
}

/// Reads once, and only if something is there, so that a waiting socket needs no buffer.
fn read<T: AsyncRead + Unpin>(
    io: &mut T,
    cx: &mut Context<'_>,
    then: impl FnOnce(&[u8]),
) -> Poll<io::Result<usize>> {
    SCRATCH.with_borrow_mut(|scratch| {
        let mut buffer = ReadBuf::new(scratch);
        ready!(Pin::new(io).poll_read(cx, &mut buffer))?;
        then(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tokio::net::TcpStream;

    use super::super::outlet::Outlet;
    use super::*;

    struct Nothing;

    impl Conversation for Nothing {
        async fn message(&mut self, _: String) -> Answer {
            Answer::default()
        }

        fn resync(&mut self, _: u64) -> Bytes {
            Bytes::new()
        }
    }

    #[test]
    fn l9_an_idle_socket_is_small() {
        let (task, outlet) = (size_of::<Socket<TcpStream, Nothing>>(), size_of::<Outlet>());
        assert!(task <= 288, "the task takes {task} bytes");
        assert!(outlet <= 224, "the outlet takes {outlet} bytes");
    }

    #[test]
    fn l8_the_rate_is_counted_by_the_second() {
        let mut rate = Rate::default();
        assert_eq!([1, 1, 1, 2].map(|second| rate.allows(second, 2)), [true, true, false, true]);
    }
}
