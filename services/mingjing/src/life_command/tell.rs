//! Answers of the platform as people read them.

use std::fmt::Write as _;

use serde_json::Value;

/// Text of a field; empty where there is none.
pub(super) fn s<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

pub(super) fn list<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value[field].as_array().into_iter().flatten()
}

fn who(actor: &Value) -> String {
    let parts = ["body", "office", "person"].map(|field| s(actor, field));
    let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    known.join(" ")
}

pub(super) fn subjects(value: &Value) -> String {
    let told = list(value, "subjects").map(|subject| {
        let version = match s(subject, "version") {
            "" => String::new(),
            version => format!("@{version}"),
        };
        format!("{}（{}{version}）", s(subject, "name"), s(subject, "id"))
    });
    told.collect::<Vec<_>>().join("、")
}

pub(super) fn line(out: &mut String, text: impl AsRef<str>) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{}", text.as_ref());
}

/// One draft.
pub(super) fn draft(answer: &Value) -> String {
    let mut out = String::new();
    let head = format!(
        "草案 {}　{}　{}　{}",
        s(answer, "id"),
        s(answer, "kind_zh"),
        subjects(answer),
        s(answer, "state_zh")
    );
    line(&mut out, head);
    let awaited: Vec<String> = list(answer, "awaited")
        .map(|role| format!("{}（{}）", s(role, "name"), s(role, "code")))
        .collect();
    if !awaited.is_empty() {
        let late = match answer["overdue"].as_bool() {
            Some(true) => "，已逾期",
            _ => "",
        };
        let text = format!(
            "等待审核：{}，{} 前{late}",
            awaited.join("、"),
            s(answer, "due")
        );
        line(&mut out, text);
    }
    if !s(answer, "effective_from").is_empty() {
        line(
            &mut out,
            format!("生效日期：{}", s(answer, "effective_from")),
        );
    }
    if !answer["hindered"].is_null() {
        let hindered = &answer["hindered"];
        let text = format!(
            "尚未生效：{}（自 {}）",
            s(hindered, "why"),
            s(hindered, "since")
        );
        line(&mut out, text);
    }
    if !s(answer, "version").is_empty() {
        line(&mut out, format!("定义版本：{}", s(answer, "version")));
    }
    if answer["shadow"].is_object() {
        line(&mut out, in_shadow(&answer["shadow"]));
    }
    section(
        &mut out,
        "改动",
        list(answer, "changes")
            .filter_map(Value::as_str)
            .map(Into::into),
    );
    section(
        &mut out,
        "必答问题",
        list(answer, "questions").map(|q| format!("[{}] {}", s(q, "id"), s(q, "text"))),
    );
    section(&mut out, "记录", list(answer, "history").map(record));
    out
}

/// Since when a draft is in shadow, and who put it there.
pub(super) fn in_shadow(shadow: &Value) -> String {
    format!(
        "影子运行：自 {} 起开始的办件（{} 于 {} 设置），不发预警",
        s(shadow, "since"),
        who(&shadow["who"]),
        s(shadow, "begun_at")
    )
}

pub(super) fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    line(out, format!("{title}："));
    for text in lines {
        line(out, format!("  {text}"));
    }
}

fn record(record: &Value) -> String {
    format!(
        "{}　{}　{}（{}）",
        s(record, "at"),
        who(&record["who"]),
        s(record, "what"),
        s(record, "why")
    )
}

/// Folders that were installed, each with what it changed.
pub(super) fn installations(answer: &Value) -> String {
    let mut out = String::new();
    for installed in list(answer, "installations") {
        let in_force = match installed["in_force"].as_bool() {
            Some(true) => "　在用",
            _ => "",
        };
        let head = format!(
            "{}　{}　{}（{}）{in_force}",
            s(installed, "at"),
            who(&installed["who"]),
            s(installed, "version"),
            s(installed, "why"),
        );
        line(&mut out, head);
        for change in list(installed, "changes").filter_map(Value::as_str) {
            line(&mut out, format!("  {change}"));
        }
    }
    out
}

