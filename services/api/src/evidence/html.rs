//! The part of a package that people read: one page that needs nothing beside itself.

use std::fmt::Write as _;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::disposition::{Disposition, Signature};
use mingjing_engine::explain::text_zh;
use serde_json::Value;

use super::Gathered;

const STYLE: &str = "body{font-family:'Noto Serif CJK SC','SimSun',serif;max-width:60em;margin:2em auto;line-height:1.7;color:#111}\
h1{text-align:center;font-size:1.6em}h2{font-size:1.15em;border-bottom:1px solid #999;margin-top:2em}\
table{border-collapse:collapse;width:100%;font-size:.92em}td,th{border:1px solid #999;padding:.25em .6em;text-align:left;vertical-align:top}\
th{background:#f2f2f2;white-space:nowrap}pre{white-space:pre-wrap;font-family:inherit;background:#fafafa;border:1px solid #ccc;padding:1em}\
code{word-break:break-all;font-size:.85em}.watermark{text-align:center;color:#b00;font-weight:bold}";

/// The page.
pub(super) fn report(
    gathered: &Gathered,
    events: &[Value],
    definitions: &Value,
    watermark: Option<&str>,
    zone: Tz,
) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut page, gathered, events, definitions, watermark, zone);
    page
}

fn write(
    page: &mut String,
    gathered: &Gathered,
    events: &[Value],
    definitions: &Value,
    watermark: Option<&str>,
    zone: Tz,
) -> std::fmt::Result {
    let alert = &gathered.alert.alert;
    writeln!(
        page,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>预警证据 {}</title><style>{STYLE}</style></head><body>",
        escaped(&alert.alert_id)
    )?;
    if let Some(watermark) = watermark {
        writeln!(page, "<p class=\"watermark\">{}</p>", escaped(watermark))?;
    }
    writeln!(page, "<h1>电子监察预警证据</h1>")?;
    summary(page, gathered, zone)?;
    history(page, gathered, zone)?;
    explanation(
        page,
        "三、发出时所知的情况与理由",
        &text_zh(&gathered.issued, zone),
    )?;
    explanation(
        page,
        "四、制作本证据时所知的情况与理由",
        &text_zh(&gathered.now, zone),
    )?;
    received(page, events, zone)?;
    sets(page, definitions)?;
    writeln!(
        page,
        "<h2>七、如何核验</h2>\n<p>本页是证据包的一部分。证据包内每一部分的 SHA-256 载于清单，清单由平台以 Ed25519 签名；\
         公钥由平台接口 <code>/api/v1/evidence-key</code> 公布。核验：<code>mingjing evidence verify 文件 --key 公钥</code>，\
         任何一个字节的改动都会被发现。事件原始记录留存于平台日志，可按上表的位置与 SHA-256 比对；\
         当事人信息、事件中的自由文本和证件号码不在本证据包内。</p>\n</body></html>"
    )
}

fn summary(page: &mut String, gathered: &Gathered, zone: Tz) -> std::fmt::Result {
    let alert = &gathered.alert.alert;
    let at = |at: Option<Timestamp>| at.map_or_else(|| "（无）".into(), |at| local(at, zone));
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "（无）".into());
    let rows = [
        ("预警编号", alert.alert_id.clone()),
        (
            "办件",
            format!("{}（来源 {}）", alert.case_no, alert.source),
        ),
        (
            "监察点",
            format!("{}（规则 {}）", alert.control_point, alert.rule),
        ),
        (
            "等级与状态",
            format!("{} · {}", alert.level.name_zh(), alert.status.name_zh()),
        ),
        ("说明", alert.message.clone()),
        ("依据", text(&alert.legal_basis)),
        ("责任机构", text(&alert.responsible_org)),
        ("责任科室", text(&alert.responsible_office)),
        ("期限", at(alert.due_at)),
        ("超期时间", at(alert.breached_at)),
        ("补办时间", at(alert.completed_at)),
        ("产生时间", local(alert.raised_at, zone)),
        ("发出时间", at(alert.issued_at)),
        (
            "结束",
            format!(
                "{} {}",
                at(alert.ended_at),
                alert.ended_reason.as_deref().unwrap_or("")
            ),
        ),
        (
            "撤销或待核",
            format!(
                "{} {}",
                at(alert.withdrawn_at),
                alert.withdrawn_reason.as_deref().unwrap_or("")
            ),
        ),
        (
            "判断所用",
            format!(
                "定义 {}；日历 {}；引擎 {}",
                alert.definitions_version, alert.calendar_version, alert.engine_version
            ),
        ),
        ("证据制作时间", local(gathered.made_at, zone)),
    ];
    writeln!(page, "<h2>一、预警</h2>\n<table>")?;
    for (name, value) in rows {
        writeln!(page, "<tr><th>{name}</th><td>{}</td></tr>", escaped(&value))?;
    }
    if let Some(disposition) = &alert.disposition {
        for (name, value) in disposed(disposition, zone) {
            writeln!(page, "<tr><th>{name}</th><td>{}</td></tr>", escaped(&value))?;
        }
    }
    writeln!(page, "</table>")
}

