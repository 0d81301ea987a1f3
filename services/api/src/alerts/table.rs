//! Alerts as a table for people: a row an alert, names beside codes, instants as the zone's wall time. As CSV or as a workbook.

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;

use crate::names::NameTables;

/// Headings, and the widths of a workbook's columns in characters.
pub(super) const COLUMNS: [(&str, u32); 24] = [
    ("预警编号", 34),
    ("级别", 6),
    ("状态", 8),
    ("处置状态", 12),
    ("结论", 10),
    ("客观原因的种类", 18),
    ("监察点", 24),
    ("规则", 6),
    ("机构", 26),
    ("机构代码", 16),
    ("责任机构", 26),
    ("责任科室", 16),
    ("经办人", 20),
    ("事项", 30),
    ("事项编码", 18),
    ("办件编号", 24),
    ("来源系统", 20),
    ("环节", 14),
    ("提出时间", 20),
    ("发出时间", 20),
    ("期限", 20),
    ("超期（发生）时间", 20),
    ("反馈期限", 20),
    ("内容", 80),
];

/// The cells of an alert's row, in the order of [`COLUMNS`].
pub(super) fn row(alert: &AlertRecord, names: &NameTables, zone: Tz) -> [String; 24] {
    let at = |instant: Option<Timestamp>| instant.map_or(String::new(), |at| wall_time(at, zone));
    let org = |code: &Option<String>| named(code.as_deref(), |code| names.orgs.get(code));
    let office = || {
        let offices = names.offices.get(alert.responsible_org.as_deref()?)?;
        offices.get(alert.responsible_office.as_deref()?)
    };
    let step = || {
        let item = alert.item_code.as_deref()?;
        let flowchart = names.item_flowcharts.get(item)?;
        names.flowchart_steps.get(flowchart)?.get(&alert.step)
    };
    let disposition = alert.disposition.as_ref();
    let conclusion = disposition.and_then(|d| d.conclusion());
    let cause = disposition.and_then(|d| d.cause());
    let or_code = |name: Option<&String>, code: &str| name.map_or(code, String::as_str).to_owned();
    [
        alert.alert_id.clone(),
        alert.level.name_zh().to_owned(),
        alert.status.name_zh().to_owned(),
        disposition.map_or("", |d| d.state.name_zh()).to_owned(),
        conclusion.map_or("", |c| c.name_zh()).to_owned(),
        cause.map_or("", |c| c.name_zh()).to_owned(),
        or_code(
            names.control_points.get(&alert.control_point),
            &alert.control_point,
        ),
        alert.rule.clone(),
        org(&alert.org_code),
        alert.org_code.clone().unwrap_or_default(),
        org(&alert.responsible_org),
        or_code(office(), alert.responsible_office.as_deref().unwrap_or("")),
        alert.responsible_actor.clone().unwrap_or_default(),
        named(alert.item_code.as_deref(), |code| names.items.get(code)),
        alert.item_code.clone().unwrap_or_default(),
        alert.case_no.clone(),
        or_code(names.sources.get(&alert.source), &alert.source),
        or_code(step().or_else(|| names.steps.get(&alert.step)), &alert.step),
        at(Some(alert.raised_at)),
        at(alert.issued_at),
        at(alert.due_at),
        at(alert.breached_at),
        at(alert.answer_due_at),
        alert.message.clone(),
    ]
}

fn named<'n>(code: Option<&str>, name: impl Fn(&str) -> Option<&'n String>) -> String {
    let code = code.unwrap_or_default();
    name(code).map_or(code, String::as_str).to_owned()
}

/// `2026-11-28 09:30:05`, as spreadsheets take it.
pub(crate) fn wall_time(at: Timestamp, zone: Tz) -> String {
    let text = at.to_rfc3339(zone);
    text.chars().take(19).collect::<String>().replace('T', " ")
}

