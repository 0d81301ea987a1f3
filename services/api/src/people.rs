//! People: accounts with roles and a reach, passwords, sessions, and the gate that every request passes.
//!
//! Keys are for machines, accounts for people. A site says whether accounts are required (`api.accounts`); where they are not, whoever can
//! reach the API reads, and changes ask for the operator's key, as before there were accounts.
//!
//! | table | key | value |
//! |---|---|---|
//! | `accounts` | `<account>/<n>` | the account's `n`-th record as JSON: who, when, why, what |
//! | `passwords` | `<account>/<id>` | an Argon2id hash; the account's records name the one that counts |
//! | `sessions` | SHA-256 of the token | whose it is, since when |
//! | `audit_waiting` | | the audit trail on its way, see there |
//! | `attempts` | | what was tried in vain, see `attempts` |
//! | `sessions_seen` | SHA-256 of the token | when it was last used |
//!
//! # Rules it keeps
//!
//! - **Nothing tells who there is.** An unknown name takes a hash as long as a known one, is answered the same and locked out the same.
//! - **A token lies nowhere.** The table keeps its hash; in a browser it lies in a cookie that no script reads.
//! - **What was ended stays ended.** A session counts only under its account's present generation, which a new password, a disabling and
//!   an administrator raise; when it was last used is kept beside it, so that a late use cannot bring back what was removed.
//! - **Passwords are hashed a few at a time**, away from the threads that answer.

pub(crate) mod account;
mod accounts;
pub(crate) mod attempts;
mod audit;
pub(crate) mod gate;
pub(crate) mod oidc;
mod password;
mod permissions;
mod secret;
mod session;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use bytes::Bytes;
use chrono::NaiveDate;
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_log::{Journals, Table};
use mingjing_store::Store;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::{ApiError, Metrics, State};
use account::{Account, Act, Record};
use attempts::Guesses;
use audit::{Audit, Entry};
use gate::{Caller, Person};
use oidc::Oidc;
use password::Hashed;

pub use gate::let_in;

/// The journals' table.
const ACCOUNTS: &str = "accounts";
/// The passwords' table.
const PASSWORDS: &str = "passwords";
/// The sessions' table.
const SESSIONS: &str = "sessions";
/// When each was last used.
const SEEN: &str = "sessions_seen";
/// What a session's token begins with.
const TOKEN_PREFIX: &str = "mjs_";
/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;
/// Hashes that are made at a time: each takes 19 MiB and a core for some 20 ms.
const HASHING_MAX: usize = 2;
/// So long a request waits for its turn to be hashed.
const HASHING_PATIENCE: Duration = Duration::from_secs(5);
/// Decisions upon an account that others change, too: so often one is made anew.
const TRIES: usize = 16;
/// As whom it is recorded that an account was opened by signing in, and why.
const BY_PROVIDER: &str = "oidc";
const OPENED_BY_PROVIDER: &str = "首次由统一身份认证登录，按本站设置开立";
/// A use of a session is written down this much after the one before at the earliest.
const SEEN_EVERY_MS: i64 = 60_000;
/// Sessions that are over are removed this often.
const SWEEP_EVERY_MS: i64 = 10 * 60_000;

/// How people sign in at a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleConfig {
    /// Whether everything but what is public asks for an account or the administrator's key.
    pub required: bool,
    /// A session ends when it was not used for so long …
    pub session_idle: Duration,
    /// … and so long after it began in any case.
    pub session_most: Duration,
    /// Where browsers find the console, like `https://mj.example.gov.cn`; none: wherever they ask.
    pub origin: Option<String>,
    /// Proxies that say whom they speak for, beside those on this machine.
    pub proxies: Vec<IpAddr>,
    /// In whose days accounts begin and end.
    pub zone: Tz,
    /// Days that the audit trail is kept.
    pub audit_keep_days: u32,
    /// Days after which a password opens nothing but its own change; none: it does not age.
    pub password_days: Option<u32>,
}