/// Drafts, a line each.
pub(super) fn drafts(answer: &Value) -> String {
    let mut out = String::new();
    for draft in list(answer, "drafts") {
        let awaited: Vec<&str> = list(draft, "awaited").map(|role| s(role, "name")).collect();
        let mut text = format!(
            "{}　{}　{}　{}",
            s(draft, "id"),
            s(draft, "kind_zh"),
            subjects(draft),
            s(draft, "state_zh")
        );
        if !awaited.is_empty() {
            let _ = write!(text, "：{}，{} 前", awaited.join("、"), s(draft, "due"));
        }
        if draft["overdue"].as_bool() == Some(true) {
            text.push_str("，已逾期");
        }
        if draft["shadow"].is_object() {
            text.push_str("　影子运行");
        }
        line(&mut out, text);
    }
    none(out, "没有草案")
}

pub(super) fn none(out: String, otherwise: &str) -> String {
    match out.is_empty() {
        true => format!("{otherwise}\n"),
        false => out,
    }
}

/// What is in force, a line each.
pub(super) fn in_force(answer: &Value) -> String {
    let mut out = String::new();
    line(&mut out, format!("定义版本 {}", s(answer, "version")));
    for found in list(answer, "definitions") {
        let mut text = format!("{}　{}", s(found, "kind"), s(found, "id"));
        if !s(found, "version").is_empty() {
            let _ = write!(text, "@{}", s(found, "version"));
        }
        let _ = write!(text, "　{}", s(found, "name"));
        if !s(found, "effective_from").is_empty() {
            let _ = write!(text, "　自 {}", s(found, "effective_from"));
        }
        if !s(found, "superseded_by").is_empty() {
            let _ = write!(text, "　已由 {} 取代", s(found, "superseded_by"));
        }
        line(&mut out, text);
    }
    out
}

/// Every version and record of one definition.
pub(super) fn history(answer: &Value) -> String {
    let mut out = String::new();
    let versions = list(answer, "versions").map(|version| {
        format!(
            "{}　{}　自 {}",
            s(version, "version"),
            s(version, "name"),
            s(version, "effective_from")
        )
    });
    section(&mut out, "在册版本", versions);
    for life in list(answer, "drafts") {
        out.push_str(&draft(life));
    }
    out
}

/// The publication record.
pub(super) fn publications(answer: &Value) -> String {
    let mut out = String::new();
    for published in list(answer, "publications") {
        let head = format!(
            "{}　{}　{}　自 {} 起生效　SHA-256 {}",
            s(published, "published_at"),
            s(published, "kind_zh"),
            subjects(published),
            s(published, "effective_from"),
            s(published, "sha256")
        );
        line(&mut out, head);
        for place in list(published, "places") {
            line(
                &mut out,
                format!("  {} 起公示于 {}", s(place, "on"), s(place, "place")),
            );
        }
        if !s(published, "superseded_by").is_empty() {
            line(
                &mut out,
                format!("  已由草案 {} 取代", s(published, "superseded_by")),
            );
        }
        if !s(published, "retired_from").is_empty() {
            line(
                &mut out,
                format!("  自 {} 起废止", s(published, "retired_from")),
            );
        }
    }
    none(out, "尚未公布过草案")
}

/// The responsibility list.
pub(super) fn responsibilities(answer: &Value) -> String {
    let mut out = String::new();
    for item in list(answer, "items") {
        line(
            &mut out,
            format!(
                "{}　{}　{}",
                s(item, "item"),
                s(item, "name"),
                s(item, "executing_body")
            ),
        );
        for duty in list(item, "responsibilities") {
            let mut text = format!("  {}　责任主体 {}", s(duty, "duty"), s(duty, "body"));
            if !s(duty, "accountability").is_empty() {
                let _ = write!(text, "　追责 {}", s(duty, "accountability"));
            }
            if !s(&duty["expectation"], "within_zh").is_empty() {
                let _ = write!(
                    text,
                    "　应在 {} 内完成",
                    s(&duty["expectation"], "within_zh")
                );
            }
            line(&mut out, text);
        }
        if list(item, "responsibilities").next().is_none() {
            line(&mut out, "  （没有责任事项）");
        }
    }
    none(out, "没有事项")
}

