//! A mail server that speaks as much SMTP as a client without extensions needs (RFC 5321), and keeps what it is given.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One mail.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub to: String,
    pub text: String,
}

#[derive(Default)]
struct Kept {
    mails: Vec<Mail>,
    /// What is answered to RCPT, by its receiver; 250 else.
    refused: Vec<(String, String)>,
}

#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
        let server = Self {
            address: listener.local_addr().expect("an address"),
            kept: Arc::default(),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = serving.clone();
                tokio::spawn(async move {
                    // A client may go away when it likes.
                    let _ = server.speak(stream).await;
                });
            }
        });
        server
    }

    /// Answers so to this receiver; with nothing, takes his mail.
    pub fn refuses(&self, to: &str, answer: Option<&str>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.refused.retain(|(refused, _)| refused != to);
        let answer = answer.map(|answer| (to.to_owned(), answer.to_owned()));
        kept.refused.extend(answer);
    }

    pub fn mails(&self) -> Vec<Mail> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.mails.clone()
    }

    async fn speak(&self, stream: TcpStream) -> std::io::Result<()> {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 post.example ESMTP\r\n").await?;
        let mut mail = Mail::default();
        while let Some(line) = lines.next_line().await? {
            let word = line.split([' ', ':']).next().unwrap_or_default();
            let answer = match word.to_uppercase().as_str() {
                "EHLO" | "HELO" => "250 post.example".to_owned(),
                "MAIL" | "RSET" | "NOOP" => "250 OK".to_owned(),
                "RCPT" => {
                    let to = line.split(['<', '>']).nth(1).unwrap_or_default();
                    mail.to = to.to_owned();
                    self.answer_to(to)
                }
                "DATA" => {
                    writer.write_all(b"354 go on\r\n").await?;
                    while let Some(line) = lines.next_line().await? {
                        if line == "." {
                            break;
                        }
                        mail.text.push_str(&line);
                        mail.text.push('\n');
                    }
                    let taken = std::mem::take(&mut mail);
                    let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.mails.push(taken);
                    "250 taken".to_owned()
                }
                "QUIT" => "221 bye".to_owned(),
                _ => "502 not here".to_owned(),
            };
            writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
            if word.eq_ignore_ascii_case("quit") {
                break;
            }
        }
        Ok(())
    }

    fn answer_to(&self, to: &str) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = kept.refused.iter().find(|(refused, _)| refused == to);
        refused.map_or_else(|| "250 OK".to_owned(), |(_, answer)| answer.clone())
    }
}
