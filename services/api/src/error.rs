//! The API's one error: a public message, and the inner cause for the log.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use mingjing_domain::definitions::Problem;
use mingjing_domain::life::Refusal;
use mingjing_wire::asker::NoAdministrator;
use serde_json::{Value, json};

use crate::Denied;

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request cannot be meant.
    #[error("{field}: {detail}")]
    BadRequest {
        /// The parameter.
        field: String,
        /// What is wrong and what to do.
        detail: String,
    },
    /// There is no such thing.
    #[error("{what} not found")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// A request carries more than its route takes.
    #[error("{route}: more than {bytes_max} bytes")]
    TooLarge {
        /// Method and path, as the path is served.
        route: String,
        /// What it takes.
        bytes_max: usize,
    },
    /// Only the operator may do this.
    #[error("not allowed: {0:?}")]
    NotAllowed(NoAdministrator),
    /// It was asked too often.
    #[error("asked too often")]
    TooOften {
        /// After so many seconds it may be asked again.
        seconds: u64,
    },
    /// Too many ask at the moment.
    #[error("too many ask at the moment")]
    Busy,
    /// Whoever asks is not let in.
    #[error("not let in: {0:?}")]
    Access(Denied),
    /// It cannot be done as things stand; every reason.
    #[error("refused: {}", .0.first().map_or("", |refusal| refusal.reason))]
    Refused(Vec<Refusal>),
    /// The definitions given cannot be used; every problem.
    #[error("the definitions have {} problems", .0.len())]
    Problems(Vec<Problem>),
    /// The tables are away.
    #[error("the tables did not answer")]
    Tables(#[from] mingjing_log::Error),
    /// ClickHouse is away or refused.
    #[error("the store did not answer")]
    Store(#[from] mingjing_store::Error),
    /// The definitions of then cannot be had.
    #[error("the definitions cannot be had")]
    Definitions(#[from] crate::DefinitionsError),
    /// What should not happen.
    #[error("it failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ApiError {
    /// A parameter that cannot be meant.
    pub fn bad(field: &str, detail: impl Into<String>) -> Self {
        ApiError::BadRequest {
            field: field.into(),
            detail: detail.into(),
        }
    }

    fn parts(&self) -> (StatusCode, &'static str, String, String) {
        match self {
            ApiError::BadRequest { field, detail } => (
                StatusCode::BAD_REQUEST,
                "bad_request",
                format!("参数 {field} 有误：{detail}"),
                format!("{field}: {detail}"),
            ),
            ApiError::NotFound { what } => (
                StatusCode::NOT_FOUND,
                "not_found",
                format!("未找到：{what}"),
                format!("not found: {what}"),
            ),
            ApiError::TooLarge { route, bytes_max } => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!(
                    "请求正文过大：{route} 一次最多接收 {} KB；本次提交没有收下，也没有办理，请精简内容，或者分几次提交",
                    bytes_max / 1024
                ),
                format!("request body too large: {route} takes at most {bytes_max} bytes, nothing was taken or done; shorten it or send it in parts"),
            ),
            ApiError::NotAllowed(NoAdministrator::NotLocal) => (
                StatusCode::FORBIDDEN,
                "not_allowed",
                "没有配置管理员密钥（intake.admin_key）时，只接受来自本机的改动".into(),
                "without a configured key (intake.admin_key) changes are taken from this machine only".into(),
            ),
            ApiError::NotAllowed(_) => (
                StatusCode::UNAUTHORIZED,
                "bad_key",
                "改动须附管理员密钥：Authorization: Bearer …".into(),
                "a change needs the administrator's key: Authorization: Bearer …".into(),
            ),
            ApiError::TooOften { seconds } => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_often",
                format!("次数过多，请在 {} 分钟后再试", seconds.div_ceil(60)),
                format!("too often; try again in {seconds} s"),
            ),
            ApiError::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "此刻查询的人过多，请稍后再试".into(),
                "too many ask at the moment; try again shortly".into(),
            ),
            ApiError::Access(denied) => denied_parts(*denied),
            ApiError::Refused(refusals) => {
                let told: Vec<String> = refusals.iter().map(ToString::to_string).collect();
                let reason = refusals.first().map_or("refused", |refusal| refusal.reason);
                (
                    StatusCode::CONFLICT,
                    reason,
                    told.join("。"),
                    format!("refused ({reason}); the Chinese message says why and what to do"),
                )
            }
            ApiError::Problems(problems) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "wrong_definitions",
                format!(
                    "定义有 {} 处问题：{}",
                    problems.len(),
                    problems.first().map(ToString::to_string).unwrap_or_default()
                ),
                format!("{} problems in the definitions", problems.len()),
            ),
            ApiError::Tables(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "tables_unavailable",
                "平台的记录暂时读写不了，请稍后重试；同一请求附同一 key 可以放心重发".into(),
                "the platform's tables are away for the moment; a request with a key may safely be sent again".into(),
            ),
            ApiError::Store(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "store_unavailable",
                "数据库暂时不可用，平台会自动重试，请稍后再查".into(),
                "the database is away for the moment; nothing is lost, ask again shortly".into(),
            ),
            ApiError::Definitions(error) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "definitions_unavailable",
                format!("当时生效的定义暂时读不出：{error}"),
                format!("the definitions of then cannot be read: {error}"),
            ),
            ApiError::Failed(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "failed",
                "平台内部出错，请将时间与所查编号告知运维人员".into(),
                "the platform failed; tell its operators when and what you asked".into(),
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, reason, message_zh, message_en) = self.parts();
        if status.is_server_error() {
            let mut chain = Vec::new();
            let mut source: Option<&dyn std::error::Error> = Some(&self);
            while let Some(error) = source {
                chain.push(error.to_string());
                source = error.source();
            }
            tracing::error!(reason, chain = chain.join(": "), "request failed");
        }
        let mut body =
            json!({ "reason": reason, "message_zh": message_zh, "message_en": message_en });
        match &self {
            ApiError::Refused(refusals) => {
                body["refusals"] = refusals.iter().map(refusal).collect()
            }
            ApiError::Problems(problems) => {
                body["problems"] = problems.iter().map(problem).collect()
            }
            _ => {}
        }
        let answer = (status, Json(body));
        match &self {
            ApiError::Access(Denied::LockedOut { seconds }) | ApiError::TooOften { seconds } => {
                ([(header::RETRY_AFTER, seconds.to_string())], answer).into_response()
            }
            _ => answer.into_response(),
        }
    }
}

