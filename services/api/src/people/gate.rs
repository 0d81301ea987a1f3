//! The gate: every request passes it, and what it lets through carries who it is from.
//!
//! Where accounts are off, requests pass as they are, and what changes something asks for the operator's key. Where they are required, a
//! route without a row is closed, a row opens to its roles, and the administrator's key opens what machines ask.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State as Here};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mingjing_domain::ledger::Kind;
use mingjing_store::Sight;
use mingjing_wire::asker::Asker;

use super::account::{Account, Role};
use super::audit::{Entry, told_path};
use super::permissions::{self, Key, Reach, Row};
use super::{Denied, People, TOKEN_PREFIX};
use crate::{ApiError, State};

/// A browser sends it only where our own pages ask it to: another site's page may not without asking us first, and we never agree.
const OWN_HEADER: (&str, &str) = ("x-requested-with", "mingjing");
/// The console sends it with what it asks by itself while nobody is at it: that does not keep a session from running out.
const UNATTENDED_HEADER: &str = "x-unattended";

/// Whom a request is from.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// Accounts are off: whoever can reach us.
    Anybody,
    /// The administrator's key.
    Key,
    /// Somebody who signed in.
    Person(Arc<Person>),
}

impl Caller {
    /// How far they see. What no person asks sees everything: it was let in by a key, or accounts are off.
    pub(crate) fn sight(&self) -> Sight {
        match self {
            Caller::Anybody | Caller::Key => Sight::default(),
            Caller::Person(person) => {
                let rights = &person.account.rights;
                Sight {
                    region_prefix: rights.region_prefix().map(str::to_owned),
                    body: rights.only_body().map(str::to_owned),
                }
            }
        }
    }

    /// Whether they see a lead that was handed over about an officer: who supervises, and who audits; nobody who is it, and nobody where it
    /// is not known who asks.
    pub(crate) fn sees_clue_about(&self, officer: &str) -> bool {
        let reads = [Role::Supervision, Role::Auditor];
        self.is_any_of(&reads) && !self.is(officer)
    }

    /// Whether they enter something of this kind into the ledger: a leader what is to be done, who supervises leads, and legal affairs
    /// the rest, too. Where accounts are off it is the administrator who enters for all, but for leads.
    pub(crate) fn enters(&self, kind: Kind) -> bool {
        match self {
            Caller::Anybody | Caller::Key => !kind.is_confidential(),
            Caller::Person(_) => self.is_any_of(match kind {
                Kind::Interview | Kind::Recommendation => &[Role::Supervision, Role::Legal],
                Kind::Clue => &[Role::Supervision],
                Kind::Instruction => &[Role::Leadership],
            }),
        }
    }

    /// Whether they enter its result, or that it was an error: what a leader wrote is worked by who supervises.
    pub(crate) fn works(&self, kind: Kind) -> bool {
        match kind {
            Kind::Instruction if matches!(self, Caller::Person(_)) => {
                self.is_any_of(&[Role::Supervision])
            }
            _ => self.enters(kind),
        }
    }

    /// Whether they see how the cases of a body fall to its officers: who supervises, and the body's own supervisors. No machine does; where
    /// accounts are off everybody sees everything.
    pub(crate) fn sees_officers_of(&self, org: &str) -> bool {
        match self {
            Caller::Anybody => true,
            Caller::Key => false,
            Caller::Person(person) => {
                let own = person.account.rights.only_body() == Some(org);
                self.is_any_of(&[Role::Supervision])
                    || (own && self.is_any_of(&[Role::DepartmentSupervisor]))
            }
        }
    }

    /// Whether they may read the register of officers: whoever its routes open to. Where accounts are off everybody may.
    pub(crate) fn reads_register(&self) -> bool {
        self.may_get("/api/v1/register")
    }

    /// Whether they read cases, which name officers by number.
    pub(crate) fn reads_cases(&self) -> bool {
        self.may_get("/api/v1/cases")
    }

    /// Whether they read samples.
    pub(crate) fn reads_samples(&self) -> bool {
        self.may_get("/api/v1/samples")
    }

    fn may_get(&self, path: &str) -> bool {
        let row = permissions::find("GET", path, "");
        match self {
            Caller::Anybody => true,
            caller => row.is_some_and(|row| may(caller, row).is_ok()),
        }
    }

    fn is_any_of(&self, roles: &[Role]) -> bool {
        match self {
            Caller::Anybody | Caller::Key => false,
            Caller::Person(person) => {
                let own = &person.account.rights.roles;
                roles.iter().any(|role| own.contains(role))
            }
        }
    }

