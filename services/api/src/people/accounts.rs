//! `/api/v1/accounts`: opening, changing, disabling accounts, and new passwords. For administrators; auditors read.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Here};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mingjing_domain::life::Refusal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::{self, Account, Act, Rights, Role, clash};
use super::gate::Caller;
use super::{People, password, unknown};
use crate::{ApiError, Operator, State, view};

/// Why something is done is said in so many characters at most.
const WHY_CHARS_MAX: usize = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    account: String,
    why: String,
    rights: Rights,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    why: String,
    rights: Option<Rights>,
}

/// `GET /api/v1/accounts`
pub(crate) async fn list(Here(state): Here<State>, _: Operator) -> Result<Json<Value>, ApiError> {
    let accounts = state.people.all().await?;
    let accounts: Vec<Value> = accounts.iter().map(|a| shown(&state, a)).collect();
    Ok(Json(json!({ "accounts": accounts })))
}

/// `GET /api/v1/accounts/{account}`: with all that was done with it.
pub(crate) async fn one(
    Here(state): Here<State>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let records = state.people.records(&id).await?;
    let account = Account::of(&id, &records).ok_or_else(|| unknown(&id))?;
    let records: Vec<Value> = records
        .iter()
        .map(|record| {
            let mut told = view::json_in(record, state.zone);
            // Which entry a password is is nobody's business.
            if let Some(fields) = told.as_object_mut() {
                fields.remove("password");
            }
            told
        })
        .collect();
    Ok(Json(
        json!({ "account": shown(&state, &account), "records": records }),
    ))
}

/// `POST /api/v1/accounts`: opens one; the answer holds its temporary password, once.
pub(crate) async fn open(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let asked: Opening = read(&body)?;
    let (id, people) = (&asked.account, &*state.people);
    if !account::is_name(id) {
        return Err(ApiError::bad(
            "account",
            "账号名为 2 到 64 个小写字母、数字、点、横线或者下划线",
        ));
    }
    let why = reason(&asked.why)?;
    checked(people, id, &asked.rights).await?;
    let opened = |found: Option<&Account>| match found {
        None => Ok(Act::Opened {
            rights: asked.rights.clone(),
        }),
        Some(_) => Err(refused(
            "exists",
            "account",
            format!("账号 {id} 已经存在"),
            "请另取账号名；账号不删除，停用后的名字也不再给别人",
        )),
    };
    let by = by(&caller);
    let account = people.add(id, &by, why, opened).await?;
    let (account, given) = temporary(people, &account, &by, why).await?;
    let answer = json!({ "account": shown(&state, &account), "password": given });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// `POST /api/v1/accounts/{account}/{act}`: change, password, disable, enable, end_sessions.
pub(crate) async fn act(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
    Path((id, act)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let asked: Asked = read(&body)?;
    let why = reason(&asked.why)?;
    let (people, by) = (&*state.people, by(&caller));
    let found = people.account(&id).await?.ok_or_else(|| unknown(&id))?;
    if asked.rights.is_some() && act != "change" {
        return Err(ApiError::bad("rights", format!("{act} 不用这个字段")));
    }
    let what = match act.as_str() {
        "change" => {
            let rights = asked.rights.ok_or_else(|| {
                ApiError::bad(
                    "rights",
                    "请写明改后的全部权限：人员、角色、机构、区划、起止",
                )
            })?;
            checked(people, &id, &rights).await?;
            Act::Changed { rights }
        }
        "password" => {
            let (account, given) = temporary(people, &found, &by, why).await?;
            people.attempts.forget(&id, people.now()).await;
            let account = shown(&state, &account);
            return Ok(Json(json!({ "account": account, "password": given })));
        }
        "disable" => Act::Disabled,
        "enable" => {
            checked(people, &id, &found.rights).await?;
            Act::Enabled
        }
        "end_sessions" => Act::SessionsEnded,
        other => {
            return Err(ApiError::NotFound {
                what: format!(
                    "操作 {other}；可用的是 change、password、disable、enable、end_sessions"
                ),
            });
        }
    };
    let decided = |found: Option<&Account>| match found {
        Some(_) => Ok(what.clone()),
        None => Err(unknown(&id)),
    };
    let account = people.add(&id, &by, why, decided).await?;
    Ok(Json(json!({ "account": shown(&state, &account) })))
}

/// Gives an account a password that opens nothing but its own change.
async fn temporary(
    people: &People,
    account: &Account,
    by: &str,
    why: &str,
) -> Result<(Account, String), ApiError> {
    let given = password::temporary().map_err(super::failed)?;
    let set = people.set_password(account, given.clone(), true, by, why);
    Ok((set.await?, given))
}

/// Rights that can be meant, and that no other account of the same person makes two roles of one.
async fn checked(people: &People, id: &str, rights: &Rights) -> Result<(), ApiError> {
    if let Some((field, problem)) = rights.problem() {
        return Err(ApiError::bad(field, problem));
    }
    let mut roles: BTreeSet<Role> = rights.roles.clone();
    for other in people.all().await? {
        if other.id != id && !other.disabled && other.rights.person == rights.person {
            roles.extend(&other.rights.roles);
        }
    }
    match clash(&roles) {
        None => Ok(()),
        Some((one, other)) => Err(refused(
            "two_persons",
            "roles",
            format!(
                "人员 {} 另有账号：{}与{}不得由同一人兼任",
                rights.person,
                one.name_zh(),
                other.name_zh()
            ),
            "请分设两个人员，或者先停用另一账号",
        )),
    }
}

fn refused(reason: &'static str, field: &'static str, message: String, remedy: &str) -> ApiError {
    ApiError::Refused(vec![Refusal::new(reason, field, message, remedy)])
}

/// As whom it is recorded.
fn by(caller: &Caller) -> String {
    match caller {
        Caller::Person(person) => person.account.id.clone(),
        // Where accounts are off, only the administrator comes here.
        Caller::Key | Caller::Anybody => "administrator_key".into(),
    }
}

fn reason(why: &str) -> Result<&str, ApiError> {
    match why.trim() {
        "" => Err(ApiError::bad("why", "请写明为什么：文号、事由")),
        why if why.chars().count() > WHY_CHARS_MAX => {
            Err(ApiError::bad("why", format!("最多 {WHY_CHARS_MAX} 个字符")))
        }
        why => Ok(why),
    }
}

fn shown(state: &State, account: &Account) -> Value {
    let day = state.people.day(state.people.now());
    json!({
        "account": account.id,
        "rights": account.rights,
        "disabled": account.disabled,
        "works_today": account.works_on(day),
        "change_password": account.temporary,
        "changed_at": account.changed_at.to_rfc3339(state.zone),
    })
}

fn read<T: serde::de::DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::bad("body", format!("不是所要的 JSON：{error}")))
}
