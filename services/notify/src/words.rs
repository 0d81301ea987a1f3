//! What is said to people: titles and lines in Chinese, and the same as fields for machines. Pure.
//!
//! A message says no more than its route shows. What names a person or was written by one (the officer, a person's reasons, the alert's
//! own text) is shown only where the route asks for it, and evidence never: whoever may read that follows the link and signs in.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level};
use mingjing_domain::catalogue;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::kind::{Kind, term};
use crate::site::Known;

/// How many entries a digest lists; the others it counts.
pub(crate) const LISTED: usize = 5;

/// What a message may show of an alert, besides its level and what happened; or of a bulletin, besides its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 预警编号, and the link to it.
    AlertId,
    /// 办件编号; of an alert about an officer or a party, which it would name, only together with `actor`.
    CaseNo,
    /// 事项.
    Item,
    /// 责任单位.
    Body,
    /// 责任科室.
    Office,
    /// 行政区划.
    Region,
    /// 规则.
    Rule,
    /// The day by which something has to be done.
    Due,
    /// 依据.
    Basis,
    /// The alert's own text. It may hold what people wrote.
    Message,
    /// 责任人, as the definitions know him.
    Actor,
    /// What the person wrote who ordered, appealed or decided.
    Reason,
    /// Of a bulletin: its id, and the link to it.
    BulletinId,
    /// 标题 of a bulletin.
    Title,
    /// 发文字号 of a bulletin.
    Number,
    /// 期间 of a bulletin.
    Period,
}

impl Field {
    /// What a route shows that does not say what.
    pub const USUAL: [Field; 11] = [
        Field::AlertId,
        Field::CaseNo,
        Field::Item,
        Field::Body,
        Field::Region,
        Field::Rule,
        Field::Due,
        Field::BulletinId,
        Field::Title,
        Field::Number,
        Field::Period,
    ];
}

/// One thing that is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its level's code.
    pub level: String,
    /// Its kind's code.
    pub kind: String,
    /// One line.
    pub title: String,
    /// More lines, for people.
    pub lines: Vec<String>,
    /// Where to read on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The same for machines.
    pub data: Value,
}

/// What one message says, to whatever channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Like `alert.issued`, `bulletin.published`, or `digest`.
    pub kind: String,
    /// One line.
    pub title: String,
    /// More lines, for people.
    pub lines: Vec<String>,
    /// Where to read on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The same for machines.
    pub data: Value,
}

impl Message {
    /// Of one thing.
    pub fn of(item: Item) -> Self {
        Self {
            kind: format!("alert.{}", item.kind),
            title: item.title,
            lines: item.lines,
            link: item.link,
            data: item.data,
        }
    }

    /// Title and lines as one text.
    pub fn text(&self) -> String {
        let mut text = self.title.clone();
        for line in self.lines.iter().chain(self.link.as_ref()) {
            text.push('\n');
            text.push_str(line);
        }
        text
    }

    /// The same on one line of so many characters at most.
    pub(crate) fn short(&self, chars_max: usize) -> String {
        let parts = [&self.title].into_iter().chain(&self.lines);
        let line = parts.map(|part| part.trim()).collect::<Vec<_>>().join("；");
        if line.chars().count() <= chars_max {
            return line;
        }
        let kept = line.chars().take(chars_max.saturating_sub(1));
        kept.chain(['…']).collect()
    }
}

/// What stands where a text was cut.
const CUT: &str = "…";

/// A text of so many bytes at most, cut between characters.
pub(crate) fn cut_bytes(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most.saturating_sub(CUT.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{CUT}", &text[..end])
}

/// 逐级升级: before whom an unanswered order was brought, each once; none where it was not.
fn brought_before(alert: &AlertRecord) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for told in alert.brought_before() {
        let name = told.instance.name_zh();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| names.join("、"))
}

