//! Single sign-on by OpenID Connect: the authorization code flow with PKCE, for an account that is there already.
//!
//! Who somebody is says the provider; what they may do says their account. A claim of the token (or of the provider's userinfo) has to
//! be the name of an account, or the number of the one person whose account it is. Nobody gets an account by signing in, unless the site
//! says by which claim a handler's body is told: then whoever has none gets one as a handler of that body, which its records tell.
//!
//! # Rules it keeps
//!
//! - **Nothing is kept of a sign-in that is under way** but a secret in a cookie of the browser that began it. State, nonce and PKCE
//!   verifier are derived from it, each by its own label, so any process can finish what another began, nobody fills our tables by
//!   beginning, and what one browser began another cannot finish.
//! - **No token reaches a browser.** The code is exchanged from here, what it leads to is verified, and a session of our own begins,
//!   like one by a password.
//! - **Few at a time.** Whoever sends us codes that are none makes us ask the provider; beyond a handful they are told to come back.

pub(crate) mod provider;
pub(crate) mod routes;
mod token;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mingjing_domain::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::account::{Account, Rights, Role};
use super::secret::{self, digest, same};
use super::{People, millis};
use crate::ApiError;
use provider::{Failure, Metadata, Provider, ProviderHttp, ProviderRequest};
use token::{Claims, Expected, Wrong, claims};

/// Random bytes of the secret that a sign-in begins with.
const SECRET_BYTES: usize = 32;
/// Sign-ins that are finished at a time.
const FINISHING_MAX: usize = 8;
/// The path to which the provider sends people back.
const CALLBACK: &str = "/api/v1/session/oidc/callback";

/// The provider of a site, and how its people are known here.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcConfig {
    /// Its address, as it names itself.
    pub issuer: String,
    /// As whom it knows us.
    pub client_id: String,
    /// What we prove it with; empty: PKCE alone.
    pub client_secret: String,
    /// What stands on the button.
    pub name: String,
    /// What is asked for, with spaces between; `openid` among it.
    pub scopes: String,
    /// The claim by which an account is found.
    pub claim: String,
    /// What of an account it has to be.
    pub matched: Matched,
    /// The claim that holds the body of whoever has no account and then gets one, as its handler; none: nobody gets one.
    pub body_claim: Option<String>,
    /// By how much the provider's clock may differ from ours.
    pub clock_skew: Duration,
    /// Where browsers find the console, like `https://mj.example.gov.cn`.
    pub origin: String,
}

/// What of an account a claim has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// Its name.
    Account,
    /// The number of its person, who has one account that works.
    Person,
}