/// What people did about the alert.
fn disposed(disposition: &Disposition, zone: Tz) -> Vec<(&'static str, String)> {
    let by = |signature: &Signature| {
        let Signature {
            person,
            body,
            office,
            at,
            reason,
            command,
        } = signature;
        format!(
            "{} {person}（{body} {office}）：{reason}（指令 {command}）",
            local(*at, zone)
        )
    };
    let automatic = disposition.automatic.status.name_zh();
    let mut rows = vec![
        ("处置状态", disposition.state.name_zh().to_owned()),
        ("不计人工处置时的状态", automatic.to_owned()),
    ];
    if let Some(decision) = &disposition.decision {
        let conclusion = decision.conclusion_zh();
        rows.push(("决定", format!("{conclusion} {}", by(&decision.by))));
        let files = decision.evidence.iter();
        rows.extend(files.map(|hash| ("客观原因证明材料 SHA-256", hash.clone())));
    }
    if let Some(reason) = &disposition.recheck_reason {
        rows.push(("须重新认定", reason.clone()));
    }
    if let Some(appeal) = &disposition.appeal {
        rows.push(("申诉", by(&appeal.by)));
        let files = appeal
            .evidence
            .iter()
            .map(|hash| ("申诉材料 SHA-256", hash.clone()));
        rows.extend(files);
        let passed = appeal.passed_up.iter();
        rows.extend(passed.map(|p| ("报上级", format!("{}：{}", p.to, by(&p.by)))));
        if let Some(outcome) = &appeal.outcome {
            let name = match outcome.upheld {
                true => "申诉维持",
                false => "申诉撤销",
            };
            rows.push((name, by(&outcome.by)));
        }
    }
    if let Some(order) = &disposition.order {
        rows.push(("督办", format!("{}：{}", order.to, by(&order.by))));
        for leg in &order.passed_on {
            rows.push(("转办", format!("{}：{}", leg.to, by(&leg.by))));
            rows.extend(leg.reports.iter().map(|report| ("回报", by(&report.by))));
        }
        for asked in &order.extensions_asked {
            let until = local(asked.until, zone);
            rows.push(("申请延期", format!("至 {until} {}", by(&asked.by))));
            if let Some(outcome) = &asked.outcome {
                let told = match outcome.until {
                    Some(until) => format!("同意延至 {} {}", local(until, zone), by(&outcome.by)),
                    None => format!("不予延期 {}", by(&outcome.by)),
                };
                rows.push(("答复延期申请", told));
            }
        }
        rows.extend(order.answers.iter().map(|a| ("反馈", by(&a.by))));
        for done in &order.rectifications {
            rows.push(("整改", by(&done.by)));
            let files = done.evidence.iter();
            rows.extend(files.map(|hash| ("整改材料 SHA-256", hash.clone())));
            if let Some(check) = &done.checked {
                let name = match check.accepted {
                    true => "整改验收通过",
                    false => "退回整改",
                };
                rows.push((name, by(&check.by)));
            }
        }
        rows.extend(order.closed.iter().map(|closed| ("督办办结", by(closed))));
    }
    rows
}