/// Why somebody is not let in. Public words only; nothing in them tells who there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Nobody is signed in, or the session is over.
    NotSignedIn,
    /// Account or password are wrong, or the account does not work.
    WrongCredentials,
    /// Too many attempts.
    LockedOut {
        /// After so many seconds the next one is taken.
        seconds: u64,
    },
    /// Too many sign in at the moment.
    Busy,
    /// A temporary password, or one that is too old for the site, has to be changed first.
    ChangePassword,
    /// The roles do not allow it, or it is beyond the reach.
    NotYours,
    /// A person has to do it, not a key.
    PersonOnly,
    /// There is no such endpoint, or nobody may use it.
    Closed,
    /// Another site's page sent it.
    ForeignPage,
    /// The audit trail cannot be written, and nothing is done or shown without it.
    Unrecorded,
    /// Accounts are off at this site.
    Off,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Session {
    account: String,
    generation: u32,
    begun_at: Timestamp,
    /// The provider said who it is, and no password of ours was asked for.
    #[serde(default)]
    by_provider: bool,
}

/// The people of a platform.
pub struct People {
    config: PeopleConfig,
    journals: Journals,
    table: Arc<dyn Table>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    attempts: Guesses,
    hashing: Arc<Semaphore>,
    /// What a password is held against where there is no such account.
    nobody: Hashed,
    swept_at: Mutex<Timestamp>,
    audit: Arc<Audit>,
    /// Single sign-on, where the site has it.
    oidc: Option<Oidc>,
}

impl People {
    /// Those of a table, and the task that writes their audit trail and carries it into a store. The clock is the machine's: sessions run
    /// out in people's time, whatever a demo's clock says.
    ///
    /// # Errors
    /// When the machine has no random numbers or no memory for a hash.
    pub fn new(
        table: Arc<dyn Table>,
        store: Store,
        config: PeopleConfig,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
        metrics: &Metrics,
    ) -> Result<
        (Self, impl Future<Output = ()> + Send + use<>),
        Box<dyn std::error::Error + Send + Sync>,
    > {
        let (audit, work) = Audit::begin(audit::Place {
            table: table.clone(),
            store,
            zone: config.zone,
            keep_days: config.audit_keep_days,
            clock: clock.clone(),
            entries_waiting: metrics.audit_entries_waiting.clone(),
        })?;
        let attempts = Guesses::new("accounts", table.clone())?;
        let people = Self {
            config,
            journals: Journals::new(table.clone(), ACCOUNTS),
            table,
            clock,
            attempts,
            hashing: Arc::new(Semaphore::new(HASHING_MAX)),
            nobody: Hashed::of(&password::temporary()?)?,
            swept_at: Mutex::new(Timestamp::MIN),
            audit: Arc::new(audit),
            oidc: None,
        };
        Ok((people, work))
    }

    /// They sign in by this provider, too.
    #[must_use]
    pub fn with_provider(self, oidc: Oidc) -> Self {
        Self {
            oidc: Some(oidc),
            ..self
        }
    }

    /// Whether everything but what is public asks for an account or the administrator's key.
    pub(crate) fn required(&self) -> bool {
        self.config.required
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Whether a password has to be changed because it is too old for this site.
    fn aged(&self, account: &Account, now: Timestamp) -> bool {
        let days = self.config.password_days;
        days.is_some_and(|days| account.password_aged(days, now))
    }

    fn day(&self, at: Timestamp) -> NaiveDate {
        at.local_date(self.config.zone)
    }

    /// Whether browsers are told to send the cookie over TLS only.
    fn secure(&self) -> bool {
        let origin = self.config.origin.as_deref();
        origin.is_some_and(|origin| origin.starts_with("https://"))
    }

    /// Under TLS the name by which browsers take it from this very host only.
    fn cookie_name(&self) -> &'static str {
        match self.secure() {
            true => "__Host-mingjing_session",
            false => "mingjing_session",
        }
    }

    /// One account; none where there is none.
    async fn account(&self, id: &str) -> Result<Option<Account>, ApiError> {
        Ok(Account::of(id, &decoded(&self.journals.read(id).await?)?))
    }

    /// Every account, by its name.
    async fn all(&self) -> Result<Vec<Account>, ApiError> {
        let mut accounts = Vec::new();
        for (id, records) in self.journals.read_all().await? {
            accounts.extend(Account::of(&id, &decoded(&records)?));
        }
        Ok(accounts)
    }

    /// The records of one account.
    async fn records(&self, id: &str) -> Result<Vec<Record>, ApiError> {
        decoded(&self.journals.read(id).await?)
    }

