//! The operations of accounts and sessions.

use serde_json::{Value, json};

use super::{Parameter, parameters, problem};

const ACCOUNT: Parameter = ("path", "account", "账号名");
const ACT: Parameter = (
    "path",
    "act",
    "change, password, disable, enable, end_sessions",
);
const AWAY: (&str, &str) = (
    "503",
    "记录暂不可用，或者此刻登录的人过多 / the tables are away, or too many sign in",
);
const WRONG: (&str, &str) = ("400", "字段有误 / a field cannot be meant");
const UNSIGNED: (&str, &str) = (
    "401",
    "未登录，或者账号、口令不对 / not signed in, or account or password are wrong",
);
const NOT_ALLOWED: (&str, &str) = (
    "403",
    "角色或者管辖范围不允许，或者请求不是本平台页面发出的 / roles or reach do not allow it, or another site's page sent it",
);
const OFF: (&str, &str) = (
    "409",
    "本站未启用账号，或者按现状不能这样做 / accounts are off, or it cannot be done as things stand",
);
const LOCKED: (&str, &str) = (
    "429",
    "登录失败次数过多，见 Retry-After / too many attempts, see Retry-After",
);

const NO_PROVIDER: (&str, &str) = (
    "404",
    "本站没有统一身份认证（oidc.issuer）/ there is no single sign-on at this site",
);

fn signing_out(refusals: &[(&str, &str)]) -> Value {
    let mut operation = told("signOut", "退出 / sign out", &[], None, "204", refusals);
    let schema = json!({ "type": "object", "required": ["continue"], "properties": {
        "continue": { "type": "string", "format": "uri" },
    } });
    operation["responses"]["200"] = json!({
        "description": "由统一身份认证登录的：到这个地址一并退出 / who came by the provider signs out there, too, at this address",
        "content": { "application/json": { "schema": schema } },
    });
    operation
}

