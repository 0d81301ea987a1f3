//! A backtest's report as a text.

use std::fmt::Write as _;

use chrono_tz::Tz;
use mingjing_backtest::{Difference, Example, Report, Stands, Tally};
use mingjing_domain::alert::{Level, Status};

use super::local;

/// The report in Chinese.
pub fn text_zh(report: &Report, zone: Tz) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut text, report, zone);
    text
}

fn write(text: &mut String, report: &Report, zone: Tz) -> std::fmt::Result {
    writeln!(
        text,
        "草案 {} 回溯检验：{} 至 {} 期间开始的办件，按后一时点判断",
        report.draft,
        local(report.from, zone),
        local(report.to, zone)
    )?;
    match &report.against {
        Some(version) => writeln!(text, "对照：定义版本 {version} 对同一历史的判断")?,
        None => writeln!(text, "对照：平台已发布且未撤销的预警")?,
    }
    writeln!(
        text,
        "办件 {} 件，事件 {} 条（期间内有活动而在期间之前开始的 {} 件未计），用时 {:.1} 秒；不影响任何正式预警",
        report.cases, report.events, report.cases_left_out, report.seconds
    )?;
    if report.unjudged_conditions > 0 {
        let count = report.unjudged_conditions;
        writeln!(text, "注意：草案的条件有 {count} 次因缺少取值未能判断")?;
    }
    writeln!(text, "\n合计：{}", tally_zh(report.total))?;
    writeln!(text, "\n按监察点")?;
    for (point, of) in &report.by_control_point {
        writeln!(text, "【{point}】{}：{}", of.name, tally_zh(of.tally))?;
        for example in &of.examples {
            writeln!(text, "   · {}", example_zh(example, zone))?;
        }
    }
    writeln!(text, "\n按责任机构")?;
    for (org, tally) in &report.by_org {
        let org = if org.is_empty() {
            "（未载明）"
        } else {
            org
        };
        writeln!(text, "{org}：{}", tally_zh(*tally))?;
    }
    Ok(())
}

fn tally_zh(tally: Tally) -> String {
    format!(
        "将新增 {}，将消失 {}，将改变 {}，不变 {}",
        tally.raised, tally.withdrawn, tally.changed, tally.same
    )
}

fn example_zh(example: &Example, zone: Tz) -> String {
    let what = match example.difference {
        Difference::Raised => "新增",
        Difference::Withdrawn => "消失",
        Difference::Changed => "改变",
    };
    let step = match example.step.is_empty() {
        true => String::new(),
        false => format!("（{} 第 {} 次）", example.step, example.visit),
    };
    let side = |stands: &Option<Stands>| stands.as_ref().map(|s| stands_zh(s, zone));
    let sides = match (side(&example.was), side(&example.would)) {
        (Some(was), Some(would)) => format!("{was} → {would}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => String::new(),
    };
    format!(
        "{what} {}/{}{step}：{sides}",
        example.source, example.case_no
    )
}

fn stands_zh(stands: &Stands, zone: Tz) -> String {
    let mut text = format!("{}·{}", level_zh(&stands.level), status_zh(&stands.status));
    let instants = [("期限", stands.due_at), ("办结", stands.completed_at)];
    for (name, at) in instants {
        if let Some(at) = at {
            text.push_str(&format!("，{name} {}", local(at, zone)));
        }
    }
    text
}

fn level_zh(code: &str) -> &str {
    let levels = [Level::Review, Level::Notice, Level::Yellow, Level::Red];
    let found = levels.into_iter().find(|level| level.code() == code);
    found.map_or(code, |level| level.name_zh())
}

fn status_zh(code: &str) -> &str {
    let all = [
        Status::Pending,
        Status::Issued,
        Status::Ended,
        Status::Withdrawn,
        Status::Cancelled,
        Status::Review,
    ];
    let found = all.into_iter().find(|status| status.code() == code);
    found.map_or(code, |status| status.name_zh())
}
