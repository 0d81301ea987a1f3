//! The operations of definitions with a life.

use serde_json::{Value, json};

use super::{Change, Operation, Parameter, REGION};

const KIND: Parameter = (
    "query",
    "kind",
    "类别: body, item, flowchart, general_points, discretion, fees, inspection_plan, rule_settings, score_model, calendar, source",
);
const DRAFT: Parameter = ("path", "id", "草案编号");
const BODY: Parameter = ("path", "body", "机构代码");

const fn get(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
) -> Operation {
    Operation {
        path,
        id,
        summary,
        parameters,
        media_type: "application/json",
        schema: || json!({ "type": "object" }),
    }
}

pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/drafts",
        "listDrafts",
        "草案，新的在前 / drafts, newest first",
        &[
            KIND,
            (
                "query",
                "state",
                "状态: drafting, in_review, returned, approved, publishing, published, retired, withdrawn",
            ),
            ("query", "overdue", "true: 只要审核逾期的"),
        ],
    ),
    get(
        "/api/v1/drafts/{id}",
        "getDraft",
        "一份草案：改了什么、等谁审核、到期日、全部记录 / one draft with its changes, reviews and records",
        &[DRAFT],
    ),
    Operation {
        media_type: "application/yaml",
        schema: || json!({ "type": "string" }),
        ..get(
            "/api/v1/drafts/{id}/text",
            "getDraftText",
            "草案全文；行使主体的人员只列给可以查看名册的账号，并记入审计 / a draft's text; officers of bodies only for those who read the register, and audited",
            &[DRAFT],
        )
    },
    Operation {
        schema: || {
            json!({ "type": "object", "required": ["draft", "outcome", "problem", "earlier"], "properties": {
                "draft": { "type": "object", "description": "草案；shadow 为空：现在没有影子运行" },
                "outcome": { "type": ["object", "null"], "description": "最近一次完整判断：时段（since 至 judged_at）、依据（horizon：日志各分区的位置）、合计、按监察点与机构、差异" },
                "problem": { "type": ["object", "null"], "description": "最近一次未能判断的原因" },
                "earlier": { "type": "array", "items": { "type": "object" }, "description": "此前各文本、各起点的结果" },
            } })
        },
        ..get(
            "/api/v1/drafts/{id}/shadow",
            "getDraftShadow",
            "影子运行的结果：与在用定义相比将新增、消失、改变的预警，连同逐日计算；不影响正式预警 / what a draft would allege beside what is in force",
            &[
                DRAFT,
                (
                    "query",
                    "text",
                    "只看这一文本（SHA-256 或其开头）的结果，默认为现在的",
                ),
                ("query", "control_point", "差异只要这一监察点的"),
                ("query", "org", "差异只要这一机构的"),
                ("query", "limit", "每个监察点每类差异的条数 1..200，默认 20"),
            ],
        )
    },
    Operation {
        schema: backtests,
        ..get(
            "/api/v1/drafts/{id}/backtests",
            "getDraftBacktests",
            "草案的历次回测：谁、何时、对哪一文本、哪一期间，进行到哪里或者结果如何；连同其中一次的结果 / the backtests of a draft, and what one of them found",
            &[
                DRAFT,
                (
                    "query",
                    "run",
                    "要第几次的结果，从 1 起；默认为现在文本最近一次完成的，没有则为最近一次完成的",
                ),
            ],
        )
    },
    Operation {
        media_type: "application/xml",
        schema: || json!({ "type": "string" }),
        ..get(
            "/api/v1/drafts/{id}/bpmn",
            "drawDraft",
            "草案的流程图，BPMN 2.0，连同图形位置，可在画布上编辑 / a draft's flowchart as BPMN 2.0 with its layout",
            &[DRAFT, ("query", "body", "按这一机构的叫法称呼内设机构")],
        )
    },
    get(
        "/api/v1/drafts/{id}/check",
        "checkDraft",
        "草案现在送审会被指出的问题：文件、行、说明；不留记录 / what would keep a draft from its reviewers now, each with its line",
        &[DRAFT],
    ),
    get(
        "/api/v1/definitions/shadows",
        "listShadows",
        "影子运行的草案，连同最近一次结果 / drafts in shadow with what was found last",
        &[],
    ),
    get(
        "/api/v1/definitions",
        "listDefinitions",
        "在用的定义与各版本 / what is in force",
        &[KIND],
    ),
    get(
        "/api/v1/definitions/unused",
        "listUnusedItems",
        "从未办理过的事项 / items of the list that were never run",
        &[
            ("query", "from", "起始日期，默认一年前"),
            ("query", "to", "截止日期，默认今日"),
        ],
    ),
    get(
        "/api/v1/definitions/{kind}/{id}",
        "getDefinitionHistory",
        "一项定义的各版本与全部记录 / every version and record of one definition",
        &[("path", "kind", "类别"), ("path", "id", "编号或者编码")],
    ),
    get(
        "/api/v1/definitions/{kind}/{id}/diff",
        "diffDefinitions",
        "两个版本的差异，文字 / the differences of two versions in words",
        &[
            ("path", "kind", "类别"),
            ("path", "id", "编号或者编码"),
            ("query", "from", "版本号，或者 draft:草案编号（必填）"),
            ("query", "to", "版本号，或者 draft:草案编号（必填）"),
        ],
    ),
    Operation {
        media_type: "application/xml",
        schema: || json!({ "type": "string" }),
        ..get(
            "/api/v1/definitions/{kind}/{id}/bpmn",
            "drawFlowchart",
            "流程图的一个版本，BPMN 2.0，连同排好的图；每一环节的编码在扩展元素里 / one version of a flowchart as BPMN 2.0 with its layout",
            &[
                ("path", "kind", "只能是 flowchart"),
                ("path", "id", "流程图编号"),
                ("query", "version", "版本号（必填）"),
                ("query", "body", "按这一机构的叫法称呼内设机构"),
            ],
        )
    },
    Operation {
        media_type: "application/yaml",
        schema: || json!({ "type": "string" }),
        ..get(
            "/api/v1/definitions/{kind}/{id}/text",
            "getDefinitionText",
            "一个版本的原文；行使主体的人员只列给可以查看名册的账号，并记入审计 / one version as it is written; officers of bodies only for those who read the register, and audited",
            &[
                ("path", "kind", "类别"),
                ("path", "id", "编号或者编码"),
                ("query", "version", "版本号；不分版本的类别不用"),
            ],
        )
    },
    get(
        "/api/v1/publications",
        "listPublications",
        "公示记录：公布了什么、何时、何处、摘要值、被谁取代 / what was published, when, where, its hash, what took its place",
        &[],
    ),
    get(
        "/api/v1/installations",
        "listInstallations",
        "未经审核整目录安装的定义：由谁、何时、为什么、改了什么 / folders installed without reviews: who, when, why, what they changed",
        &[],
    ),
    get(
        "/api/v1/responsibilities",
        "listResponsibilities",
        "责任清单 / duties by item",
        &[("query", "body", "机构代码"), ("query", "item", "事项编码")],
    ),
    get(
        "/api/v1/register",
        "listRegister",
        "机构名册 / bodies and how many are in post",
        &[
            ("query", "on", "某日在岗，默认今日"),
            REGION,
            (
                "query",
                "q",
                "人员编号、岗位、内设机构、证号、执法领域中的一段：另列出这些人员",
            ),
            (
                "query",
                "certificates",
                "另列出持此种证件的在岗人员: not_yet, valid, ending（30日内到期）, ended（已过期）, replaced（已换证）",
            ),
        ],
    ),
    get(
        "/api/v1/register/{body}",
        "getRegister",
        "一个机构的内设机构、岗位与人员 / offices, posts and officers of a body",
        &[
            BODY,
            ("query", "on", "只要该日在岗的"),
            ("query", "everyone", "true: 不在岗的也要"),
        ],
    ),
    get(
        "/api/v1/register/{body}/history",
        "getRegisterHistory",
        "名册的全部变动 / every change of a body's register",
        &[BODY],
    ),
    get(
        "/api/v1/milestones",
        "listMilestones",
        "各机构的节点与到期日 / how far each body has come",
        &[
            ("query", "body", "机构代码"),
            ("query", "overdue", "true: 只要逾期的"),
        ],
    ),
];

