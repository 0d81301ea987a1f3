//! What every paper shows of its alert: the facts, the article, the deadline's account, the hashes.

use chrono::Datelike as _;
use mingjing_domain::alert::Evidence;
use mingjing_domain::deadline::{Account, AccountDay, Verdict};
use mingjing_domain::limit::Budget;

use super::words::decided;
use super::{Facts, instant_zh, shortened};
use crate::sheet::{Block, Column, day_zh};
use crate::site::Occasion;

/// Days that are told one by one; a longer account is told by its ranges.
const DAYS_MAX: usize = 120;
/// Hashes a paper lists; a package of evidence has them all.
const HASHES_MAX: usize = 60;

/// The facts as a table of two columns.
pub(super) fn case(facts: &Facts<'_>) -> Vec<Block> {
    let alert = facts.alert;
    let names = &facts.names;
    let at = |at| match at {
        Some(at) => instant_zh(at, facts.zone),
        None => String::new(),
    };
    let (subject, of) = match alert.subject_kind.as_str() {
        "case" => ("办件编号", alert.case_no.clone()),
        "officer" | "party" => ("", String::new()),
        _ => ("监察对象", alert.case_no.clone()),
    };
    let coded = |name: &str, code: Option<&String>| match code {
        Some(code) if name != code => format!("{name}（{code}）"),
        _ => name.to_owned(),
    };
    let responsible = match names.office.is_empty() {
        true => names.responsible.clone(),
        false => format!("{} {}", names.responsible, names.office),
    };
    let rows = [
        ("预警编号", alert.alert_id.clone()),
        (subject, of),
        ("数据来源", names.source.clone()),
        ("权力事项", coded(&names.item, alert.item_code.as_ref())),
        ("承办机构", names.body.clone()),
        ("责任单位", responsible),
        ("环节", names.step.clone()),
        ("监察点", format!("{}（规则 {}）", names.point, alert.rule)),
        ("等级", alert.level.name_zh().to_owned()),
        ("情形", shortened(&alert.message)),
        ("应办截止", at(alert.due_at)),
        ("超期起算", at(alert.breached_at)),
        ("实际办理", at(alert.completed_at)),
        ("预警发出", at(alert.issued_at)),
    ];
    let rows = rows
        .into_iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| vec![name.to_owned(), value]);
    vec![Block::Table {
        columns: vec![Column::new("", 2), Column::new("", 9)],
        rows: rows.collect(),
    }]
}

/// The article, and which limit.
pub(super) fn legal_basis(facts: &Facts<'_>) -> Vec<Block> {
    let alert = facts.alert;
    let mut said = Vec::new();
    if let Some(basis) = alert
        .legal_basis
        .as_deref()
        .filter(|text| !text.trim().is_empty())
    {
        said.push(super::ended(basis));
    }
    if let Some(limit) = &alert.limit {
        let kind = match alert.statutory {
            Some(true) => "法定时限",
            Some(false) => "承诺时限",
            None => "时限",
        };
        let limit = limit
            .parse()
            .map_or_else(|_| limit.clone(), Budget::text_zh);
        said.push(format!("{kind}：{limit}。"));
    }
    said.into_iter().map(Block::paragraph).collect()
}

/// The deadline day by day.
pub(super) fn account(facts: &Facts<'_>) -> Vec<Block> {
    let accounts = facts.alert.evidence.iter().filter_map(|one| match one {
        Evidence::Deadline { account } => Some(account),
        _ => None,
    });
    accounts
        .flat_map(|account| of_account(account, facts))
        .collect()
}