fn denied_parts(denied: Denied) -> (StatusCode, &'static str, String, String) {
    let (status, reason, zh, en) = match denied {
        Denied::NotSignedIn => (
            StatusCode::UNAUTHORIZED,
            "not_signed_in",
            "请先登录；登录可能已经失效",
            "sign in first; a session may be over",
        ),
        Denied::WrongCredentials => (
            StatusCode::UNAUTHORIZED,
            "wrong_credentials",
            "账号或者口令不对，或者账号不可用",
            "account or password are wrong, or the account does not work",
        ),
        Denied::LockedOut { seconds } => {
            return (
                StatusCode::TOO_MANY_REQUESTS,
                "locked_out",
                format!("登录失败次数过多，请在 {} 分钟后再试", seconds.div_ceil(60)),
                format!("too many attempts; try again in {seconds} s"),
            );
        }
        Denied::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "此刻登录的人过多，请稍后再试",
            "too many sign in at the moment; try again shortly",
        ),
        Denied::ChangePassword => (
            StatusCode::FORBIDDEN,
            "change_password",
            "口令是临时的，或者已到本站规定的更换期限，请先修改",
            "the password is a temporary one, or older than this site allows: change it first",
        ),
        Denied::NotYours => (
            StatusCode::FORBIDDEN,
            "not_allowed",
            "账号的角色或者管辖范围不允许这样做",
            "the account's roles or its reach do not allow this",
        ),
        Denied::PersonOnly => (
            StatusCode::FORBIDDEN,
            "person_only",
            "这件事须由具体人员登录后办理，不能用管理员密钥",
            "a person has to sign in to do this; a key does not",
        ),
        Denied::Closed => (
            StatusCode::FORBIDDEN,
            "closed",
            "没有这个接口，或者不对任何人开放",
            "there is no such endpoint, or nobody may use it",
        ),
        Denied::ForeignPage => (
            StatusCode::FORBIDDEN,
            "foreign_page",
            "请求不是从本平台的页面发出的",
            "the request did not come from a page of this platform",
        ),
        Denied::Unrecorded => (
            StatusCode::SERVICE_UNAVAILABLE,
            "unrecorded",
            "审计记录暂时写不了；不留记录不办理、不展示，请稍后重试",
            "the audit trail cannot be written for the moment, and nothing is done or shown without it",
        ),
        Denied::Off => (
            StatusCode::CONFLICT,
            "accounts_off",
            "本站未启用账号（api.accounts），或者并未以账号登录",
            "accounts are off at this site (api.accounts), or nobody is signed in by one",
        ),
    };
    (status, reason, zh.into(), en.into())
}

pub(crate) fn refusal(refusal: &Refusal) -> Value {
    json!({
        "reason": refusal.reason,
        "field": refusal.field,
        "message": refusal.message,
        "remedy": refusal.remedy,
    })
}

pub(crate) fn problem(problem: &Problem) -> Value {
    json!({ "file": problem.file, "line": problem.line, "message": problem.message })
}