    /// Adds to an account what `decide` makes of it, however many others change it; none is an account that is not there yet.
    async fn add(
        &self,
        id: &str,
        by: &str,
        why: &str,
        decide: impl Fn(Option<&Account>) -> Result<Act, ApiError>,
    ) -> Result<Account, ApiError> {
        for _ in 0..TRIES {
            let mut records: Vec<Record> = self.records(id).await?;
            let act = decide(Account::of(id, &records).as_ref())?;
            let record = Record {
                at: self.now(),
                by: by.to_owned(),
                why: why.to_owned(),
                act,
            };
            let value = Bytes::from(encoded(&record)?);
            if self.journals.add(id, records.len(), value).await? {
                records.push(record);
                let account = Account::of(id, &records);
                return account.ok_or_else(|| ApiError::Failed("an account without one".into()));
            }
        }
        Err(ApiError::Failed(
            "an account is written to without an end".into(),
        ))
    }

    /// Makes this the password that counts. The hash is there before the record that names it.
    async fn set_password(
        &self,
        account: &Account,
        text: String,
        temporary: bool,
        by: &str,
        why: &str,
    ) -> Result<Account, ApiError> {
        let hashed = self.hashed(move || Hashed::of(&text)).await?;
        let password = secret::random::<8>().map_err(failed)?;
        let value = Bytes::from(encoded(&hashed)?);
        let key = password_key(&account.id, &password);
        self.table.put(PASSWORDS, key, Some(value)).await?;
        let set = |found: Option<&Account>| match found {
            Some(_) => Ok(Act::PasswordSet {
                password: password.clone(),
                temporary,
            }),
            None => Err(unknown(&account.id)),
        };
        let changed = self.add(&account.id, by, why, set).await?;
        if let Some(former) = &account.password {
            let key = password_key(&account.id, former);
            self.table.put(PASSWORDS, key, None).await?;
        }
        Ok(changed)
    }

    /// Whose account this is, if the password is right; as slow and as silent where it is not.
    async fn check(&self, id: &str, text: &str, from: IpAddr) -> Result<Account, ApiError> {
        let wrong = || ApiError::Access(Denied::WrongCredentials);
        if !account::is_name(id) || text.chars().count() > password::CHARS_MAX {
            return Err(wrong());
        }
        let now = self.now();
        let tried = self.attempts.begin(id, from, now).await?;
        let tried = tried.map_err(|seconds| ApiError::Access(Denied::LockedOut { seconds }))?;
        let account = self.account(id).await?;
        let named = account.as_ref().and_then(|a| a.password.as_deref());
        let kept = match named {
            Some(password) => {
                let key = password_key(id, password);
                self.table.get(PASSWORDS, &key).await?
            }
            None => None,
        };
        let kept: Option<Hashed> = kept.map(|bytes| entry(&bytes, PASSWORDS)).transpose()?;
        let known = kept.is_some();
        let against = kept.unwrap_or_else(|| self.nobody.clone());
        let text = text.to_owned();
        let right = self.hashed(move || against.matches(&text)).await?;
        let works = |account: &Account| known && right && account.works_on(self.day(now));
        if let Some(tried) = account.as_ref().filter(|account| !works(account)) {
            self.audit.note(signing_in(tried, from, now, 401));
        }
        let Some(mut account) = account.filter(works) else {
            self.attempts.failed(tried, self.now()).await;
            return Err(wrong());
        };
        self.attempts.succeeded(tried, self.now()).await;
        self.audit
            .write(signing_in(&account, from, now, 200))
            .await?;
        account.temporary |= self.aged(&account, now);
        Ok(account)
    }

