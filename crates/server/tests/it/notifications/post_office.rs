//! A small mail server that answers as it is told, and keeps what it takes.

use std::sync::{Arc, Mutex};

use countersign_infra::mail::{Mailer, Sender};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail server on a port of its own.
#[derive(Clone)]
pub(crate) struct PostOffice {
    /// What is answered to each letter before one is taken; the line, such as `450 4.2.1 busy`.
    refusals: Arc<Mutex<Vec<&'static str>>>,
    letters: Arc<Mutex<Vec<String>>>,
    port: u16,
}

impl PostOffice {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let office = Self { refusals: Arc::default(), letters: Arc::default(), port };
        let server = office.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().talk(stream));
            }
        });
        office
    }

    /// What gives letters to it.
    pub(crate) fn mailer(&self) -> Mailer {
        let relay = format!("smtp://127.0.0.1:{}", self.port).parse().unwrap();
        let sender = Sender::new("Acme <notify@acme.example>", Some("help@acme.example"));
        Mailer::new(&relay, sender.unwrap()).unwrap()
    }

    pub(crate) fn refuse(&self, line: &'static str) {
        self.refusals.lock().unwrap().push(line);
    }

    /// What was taken so far, as it was sent: envelope, head and body.
    pub(crate) fn letters(&self) -> Vec<String> {
        self.letters.lock().unwrap().clone()
    }

    async fn talk(self, mut stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.split();
        let mut lines = BufReader::new(read).lines();
        let mut letter = String::new();
        write.write_all(b"220 office\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match verb.as_str() {
                "EHLO" => "250 office",
                "RCPT" => {
                    letter = format!("{line}\n");
                    let refusal = self.refusals.lock().unwrap().pop();
                    refusal.unwrap_or("250 ok")
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                        letter.push_str(&line);
                        letter.push('\n');
                    }
                    self.letters.lock().unwrap().push(std::mem::take(&mut letter));
                    "250 taken"
                }
                _ => "250 ok",
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
        Ok(())
    }
}