fn history(page: &mut String, gathered: &Gathered, zone: Tz) -> std::fmt::Result {
    writeln!(
        page,
        "<h2>二、预警的每次变化</h2>\n<table><tr><th>次</th><th>时间</th><th>等级</th><th>状态</th><th>期限</th><th>原因</th><th>日志位置</th></tr>"
    )?;
    for change in &gathered.alert.history {
        let place = gathered
            .places
            .iter()
            .find(|p| p.revision == change.revision);
        let place = place.map_or_else(String::new, |p| format!("{}/{}", p.partition, p.offset));
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{place}</td></tr>",
            change.revision,
            local(change.at, zone),
            change.level.name_zh(),
            change.status.name_zh(),
            change.due_at.map_or_else(String::new, |at| local(at, zone)),
            escaped(change.reason.as_deref().unwrap_or(""))
        )?;
    }
    writeln!(page, "</table>")
}

fn explanation(page: &mut String, title: &str, text: &str) -> std::fmt::Result {
    writeln!(page, "<h2>{title}</h2>\n<pre>{}</pre>", escaped(text))
}

fn received(page: &mut String, events: &[Value], zone: Tz) -> std::fmt::Result {
    writeln!(
        page,
        "<h2>五、收到的事件（按日志先后）</h2>\n<table><tr><th>日志位置</th><th>事件</th><th>发生</th><th>接收</th><th>原始记录 SHA-256</th></tr>"
    )?;
    for told in events {
        let event = &told["event"];
        let at = |key: &str| {
            let at = event[key]
                .as_str()
                .and_then(|text| Timestamp::parse(text).ok());
            at.map_or_else(String::new, |at| local(at, zone))
        };
        let text = |value: &Value| escaped(value.as_str().unwrap_or(""));
        writeln!(
            page,
            "<tr><td>{}/{}</td><td>{} {}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
            told["log_partition"],
            told["log_offset"],
            text(&event["kind_zh"]),
            text(&event["event_id"]),
            at("occurred_at"),
            at("received_at"),
            text(&told["record_sha256"])
        )?;
    }
    writeln!(page, "</table>")
}

fn sets(page: &mut String, definitions: &Value) -> std::fmt::Result {
    writeln!(
        page,
        "<h2>六、所用定义</h2>\n<p>监察点判断所依据的流程图、裁量基准、收费标准、检查计划附于本包；名册只摘录本件所涉人员，\
         全册以文件的 SHA-256 载明。</p>"
    )?;
    for set in definitions.as_array().into_iter().flatten() {
        let hash = escaped(set["hash"].as_str().unwrap_or(""));
        writeln!(
            page,
            "<p>定义集 <code>{hash}</code></p>\n<table><tr><th>文件</th><th>SHA-256</th><th>附于本包的部分</th></tr>"
        )?;
        for file in set["files"].as_array().into_iter().flatten() {
            writeln!(
                page,
                "<tr><td>{}</td><td><code>{}</code></td><td>{}</td></tr>",
                escaped(file["name"].as_str().unwrap_or("")),
                escaped(file["sha256"].as_str().unwrap_or("")),
                packed(file)
            )?;
        }
        writeln!(page, "</table>")?;
    }
    Ok(())
}

/// The parts that hold something of a file.
fn packed(file: &Value) -> String {
    let parts = file["parts"].as_array().into_iter().flatten();
    let parts = parts
        .filter_map(Value::as_str)
        .map(|name| format!("<code>{}</code>", escaped(name)));
    parts.collect::<Vec<_>>().join("<br>")
}

fn local(at: Timestamp, zone: Tz) -> String {
    at.to_utc()
        .with_timezone(&zone)
        .format("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// Text that is no markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            escaped("<b a='1'>&\"</b>"),
            "&lt;b a=&#39;1&#39;&gt;&amp;&quot;&lt;/b&gt;"
        );
    }
}