/// A draft's backtests.
fn backtests() -> Value {
    json!({ "type": "object", "required": ["draft", "runs", "shown", "found"], "properties": {
        "draft": { "type": "object", "description": "草案" },
        "runs": { "type": "array", "items": { "type": "object" }, "description": "历次回测，新的在前：谁、为什么、何时、哪一文本（text_sha256，of_present_text：是否就是现在的文本）、哪一期间与区划；state: running, done, failed, cancelled, cut_off" },
        "shown": { "type": ["integer", "null"], "description": "found 是第几次的结果" },
        "found": { "type": ["object", "null"], "description": "结果：合计、级别改变、按监察点（规则）与事项将新增、消失、改变的预警，及办件举例；未列出的都已计数" },
    } })
}

/// Who, why, the client's key, and what more an act takes.
pub(super) fn said(more: Value) -> Value {
    let mut properties = json!({
        "who": {
            "type": "object",
            "required": ["person"],
            "description": "由谁作出；审核须写明机构与内设机构",
            "properties": {
                "person": { "type": "string" },
                "body": { "type": "string" },
                "office": { "type": "string" },
            },
        },
        "why": text("为什么：文号、会议、事由"),
        "key": text("客户端自定的键：同一键重发只算一次"),
    });
    if let (Some(all), Value::Object(more)) = (properties.as_object_mut(), more) {
        all.extend(more);
    }
    json!({ "type": "object", "required": ["who", "why"], "additionalProperties": false, "properties": properties })
}