/// What is told of an alert.
pub(crate) fn item(
    kind: Kind,
    alert: &AlertRecord,
    show: &BTreeSet<Field>,
    known: &Known,
    console: Option<&str>,
) -> Item {
    let zone = known.calendar.tz();
    let shown = |field| show.contains(&field);
    let mut said = Said::default();
    let item_name = named(&known.items, alert.item_code.as_deref());
    let body = alert.responsible_org.as_ref().or(alert.org_code.as_ref());
    let about_person = matches!(alert.subject_kind.as_str(), "officer" | "party");
    let rule = catalogue::rule(&alert.rule).map_or("", |rule| rule.name);
    if shown(Field::Item) {
        said.code("事项", "item", alert.item_code.as_deref(), &item_name);
    }
    if shown(Field::CaseNo) && (!about_person || shown(Field::Actor)) {
        let case_no = Some(alert.case_no.as_str()).filter(|key| !key.is_empty());
        let label = match alert.subject_kind.as_str() {
            "case" => "办件编号",
            _ => "对象",
        };
        said.text(label, "case_no", case_no);
    }
    if shown(Field::Body) {
        let name = named(&known.bodies, body.map(String::as_str));
        said.code("责任单位", "body", body.map(String::as_str), &name);
    }
    if shown(Field::Office) {
        said.text("责任科室", "office", alert.responsible_office.as_deref());
    }
    if shown(Field::Actor) {
        said.text("责任人", "actor", alert.responsible_actor.as_deref());
    }
    if shown(Field::Region) {
        let name = named(&known.regions, alert.region_code.as_deref());
        said.code("行政区划", "region", alert.region_code.as_deref(), &name);
    }
    if shown(Field::Rule) {
        said.code("规则", "rule", Some(&alert.rule), rule);
        said.text(
            "逐级报告",
            "brought_before",
            brought_before(alert).as_deref(),
        );
    }
    if shown(Field::Due)
        && let Some((label, due)) = term(kind, alert)
    {
        said.lines.push(format!("{label}：{}", minute(due, zone)));
        said.data
            .insert("due_at".into(), json!(due.to_rfc3339(zone)));
    }
    if shown(Field::Basis) {
        said.text("依据", "legal_basis", alert.legal_basis.as_deref());
    }
    if shown(Field::Message) {
        said.text("内容", "message", Some(&alert.message));
    }
    if shown(Field::Reason) {
        said.text("说明", "reason", reason(kind, alert));
    }
    let mut link = None;
    if shown(Field::AlertId) {
        said.data.insert("alert_id".into(), json!(alert.alert_id));
        link = console.map(|console| format!("{console}/#/alert/{}", alert.alert_id));
    }
    let subject = match (shown(Field::Item), shown(Field::Rule)) {
        (true, _) if !item_name.is_empty() => item_name,
        (_, true) => rule.to_owned(),
        _ => String::new(),
    };
    let (level, happened) = (alert.level.name_zh(), kind.name_zh());
    let title = match subject.is_empty() {
        true => format!("【{level}】{happened}"),
        false => format!("【{level}】{happened}：{subject}"),
    };
    said.data.insert("level".into(), json!(alert.level.code()));
    said.data.insert("change".into(), json!(kind.code()));
    said.data
        .insert("status".into(), json!(alert.status.code()));
    Item {
        level: alert.level.code().into(),
        kind: kind.code().into(),
        title,
        lines: said.lines,
        link,
        data: Value::Object(said.data),
    }
}