/// Items that were never run.
pub(super) fn unused(answer: &Value) -> String {
    let mut out = String::new();
    for item in list(answer, "unused") {
        line(
            &mut out,
            format!(
                "{}　{}　{}　{}",
                s(item, "item"),
                s(item, "power_type"),
                s(item, "name"),
                s(item, "executing_body")
            ),
        );
    }
    let unused = list(answer, "unused").count();
    line(
        &mut out,
        format!(
            "{} 至 {}：清单内 {} 项，{unused} 项没有办件",
            s(answer, "from"),
            s(answer, "to"),
            answer["items"]
        ),
    );
    out
}

/// Differences, a line each.
pub(super) fn changes(answer: &Value) -> String {
    let mut out = String::new();
    for change in list(answer, "changes").filter_map(Value::as_str) {
        line(&mut out, change);
    }
    none(out, "没有差异")
}

/// Milestones by body.
pub(super) fn milestones(answer: &Value) -> String {
    let mut out = String::new();
    for body in list(answer, "bodies") {
        line(&mut out, s(body, "body"));
        for milestone in list(body, "milestones") {
            let mut text = format!("  {}　", s(milestone, "name"));
            text.push_str(match milestone["done"].as_bool() {
                Some(true) => "完成",
                _ => "未完成",
            });
            if !s(milestone, "done_on").is_empty() {
                let _ = write!(text, "（{}）", s(milestone, "done_on"));
            }
            if let (Some(have), Some(all)) = (
                milestone["items_with"].as_u64(),
                milestone["items"].as_u64(),
            ) {
                let _ = write!(text, "　{have}/{all} 项");
            }
            if !s(milestone, "due").is_empty() {
                let _ = write!(text, "　应于 {} 前完成", s(milestone, "due"));
            }
            if milestone["overdue"].as_bool() == Some(true) {
                text.push_str("　已逾期");
            }
            if milestone["contradicted"].as_bool() == Some(true) {
                text.push_str("　登记为完成，与在用的定义不符");
            }
            line(&mut out, text);
        }
    }
    none(out, "没有节点")
}

/// Bodies, a line each.
pub(super) fn register(answer: &Value) -> String {
    let mut out = String::new();
    for body in list(answer, "bodies") {
        let from = match s(body, "register_from") {
            "" => "没有完整名册".to_owned(),
            from => format!("名册自 {from} 起完整"),
        };
        line(
            &mut out,
            format!(
                "{}　{}　在岗 {} 人　{from}",
                s(body, "code"),
                s(body, "name"),
                body["officers_in_post"]
            ),
        );
    }
    none(out, "没有机构")
}

/// One body's register.
pub(super) fn body(answer: &Value) -> String {
    let mut out = String::new();
    line(
        &mut out,
        format!("{}　{}", s(answer, "code"), s(answer, "name")),
    );
    for office in list(answer, "offices") {
        line(
            &mut out,
            format!("  {}　{}", s(office, "code"), s(office, "name")),
        );
        for officer in list(office, "officers") {
            let posts: Vec<&str> = list(officer, "posts").filter_map(Value::as_str).collect();
            let until = match s(officer, "until") {
                "" => "今".to_owned(),
                until => until.to_owned(),
            };
            line(
                &mut out,
                format!(
                    "    {}　{}　{} 至 {until}",
                    s(officer, "id"),
                    posts.join("、"),
                    s(officer, "from")
                ),
            );
        }
    }
    out
}

/// Every change of a body's register.
pub(super) fn register_history(answer: &Value) -> String {
    let mut out = String::new();
    for life in list(answer, "changes") {
        out.push_str(&draft(life));
    }
    none(out, "名册自首次公布以来没有经平台变动")
}