    fn is(&self, number: &str) -> bool {
        match self {
            Caller::Anybody | Caller::Key => false,
            Caller::Person(person) => person.account.rights.person == number,
        }
    }
}

/// Whether an answer gives away who works in a body; it carries this where the route alone does not say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Officers {
    /// It is not about bodies.
    None,
    /// They were left out.
    LeftOut,
    /// It does: it is an entry of the audit trail.
    Shown,
}

/// Somebody who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// The account.
    pub account: Account,
    /// The digest of the session's token.
    pub session: String,
    /// Whether the provider said who it is.
    pub by_provider: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    /// A request that did not pass the gate is from nobody.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.ok_or_else(|| ApiError::Failed("a request did not pass the gate".into()))
    }
}

/// Where a request comes from, as far as it can be believed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address(pub IpAddr);

impl FromRequestParts<State> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip());
        Ok(Address(address(peer, &parts.headers, &state.people)))
    }
}

/// The peer; where that is a proxy of ours, whom it says that it speaks for.
fn address(peer: Option<IpAddr>, headers: &HeaderMap, people: &People) -> IpAddr {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ip| ip.to_canonical());
    if !peer.is_loopback() && !people.config.proxies.contains(&peer) {
        return peer;
    }
    // Each proxy adds the one before it at the end; what stands before was written by whoever asked.
    let told = headers.get_all("x-forwarded-for").iter().next_back();
    let told = told.and_then(|value| value.to_str().ok());
    let last = told.and_then(|text| text.rsplit(',').next());
    last.and_then(|text| text.trim().parse().ok())
        .unwrap_or(peer)
}

/// The layer.
pub(crate) async fn pass(Here(state): Here<State>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (caller, entry) = match admit(&state, &parts).await {
        Ok(admitted) => admitted,
        Err(error) => return error.into_response(),
    };
    parts.extensions.insert(caller);
    let run = next.run(Request::from_parts(parts, body));
    let audit = &state.people.audit;
    let mut answer = match entry {
        Some(Looked {
            entry,
            always: true,
        }) => audit.clone().recorded(entry, run).await,
        Some(Looked { entry, .. }) => {
            let answer = run.await;
            let officers = answer.extensions().get::<Officers>();
            let shows_officers = officers == Some(&Officers::Shown);
            match shows_officers {
                true => audit.answered(entry, answer).await,
                false => answer,
            }
        }
        None => run.await,
    };
    if state.people.config.required {
        // Who asks next at this machine is somebody else.
        let headers = answer.headers_mut();
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    answer
}

/// What the audit trail has to say of a request, but for what was answered.
struct Looked {
    entry: Entry,
    /// Whatever is answered.
    always: bool,
}

/// Whom a request is from, if it is let in; and what is to be said of it.
async fn admit(state: &State, asked: &Parts) -> Result<(Caller, Option<Looked>), ApiError> {
    let people = &*state.people;
    if !people.config.required {
        return Ok((Caller::Anybody, None));
    }
    // What no route takes is a file of the console, or nothing.
    let Some(path) = asked.extensions.get::<MatchedPath>() else {
        return Ok((Caller::Anybody, None));
    };
    let method = match asked.method {
        Method::HEAD => "GET",
        ref method => method.as_str(),
    };
    let last = asked.uri.path().rsplit('/').next().unwrap_or_default();
    let row = permissions::find(method, path.as_str(), last);
    let row = row.ok_or(ApiError::Access(Denied::Closed))?;
    if row.reach == Reach::Public {
        return Ok((Caller::Anybody, None));
    }
    let caller = identify(state, &asked.method, &asked.headers).await?;
    let entry = entry(&caller, asked, people);
    if let Err(error) = may(&caller, row) {
        people.audit.write(entry).await?;
        return Err(error);
    }
    let always = permissions::audited(row);
    Ok((caller, Some(Looked { entry, always })))
}

/// Whether the gate let a request through as somebody's who may: the administrator's by his key, or a person's whose roles allow it. Never
/// where accounts are off.
pub fn let_in(parts: &Parts) -> bool {
    let caller = parts.extensions.get::<Caller>();
    matches!(caller, Some(Caller::Key | Caller::Person(_)))
}

/// Of a request that is refused; one that is let in is given what was answered.
fn entry(caller: &Caller, asked: &Parts, people: &People) -> Entry {
    let peer = asked.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(peer)| peer.ip());
    let (account, person) = match caller {
        Caller::Anybody => (String::new(), String::new()),
        Caller::Key => ("administrator_key".to_owned(), String::new()),
        Caller::Person(person) => {
            let account = &person.account;
            (account.id.clone(), account.rights.person.clone())
        }
    };
    Entry {
        at: people.now(),
        account,
        person,
        from: address(peer, &asked.headers, people).to_string(),
        method: asked.method.to_string(),
        path: told_path(&asked.uri),
        status: StatusCode::FORBIDDEN.as_u16(),
    }
}

