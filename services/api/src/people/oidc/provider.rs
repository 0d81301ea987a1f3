//! The provider as it describes itself: its addresses and its keys, asked for once and kept for a while. When a token names a key that is
//! not among them, they are asked for anew, but not more often than twice a minute: whoever sends us forged tokens must not make us
//! press the provider. One that does not answer is left alone for some seconds, so that those who wait for it do not wait one after
//! another; what it said of itself before goes on meanwhile.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use mingjing_domain::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::token::Key;

/// What a provider says of itself is asked for anew after an hour.
const KEPT_MS: i64 = 3_600_000;
/// Its keys are not asked for more often than this.
const KEYS_EVERY_MS: i64 = 30_000;
/// A provider that did not describe itself is not asked to for so long …
const LEFT_ALONE: Duration = Duration::from_secs(5);
/// … and, where it did before, for so long.
const DESCRIBED_AGAIN_MS: i64 = 60_000;

/// A request to the provider.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderRequest {
    /// Where.
    pub url: String,
    /// What is posted, as a form (`application/x-www-form-urlencoded`); none: it is a `GET`.
    pub form: Option<String>,
    /// The header `Authorization`.
    pub authorization: Option<String>,
}

impl ProviderRequest {
    pub(super) fn get(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            form: None,
            authorization: None,
        }
    }
}

/// What asks a provider: HTTPS with the machine's certificates, no redirects, an end to time and size.
#[async_trait]
pub trait ProviderHttp: Send + Sync {
    /// Status and body.
    ///
    /// # Errors
    /// When there is no whole answer in time.
    async fn send(
        &self,
        request: ProviderRequest,
    ) -> Result<(u16, Bytes), Box<dyn std::error::Error + Send + Sync>>;
}