fn of_account(account: &Account, facts: &Facts<'_>) -> Vec<Block> {
    let zone = account.time_zone.parse().unwrap_or(facts.zone);
    let limit = |text: &str| {
        text.parse()
            .map_or_else(|_| text.to_owned(), Budget::text_zh)
    };
    let mut opening = format!(
        "自{}起，时限{}",
        instant_zh(account.start_at, zone),
        limit(&account.limit)
    );
    for more in &account.extensions {
        opening.push_str(&format!("，延长{}", limit(&more.limit)));
        if !more.label.is_empty() {
            opening.push_str(&format!("（{}）", more.label));
        }
    }
    let provisional = match account.provisional {
        true => "（暂定：有年份的节假日安排尚未公布）",
        false => "",
    };
    opening.push_str(&format!(
        "，至{}届满{provisional}。工作日历：{} {}。",
        instant_zh(account.due_at, zone),
        account.calendar,
        account.calendar_version
    ));
    let long = account.by_day().take(DAYS_MAX + 1).count() > DAYS_MAX;
    let rows: Vec<Vec<String>> = match long {
        false => account.by_day().map(|day| of_day(&day, zone)).collect(),
        true => account
            .days
            .iter()
            .take(DAYS_MAX)
            .map(|range| {
                let days = match range.from == range.to {
                    true => day_zh(range.from),
                    false => format!("{}至{}", day_zh(range.from), day_zh(range.to)),
                };
                vec![
                    days,
                    String::new(),
                    range.verdict.name_zh().to_owned(),
                    counted(range.verdict, range.counted_total),
                    range.note.clone(),
                ]
            })
            .collect(),
    };
    vec![
        Block::paragraph(opening),
        Block::Table {
            columns: vec![
                Column::new("日期", 5),
                Column::new("星期", 2),
                Column::new("计算", 4),
                Column::new("累计", 3),
                Column::new("说明", 6),
            ],
            rows,
        },
    ]
}

fn of_day(day: &AccountDay<'_>, zone: chrono_tz::Tz) -> Vec<String> {
    let when = match (day.from_at, day.to_at) {
        (Some(from), Some(to)) => format!("{}至{}", instant_zh(from, zone), instant_zh(to, zone)),
        _ => day_zh(day.date),
    };
    let weekday = ["一", "二", "三", "四", "五", "六", "日"];
    let weekday = weekday[day.date.weekday().num_days_from_monday() as usize];
    vec![
        when,
        format!("周{weekday}"),
        day.verdict.name_zh().to_owned(),
        counted(day.verdict, day.counted),
        day.note.to_owned(),
    ]
}

fn counted(verdict: Verdict, counted: u64) -> String {
    match verdict {
        Verdict::Elapsed => format!(
            "{}时{:02}分{:02}秒",
            counted / 3600,
            counted / 60 % 60,
            counted % 60
        ),
        verdict if verdict.counts() => format!("第{counted}日"),
        _ => String::new(),
    }
}

/// What it rests on.
pub(super) fn evidence(facts: &Facts<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let notes = facts.alert.evidence.iter().filter_map(|one| match one {
        Evidence::Note { text } => Some(text.clone()),
        Evidence::Inspection { window, total, .. } => Some(format!(
            "定期检查：{}至{}，涉及记录{total}条。",
            instant_zh(window.from, facts.zone),
            instant_zh(window.until, facts.zone)
        )),
        _ => None,
    });
    blocks.extend(notes.map(|text| Block::paragraph(super::ended(&text))));
    let withdrawn = matches!(
        facts.kind.serves,
        Occasion::AppealDecided | Occasion::Withdrawn
    );
    let decided = decided(facts).filter(|_| withdrawn);
    let proofs = decided.map_or(&[][..], |decision| decision.evidence.as_slice());
    let proofs = proofs.iter().map(|hash| ("客观原因证明材料", hash));
    let hashed = facts
        .hashed
        .iter()
        .map(|one| (one.what.as_str(), &one.sha256));
    let mut rows: Vec<Vec<String>> = proofs
        .chain(hashed)
        .map(|(what, hash)| vec![what.to_owned(), hash.clone()])
        .collect();
    if !rows.is_empty() {
        let more = rows.len().saturating_sub(HASHES_MAX);
        rows.truncate(HASHES_MAX);
        blocks.push(Block::Table {
            columns: vec![Column::new("材料", 4), Column::digest("SHA-256", 7)],
            rows,
        });
        if more > 0 {
            blocks.push(Block::note(format!("另有{more}项，载于该预警的证据包。")));
        }
    }
    let alert = facts.alert;
    blocks.push(Block::note(format!(
        "判断所用：定义 {}；工作日历 {}；引擎 {}。事件原始记录、适用的定义全文和签名载于该预警的证据包，可在平台导出核验。",
        alert.definitions_version, alert.calendar_version, alert.engine_version
    )));
    blocks
}