fn told(
    id: &str,
    summary: &str,
    listed: &[Parameter],
    body: Option<Value>,
    status: &str,
    refusals: &[(&str, &str)],
) -> Value {
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "parameters": parameters(listed),
        "responses": { status: { "description": "OK" } },
    });
    if status.starts_with('2') && status != "204" {
        let object = json!({ "application/json": { "schema": { "type": "object" } } });
        operation["responses"][status]["content"] = object;
    }
    for (status, meaning) in refusals {
        operation["responses"][*status] = problem(meaning);
    }
    if let Some(schema) = body {
        let content = json!({ "application/json": { "schema": schema } });
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

fn rights() -> Value {
    json!({ "type": "object", "required": ["person", "roles"], "properties": {
        "person": { "type": "string", "description": "人员编号" },
        "name": { "type": "string" },
        "roles": { "type": "array", "items": { "enum": [
            "supervision", "legal", "establishment", "government_services", "information_disclosure",
            "department_supervisor", "department_handler", "leadership", "auditor", "administrator",
        ] } },
        "body": { "type": "string", "description": "机构代码；部门监督员、部门承办人必填，只看本机构的事项" },
        "office": { "type": "string", "description": "内设机构" },
        "region": { "type": "string", "description": "行政区划代码：看该区划及其下级；空：全部" },
        "valid_from": { "type": ["string", "null"], "format": "date" },
        "valid_until": { "type": ["string", "null"], "format": "date" },
    } })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn audit_file(refusals: &[(&str, &str)]) -> Value {
    let mut operation = told(
        "exportAudit",
        "审计记录导出为 CSV，一次最多 31 天 / the audit trail as CSV, at most 31 days at a time",
        &[
            ("query", "from", "自该日"),
            ("query", "to", "至该日"),
            ("query", "account", "账号名"),
            ("query", "person", "人员编号"),
            ("query", "path", "所办内容（路径与参数）中的一段"),
            ("query", "what", "changes，views，refused"),
        ],
        None,
        "200",
        refusals,
    );
    operation["responses"]["200"]["content"] = json!({ "text/csv": { "schema": text() } });
    operation
}

/// Path, method, operation.
pub(super) fn operations() -> Vec<(&'static str, &'static str, Value)> {
    let all = [WRONG, UNSIGNED, NOT_ALLOWED, OFF, AWAY];
    vec![
        (
            "/api/v1/session",
            "get",
            told(
                "whoIsSignedIn",
                "当前登录的账号，或者本站未启用账号 / who is signed in, or that accounts are off",
                &[],
                None,
                "200",
                &[UNSIGNED, AWAY],
            ),
        ),
        (
            "/api/v1/session",
            "post",
            told(
                "signIn",
                "登录：会话放在 Cookie 中，脚本读不到；bearer 为真时改为答复令牌 / sign in: the session lies in a cookie that no script reads; with bearer the token is answered instead",
                &[(
                    "header",
                    "X-Requested-With",
                    "mingjing：由本平台的页面或者程序发出",
                )],
                Some(
                    json!({ "type": "object", "required": ["account", "password"], "properties": {
                    "account": text(), "password": text(), "bearer": { "type": "boolean" },
                } }),
                ),
                "200",
                &[WRONG, UNSIGNED, NOT_ALLOWED, OFF, LOCKED, AWAY],
            ),
        ),
        ("/api/v1/session", "delete", signing_out(&all)),
        (
            "/api/v1/session/ways",
            "get",
            told(
                "waysToSignIn",
                "本站可用的登录方式；oidc 为空：没有统一身份认证 / how one may sign in here; oidc is null where there is no single sign-on",
                &[],
                None,
                "200",
                &[],
            ),
        ),
        (
            "/api/v1/session/oidc",
            "get",
            told(
                "signInByProvider",
                "转到统一身份认证（OpenID Connect）；不成的转回登录页，sign_in 写明缘由 / on to the provider; where that cannot be, back to the page for signing in, whose sign_in says why",
                &[],
                None,
                "303",
                &[NO_PROVIDER],
            ),
        ),
        (
            "/api/v1/session/oidc/callback",
            "get",
            told(
                "backFromProvider",
                "由统一身份认证转回：核验后开始会话 / back from the provider: what it says is verified, and a session begins",
                &[
                    ("query", "code", "授权码"),
                    ("query", "state", "与发起登录的浏览器一致"),
                    ("query", "iss", "签发者"),
                    ("query", "error", "统一身份认证未予通过的缘由"),
                ],
                None,
                "303",
                &[NO_PROVIDER, AWAY],
            ),
        ),
        (
            "/api/v1/session/password",
            "post",
            told(
                "changeOwnPassword",
                "修改本人口令，此前的会话全部失效 / change one's own password; every session of before ends",
                &[],
                Some(
                    json!({ "type": "object", "required": ["old", "new"], "properties": { "old": text(), "new": text() } }),
                ),
                "200",
                &[WRONG, UNSIGNED, NOT_ALLOWED, OFF, LOCKED, AWAY],
            ),
        ),
        (
            "/api/v1/audit",
            "get",
            told(
                "listAudit",
                "审计记录：某日或者几日谁办理、查看了什么；broken 列出链条断裂的段，verified_at 为自何时起核对无变动 / who did and looked at what on a day or some; broken lists what was tampered with, verified_at says since when that is known",
                &[
                    ("query", "day", "日期，默认今日"),
                    ("query", "until", "至该日，默认同 day，一次最多 31 天"),
                    ("query", "account", "账号名"),
                    ("query", "person", "人员编号"),
                    ("query", "path", "所办内容（路径与参数）中的一段"),
                    (
                        "query",
                        "what",
                        "changes 办理，views 查看，refused 被拒绝或者未成",
                    ),
                    ("query", "newest", "true：新的在前"),
                    ("query", "after", "上一页的 next"),
                    ("query", "limit", "每页条数 1..1000，默认 1000"),
                ],
                None,
                "200",
                &all,
            ),
        ),
        ("/api/v1/audit/export", "get", audit_file(&all)),
        (
            "/api/v1/log/heads",
            "get",
            told(
                "listLogHeads",
                "日志校验链：每日公布的摘要、各分区的校验头，最近的校验与正在进行的校验 / the log's hash chain: each day's digest, the heads it is made of, who verified them, and how a verification stands",
                &[("query", "days", "天数 1..400，默认 60，新的在前")],
                None,
                "200",
                &all,
            ),
        ),
        (
            "/api/v1/log/verify",
            "post",
            told(
                "verifyLog",
                "重读全部日志，与公布的校验头及 ClickHouse 比对；结果见 listLogHeads / read the whole log again and hold it against the published heads and ClickHouse",
                &[],
                None,
                "202",
                &all,
            ),
        ),
        (
            "/api/v1/accounts",
            "get",
            told(
                "listAccounts",
                "全部账号 / every account",
                &[],
                None,
                "200",
                &all,
            ),
        ),
        (
            "/api/v1/accounts",
            "post",
            told(
                "openAccount",
                "开立账号；答复临时口令，只此一次 / open an account; its temporary password is answered, once",
                &[],
                Some(
                    json!({ "type": "object", "required": ["account", "why", "rights"], "properties": {
                    "account": text(), "why": text(), "rights": rights(),
                } }),
                ),
                "201",
                &all,
            ),
        ),
        (
            "/api/v1/accounts/{account}",
            "get",
            told(
                "getAccount",
                "一个账号及其全部变动记录 / one account and all that was done with it",
                &[ACCOUNT],
                None,
                "200",
                &all,
            ),
        ),
        (
            "/api/v1/accounts/{account}/{act}",
            "post",
            told(
                "actOnAccount",
                "变更权限、重置口令、停用、启用、终止会话 / change rights, give a new password, disable, enable, end sessions",
                &[ACCOUNT, ACT],
                Some(
                    json!({ "type": "object", "required": ["why"], "properties": { "why": text(), "rights": rights() } }),
                ),
                "200",
                &all,
            ),
        ),
    ]
}