    /// Does what takes a hash, when its turn comes.
    async fn hashed<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, password::Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = self.hashing.clone().acquire_owned();
        let Ok(Ok(turn)) = tokio::time::timeout(HASHING_PATIENCE, turn).await else {
            return Err(ApiError::Access(Denied::Busy));
        };
        // The turn is over when the work is, also where nobody waits for it any more.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(failed)?.map_err(failed)
    }

    /// The account of this name, if it works.
    async fn by_name(&self, name: &str) -> Result<Option<Account>, ApiError> {
        if !account::is_name(name) {
            return Ok(None);
        }
        let (account, today) = (self.account(name).await?, self.day(self.now()));
        Ok(account.filter(|account| account.works_on(today)))
    }

    /// The account of this person; of somebody who has several that work, none: nobody said as which of them.
    async fn by_person(&self, person: &str) -> Result<Option<Account>, ApiError> {
        let (mut accounts, today) = (self.all().await?, self.day(self.now()));
        accounts.retain(|account| account.rights.person == person && account.works_on(today));
        match accounts.len() {
            1 => Ok(accounts.pop()),
            _ => Ok(None),
        }
    }

    /// Whether a person has an account that works.
    pub(crate) async fn works(&self, person: &str) -> Result<bool, ApiError> {
        let (accounts, today) = (self.all().await?, self.day(self.now()));
        let theirs = |account: &Account| account.rights.person == person;
        Ok(accounts.iter().any(|a| theirs(a) && a.works_on(today)))
    }

    /// Opens an account for somebody whom the provider named; none where the name cannot be one, the rights cannot be meant, or there is such
    /// an account or person already, whether that works or not.
    async fn open_by_provider(
        &self,
        id: &str,
        rights: account::Rights,
    ) -> Result<Option<Account>, ApiError> {
        if !account::is_name(id) || rights.problem().is_some() {
            return Ok(None);
        }
        let accounts = self.all().await?;
        let taken = |other: &Account| other.id == id || other.rights.person == rights.person;
        if accounts.iter().any(taken) {
            return Ok(None);
        }
        let opened = |found: Option<&Account>| match found {
            None => Ok(Act::Opened {
                rights: rights.clone(),
            }),
            // Somebody else opened it at the same time: signing in again finds it.
            Some(_) => Err(ApiError::Access(Denied::Busy)),
        };
        let account = self
            .add(id, BY_PROVIDER, OPENED_BY_PROVIDER, opened)
            .await?;
        Ok(Some(account))
    }

    /// Begins a session of somebody whom the provider named; answers its token.
    async fn signed_in_by_provider(
        &self,
        account: &Account,
        from: IpAddr,
    ) -> Result<String, ApiError> {
        let entry = Entry {
            method: "GET".into(),
            path: "/api/v1/session/oidc/callback".into(),
            ..signing_in(account, from, self.now(), 303)
        };
        self.audit.write(entry).await?;
        self.begin_session(account, true).await
    }

    /// Begins a session; answers its token, which lies nowhere else.
    async fn begin_session(
        &self,
        account: &Account,
        by_provider: bool,
    ) -> Result<String, ApiError> {
        self.sweep().await?;
        let random = secret::random::<TOKEN_BYTES>().map_err(failed)?;
        let token = format!("{TOKEN_PREFIX}{random}");
        let session = Session {
            account: account.id.clone(),
            generation: account.generation,
            begun_at: self.now(),
            by_provider,
        };
        let key = Bytes::from(secret::digest(&token));
        let value = Bytes::from(encoded(&session)?);
        self.table.put(SESSIONS, key, Some(value)).await?;
        Ok(token)
    }

    /// Who holds a session's token, and whether somebody used it just now.
    async fn person(&self, token: &str, used: bool) -> Result<Caller, ApiError> {
        let digits = token.strip_prefix(TOKEN_PREFIX).unwrap_or_default();
        let shaped =
            digits.len() == 2 * TOKEN_BYTES && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if !shaped {
            return Err(ApiError::Access(Denied::NotSignedIn));
        }
        let person = self.of_session(&secret::digest(token), used).await?;
        Ok(Caller::Person(Arc::new(person)))
    }

    /// Whose session this is, if it is not over; notes that it was used, where somebody did.
    async fn of_session(&self, session: &str, used: bool) -> Result<Person, ApiError> {
        let over = || ApiError::Access(Denied::NotSignedIn);
        let kept = self.table.get(SESSIONS, session.as_bytes()).await?;
        let kept: Session = entry(&kept.ok_or_else(over)?, SESSIONS)?;
        let seen = self.table.get(SEEN, session.as_bytes()).await?;
        let seen: Option<Timestamp> = seen.map(|bytes| entry(&bytes, SEEN)).transpose()?;
        let seen = seen.unwrap_or(kept.begun_at);
        let now = self.now();
        if self.ended(&kept, seen, now) {
            return Err(over());
        }
        let mut account = self.account(&kept.account).await?.ok_or_else(over)?;
        account.temporary |= self.aged(&account, now);
        // A password that was not asked for keeps nobody from anything.
        account.temporary &= !kept.by_provider;
        if account.generation != kept.generation || !account.works_on(self.day(now)) {
            return Err(over());
        }
        let idle = millis(self.config.session_idle);
        if used && now.millis() - seen.millis() >= SEEN_EVERY_MS.min(idle / 4) {
            let (key, value) = (session.to_owned().into(), encoded(&now)?.into());
            self.table.put(SEEN, key, Some(value)).await?;
        }
        Ok(Person {
            account,
            session: session.to_owned(),
            by_provider: kept.by_provider,
        })
    }

    /// Whether somebody who was let in a while ago would be so now, with the same rights. A table that does not answer is no reason to
    /// go: what is asked next will be.
    pub(crate) async fn still(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Anybody | Caller::Key => true,
            Caller::Person(person) => match self.of_session(&person.session, false).await {
                Ok(now) => !now.account.temporary && now.account.rights == person.account.rights,
                Err(ApiError::Access(_)) => false,
                Err(_) => true,
            },
        }
    }

    /// Whether a session ran out.
    fn ended(&self, session: &Session, seen: Timestamp, now: Timestamp) -> bool {
        let idle = millis(self.config.session_idle);
        let most = millis(self.config.session_most);
        now >= seen.plus_millis(idle) || now >= session.begun_at.plus_millis(most)
    }

    /// Ends one session.
    async fn end_session(&self, session: &str) -> Result<(), ApiError> {
        for table in [SESSIONS, SEEN] {
            self.table
                .put(table, session.to_owned().into(), None)
                .await?;
        }
        Ok(())
    }

    /// Removes what ran out, from time to time.
    async fn sweep(&self) -> Result<(), ApiError> {
        let now = self.now();
        {
            let mut swept = self.swept_at.lock().unwrap_or_else(PoisonError::into_inner);
            if now < swept.plus_millis(SWEEP_EVERY_MS) {
                return Ok(());
            }
            *swept = now;
        }
        for (key, value) in self.table.scan(SESSIONS).await? {
            let session: Session = entry(&value, SESSIONS)?;
            let seen = self.table.get(SEEN, &key).await?;
            let seen: Option<Timestamp> = seen.map(|bytes| entry(&bytes, SEEN)).transpose()?;
            if self.ended(&session, seen.unwrap_or(session.begun_at), now) {
                self.table.put(SESSIONS, key.clone(), None).await?;
            }
        }
        for (key, _) in self.table.scan(SEEN).await? {
            if self.table.get(SESSIONS, &key).await?.is_none() {
                self.table.put(SEEN, key, None).await?;
            }
        }
        Ok(())
    }
}