/// One change of a register; which fields it takes follows from what is done.
fn register_change() -> Value {
    let texts = |meaning: &str| json!({ "type": "array", "items": { "type": "string" }, "description": meaning });
    let code = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["what"],
        "additionalProperties": false,
        "properties": {
            "what": {
                "type": "string",
                "enum": [
                    "add_office", "rename_office", "add_post", "rename_post", "add_officer", "end_officer", "move_officer",
                    "add_certificate", "end_certificate", "stand_in",
                ],
            },
            "entry": {
                "type": "object",
                "required": ["office", "officer"],
                "additionalProperties": false,
                "description": "哪一条：内设机构、人员编号、任职起始日期",
                "properties": { "office": code, "officer": code, "since": date("任职起始日期，未写明的不填") },
            },
            "office": text("内设机构代码"),
            "code": text("新设的代码"),
            "name": text("名称"),
            "post": text("岗位代码"),
            "posts": texts("岗位代码"),
            "steps": texts("环节：环节代码，或者 流程图/环节"),
            "rank": { "type": ["string", "null"], "enum": ["officer", "office_head", "authority_head", "government_head", null] },
            "id": text("人员编号"),
            "to": text("move_officer：到哪个内设机构"),
            "from": date("自何日起"),
            "until": date("至何日，含当日"),
            "no": text("end_certificate：证号"),
            "basis": text("stand_in：依据"),
            "certificate": {
                "type": ["object", "null"],
                "required": ["no"],
                "additionalProperties": false,
                "properties": { "no": code, "fields": texts("执法领域，不填为不限"), "from": date("生效日期"), "until": date("到期日期") },
            },
        },
    })
}

fn text(meaning: &str) -> Value {
    json!({ "type": "string", "description": meaning })
}

fn date(meaning: &str) -> Value {
    let mut date = json!({ "type": "string", "format": "date" });
    if !meaning.is_empty() {
        date["description"] = json!(meaning);
    }
    date
}

fn one_of(words: &[&str], meaning: &str) -> Value {
    let mut one = json!({ "enum": words });
    if !meaning.is_empty() {
        one["description"] = json!(meaning);
    }
    one
}

const fn change(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    body: fn() -> Value,
) -> Change {
    Change {
        method,
        path,
        id,
        summary,
        parameters,
        status: "200",
        body,
    }
}