/// Many things in one message: how many of what, and the first of them.
pub(crate) fn digest(
    why: &str,
    count: u64,
    levels: &BTreeMap<String, u64>,
    kinds: &BTreeMap<String, u64>,
    first: &[Item],
) -> Message {
    let by_level = counted(levels, |code| {
        let all = [Level::Red, Level::Yellow, Level::Notice, Level::Review];
        all.into_iter()
            .find(|l| l.code() == code)
            .map(Level::name_zh)
    });
    let by_kind = counted(kinds, |code| {
        Kind::ALL
            .into_iter()
            .find(|k| k.code() == code)
            .map(Kind::name_zh)
    });
    let mut lines = vec![format!("按级别：{by_level}"), format!("按情形：{by_kind}")];
    for (n, item) in (1..).zip(first) {
        lines.push(format!("{n}. {}", item.title));
        lines.extend(item.lines.iter().map(|line| format!("   {line}")));
    }
    let more = count.saturating_sub(first.len() as u64);
    if more > 0 {
        lines.push(format!("另有 {more} 条，请登录平台查看"));
    }
    let listed: Vec<&Value> = first.iter().map(|item| &item.data).collect();
    Message {
        kind: "digest".into(),
        title: format!("监察预警汇总：共 {count} 条"),
        lines,
        link: None,
        data: json!({ "why": why, "count": count, "levels": levels, "changes": kinds, "first": listed }),
    }
}

fn counted(counts: &BTreeMap<String, u64>, name: impl Fn(&str) -> Option<&'static str>) -> String {
    let parts = counts.iter().map(|(code, n)| {
        let name = name(code).unwrap_or(code);
        format!("{name} {n}")
    });
    parts.collect::<Vec<_>>().join("，")
}

#[derive(Default)]
struct Said {
    lines: Vec<String>,
    data: Map<String, Value>,
}

impl Said {
    fn text(&mut self, label: &str, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.lines.push(format!("{label}：{text}"));
            self.data.insert(key.into(), json!(text));
        }
    }

    /// A code with its name, where it has one.
    fn code(&mut self, label: &str, key: &str, code: Option<&str>, name: &str) {
        let Some(code) = code else { return };
        let line = match name.is_empty() {
            true => format!("{label}：{code}"),
            false => format!("{label}：{name}（{code}）"),
        };
        self.lines.push(line);
        self.data.insert(format!("{key}_code"), json!(code));
        if !name.is_empty() {
            self.data.insert(format!("{key}_name"), json!(name));
        }
    }
}

fn named(names: &BTreeMap<String, String>, code: Option<&str>) -> String {
    let name = code.and_then(|code| names.get(code));
    name.cloned().unwrap_or_default()
}

/// What the person wrote to whose act the kind belongs.
fn reason(kind: Kind, alert: &AlertRecord) -> Option<&str> {
    let disposition = alert.disposition.as_ref()?;
    let order = disposition.order.as_ref();
    let appeal = disposition.appeal.as_ref();
    let signed = match kind {
        Kind::Ordered => &order?.by,
        Kind::PassedOn => &order?.passed_on.last()?.by,
        Kind::Reported => {
            let reports = order?.passed_on.iter().flat_map(|leg| &leg.reports);
            &reports.max_by_key(|report| report.by.at)?.by
        }
        Kind::ExtensionAsked => &order?.extensions_asked.last()?.by,
        Kind::Extended => order?.extended.last()?,
        Kind::ExtensionRefused => &order?.extensions_asked.last()?.outcome.as_ref()?.by,
        Kind::Rectified => &order?.rectifications.last()?.by,
        Kind::RectificationAccepted | Kind::RectificationRejected => {
            &order?.rectifications.last()?.checked.as_ref()?.by
        }
        Kind::Closed => order?.closed.as_ref()?,
        Kind::Answered => {
            let answers = order.map_or(&disposition.answers, |o| &o.answers);
            &answers.last().or(disposition.answers.last())?.by
        }
        Kind::Appealed | Kind::AppealOverdue | Kind::AppealOverdueLeader => &appeal?.by,
        Kind::PassedUp => &appeal?.passed_up.last()?.by,
        Kind::Upheld => &appeal?.outcome.as_ref()?.by,
        _ => &disposition.decision.as_ref()?.by,
    };
    Some(&signed.reason)
}