/// What a file of CSV begins with, without which spreadsheet programs take it for another encoding.
pub(crate) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A line of CSV (RFC 4180), with its end. A text that a spreadsheet would take for a formula is told apart by an apostrophe before it:
/// what departments send must not run on who reads it.
pub(crate) fn csv_line<'t>(cells: impl IntoIterator<Item = &'t str>) -> String {
    let mut line = String::new();
    for (place, text) in cells.into_iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let quoted = formula || text.contains([',', '"', '\n', '\r']);
        if quoted {
            line.push('"');
        }
        if formula {
            line.push('\'');
        }
        match quoted {
            true => line.push_str(&text.replace('"', "\"\"")),
            false => line.push_str(text),
        }
        if quoted {
            line.push('"');
        }
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A red card that was dismissed for an objective cause.
    fn dismissed(change: impl FnOnce(&mut Value)) -> AlertRecord {
        let by = json!({
            "person": "chen", "body": "sfj", "office": "监督科", "at": "2026-11-09T10:00:00+08:00", "reason": "情况属实", "command": "c",
        });
        let mut record = json!({
            "alert_id": "0a", "subject_kind": "case", "source": "zjj", "case_no": "1", "item_code": null, "org_code": null,
            "region_code": null, "responsible_org": null, "responsible_office": null, "responsible_actor": null,
            "control_point": "late", "rule": "T3", "step": "review", "visit": 1, "level": "red", "status": "withdrawn",
            "due_at": null, "breached_at": null, "raised_at": "2026-11-04T00:00:01+08:00", "issued_at": null, "completed_at": null,
            "ended_at": null, "ended_reason": null, "withdrawn_at": null, "withdrawn_reason": null, "statutory": null,
            "legal_basis": null, "limit": null, "answer_due_at": null, "definitions_version": "d", "calendar_version": "c",
            "engine_version": "1", "message": "超期", "evidence": [],
        });
        record["disposition"] = json!({
            "state": "dismissed", "recheck_reason": null, "appeal": null, "order": null, "confirmed_by": [],
            "decision": {
                "verdict": "dismissed", "conclusion": "objective", "cause": "other_body", "evidence": ["0e"], "by": by,
                "on_appeal": false, "was_pending": false, "issued_at": null, "answer_due_at": null,
                "basis": { "alleged": true, "doubted": false, "level": "red", "due_at": null, "breached_at": null },
            },
            "automatic": { "status": "issued", "issued_at": null, "answer_due_at": null, "withdrawn_at": null, "withdrawn_reason": null },
            "last": ["2026-11-09T10:00:00+08:00", "c"],
        });
        change(&mut record);
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn an_objective_conclusion_stands_with_its_cause_as_far_as_it_names_one_and_carries() {
        let told = |change: fn(&mut Value)| {
            let cells = row(
                &dismissed(change),
                &NameTables::default(),
                Tz::Asia__Shanghai,
            );
            let of = |head: &str| {
                let place = COLUMNS.iter().position(|(column, _)| *column == head);
                cells[place.unwrap()].clone()
            };
            [of("结论"), of("客观原因的种类")]
        };
        assert_eq!(told(|_| ()), ["客观原因", "其他单位原因"]);
        assert_eq!(
            told(|record| record["disposition"]["decision"]["cause"] = Value::Null),
            ["客观原因", ""],
            "as it was said before there were causes"
        );
        assert_eq!(
            told(|record| record["disposition"]["recheck_reason"] = json!("情形有变")),
            ["", ""]
        );
        assert_eq!(told(|record| record["disposition"] = Value::Null), ["", ""]);
    }

    #[test]
    fn a_line_of_csv_holds_what_it_was_given_and_no_formula() {
        assert_eq!(
            csv_line(["a", "", "住建局，审批科", "a,b", "说\"好\"", "一\n二"]),
            "a,,住建局，审批科,\"a,b\",\"说\"\"好\"\"\",\"一\n二\"\r\n"
        );
        assert_eq!(
            csv_line(["=1+1", "-2", "@x", "+3", "a=b"]),
            "\"'=1+1\",\"'-2\",\"'@x\",\"'+3\",a=b\r\n"
        );
    }

    #[test]
    fn instants_stand_as_the_zones_wall_time() {
        let at = Timestamp::parse("2026-11-27T17:30:05.120Z").unwrap();
        assert_eq!(wall_time(at, Tz::Asia__Shanghai), "2026-11-28 01:30:05");
    }
}
