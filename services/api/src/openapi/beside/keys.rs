//! The operations about keys of sources.

use serde_json::{Value, json};

use super::{ADMINISTRATOR, AWAY, SOURCE, Told, answers, asked, told};

pub(super) fn operations() -> Vec<Told> {
    let object = json!({ "type": "object" });
    let schema = json!({ "type": "object", "properties": {
        "keep_hours": { "type": "integer", "minimum": 0, "maximum": 720, "description": "原密钥中最新的一个再用多少小时；省略或者 0：即刻失效" },
        "expires_at": { "type": ["string", "null"], "format": "date-time", "description": "新密钥何时到期；省略：至更换或者吊销" },
    } });
    let rotation = json!({ "application/json": { "schema": schema } });
    vec![
        (
            "/v1/sources/{id}/keys",
            "get",
            told(
                asked(
                    "listSourceKeys",
                    "来源的密钥：何时发放、到期、最近使用，及历次变动 / the keys of a source: made, ending and last used when, and all that was done with them",
                    &[SOURCE],
                    None,
                ),
                answers(
                    "application/json",
                    &object,
                    &[ADMINISTRATOR, ("404", "没有该来源 / no such source"), AWAY],
                ),
            ),
        ),
        (
            "/v1/sources/{id}/keys",
            "post",
            rotating(told(
                asked(
                    "rotateSourceKey",
                    "更换来源的密钥：原密钥即刻失效，或者其中最新的一个在 keep_hours 小时内与新密钥并用 / a new key for a source: the former ones end at once, or the newest of them goes on for keep_hours",
                    &[SOURCE],
                    Some(rotation),
                ),
                answers(
                    "application/json",
                    &object,
                    &[
                        (
                            "400",
                            "keep_hours 或者 expires_at 有误 / keep_hours or expires_at cannot be meant",
                        ),
                        ADMINISTRATOR,
                        ("404", "没有该来源 / no such source"),
                        AWAY,
                    ],
                ),
            )),
        ),
        (
            "/v1/sources/{id}/keys/{key}",
            "delete",
            told(
                asked(
                    "revokeSourceKey",
                    "吊销一个密钥，即刻失效 / ends one key at once",
                    &[SOURCE, ("path", "key", "密钥编号 key_id")],
                    None,
                ),
                ended(&[
                    ADMINISTRATOR,
                    ("404", "没有该来源或者该密钥 / no such source or key"),
                    AWAY,
                ]),
            ),
        ),
    ]
}

/// Nothing has to be said.
fn rotating(mut operation: Value) -> Value {
    operation["requestBody"]["required"] = json!(false);
    operation
}

/// An answer without a body, and the refusals by status.
fn ended(refusals: &[(&str, &str)]) -> Value {
    let mut all = answers("application/json", &Value::Null, refusals);
    if let Some(all) = all.as_object_mut() {
        all.remove("200");
    }
    all["204"] = json!({ "description": "已失效 / it opens nothing any more" });
    all
}
