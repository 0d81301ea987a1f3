//! What shadows found, as people read it.

use std::fmt::Write as _;

use mingjing_domain::alert::Level;
use serde_json::Value;

use super::tell::{in_shadow, line, list, none, s, section, subjects};

/// One draft's shadow.
pub(super) fn one(answer: &Value) -> String {
    let mut out = String::new();
    let (draft, outcome) = (&answer["draft"], &answer["outcome"]);
    let head = format!(
        "草案 {}　{}　{}　{}",
        s(draft, "id"),
        s(draft, "kind_zh"),
        subjects(draft),
        s(draft, "state_zh")
    );
    line(&mut out, head);
    match draft["shadow"].is_object() {
        true => line(&mut out, in_shadow(&draft["shadow"])),
        false => line(&mut out, "现在没有影子运行"),
    }
    if answer["problem"].is_object() {
        let problem = &answer["problem"];
        let text = format!("{} 未能判断：{}", s(problem, "at"), s(problem, "message"));
        line(&mut out, text);
    }
    match outcome.is_object() {
        true => found(&mut out, outcome),
        false => line(&mut out, "还没有结果：平台稍后判断"),
    }
    let earlier = list(answer, "earlier").map(|pass| {
        format!(
            "文本 {}…　自 {} 起，至 {}　{}",
            short(s(pass, "text_sha256")),
            s(pass, "since"),
            s(pass, "judged_at"),
            tally(&pass["total"])
        )
    });
    section(&mut out, "此前各文本的结果", earlier);
    out
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn found(out: &mut String, outcome: &Value) {
    let judged = format!(
        "截至 {} 判断（文本 {}…，视同自 {} 起生效），对照在用定义 {}…",
        s(outcome, "judged_at"),
        short(s(outcome, "text_sha256")),
        s(outcome, "in_force_from"),
        short(s(outcome, "compared_with"))
    );
    line(out, judged);
    let positions: Vec<String> = list(&outcome["horizon"], "positions")
        .map(|at| format!("{}/{}", at["partition"], at["offset"]))
        .collect();
    line(
        out,
        format!("依据：日志各分区归档至 {}", positions.join("、")),
    );
    let counted = format!(
        "办件 {} 件，事件 {} 条（起点之前开始的 {} 件未计），用时 {:.1} 秒；不影响任何正式预警",
        outcome["cases"],
        outcome["events"],
        outcome["cases_left_out"],
        outcome["took_ms"].as_f64().unwrap_or(0.0) / 1000.0
    );
    line(out, counted);
    if outcome["unjudged_conditions"].as_u64() > Some(0) {
        let count = &outcome["unjudged_conditions"];
        line(
            out,
            format!("注意：草案的条件有 {count} 次因缺少取值未能判断"),
        );
    }
    line(out, format!("\n合计：{}", tally(&outcome["total"])));
    line(out, "\n按监察点和责任机构");
    for point in list(outcome, "by_control_point") {
        let id = s(point, "control_point");
        let head = format!("【{id}】{}：{}", s(point, "name"), tally(&point["tally"]));
        line(out, head);
        let of_point = |value: &&Value| s(value, "control_point") == id;
        for cell in list(outcome, "by_control_point_and_org").filter(of_point) {
            line(out, format!("   {}：{}", org(cell), tally(&cell["tally"])));
        }
        for differing in list(outcome, "differences").filter(of_point) {
            line(out, format!("   · {}", difference(differing)));
        }
    }
}

fn org(value: &Value) -> &str {
    match s(value, "org") {
        "" => "（未载明机构）",
        org => org,
    }
}

fn tally(tally: &Value) -> String {
    format!(
        "将新增 {}，将消失 {}，将改变 {}，不变 {}",
        tally["raised"], tally["withdrawn"], tally["changed"], tally["same"]
    )
}

/// A case with both sides, as far as there are two.
fn difference(value: &Value) -> String {
    let what = match s(value, "difference") {
        "raised" => "新增",
        "withdrawn" => "消失",
        _ => "改变",
    };
    let mut text = format!("{what} {}/{}", s(value, "source"), s(value, "case_no"));
    if !s(value, "step").is_empty() {
        let _ = write!(text, "（{} 第 {} 次）", s(value, "step"), value["visit"]);
    }
    let sides: Vec<String> = ["was", "would"]
        .iter()
        .map(|side| &value[*side]["alert"])
        .filter(|alert| alert.is_object())
        .map(side)
        .collect();
    let _ = write!(text, "：{}", sides.join(" → "));
    text
}

fn side(alert: &Value) -> String {
    let levels = [Level::Review, Level::Notice, Level::Yellow, Level::Red];
    let code = s(alert, "level");
    let level = levels.into_iter().find(|level| level.code() == code);
    let mut text = level.map_or(code, |level| level.name_zh()).to_owned();
    for (name, field) in [
        ("时限", "limit"),
        ("期限", "due_at"),
        ("办结", "completed_at"),
    ] {
        if !s(alert, field).is_empty() {
            let _ = write!(text, "，{name} {}", s(alert, field));
        }
    }
    text
}

/// Drafts in shadow, a line each.
pub(super) fn all(answer: &Value) -> String {
    let mut out = String::new();
    for shadow in list(answer, "shadows") {
        let (draft, outcome) = (&shadow["draft"], &shadow["outcome"]);
        let mut text = format!(
            "{}　{}　自 {} 起　",
            s(draft, "id"),
            subjects(draft),
            s(&draft["shadow"], "since")
        );
        match outcome.is_object() {
            true => {
                let _ = write!(
                    text,
                    "截至 {}：{}",
                    s(outcome, "judged_at"),
                    tally(&outcome["total"])
                );
            }
            false => text.push_str("还没有结果"),
        }
        if shadow["problem"].is_object() {
            let _ = write!(text, "　未能判断：{}", s(&shadow["problem"], "message"));
        }
        line(&mut out, text);
    }
    none(out, "没有影子运行的草案")
}