/// That somebody proved, or did not prove, who they are.
fn signing_in(account: &Account, from: IpAddr, at: Timestamp, status: u16) -> Entry {
    Entry {
        at,
        account: account.id.clone(),
        person: account.rights.person.clone(),
        from: from.to_string(),
        method: "POST".into(),
        path: "/api/v1/session".into(),
        status,
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn password_key(account: &str, password: &str) -> Bytes {
    format!("{account}/{password}").into()
}

fn unknown(account: &str) -> ApiError {
    ApiError::NotFound {
        what: format!("账号 {account}"),
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::Failed(Box::new(error))
}

fn encoded(value: &impl Serialize) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(value).map_err(failed)
}

fn entry<T: serde::de::DeserializeOwned>(bytes: &Bytes, table: &str) -> Result<T, ApiError> {
    serde_json::from_slice(bytes)
        .map_err(|error| ApiError::Failed(format!("an entry of table {table}: {error}").into()))
}

fn decoded(records: &[Bytes]) -> Result<Vec<Record>, ApiError> {
    records.iter().map(|bytes| entry(bytes, ACCOUNTS)).collect()
}

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route(
            "/api/v1/session",
            get(session::who)
                .post(session::sign_in)
                .delete(session::sign_out),
        )
        .route("/api/v1/session/password", post(session::change_password))
        .route("/api/v1/session/ways", get(oidc::routes::ways))
        .route("/api/v1/session/oidc", get(oidc::routes::begin))
        .route("/api/v1/session/oidc/callback", get(oidc::routes::finish))
        .route("/api/v1/audit", get(audit::list))
        .route("/api/v1/audit/export", get(audit::export))
        .route("/api/v1/accounts", get(accounts::list).post(accounts::open))
        .route("/api/v1/accounts/{account}", get(accounts::one))
        .route("/api/v1/accounts/{account}/{act}", post(accounts::act))
}