pub(super) const CHANGES: &[Change] = &[
    Change {
        status: "201",
        ..change(
            "post",
            "/api/v1/drafts",
            "draftDefinitions",
            "起草 / begin a draft",
            &[],
            || said(json!({ "text": text("同一类定义的 YAML") })),
        )
    },
    change(
        "post",
        "/api/v1/drafts/{id}/bpmn",
        "saveDraftDrawing",
        "按画布上的图修改草案，并告知图中哪些不纳入监察 / the draft as its flowchart is drawn now; answers what is not enforced as drawn",
        &[DRAFT],
        || said(json!({ "xml": text("BPMN 2.0 全文") })),
    ),
    change(
        "post",
        "/api/v1/drafts/{id}/{act}",
        "actOnDraft",
        "修改、送审、审核、批准、公布、登记公示、废止、撤回、结束影子运行 / revise, submit, review, approve, publish, notice, retire, withdraw, end_shadow",
        &[
            DRAFT,
            (
                "path",
                "act",
                "revise, submit, review, approve, publish, notice, retire, withdraw, end_shadow",
            ),
        ],
        || {
            let roles = ["affairs", "staffing", "legal", "supervision", "government"];
            said(json!({
                "text": text("revise：修改后的全文"),
                "role": one_of(&roles, "review：以哪个角色"),
                "verdict": one_of(&["agree", "object"], "review、approve：结论"),
                "opinion": text("review、approve：意见，不同意时必填"),
                "answers": { "type": "object", "additionalProperties": { "type": "string" }, "description": "review：牵头部门对必答问题的答复" },
                "place": text("notice：公示何处"),
                "on": date("notice：自何日起"),
                "from": date("retire：自何日起废止"),
            }))
        },
    ),
    change(
        "post",
        "/api/v1/drafts/{id}/shadow",
        "beginDraftShadow",
        "影子运行：与在用定义并行判断，不发预警 / judge by a draft beside what is in force, alerting nobody",
        &[DRAFT],
        || said(json!({ "since": text("起点：日期或者 RFC 3339 时间，默认现在") })),
    ),
    Change {
        status: "202",
        ..change(
            "post",
            "/api/v1/drafts/{id}/backtests",
            "beginDraftBacktest",
            "回测：按草案与在用的定义重新判断已有办件并比较，后台进行，一次一份，不发预警 / judge the past by a draft and by what is in force, in the background, alerting nobody",
            &[DRAFT],
            || {
                said(json!({
                    "from": text("起点：自何时起开始的办件，日期或者 RFC 3339 时间"),
                    "to": text("终点：此前开始的办件，按这一时点判断，默认现在"),
                    "region": text("只要这一行政区划及其以下的办件，默认全部"),
                }))
            },
        )
    },
    change(
        "post",
        "/api/v1/drafts/{id}/backtests/cancel",
        "cancelDraftBacktest",
        "取消正在进行的回测 / end the backtest that runs",
        &[DRAFT],
        || said(json!({})),
    ),
    change(
        "put",
        "/api/v1/register/{body}",
        "putRegister",
        "变动名册：岗位与人员，过去的不得改写 / change posts and officers; what is over stays written",
        &[BODY],
        || {
            said(json!({
                "text": text("该机构的整份文档（kind: body）"),
                "base": text("改自哪一份：原文档的 SHA-256；填写期间名册已经变动的，不予接受"),
            }))
        },
    ),
    change(
        "post",
        "/api/v1/register/{body}/change",
        "composeRegisterChange",
        "一项变动将使名册成为什么：变动前后、不能办理的原因、整份文档；不留记录，以 PUT 提交 / what one change would make of a register, for a form; PUT says it",
        &[BODY],
        register_change,
    ),
    change(
        "post",
        "/api/v1/milestones/{body}",
        "actOnMilestone",
        "登记节点的到期日或者完成 / when a milestone is due, that it is done",
        &[BODY],
        || {
            let milestones = [
                "reported",
                "reviewed",
                "published",
                "flowchart",
                "control_points",
                "on_platform",
                "responsibility_list",
            ];
            said(json!({
                "milestone": one_of(&milestones, ""),
                "due": date(""),
                "done": date(""),
                "undone": { "type": "boolean" },
            }))
        },
    ),
];