/// Who sent a request, where accounts are required.
pub(super) async fn identify(
    state: &State,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Caller, ApiError> {
    let people = &*state.people;
    let used = !headers.contains_key(UNATTENDED_HEADER);
    let asker = Asker {
        authorization: headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()),
        ..Asker::default()
    };
    if let Some(bearer) = asker.bearer() {
        if bearer.starts_with(TOKEN_PREFIX) {
            return people.person(bearer, used).await;
        }
        let key = state.operator_key.as_ref().map(|key| key.text());
        // Without a configured key there is none that opens anything: also not for this machine.
        return match key.map(|key| asker.is_administrator(Some(key))) {
            Some(Ok(())) => Ok(Caller::Key),
            _ => Err(ApiError::Access(Denied::NotSignedIn)),
        };
    }
    let Some(token) = cookie(headers, people.cookie_name()) else {
        return Err(ApiError::Access(Denied::NotSignedIn));
    };
    let writes = !matches!(*method, Method::GET | Method::HEAD);
    if writes {
        own_page(headers, people, true)?;
    }
    people.person(token, used).await
}

/// Whether whoever it is may ask this.
fn may(caller: &Caller, row: &Row) -> Result<(), ApiError> {
    let allowed = match caller {
        Caller::Anybody => false,
        Caller::Key if row.key == Key::PersonOnly => {
            return Err(ApiError::Access(Denied::PersonOnly));
        }
        Caller::Key => true,
        Caller::Person(person) => {
            let (account, of_session) = (&person.account, row.path.starts_with("/api/v1/session"));
            if account.temporary && !of_session {
                return Err(ApiError::Access(Denied::ChangePassword));
            }
            let has = |role: &Role| row.roles.contains(role);
            let whole = row.reach != Reach::Whole || account.rights.whole();
            account.rights.roles.iter().any(has) && whole
        }
    };
    match allowed {
        true => Ok(()),
        false => Err(ApiError::Access(Denied::NotYours)),
    }
}

/// Refuses what another site's page made a browser send: our own pages say so in a header, and where a browser names the page's origin
/// it has to be ours.
pub(super) fn own_page(
    headers: &HeaderMap,
    people: &People,
    origin_needed: bool,
) -> Result<(), ApiError> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (name, value) = OWN_HEADER;
    let said = header(name) == Some(value);
    let origin = header("origin");
    let ours = match (origin, &people.config.origin) {
        (Some(origin), Some(ours)) => origin.eq_ignore_ascii_case(ours),
        (Some(origin), None) => {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            authority.is_some() && authority == header("host")
        }
        (None, _) => !origin_needed,
    };
    match said && ours {
        true => Ok(()),
        false => Err(ApiError::Access(Denied::ForeignPage)),
    }
}