/// To the minute, where people work.
fn minute(at: Timestamp, zone: Tz) -> String {
    let local = at.to_utc().with_timezone(&zone);
    local.format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::{alert, brought, known, ordered};

    fn usual() -> BTreeSet<Field> {
        Field::USUAL.into_iter().collect()
    }

    #[test]
    fn a_message_names_item_body_and_day_and_links_to_the_alert() {
        let alert = alert("a1");
        let found = item(Kind::Issued, &alert, &usual(), &known(), Some("https://mj"));
        assert_eq!(found.title, "【红牌】发牌：建筑工程施工许可");
        assert_eq!(
            found.lines,
            [
                "事项：建筑工程施工许可（510500-0117-1）",
                "办件编号：2026-0001",
                "责任单位：市住房城乡建设局（zjj）",
                "行政区划：江阳区（510502）",
                "规则：超承诺时限（T2）",
                "期限：2026-11-27 23:59",
            ]
        );
        assert_eq!(found.link.as_deref(), Some("https://mj/#/alert/a1"));
        assert_eq!(found.data["due_at"], "2026-11-27T23:59:59+08:00");
        assert_eq!(found.data["body_name"], "市住房城乡建设局");
    }

    #[test]
    fn an_order_that_was_brought_before_somebody_says_before_whom() {
        let found = item(Kind::Escalated, &brought(), &usual(), &known(), None);
        let told = found.lines.iter().find(|line| line.starts_with("逐级"));
        assert_eq!(
            told.map(String::as_str),
            Some("逐级报告：本级监察机关"),
            "a rung that is not reached is nobody's yet"
        );
        assert_eq!(found.data["brought_before"], "本级监察机关");
    }

    #[test]
    fn persons_and_what_they_wrote_are_told_only_where_the_route_shows_them() {
        let order = ordered();
        let said = |show: &BTreeSet<Field>| {
            let found = item(Kind::Ordered, &order, show, &known(), None);
            format!("{found:?}")
        };
        let plain = said(&usual());
        for personal in ["张某", "o-17", "审批科"] {
            assert!(!plain.contains(personal), "{plain}");
        }
        let more = [Field::Reason, Field::Actor, Field::Message];
        let all = said(&more.into_iter().collect());
        for shown in ["请说明张某一案超期原因", "o-17", "张某的申请超期未决定"]
        {
            assert!(all.contains(shown), "{all}");
        }
    }

    #[test]
    fn an_alert_about_an_officer_does_not_name_him_by_its_subject() {
        let alert = AlertRecord {
            subject_kind: "officer".into(),
            case_no: "o-17".into(),
            responsible_actor: None,
            ..alert("a")
        };
        let told = |show: &BTreeSet<Field>| {
            let found = item(Kind::Issued, &alert, show, &known(), None);
            found.lines.join("\n").contains("o-17")
        };
        let mut show = usual();
        assert!(!told(&show));
        show.insert(Field::Actor);
        assert!(told(&show));
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut_bytes("红牌一", 9), "红牌一");
        assert_eq!(cut_bytes("红牌一二", 9), "红牌…");
        assert_eq!(cut_bytes("红牌一二", 8), "红…");
        let message = Message::of(item(Kind::Issued, &alert("a"), &usual(), &known(), None));
        let short = message.short(30);
        assert_eq!(short.chars().count(), 30);
        assert!(
            short.starts_with("【红牌】发牌：建筑工程施工许可；事项") && short.ends_with('…'),
            "{short}"
        );
    }

    #[test]
    fn a_digest_counts_all_and_lists_the_first() {
        let of = item(Kind::Issued, &alert("a"), &usual(), &known(), None);
        let levels = BTreeMap::from([("red".to_owned(), 7)]);
        let kinds = BTreeMap::from([("issued".to_owned(), 7)]);
        let message = digest("storm", 7, &levels, &kinds, &[of.clone(), of]);
        assert_eq!(message.title, "监察预警汇总：共 7 条");
        assert_eq!(message.lines[0], "按级别：红牌 7");
        assert_eq!(message.lines.last().unwrap(), "另有 5 条，请登录平台查看");
        assert_eq!(message.data["count"], 7);
    }
}
