//! Intake's front door, as a source sees it.

use std::time::Duration;

use mingjing_domain::Timestamp;
use mingjing_domain::event::CaseEvent;
use mingjing_wire::cloudevents::{encode_complete_until, encode_event};
use reqwest::{Client, StatusCode};
use serde::Deserialize;

use crate::state::Why;

/// Events of one request at most, and bytes.
const EVENTS_MAX: usize = 500;
const BYTES_MAX: usize = 1 << 20;
/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why intake did not answer for what was sent. It is sent again.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It is away.
    #[error("intake cannot be reached")]
    Away(#[source] reqwest::Error),
    /// It asks to wait, cannot take anything now, or does not know the key.
    #[error("intake answered {status}: {message}")]
    Refused {
        /// HTTP's.
        status: u16,
        /// What it said.
        message: String,
    },
    /// The answer is none of intake's.
    #[error("intake's answer cannot be read: {0}")]
    Answer(String),
}

/// What intake said of one row's events: nothing if all were taken.
pub(crate) type Taken = Result<(), Why>;

pub(crate) struct Intake {
    client: Client,
    url: String,
    key: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    error: Option<Reason>,
}

#[derive(Deserialize)]
struct Item {
    status: String,
    #[serde(flatten)]
    why: Option<Reason>,
}

#[derive(Clone, Deserialize)]
struct Reason {
    reason: String,
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    message_zh: String,
    #[serde(default)]
    message_en: String,
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Self {
        Why {
            reason: reason.reason,
            column: reason.field,
            message_zh: reason.message_zh,
            message_en: reason.message_en,
        }
    }
}

impl Intake {
    pub fn new(url: &str, key: String) -> Result<Self, IntakeError> {
        let client = Client::builder().timeout(PATIENCE).build();
        Ok(Self {
            client: client.map_err(IntakeError::Away)?,
            url: format!("{}/v1/events", url.trim_end_matches('/')),
            key,
        })
    }

    /// Sends the events of rows, all of a row in one request; answers row by row.
    pub async fn send(&self, rows: &[Vec<CaseEvent<'static>>]) -> Result<Vec<Taken>, IntakeError> {
        let encoded = rows
            .iter()
            .map(|row| row.iter().map(encode_event).collect());
        let encoded: Vec<Vec<Vec<u8>>> = encoded.collect();
        let mut taken = Vec::with_capacity(rows.len());
        let mut rest = &encoded[..];
        while !rest.is_empty() {
            let most = fitting(rest);
            let mut count = most;
            loop {
                match self.post(&rest[..count]).await? {
                    Posted::Rows(answers) => {
                        taken.extend(answers);
                        break;
                    }
                    // Something in it makes the whole request unreadable: it is found by halving.
                    Posted::Whole(why) if count == 1 => {
                        taken.push(Err(why));
                        break;
                    }
                    Posted::Whole(_) => count = count.div_ceil(2),
                }
            }
            rest = &rest[count..];
        }
        Ok(taken)
    }

    /// Says that the source is complete.
    pub async fn complete(&self, source: &str, until: Timestamp) -> Result<Taken, IntakeError> {
        let item = vec![vec![encode_complete_until(source, until)]];
        match self.post(&item).await? {
            Posted::Rows(answers) => Ok(answers.into_iter().next().unwrap_or(Ok(()))),
            Posted::Whole(why) => Ok(Err(why)),
        }
    }

    async fn post(&self, rows: &[Vec<Vec<u8>>]) -> Result<Posted, IntakeError> {
        let items: Vec<&[u8]> = rows.iter().flatten().map(Vec::as_slice).collect();
        if items.is_empty() {
            return Ok(Posted::Rows(rows.iter().map(|_| Ok(())).collect()));
        }
        let answer = self
            .client
            .post(&self.url)
            .bearer_auth(&self.key)
            .header("content-type", "application/x-ndjson")
            .body(items.join(&b'\n'))
            .send()
            .await
            .map_err(IntakeError::Away)?;
        let status = answer.status();
        let text = answer.text().await.map_err(IntakeError::Away)?;
        let read: Result<Answer, _> = serde_json::from_str(&text);
        let whole = |message: String| {
            let status = status.as_u16();
            Err(IntakeError::Refused { status, message })
        };
        match status {
            // Not a matter of what was sent.
            StatusCode::UNAUTHORIZED
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::REQUEST_TIMEOUT
            | StatusCode::NOT_FOUND => return whole(text),
            status if status.is_server_error() => return whole(text),
            _ => {}
        }
        let read = read.map_err(|_| IntakeError::Answer(text.clone()))?;
        if read.items.is_empty() {
            return match read.error {
                Some(error) if status.is_client_error() && status != StatusCode::FORBIDDEN => {
                    Ok(Posted::Whole(error.into()))
                }
                _ => whole(text),
            };
        }
        if read.items.len() != items.len() {
            return Err(IntakeError::Answer(text));
        }
        // That the key is another source's, or no source's any more, is nothing that is wrong with a row.
        let not_ours = |item: &Item| {
            let why = item.why.as_ref().map(|why| why.reason.as_str());
            matches!(why, Some("wrong_source" | "unknown_source"))
        };
        if read.items.iter().all(not_ours) {
            return whole(text);
        }
        let mut answers = read.items.into_iter();
        let of_rows = rows.iter().map(|row| {
            let mut taken = Ok(());
            for item in answers.by_ref().take(row.len()) {
                if item.status != "accepted" && item.status != "duplicate-ok" && taken.is_ok() {
                    let unsaid = || Reason {
                        reason: item.status.clone(),
                        field: None,
                        message_zh: String::new(),
                        message_en: String::new(),
                    };
                    taken = Err(item.why.clone().unwrap_or_else(unsaid).into());
                }
            }
            taken
        });
        Ok(Posted::Rows(of_rows.collect()))
    }
}

enum Posted {
    /// Row by row.
    Rows(Vec<Taken>),
    /// The request as a whole was refused for what is in it.
    Whole(Why),
}

/// How many of these rows go into one request; one at least.
fn fitting(rows: &[Vec<Vec<u8>>]) -> usize {
    let (mut events, mut bytes) = (0, 0);
    let fits = rows.iter().take_while(|row| {
        events += row.len();
        bytes += row.iter().map(|event| event.len() + 1).sum::<usize>();
        events <= EVENTS_MAX && bytes <= BYTES_MAX
    });
    fits.count().max(1)
}