/// The same of a page of the public, which may have another address than the console: the one that it was asked at.
pub(crate) fn public_page(headers: &HeaderMap, people: &People) -> Result<(), ApiError> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (name, value) = OWN_HEADER;
    let configured = people.config.origin.as_deref();
    let ours = |origin: &str| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        let here = authority.is_some() && authority == header("host");
        here || configured.is_some_and(|ours| origin.eq_ignore_ascii_case(ours))
    };
    match header(name) == Some(value) && header("origin").is_none_or(ours) {
        true => Ok(()),
        false => Err(ApiError::Access(Denied::ForeignPage)),
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let mut pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::super::account::Rights;
    use super::*;

    fn person(roles: &[Role], region: &str, temporary: bool) -> Caller {
        let rights = Rights {
            person: "p".into(),
            name: String::new(),
            roles: roles.iter().copied().collect(),
            body: "zjj".into(),
            office: String::new(),
            region: region.into(),
            valid_from: None,
            valid_until: None,
        };
        Caller::Person(Arc::new(Person {
            account: Account {
                id: "p".into(),
                rights,
                disabled: false,
                changed_at: Timestamp::from_millis(0),
                generation: 0,
                password: None,
                password_at: None,
                temporary,
            },
            session: String::new(),
            by_provider: false,
        }))
    }

    /// By every row, every role and the key, at both reaches: what the row says and nothing else.
    #[test]
    fn each_row_opens_to_its_roles_and_to_nobody_else() {
        for row in permissions::rows() {
            if row.reach == Reach::Public {
                continue;
            }
            for role in Role::ALL {
                let everywhere = may(&person(&[role], "", false), row).is_ok();
                let somewhere = may(&person(&[role], "510502", false), row).is_ok();
                let department =
                    matches!(role, Role::DepartmentSupervisor | Role::DepartmentHandler);
                let listed = row.roles.contains(&role);
                let whole = row.reach == Reach::Whole;
                assert_eq!(
                    everywhere,
                    listed && !(whole && department),
                    "{role:?} {row:?}"
                );
                assert_eq!(somewhere, listed && !whole, "{role:?} {row:?}");
                let unchanged = may(&person(&[role], "", true), row).is_ok();
                let session = row.path.starts_with("/api/v1/session");
                assert_eq!(unchanged, everywhere && session, "{role:?} {row:?}");
            }
            assert_eq!(may(&Caller::Key, row).is_ok(), row.key == Key::Opens);
            assert!(may(&Caller::Anybody, row).is_err());
        }
    }

    /// As the register's routes say, wherever officers could be read.
    #[test]
    fn officers_are_read_by_who_keeps_and_reviews_the_register_of_all_regions() {
        for role in Role::ALL {
            let reads = matches!(role, Role::Establishment | Role::Supervision | Role::Legal);
            let by = |region| person(&[role], region, false).reads_register();
            assert_eq!((by(""), by("510502")), (reads, false), "{role:?}");
        }
        assert!(Caller::Key.reads_register() && Caller::Anybody.reads_register());
    }

    /// To the others there is none: not to the department, not to whom it is about, not where nobody knows who asks.
    #[test]
    fn leads_are_seen_by_who_supervises_and_who_audits() {
        for role in Role::ALL {
            let caller = person(&[role], "", false);
            let sees = matches!(role, Role::Supervision | Role::Auditor);
            assert_eq!(caller.sees_clue_about("zjj-07"), sees, "{role:?}");
            assert!(!caller.sees_clue_about("p"), "{role:?}");
        }
        for caller in [Caller::Anybody, Caller::Key] {
            assert!(!caller.sees_clue_about("zjj-07"));
        }
    }

    #[test]
    fn how_cases_fall_to_officers_is_seen_by_who_supervises_and_by_their_own_supervisors() {
        for role in Role::ALL {
            let caller = person(&[role], "", false);
            let told = (
                caller.sees_officers_of("zjj"),
                caller.sees_officers_of("rsj"),
            );
            let wanted = match role {
                Role::Supervision => (true, true),
                Role::DepartmentSupervisor => (true, false),
                _ => (false, false),
            };
            assert_eq!(told, wanted, "{role:?}");
        }
        assert!(!Caller::Key.sees_officers_of("zjj") && Caller::Anybody.sees_officers_of("zjj"));
    }

    #[test]
    fn each_kind_of_the_ledger_is_entered_and_worked_by_its_own() {
        let by = |may: fn(&Caller, Kind) -> bool, kind: Kind| -> Vec<Role> {
            let all = Role::ALL.into_iter();
            all.filter(|role| may(&person(&[*role], "", false), kind))
                .collect()
        };
        for kind in Kind::ALL {
            let entering = match kind {
                Kind::Interview | Kind::Recommendation => vec![Role::Supervision, Role::Legal],
                Kind::Clue => vec![Role::Supervision],
                Kind::Instruction => vec![Role::Leadership],
            };
            assert_eq!(by(Caller::enters, kind), entering, "{kind:?}");
            let working = match kind {
                Kind::Instruction => vec![Role::Supervision],
                _ => entering,
            };
            assert_eq!(by(Caller::works, kind), working, "{kind:?}");
            for caller in [Caller::Anybody, Caller::Key] {
                assert_eq!(caller.enters(kind), kind != Kind::Clue);
                assert_eq!(caller.works(kind), kind != Kind::Clue);
            }
        }
    }

    #[test]
    fn a_cookie_is_found_among_others_and_not_by_a_part_of_its_name() {
        let mut headers = HeaderMap::new();
        headers.append("cookie", HeaderValue::from_static("a=1; mingjing_sessio=x"));
        assert_eq!(cookie(&headers, "mingjing_session"), None);
        headers.append(
            "cookie",
            HeaderValue::from_static("b=2;  mingjing_session=t; c=3"),
        );
        assert_eq!(cookie(&headers, "mingjing_session"), Some("t"));
    }
}
