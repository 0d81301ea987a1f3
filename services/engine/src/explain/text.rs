//! An explanation as a text that a clerk can read.

use std::fmt::Write as _;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;

use super::{EventStory, Explanation, LimitStory, PointStory, View};

/// The explanation in Chinese, instants in `zone`.
pub fn text_zh(told: &Explanation, zone: Tz) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut text, told, zone);
    text
}

fn write(text: &mut String, told: &Explanation, zone: Tz) -> std::fmt::Result {
    let at = |at: Timestamp| local(at, zone);
    writeln!(text, "办件 {}（来源 {}）", told.case_no, told.source)?;
    let known = match (told.view, told.as_known_at) {
        (View::Course, Some(known)) => format!("按 {} 当时已知的情况", at(known)),
        (View::Course, None) => "按当时已知的情况".into(),
        (View::Hindsight, Some(known)) => format!("按 {} 已知的情况回看", at(known)),
        (View::Hindsight, None) => "按现在已知的情况回看".into(),
    };
    writeln!(text, "所问时点：{}，{known}", at(told.at))?;
    for note in &told.notes {
        writeln!(text, "注意：{note}")?;
    }
    writeln!(text, "\n一、适用的定义")?;
    definitions(text, told, zone)?;
    writeln!(
        text,
        "\n二、经过（按发生先后，共 {} 条）",
        told.events.len()
    )?;
    for (number, event) in (1..).zip(&told.events) {
        event_lines(text, number, event, zone)?;
    }
    writeln!(text, "\n三、期限的逐日计算")?;
    if told.limits.is_empty() {
        writeln!(text, "没有期限开始计时。")?;
    }
    for limit in &told.limits {
        limit_lines(text, limit, zone)?;
    }
    writeln!(text, "\n四、监察点")?;
    if told.points.is_empty() {
        writeln!(text, "没有监察点适用于本办件。")?;
    }
    for point in &told.points {
        point_lines(text, point)?;
    }
    writeln!(text, "\n五、预警的经过")?;
    if told.changes.is_empty() {
        writeln!(text, "没有发生过预警。")?;
    }
    for change in &told.changes {
        writeln!(
            text,
            "{} {} 第 {} 次变化：{}，{}（{}）",
            at(change.at),
            change.control_point,
            change.revision,
            change.level.name_zh(),
            change.status.name_zh(),
            cause_zh(&change.cause)
        )?;
    }
    Ok(())
}

fn definitions(text: &mut String, told: &Explanation, zone: Tz) -> std::fmt::Result {
    let used = &told.definitions;
    let since = |at: Option<Timestamp>| match at {
        Some(at) => format!("，自 {} 起在本日志生效", local(at, zone)),
        None => String::new(),
    };
    let hash = used.hash.as_deref().unwrap_or_default();
    writeln!(
        text,
        "定义版本 {}（哈希 {}…）{}",
        used.version,
        hash.get(..16).unwrap_or(hash),
        since(used.activated_at)
    )?;
    match &used.flowchart {
        Some(flowchart) => writeln!(
            text,
            "流程图 {flowchart}，{}",
            used.chosen_by.as_deref().unwrap_or_default()
        )?,
        None => writeln!(text, "事项没有生效的流程图，只适用通用监察点")?,
    }
    writeln!(
        text,
        "工作日历 {}{}",
        used.calendar,
        since(used.calendar_since_at)
    )?;
    writeln!(text, "监察引擎版本 {}", told.engine_version)?;
    let known = &told.known;
    let or_none = |at: Option<Timestamp>| at.map_or_else(|| "（无）".into(), |at| local(at, zone));
    writeln!(
        text,
        "来源时钟{} {}；数据完整至 {}；允许时差 {} 小时",
        if known.declared { "（申报）" } else { "" },
        or_none(known.clock_at),
        or_none(known.complete_until),
        known.delay_allowance_hours
    )
}

fn event_lines(text: &mut String, number: u32, event: &EventStory, zone: Tz) -> std::fmt::Result {
    let at = |at: Timestamp| local(at, zone);
    write!(
        text,
        "{number}. {} {}",
        at(event.occurred_at),
        event.kind_zh
    )?;
    if let Some(step) = &event.step {
        write!(text, "“{step}”")?;
    }
    if let Some(actor) = &event.actor {
        write!(text, "，经办 {actor}")?;
    }
    write!(text, "（编号 {}", event.event_id)?;
    let times = [
        ("录入", event.entered_at),
        ("发送", event.sent_at),
        ("接收", Some(event.received_at)),
    ];
    for (name, instant) in times {
        if let Some(instant) = instant {
            write!(text, "；{name} {}", at(instant))?;
        }
    }
    writeln!(text, "）")?;
    if let Some(note) = &event.note {
        writeln!(text, "   ※ {note}")?;
    }
    for effect in &event.effects {
        writeln!(text, "   · {}", effect.text)?;
    }
    Ok(())
}

fn limit_lines(text: &mut String, limit: &LimitStory, zone: Tz) -> std::fmt::Result {
    write!(text, "“{}”", limit.limit)?;
    if !limit.step.is_empty() {
        write!(text, "（{}第 {} 次）", limit.step, limit.visit)?;
    }
    let state = match (limit.state.as_str(), limit.done_at, limit.fell_away_at) {
        ("done", Some(at), _) => format!("于 {} 办结", local(at, zone)),
        ("fell_away", _, Some(at)) => format!("于 {} 义务消灭", local(at, zone)),
        ("stopped", ..) => "停止计时".into(),
        _ => "尚未办结".into(),
    };
    writeln!(text, "：{state}")?;
    for measure in &limit.measures {
        write!(text, "  {}", measure.basis_zh)?;
        match (&measure.account, measure.due_at) {
            (Some(account), _) => {
                writeln!(text, "：")?;
                for line in account.text_zh().lines() {
                    writeln!(text, "    {line}")?;
                }
            }
            (None, Some(due)) => writeln!(text, "：{}", local(due, zone))?,
            (None, None) => writeln!(text, "：停止计时或未载明，到期待定")?,
        }
    }
    Ok(())
}

fn point_lines(text: &mut String, point: &PointStory) -> std::fmt::Result {
    write!(text, "【{}】{}", point.control_point, point.name)?;
    if let Some(basis) = &point.legal_basis {
        write!(text, "（依据：{basis}）")?;
    }
    writeln!(text)?;
    for verdict in &point.verdicts {
        let sign = match (&verdict.status, verdict.level) {
            (Some(status), Some(level)) => format!("{}·{}：", level.name_zh(), status.name_zh()),
            (Some(status), None) => format!("{}：", status.name_zh()),
            _ => String::new(),
        };
        writeln!(text, "   · {sign}{}", verdict.text)?;
    }
    Ok(())
}

fn cause_zh(cause: &mingjing_domain::fact::Cause) -> String {
    use mingjing_domain::fact::Cause;
    match cause {
        Cause::Event { event_id } => format!("收到事件 {event_id}"),
        Cause::Clock => "时间经过".into(),
        Cause::SourceComplete => "来源声明数据完整".into(),
        Cause::CalendarChange { version } => format!("工作日历修订 {version}"),
        Cause::DefinitionsChange { version } => format!("定义变更 {version}"),
        Cause::Command { id } => format!("指令 {id}"),
        Cause::EngineChange { version } => format!("监察引擎升级 {version}"),
    }
}

fn local(at: Timestamp, zone: Tz) -> String {
    at.to_utc()
        .with_timezone(&zone)
        .format("%Y-%m-%d %H:%M:%S")
        .to_string()
}
