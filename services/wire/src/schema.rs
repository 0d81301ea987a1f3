//! The JSON Schemas of what comes in, generated from the types and checked in under `schemas/`.
//!
//! `UPDATE_SCHEMAS=1 cargo test -p mingjing-wire` writes them again; without it the tests compare. Every
//! field of an event is described in Chinese and English, here, where the two can be read side by side.

use mingjing_domain::event::{CaseData, EventKind};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::cloudevents::{ATTRIBUTE_BYTES_MAX, SOURCE_TOTALS, type_of};

/// Where the schemas are said to live; a name, not a place that is ever asked.
const BASE: &str = "https://schemas.mingjing.example/";

/// The schema of `T` as a document of its own.
pub(crate) fn document<T: JsonSchema>(name: &str) -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    schema["$id"] = format!("{BASE}{name}").into();
    schema
}

/// The schema of a source's control totals as a structured CloudEvent.
pub fn source_totals() -> Value {
    let text = json!({"type": "string", "minLength": 1, "maxLength": ATTRIBUTE_BYTES_MAX});
    let kinds: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.code()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{BASE}events/source-totals.v1.json"),
        "title": "对账 · Control totals",
        "description": "来源系统报送某日产生的事件数，平台据以核对是否收齐。 · How many events a source has made on a day, for the platform to hold against what it has taken.",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text,
            "source": text,
            "type": {"const": SOURCE_TOTALS},
            "data": {
                "type": "object",
                "additionalProperties": false,
                "required": ["day", "totals"],
                "properties": {
                    "day": {"type": "string", "format": "date", "description": "事件发生的日期（平台时区） · Local day on which the events occurred."},
                    "data_version": {"type": "integer", "minimum": 0, "default": 1, "description": "数据版本，同一日以大者为准 · Of one day the greatest counts."},
                    "totals": {
                        "type": "array",
                        "description": "按事项和类型；未列出的为零 · By item and type; what is not listed was not made.",
                        "items": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": ["type", "events"],
                            "properties": {
                                "item_code": {"type": ["string", "null"], "description": "事项编码，与事件所报一致 · As the source's events carry it."},
                                "type": {"enum": kinds, "description": "事件类型 · Type of event."},
                                "events": {"type": "integer", "minimum": 0, "description": "事件数，同一编号和数据版本只计一次 · Each id and data version once."}
                            }
                        }
                    }
                }
            }
        }
    })
}

/// The schema of a case event as a structured CloudEvent: the envelope by hand, `data` from the Rust types.
pub fn case_event() -> Value {
    let mut data = document::<CaseData<'_>>("");
    let mut definitions = take_object(&mut data, "$defs");
    for name in ["$schema", "$id", "title"] {
        data.as_object_mut().map(|data| data.remove(name));
    }
    definitions.insert("CaseData".into(), data);
    for (name, definition) in &mut definitions {
        if let Some((_, zh, en)) = TYPES.iter().find(|(known, ..)| known == name) {
            definition["description"] = format!("{zh} · {en}").into();
        }
        describe(definition);
    }
    let text = json!({"type": "string", "minLength": 1, "maxLength": ATTRIBUTE_BYTES_MAX});
    let instant = json!({"type": "string", "format": "date-time"});
    let kinds: Vec<Value> = EventKind::ALL
        .iter()
        .map(|kind| json!({"const": type_of(*kind), "title": format!("{} · {}", kind.name_zh(), kind.code())}))
        .collect();
    let with = |schema: &Value, zh: &str, en: &str| {
        let mut schema = schema.clone();
        schema["description"] = format!("{zh} · {en}").into();
        schema
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{BASE}events/case-event.v1.json"),
        "title": "办件事件 · Case event",
        "description": "部门业务系统报送的办件事件，CloudEvents 1.0 结构化 JSON。 · What a department says \
                        happened in a case, as a structured CloudEvent 1.0 in JSON.",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time"],
        "properties": {
            "specversion": {"const": "1.0", "description": "CloudEvents 版本 · Version of CloudEvents."},
            "id": with(&text, "事件编号，在来源内唯一；重报时不变", "Id of the event, unique within the source, the same when sent again."),
            "source": with(&text, "登记的来源系统标识", "The registered system that speaks."),
            "type": {"oneOf": kinds, "description": "事件类型 · What happened."},
            "subject": with(&text, "办件编号", "The case number."),
            "time": with(&instant, "发生时间，带时区偏移", "When it happened, with offset."),
            "datacontenttype": {
                "type": "string", "pattern": "^[^/]+/([^;]+\\+)?json *(;.*)?$",
                "description": "data 的内容类型，缺省为 application/json · Content type of data; application/json where absent."
            },
            "dataschema": {"type": "string", "description": "data 的模式 · The schema of data."},
            "sequence": {
                "anyOf": [{"type": "string", "pattern": "^[0-9]{1,20}$"}, {"type": "integer", "minimum": 0}],
                "description": "来源内序号，用于同一时刻的先后 · Order within the source; settles what came first at the same instant."
            },
            "receivedat": with(&instant, "接收时间，由平台盖戳，报送方所填无效", "Stamped by the platform; what a sender writes here is not believed."),
            "data": {"$ref": "#/$defs/CaseData"},
        },
        "patternProperties": {
            "^[a-z0-9]+$": {"description": "CloudEvents 扩展属性 · CloudEvents extension attributes."}
        },
        "additionalProperties": false,
        "$defs": definitions,
    })
}

