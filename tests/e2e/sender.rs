//! A department that sends the made-up log and goes on where its answers ended, over all lives of a platform.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::encode_complete_until;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::corpus::{self, Dice};
use crate::platform::{PATIENCE, Platform};

/// Events of one request: small, so that a kill finds intake in the middle of many.
const BATCH: usize = 10;

/// What became of some requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// All were answered.
    Answered,
    /// The platform was gone before one began.
    Gone,
    /// The platform died over one: it was on its way and got no answer.
    BrokenOff,
}

/// Some events, and the declaration that up to the last of them all was sent: without it nothing of a declared source is alleged, and
/// no kill would find an alert on its way.
fn request(events: &[Value]) -> String {
    let last = events.last().and_then(|event| event["time"].as_str());
    let last = Timestamp::parse(last.expect("an event has a time")).expect("it is an instant");
    // The next request may begin with an event of the same instant.
    let until = Timestamp::from_millis(last.millis() - 1);
    let mut body: String = events.iter().map(|event| format!("{event}\n")).collect();
    body += &String::from_utf8_lossy(&encode_complete_until(corpus::SOURCE, until));
    body
}

/// The sender.
pub struct Sender {
    client: Client,
    key: String,
    requests: Vec<String>,
    /// Requests that were answered: what they held is durable.
    pub acknowledged: usize,
    /// How often a request was told to come again.
    pub put_off: usize,
}

impl Sender {
    /// Registers the source with its definitions.
    pub async fn register(platform: &Platform) -> Result<Self> {
        let key = platform
            .register(corpus::SOURCE, &corpus::definitions())
            .await?;
        let requests = corpus::events().chunks(BATCH).map(request).collect();
        let client = Client::builder().timeout(PATIENCE).build()?;
        Ok(Self {
            client,
            key,
            requests,
            acknowledged: 0,
            put_off: 0,
        })
    }

    /// How many requests the log is.
    pub fn requests(&self) -> usize {
        self.requests.len()
    }

    /// Sends so many requests more, and some of the last once again: a sender who is not sure does, and it must change nothing.
    pub async fn feed(&mut self, url: &str, requests: usize, dice: &mut Dice) -> Result<Sent> {
        let again = dice.below(3) as usize;
        let (from, end) = (
            self.acknowledged.saturating_sub(again),
            self.acknowledged + requests,
        );
        for at in from..end.min(self.requests.len()) {
            let sent = self.send(url, at).await?;
            if sent != Sent::Answered {
                return Ok(sent);
            }
            self.acknowledged = self.acknowledged.max(at + 1);
        }
        Ok(Sent::Answered)
    }

    /// Sends all, and the declaration that this was all.
    pub async fn send_all(&mut self, url: &str) -> Result<()> {
        let events = corpus::events();
        let last = events.last().and_then(|event| event["time"].as_str());
        let last = Timestamp::parse(last.context("an event has a time")?)?;
        let end = encode_complete_until(corpus::SOURCE, last);
        self.requests.push(String::from_utf8(end)?);
        for at in self.acknowledged..self.requests.len() {
            let sent = self.send(url, at).await?;
            ensure!(sent == Sent::Answered, "request {at}: {sent:?}");
        }
        self.acknowledged = self.requests.len();
        Ok(())
    }

    /// As [`Sender::feed`], and from then on the last request again and again, until the platform dies.
    pub async fn feed_to_the_end(
        &mut self,
        url: &str,
        requests: usize,
        dice: &mut Dice,
    ) -> Result<Sent> {
        let mut sent = self.feed(url, requests, dice).await?;
        while sent == Sent::Answered {
            sent = self.send(url, self.acknowledged.saturating_sub(1)).await?;
        }
        Ok(sent)
    }

    /// Sends one request until it is answered or the platform is gone.
    async fn send(&mut self, url: &str, at: usize) -> Result<Sent> {
        loop {
            let request = self
                .client
                .post(format!("{url}/v1/events"))
                .bearer_auth(&self.key)
                .header("content-type", "application/x-ndjson")
                .body(self.requests[at].clone());
            let answer = match request.send().await {
                Ok(answer) => answer,
                Err(error) if error.is_connect() => return Ok(Sent::Gone),
                Err(error) => {
                    ensure!(!error.is_timeout(), "request {at} gets no answer");
                    return Ok(Sent::BrokenOff);
                }
            };
            let status = answer.status();
            let Ok(text) = answer.text().await else {
                return Ok(Sent::BrokenOff);
            };
            match status {
                StatusCode::OK => return Ok(Sent::Answered),
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                    self.put_off += 1;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                _ => bail!("request {at}: {status}: {text}"),
            }
        }
    }

    /// Sends the last events once more, and one that is refused.
    pub async fn send_nonsense(&mut self, url: &str) -> Result<()> {
        let last = self.acknowledged.saturating_sub(2);
        self.send(url, last).await?;
        let nonsense = self
            .client
            .post(format!("{url}/v1/events"))
            .bearer_auth(&self.key)
            .header("content-type", "application/x-ndjson")
            .body("nonsense\n");
        let answer = nonsense.send().await?;
        ensure!(!answer.status().is_server_error(), "{}", answer.status());
        Ok(())
    }

    /// Sends half of the next request and holds the rest back. Intake is inside it then: it has known the key and has
    /// asked for the body, which is what `100 Continue` says.
    pub async fn begin_a_request(&self, url: &str) -> Result<TcpStream> {
        let body = &self.requests[self.acknowledged.min(self.requests.len() - 1)];
        let address = url.strip_prefix("http://").context("http")?;
        let mut stream = TcpStream::connect(address).await?;
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
             content-type: application/x-ndjson\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
            self.key,
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        let asked = async {
            while !answer.ends_with(b"\r\n\r\n") {
                answer.push(stream.read_u8().await?);
            }
            Ok::<_, std::io::Error>(())
        };
        tokio::time::timeout(PATIENCE, asked)
            .await
            .context("intake does not ask for the body")??;
        let said = String::from_utf8_lossy(&answer);
        ensure!(said.starts_with("HTTP/1.1 100 "), "intake said {said}");
        stream.write_all(&body.as_bytes()[..body.len() / 2]).await?;
        Ok(stream)
    }
}