/// Why somebody who came back from the provider is not signed in.
#[derive(Debug, thiserror::Error)]
enum NotSignedIn {
    #[error("it did not begin in this browser, or too long ago")]
    NotBegun,
    #[error("the provider did not let them in: {0}")]
    Declined(String),
    #[error("the provider failed")]
    Away(#[source] Failure),
    #[error("the provider does not take the code")]
    Code(#[source] Failure),
    #[error("the provider's token is not believed")]
    Token(#[source] Wrong),
    #[error("the provider said nothing that can be used as the claim `{0}`")]
    NoClaim(String),
    #[error("there is no account for them that works")]
    NoAccount,
    #[error("too many sign in at the moment")]
    Busy,
    #[error("the platform failed")]
    Ours(#[source] ApiError),
}

impl NotSignedIn {
    /// The word by which the console says it.
    fn code(&self) -> &'static str {
        match self {
            NotSignedIn::NotBegun | NotSignedIn::Code(_) => "not_begun",
            NotSignedIn::Declined(_) => "declined",
            NotSignedIn::Away(_) => "away",
            NotSignedIn::Token(_) | NotSignedIn::NoClaim(_) => "not_believed",
            NotSignedIn::NoAccount => "no_account",
            NotSignedIn::Busy => "busy",
            NotSignedIn::Ours(_) => "failed",
        }
    }
}

/// A sign-in that is under way, as its browser holds it.
struct Begun(String);

impl Begun {
    fn new() -> Result<Self, ApiError> {
        let secret = secret::random::<SECRET_BYTES>().map_err(super::failed)?;
        Ok(Self(secret))
    }

    fn part(&self, label: &str) -> String {
        digest(&format!("{label}:{}", self.0))
    }

    fn state(&self) -> String {
        self.part("state")
    }

    fn nonce(&self) -> String {
        self.part("nonce")
    }

    fn verifier(&self) -> String {
        self.part("verifier")
    }

    /// RFC 7636, `S256`.
    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }
}

/// What the provider sent somebody back with.
#[derive(Default)]
struct Returned {
    code: Option<String>,
    state: Option<String>,
    issuer: Option<String>,
    error: Option<String>,
}

impl Returned {
    /// What we do not know is left alone; what is given twice is given by somebody else.
    fn read(query: &str) -> Option<Self> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
        let mut returned = Self::default();
        for (name, value) in pairs {
            let slot = match name.as_str() {
                "code" => &mut returned.code,
                "state" => &mut returned.state,
                "iss" => &mut returned.issuer,
                "error" => &mut returned.error,
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return None;
            }
        }
        Some(returned)
    }
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// Signing in by a provider.
pub struct Oidc {
    config: OidcConfig,
    provider: Provider,
    finishing: Semaphore,
}

impl Oidc {
    /// By this one.
    #[must_use]
    pub fn new(config: OidcConfig, http: Arc<dyn ProviderHttp>) -> Self {
        Self {
            provider: Provider::new(config.issuer.clone(), http),
            config,
            finishing: Semaphore::new(FINISHING_MAX),
        }
    }

    fn redirect_uri(&self) -> String {
        format!("{}{CALLBACK}", self.config.origin)
    }

    /// Where a browser is sent to sign in.
    async fn begin(&self, begun: &Begun, now: Timestamp) -> Result<String, NotSignedIn> {
        let metadata = self.provider.metadata(now).await;
        let metadata = metadata.map_err(NotSignedIn::Away)?;
        let (redirect_uri, challenge) = (self.redirect_uri(), begun.challenge());
        let (state, nonce) = (begun.state(), begun.nonce());
        let asked = [
            ("response_type", "code"),
            ("client_id", self.config.client_id.as_str()),
            ("redirect_uri", redirect_uri.as_str()),
            ("scope", self.config.scopes.as_str()),
            ("state", state.as_str()),
            ("nonce", nonce.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        address(&metadata.authorization_endpoint, &asked)
    }

    /// Whose account it is that came back from the provider to the browser that began this.
    async fn finish(
        &self,
        people: &People,
        begun: &Begun,
        returned: Returned,
    ) -> Result<Account, NotSignedIn> {
        let _turn = self
            .finishing
            .try_acquire()
            .map_err(|_| NotSignedIn::Busy)?;
        let state = returned.state.unwrap_or_default();
        if !same(state.as_bytes(), begun.state().as_bytes()) {
            return Err(NotSignedIn::NotBegun);
        }
        let now = people.now();
        let metadata = self.provider.metadata(now).await;
        let metadata = metadata.map_err(NotSignedIn::Away)?;
        let another = match &returned.issuer {
            Some(issuer) => *issuer != self.config.issuer,
            None => metadata.authorization_response_iss_parameter_supported,
        };
        if another {
            return Err(NotSignedIn::Token(Wrong::Claim("iss")));
        }
        if let Some(error) = returned.error {
            return Err(NotSignedIn::Declined(error.chars().take(64).collect()));
        }
        let code = returned.code.ok_or(NotSignedIn::NotBegun)?;
        let tokens = self.exchange(&metadata, &code, begun).await?;
        let claimed = self.believed(&tokens.id_token, begun, now).await?;
        let told = self.told(&metadata, &tokens, claimed).await?;
        let name = &self.config.claim;
        let value = usable(&told, name).ok_or_else(|| NotSignedIn::NoClaim(name.clone()))?;
        match self.account(people, &value).await? {
            Some(account) => Ok(account),
            None => self.open(people, &value, &told).await,
        }
    }

    /// The code for tokens.
    async fn exchange(
        &self,
        metadata: &Metadata,
        code: &str,
        begun: &Begun,
    ) -> Result<Tokens, NotSignedIn> {
        let OidcConfig {
            client_id,
            client_secret,
            ..
        } = &self.config;
        let (verifier, redirect_uri) = (begun.verifier(), self.redirect_uri());
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri.as_str()),
            ("code_verifier", verifier.as_str()),
        ];
        let mut authorization = None;
        if client_secret.is_empty() {
            form.push(("client_id", client_id.as_str()));
        } else if metadata.secret_in_form() {
            form.push(("client_id", client_id.as_str()));
            form.push(("client_secret", client_secret.as_str()));
        } else {
            let pair = format!("{}:{}", form_part(client_id)?, form_part(client_secret)?);
            authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
        }
        let request = ProviderRequest {
            url: metadata.token_endpoint.clone(),
            form: Some(encoded(&form)?),
            authorization,
        };
        let tokens = self.provider.read("the exchange of a code", request).await;
        tokens.map_err(|failure| match failure {
            // It is used, or too old (RFC 6749, 5.2); another status says that we are not known, or that something is broken.
            Failure::Refused { status: 400, .. } => NotSignedIn::Code(failure),
            failure => NotSignedIn::Away(failure),
        })
    }

    /// What an ID token claims, once it is verified; with fresh keys where those that are known do not do.
    async fn believed(
        &self,
        id_token: &str,
        begun: &Begun,
        now: Timestamp,
    ) -> Result<Claims, NotSignedIn> {
        let nonce = begun.nonce();
        let expected = Expected {
            issuer: &self.config.issuer,
            client_id: &self.config.client_id,
            nonce: &nonce,
            now,
            skew_ms: millis(self.config.clock_skew),
        };
        let keys = self.provider.keys(now, false).await;
        let first = claims(id_token, &keys.map_err(NotSignedIn::Away)?, expected);
        if !first.as_ref().is_err_and(|wrong| wrong.may_be_new_keys()) {
            return first.map_err(NotSignedIn::Token);
        }
        let keys = self.provider.keys(now, true).await;
        let second = claims(id_token, &keys.map_err(NotSignedIn::Away)?, expected);
        second.map_err(NotSignedIn::Token)
    }

    /// The claims of the token, and where it lacks one that is needed, those of the provider's userinfo about the same person.
    async fn told(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        claimed: Claims,
    ) -> Result<Claims, NotSignedIn> {
        let needed = [Some(&self.config.claim), self.config.body_claim.as_ref()];
        let lacking = needed.into_iter().flatten();
        let lacking = lacking.filter(|name| !claimed.contains_key(*name)).count();
        let (Some(url), Some(access)) = (&metadata.userinfo_endpoint, &tokens.access_token) else {
            return Ok(claimed);
        };
        if lacking == 0 {
            return Ok(claimed);
        }
        let request = ProviderRequest {
            authorization: Some(format!("Bearer {access}")),
            ..ProviderRequest::get(url)
        };
        let info: Claims = self
            .provider
            .read("its userinfo", request)
            .await
            .map_err(NotSignedIn::Away)?;
        // OpenID Connect Core 1.0, 5.3.2: what is about somebody else counts for nothing.
        if info.get("sub") != claimed.get("sub") {
            return Err(NotSignedIn::Token(Wrong::Claim("sub")));
        }
        let mut told = info;
        told.extend(claimed);
        Ok(told)
    }

    async fn account(&self, people: &People, value: &str) -> Result<Option<Account>, NotSignedIn> {
        let found = match self.config.matched {
            Matched::Account => people.by_name(value).await,
            Matched::Person => people.by_person(value).await,
        };
        found.map_err(NotSignedIn::Ours)
    }

    /// An account for somebody who has none, where the site wants that and the provider says of which body they are.
    async fn open(
        &self,
        people: &People,
        value: &str,
        told: &Claims,
    ) -> Result<Account, NotSignedIn> {
        let body = self.config.body_claim.as_ref();
        let body = body.and_then(|claim| usable(told, claim));
        let rights = Rights {
            person: value.to_owned(),
            name: usable(told, "name").unwrap_or_default(),
            roles: [Role::DepartmentHandler].into(),
            body: body.ok_or(NotSignedIn::NoAccount)?,
            office: String::new(),
            region: String::new(),
            valid_from: None,
            valid_until: None,
        };
        let opened = people.open_by_provider(value, rights).await;
        opened
            .map_err(NotSignedIn::Ours)?
            .ok_or(NotSignedIn::NoAccount)
    }

    /// Where a browser is sent after signing out here, so that the provider forgets it, too; none where the provider has no such place, or
    /// does not say.
    pub(super) async fn leave(&self, now: Timestamp) -> Option<String> {
        let metadata = self.provider.metadata(now).await.ok()?;
        let back = format!("{}/", self.config.origin);
        let asked = [
            ("client_id", self.config.client_id.as_str()),
            ("post_logout_redirect_uri", back.as_str()),
        ];
        address(metadata.end_session_endpoint.as_ref()?, &asked).ok()
    }
}

/// A claim that can be somebody's name. An address of mail is one only once the provider has verified that it is theirs.
fn usable(claims: &Claims, name: &str) -> Option<String> {
    let unverified = name == "email" && claims.get("email_verified") != Some(&Value::Bool(true));
    let value = claims.get(name)?.as_str().map(str::trim)?;
    (!unverified && !value.is_empty()).then(|| value.to_owned())
}

fn encoded(pairs: &[(&str, &str)]) -> Result<String, NotSignedIn> {
    serde_urlencoded::to_string(pairs).map_err(|error| NotSignedIn::Ours(super::failed(error)))
}

/// RFC 6749, 2.3.1: name and secret are written as in a form before they are put together.
fn form_part(text: &str) -> Result<String, NotSignedIn> {
    let pair = encoded(&[("", text)])?;
    Ok(pair.trim_start_matches('=').to_owned())
}

/// An address of the provider with what is asked there.
fn address(endpoint: &str, asked: &[(&str, &str)]) -> Result<String, NotSignedIn> {
    let separator = if endpoint.contains('?') { '&' } else { '?' };
    Ok(format!("{endpoint}{separator}{}", encoded(asked)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_sign_in_sends_around_does_not_tell_its_verifier() {
        let (one, other) = (Begun::new().unwrap(), Begun::new().unwrap());
        let parts = [one.state(), one.nonce(), one.verifier(), one.challenge()];
        for (n, part) in parts.iter().enumerate() {
            assert!(!parts[..n].contains(part) && *part != one.0, "{part}");
        }
        assert_eq!(one.state(), Begun(one.0.clone()).state());
        assert_ne!(one.state(), other.state());
        // RFC 7636, 4.1: 43 to 128 characters, unreserved.
        assert!((43..=128).contains(&one.verifier().len()));
        // RFC 7636, appendix B, by its own verifier.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn what_comes_back_is_read_once_and_the_rest_left_alone() {
        let read = Returned::read("code=c%2Fd&state=s&iss=https%3A%2F%2Fi&session_state=x");
        let read = read.unwrap();
        assert_eq!(read.code.as_deref(), Some("c/d"));
        assert_eq!(read.state.as_deref(), Some("s"));
        assert_eq!(read.issuer.as_deref(), Some("https://i"));
        assert!(Returned::read("code=a&code=b&state=s").is_none());
        assert!(Returned::read("").is_some_and(|read| read.code.is_none()));
    }

    #[test]
    fn an_address_of_mail_counts_once_it_was_verified() {
        let claims = |value: Value| value.as_object().unwrap().clone();
        let mail = "li@example.gov.cn";
        for (told, used) in [
            (json!({ "email": mail, "email_verified": true }), true),
            (json!({ "email": mail, "email_verified": "true" }), false),
            (json!({ "email": mail }), false),
            (json!({ "email_verified": true }), false),
        ] {
            assert_eq!(
                usable(&claims(told.clone()), "email").is_some(),
                used,
                "{told}"
            );
        }
        let told = claims(json!({ "uid": " li ", "none": " ", "number": 7 }));
        assert_eq!(usable(&told, "uid").as_deref(), Some("li"));
        assert_eq!(usable(&told, "none"), None);
        assert_eq!(usable(&told, "number"), None);
    }

    #[test]
    fn secrets_are_written_as_in_a_form_and_addresses_keep_what_they_have() {
        assert_eq!(form_part("a b:c=d").unwrap(), "a+b%3Ac%3Dd");
        let asked = [("a", "1 2")];
        assert_eq!(address("https://i/x", &asked).unwrap(), "https://i/x?a=1+2");
        assert_eq!(
            address("https://i/x?p=q", &asked).unwrap(),
            "https://i/x?p=q&a=1+2"
        );
    }
}