fn take_object(value: &mut Value, name: &str) -> Map<String, Value> {
    match value.as_object_mut().and_then(|object| object.remove(name)) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

/// Puts the two languages' words and the formats that Rust types do not show.
fn describe(definition: &mut Value) {
    let Some(properties) = definition
        .get_mut("properties")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for (name, property) in properties {
        if let Some((_, zh, en)) = FIELDS.iter().find(|(field, ..)| field == name) {
            property["description"] = format!("{zh} · {en}").into();
        }
        if name.ends_with("_at") || name == "planned_end" {
            property["format"] = "date-time".into();
        }
        if name == "sha256" {
            property["pattern"] = "^[0-9a-fA-F]{64}$".into();
        }
    }
}

/// Every type of `data` and what is within it.
const TYPES: &[(&str, &str, &str)] = &[
    (
        "CaseData",
        "事件内容；各部门系统不同，各项均可省略",
        "The body of an event; everything is optional, as departments' systems differ.",
    ),
    ("Actor", "经办人员", "Who acted."),
    (
        "Attachment",
        "证据材料，由部门保存，此处只有散列值",
        "Evidence held by the department; only its hash comes here.",
    ),
    (
        "Special",
        "特别程序或延期，按部门所报",
        "A special procedure or an extension, as the department declares it.",
    ),
    (
        "Fee",
        "收费，金额在 amounts 中（receivable、paid、relief）",
        "A fee that was charged; its money is in amounts (receivable, paid, relief).",
    ),
    ("Collection", "罚款收缴", "Who took a fine."),
    (
        "Jurisdiction",
        "由其他机关办理本件的依据",
        "Why another body than the item's own handles this case.",
    ),
    (
        "Inspection",
        "行政检查的计划或事由",
        "The plan or the cause that an inspection rests on.",
    ),
    (
        "Value",
        "属性值：文本、整数、小数或布尔值；时间用 RFC 3339 文本",
        "An attribute's value: text, a whole number, a number, true or false; instants are RFC 3339 text.",
    ),
];

/// Every field of `data` and what is within it.
const FIELDS: &[(&str, &str, &str)] = &[
    (
        "data_version",
        "数据版本；重报的记录版本更高，缺省为 1",
        "Version of the record; one sent again carries a greater one; absent is 1.",
    ),
    (
        "entered_at",
        "录入时间，带时区偏移",
        "When it was typed into the department's system, with offset.",
    ),
    (
        "sent_at",
        "发送时间，带时区偏移",
        "When it was sent, with offset.",
    ),
    (
        "parent_case_no",
        "并案或联办所属的办件编号",
        "The case that this one belongs to.",
    ),
    (
        "case_kind",
        "办件类型：instant 即办件，promise 承诺件，other 其他",
        "Kind of case: instant, promise or other.",
    ),
    (
        "channel",
        "办理渠道：window 窗口，online 网上，mobile 移动端，self_service 自助终端，mail 邮寄，other 其他",
        "Channel by which the application came: window, online, mobile, self_service, mail or other.",
    ),
    (
        "item_code",
        "事项编码（实施编码）",
        "Code of the power item.",
    ),
    ("item_version", "事项版本", "Version of the power item."),
    ("org_code", "承办机构", "The executing body."),
    ("region_code", "行政区划", "The region."),
    ("step_code", "环节", "The step of the flowchart."),
    (
        "prev_step_code",
        "上一环节",
        "The step before, as the department's system believes.",
    ),
    ("actor", "经办人", "Who acted."),
    ("co_actors", "协办人", "Who else acted."),
    (
        "party_ref",
        "当事人：加密钥的散列值，不得为姓名或证件号",
        "The party, as a keyed hash; never a name or an identity number.",
    ),
    ("party_kind", "当事人类型", "Kind of party."),
    ("result_code", "结果", "The result."),
    ("reason", "理由", "The reason."),
    ("legal_basis", "依据", "The legal basis."),
    (
        "amounts",
        "金额，按名称，以分为单位的整数",
        "Amounts by name, whole numbers of fen.",
    ),
    (
        "discretion_act",
        "违法行为",
        "The unlawful act, as the discretion standard names it.",
    ),
    ("discretion_tier", "裁量档次", "The tier of discretion."),
    (
        "act_at",
        "违法行为发生时间，带时区偏移；按当日的裁量基准",
        "When the unlawful act was done, with offset; the discretion standard of that day applies.",
    ),
    ("fee", "收费", "A fee that was charged."),
    ("collection", "罚款收缴", "Who took the fine."),
    (
        "jurisdiction",
        "指定管辖、跨区域通办",
        "Designated jurisdiction, service across regions.",
    ),
    (
        "inspection",
        "检查计划或事由",
        "The plan or the cause of an inspection.",
    ),
    (
        "code",
        "收费项目编码",
        "Code of the fee in the item's fee standard.",
    ),
    (
        "quantity",
        "计费数量，至多三位小数",
        "How much is charged for, with at most three decimals.",
    ),
    (
        "relief_ground",
        "减免理由，须在收费标准所列情形之内",
        "The ground for charging less; one of the standard's closed list.",
    ),
    (
        "collector",
        "收缴方：银行、机构或人员编号",
        "Code of the bank, body or officer that took the money.",
    ),
    (
        "ground",
        "法定情形：当场收缴 small_fine、hard_later、remote_area；管辖 designated、cross_region",
        "The lawful ground: small_fine, hard_later, remote_area; or designated, cross_region.",
    ),
    (
        "document",
        "文书号；没有文书号的依据不予采信",
        "Number of the document; a ground without it does not count.",
    ),
    ("plan_no", "检查计划编号", "Number of the inspection plan."),
    (
        "cause",
        "无需计划的事由：complaint、transferred、monitoring、follow_up、emergency",
        "The cause that needs no plan: complaint, transferred, monitoring, follow_up or emergency.",
    ),
    (
        "attachments",
        "证据材料，只报送散列值",
        "Evidence held by the department; only hashes are sent.",
    ),
    (
        "special",
        "特别程序或延期",
        "A special procedure or an extension.",
    ),
    (
        "corrects",
        "更正：被撤回的事件编号",
        "For a correction: id of the event that is taken back.",
    ),
    (
        "secrecy",
        "密级；除 none 外一律拒收",
        "Secrecy mark; anything but none is refused.",
    ),
    (
        "attributes",
        "其他属性，按名称",
        "Further attributes, by name.",
    ),
    ("id", "经办人编号", "The officer's id in the department."),
    (
        "role",
        "角色，如 handler、reviewer、approver",
        "The role acted in, like handler, reviewer, approver.",
    ),
    (
        "cert_no",
        "执法证号",
        "Number of the law-enforcement certificate.",
    ),
    ("kind", "种类", "Its kind."),
    ("basis", "依据的条款", "The article relied on."),
    (
        "planned_end",
        "计划结束时间，只按计划计入",
        "Its planned end; only planned time is credited.",
    ),
    (
        "granted",
        "批准延长的时限，如 10wd",
        "How much an extension grants, like 10wd.",
    ),
    ("approver", "批准人", "Who approved."),
    (
        "approver_rank",
        "批准人级别，如 authority_head",
        "The approver's rank, like authority_head.",
    ),
    (
        "notice_no",
        "告知文书号",
        "Number of the notice to the party.",
    ),
    ("notice_at", "告知时间", "When the party was told."),
    ("sha256", "文件的 SHA-256", "SHA-256 of the file."),
    ("uploaded_at", "上传时间", "When it was uploaded."),
];