/// Why the provider cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// It did not answer.
    #[error("the provider does not answer at {what}")]
    Away {
        what: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It refused.
    #[error("the provider answers {status} at {what}")]
    Refused { what: &'static str, status: u16 },
    /// It said something that cannot be understood.
    #[error("the provider's answer at {what} cannot be read")]
    Unreadable {
        what: &'static str,
        #[source]
        source: serde_json::Error,
    },
    /// It did not describe itself a moment ago.
    #[error("the provider did not describe itself a moment ago, and is left alone")]
    LeftAlone,
    /// What it says of itself is not what was configured.
    #[error("the provider's description does not fit: {0}")]
    Unfit(&'static str),
}

/// What a provider says of itself (OpenID Connect Discovery 1.0, 3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    jwks_uri: String,
    pub userinfo_endpoint: Option<String>,
    pub end_session_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// It names itself when it sends somebody back (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Whether the client's secret goes into the form, because the provider takes it nowhere else.
    pub(super) fn secret_in_form(&self) -> bool {
        let takes = |how: &str| {
            let mut methods = self.token_endpoint_auth_methods_supported.iter();
            methods.any(|method| method == how)
        };
        takes("client_secret_post") && !takes("client_secret_basic")
    }

    fn checked(self, issuer: &str) -> Result<Self, Failure> {
        if self.issuer != issuer {
            return Err(Failure::Unfit("it names another issuer"));
        }
        let addresses = [
            Some(&self.authorization_endpoint),
            Some(&self.token_endpoint),
            Some(&self.jwks_uri),
            self.userinfo_endpoint.as_ref(),
            self.end_session_endpoint.as_ref(),
        ];
        let safe = addresses
            .into_iter()
            .flatten()
            .all(|url| is_safe_address(url));
        if !safe {
            return Err(Failure::Unfit(
                "an address is neither https nor on this machine",
            ));
        }
        Ok(self)
    }
}

/// Whether an address is one that nobody on the way reads or changes: TLS, or this machine.
pub fn is_safe_address(url: &str) -> bool {
    if let Some(rest) = url.strip_prefix("https://") {
        return !rest.is_empty() && !rest.starts_with('/');
    }
    let Some(rest) = url.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}

/// What is known of the provider.
struct Known {
    metadata: Arc<Metadata>,
    described_at: Timestamp,
    keys: Arc<[Key]>,
    listed_at: Timestamp,
}

/// The provider of a site.
pub(super) struct Provider {
    issuer: String,
    http: Arc<dyn ProviderHttp>,
    known: Mutex<Option<Known>>,
    /// When it last failed to describe itself. Taken while `known` is held.
    failed: std::sync::Mutex<Option<Instant>>,
}

impl Provider {
    pub(super) fn new(issuer: String, http: Arc<dyn ProviderHttp>) -> Self {
        Self {
            issuer,
            http,
            known: Mutex::default(),
            failed: std::sync::Mutex::default(),
        }
    }

    /// What it says of itself.
    pub(super) async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, Failure> {
        let mut known = self.known.lock().await;
        if let Some(known) = &*known
            && now < known.described_at.plus_millis(KEPT_MS)
        {
            return Ok(known.metadata.clone());
        }
        match self.describe(now).await {
            Ok(fresh) => {
                let metadata = fresh.metadata.clone();
                *known = Some(fresh);
                Ok(metadata)
            }
            Err(failure) => match &mut *known {
                Some(known) => {
                    tracing::warn!(%failure, "what the provider said of itself before goes on");
                    known.described_at = now.plus_millis(DESCRIBED_AGAIN_MS - KEPT_MS);
                    Ok(known.metadata.clone())
                }
                None => Err(failure),
            },
        }
    }

    async fn describe(&self, now: Timestamp) -> Result<Known, Failure> {
        let failed = || self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = *failed();
        if lately.is_some_and(|at| at.elapsed() < LEFT_ALONE) {
            return Err(Failure::LeftAlone);
        }
        let described = self.description(now).await;
        *failed() = described.is_err().then(Instant::now);
        described
    }

    async fn description(&self, now: Timestamp) -> Result<Known, Failure> {
        let issuer = self.issuer.trim_end_matches('/');
        let url = format!("{issuer}/.well-known/openid-configuration");
        let metadata: Metadata = self
            .read("its description", ProviderRequest::get(&url))
            .await?;
        let metadata = Arc::new(metadata.checked(&self.issuer)?);
        let keys = self.listed(&metadata).await?;
        Ok(Known {
            metadata,
            described_at: now,
            keys,
            listed_at: now,
        })
    }

    /// Its keys; `anew` where those that are known do not do.
    pub(super) async fn keys(&self, now: Timestamp, anew: bool) -> Result<Arc<[Key]>, Failure> {
        let metadata = self.metadata(now).await?;
        let mut known = self.known.lock().await;
        if let Some(known) = &mut *known {
            if anew && now >= known.listed_at.plus_millis(KEYS_EVERY_MS) {
                // Before asking, so that a provider that is away is not pressed either.
                known.listed_at = now;
                known.keys = self.listed(&metadata).await?;
            }
            return Ok(known.keys.clone());
        }
        self.listed(&metadata).await
    }

    async fn listed(&self, metadata: &Metadata) -> Result<Arc<[Key]>, Failure> {
        let asked = ProviderRequest::get(&metadata.jwks_uri);
        let set: Value = self.read("its keys", asked).await?;
        Ok(Key::of_set(&set).into())
    }

    /// What it answers as JSON, where that is a good answer.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        what: &'static str,
        request: ProviderRequest,
    ) -> Result<T, Failure> {
        let sent = self.http.send(request).await;
        let (status, body) = sent.map_err(|source| Failure::Away { what, source })?;
        if status != 200 {
            return Err(Failure::Refused { what, status });
        }
        serde_json::from_slice(&body).map_err(|source| Failure::Unreadable { what, source })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://id.example.gov.cn/realms/city";

    fn described() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://id.example.gov.cn/auth",
            "token_endpoint": "https://id.example.gov.cn/token",
            "jwks_uri": "https://id.example.gov.cn/keys",
        })
    }

    /// Answers, and remembers what it was asked.
    struct Answers {
        description: Value,
        away: AtomicBool,
        asked: std::sync::Mutex<Vec<String>>,
    }

    impl Answers {
        fn asked(&self, end: &str) -> usize {
            let asked = self.asked.lock().unwrap();
            asked.iter().filter(|url| url.ends_with(end)).count()
        }
    }

    #[async_trait]
    impl ProviderHttp for Answers {
        async fn send(
            &self,
            request: ProviderRequest,
        ) -> Result<(u16, Bytes), Box<dyn std::error::Error + Send + Sync>> {
            let keys = request.url.ends_with("/keys");
            self.asked.lock().unwrap().push(request.url);
            if self.away.load(Ordering::Relaxed) {
                return Err("nobody is there".into());
            }
            let body = match keys {
                true => json!({ "keys": [] }),
                false => self.description.clone(),
            };
            Ok((200, body.to_string().into()))
        }
    }

    fn provider(description: Value) -> (Provider, Arc<Answers>) {
        let answers = Arc::new(Answers {
            description,
            away: AtomicBool::new(false),
            asked: std::sync::Mutex::default(),
        });
        (Provider::new(ISSUER.into(), answers.clone()), answers)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[tokio::test]
    async fn a_description_is_kept_for_an_hour_and_keys_are_not_asked_for_at_every_forgery() {
        let (provider, answers) = provider(described());
        let description = "/realms/city/.well-known/openid-configuration";
        for second in [0, 10, 3599] {
            provider.metadata(at(second)).await.unwrap();
        }
        assert_eq!(answers.asked(description), 1);
        provider.metadata(at(3600)).await.unwrap();
        assert_eq!((answers.asked(description), answers.asked("/keys")), (2, 2));
        for second in [3601, 3610, 3629] {
            provider.keys(at(second), true).await.unwrap();
        }
        assert_eq!(answers.asked("/keys"), 2);
        provider.keys(at(3631), true).await.unwrap();
        provider.keys(at(3632), true).await.unwrap();
        assert_eq!(answers.asked("/keys"), 3);
    }

    #[tokio::test]
    async fn one_that_is_away_is_left_alone_and_what_it_said_before_goes_on() {
        let (provider, answers) = provider(described());
        let description = "/.well-known/openid-configuration";
        answers.away.store(true, Ordering::Relaxed);
        let first = provider.metadata(at(0)).await;
        assert!(matches!(first, Err(Failure::Away { .. })), "{first:?}");
        for _ in 0..3 {
            let again = provider.metadata(at(1)).await;
            assert!(matches!(again, Err(Failure::LeftAlone)), "{again:?}");
        }
        assert_eq!(answers.asked(description), 1);

        let (provider, answers) = self::provider(described());
        provider.metadata(at(0)).await.unwrap();
        answers.away.store(true, Ordering::Relaxed);
        for second in [3600, 3610, 3659] {
            provider.metadata(at(second)).await.unwrap();
        }
        assert_eq!(answers.asked(description), 2);
        assert!(provider.keys(at(3659), false).await.is_ok());
    }

    #[tokio::test]
    async fn another_issuer_and_addresses_without_tls_are_refused() {
        for (field, value) in [
            ("issuer", "https://id.example.gov.cn/realms/other"),
            ("token_endpoint", "http://id.example.gov.cn/token"),
            ("jwks_uri", "http://id.example.gov.cn/keys"),
            ("end_session_endpoint", "javascript:alert(1)"),
        ] {
            let mut description = described();
            description[field] = json!(value);
            let (provider, _) = provider(description);
            let refused = provider.metadata(at(0)).await;
            assert!(matches!(refused, Err(Failure::Unfit(_))), "{field}");
        }
    }

    #[test]
    fn an_address_is_safe_over_tls_or_on_this_machine() {
        for (url, safe) in [
            ("https://id.example.gov.cn", true),
            ("http://127.0.0.1:3000/a", true),
            ("http://localhost", true),
            ("http://[::1]:80/", true),
            ("http://localhost.example.cn", false),
            ("http://localhost@example.cn/", false),
            ("http://127.0.0.1.example.cn/", false),
            ("http://id.example.gov.cn", false),
            ("https://", false),
            ("https:///a", false),
            ("ftp://localhost", false),
            ("", false),
        ] {
            assert_eq!(is_safe_address(url), safe, "{url}");
        }
    }

    #[test]
    fn the_secret_goes_into_the_form_only_where_nothing_else_is_taken() {
        for (methods, in_form) in [
            (json!([]), false),
            (json!(["client_secret_basic", "client_secret_post"]), false),
            (json!(["client_secret_post", "private_key_jwt"]), true),
        ] {
            let mut description = described();
            description["token_endpoint_auth_methods_supported"] = methods.clone();
            let metadata: Metadata = serde_json::from_value(description).unwrap();
            assert_eq!(metadata.secret_in_form(), in_form, "{methods}");
        }
    }
}
