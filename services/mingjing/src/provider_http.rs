//! How a provider of single sign-on is asked: by the client that everything else here uses, with the machine's certificates.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use mingjing_api::{ProviderHttp, ProviderRequest};
use reqwest::Client;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::redirect::Policy;

/// Somebody waits before an empty page meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a provider says of itself, its keys and its tokens are some KiB.
const BYTES_MAX: usize = 1 << 20;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Asks over HTTP and follows nobody elsewhere.
pub struct OverHttp(Client);

impl OverHttp {
    /// With a client of its own.
    pub fn new() -> anyhow::Result<Self> {
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .user_agent(concat!("mingjing/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }
}

#[async_trait]
impl ProviderHttp for OverHttp {
    async fn send(&self, request: ProviderRequest) -> Result<(u16, Bytes), Failure> {
        let mut asked = match request.form {
            Some(form) => self
                .0
                .post(&request.url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form),
            None => self.0.get(&request.url),
        };
        if let Some(authorization) = request.authorization {
            asked = asked.header(AUTHORIZATION, authorization);
        }
        let mut answer = asked.header(ACCEPT, "application/json").send().await?;
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > BYTES_MAX {
                return Err("the answer is too long".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok((answer.status().as_u16(), body.freeze()))
    }
}
