//! 更正通报: what an appeal won after a bulletin was published makes wrong in it, and how the numbers stand without it. The old bulletin stays as it is.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::compose::{Clause, Whose, joined, said, sentence, words};
use mingjing_domain::bulletin::Kind;

use crate::document::{Document, Part, Section, SectionId, Span, Table};
use crate::figures::{Figures, Row, Values};
use crate::numbers::{day, of_unit, ordinal};
use crate::query::Of;

/// An alert that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    /// 机构代码 of the body.
    pub body: String,
    /// Its name.
    pub body_name: String,
    /// The case's number, for the internal edition.
    pub case_no: String,
    /// The level's name, 红牌.
    pub level: String,
    /// What the rule or control point is called.
    pub point: String,
    /// When it was decided.
    pub decided_on: NaiveDate,
    /// Whether the old bulletin names the body in 典型问题 for it.
    pub named: bool,
}

/// 评价结果: a score, its grade and its rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// 得分, as it is written.
    pub total: String,
    /// 等次.
    pub grade: String,
    /// 名次, and among how many; none: it has none.
    pub rank: Option<(usize, usize)>,
}

/// A body's score by one model for one period, as it was when the old bulletin was signed and as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// The body's name.
    pub body_name: String,
    /// The model's name.
    pub model: String,
    /// The period as people call it.
    pub period: String,
    /// As it was; none: it was not kept then.
    pub then: Option<Score>,
    /// As it is.
    pub now: Score,
}

/// What is corrected.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction<'f> {
    /// The old bulletin's title.
    pub title: &'f str,
    /// Its 发文字号.
    pub number: &'f str,
    /// When it was published.
    pub published_on: NaiveDate,
    /// Its figures.
    pub then: &'f Figures,
    /// The same period's figures as they are now.
    pub now: &'f Figures,
    /// The alerts.
    pub alerts: Vec<Corrected>,
    /// 评价结果 of the bodies whose alerts were taken back.
    pub scores: Vec<Restated>,
    /// How many more of them are not listed.
    pub scores_left: usize,
    /// How many other bodies' scores or ranks moved: they are told to whoever sees their sheets.
    pub moved: usize,
    /// 主送 and 抄送 of the correction.
    pub to: String,
    /// See `to`.
    pub copies: String,
    /// The day of the draft.
    pub on: NaiveDate,
}

/// The metrics that an appeal that is won changes.
const CHANGED: &[&str] = &[
    "alerts_net",
    "alerts_withdrawn",
    "yellow",
    "red",
    "alert_rate",
    "alerts_confirmed",
    "confirmed_subjective",
    "alert_withdrawn_rate",
    "appeals_upheld",
    "appeals_won_rate",
];

/// Composes a correction.
pub fn correct(correction: &Correction<'_>) -> Document {
    let Correction {
        title,
        number,
        published_on,
        then,
        now,
        alerts,
        scores,
        scores_left,
        moved,
        to,
        copies,
        on,
    } = correction;
    let items = alerts.iter().enumerate().map(|(n, alert)| item(n, alert));
    let mut parts: Vec<Part> = said(items);
    let mut rows = changed("全部", None, (then, &then.total), (now, &now.total));
    for (code, name) in bodies(alerts) {
        let of = |figures: &Figures| {
            let row = figures.departments.iter().find(|row| row.key == code);
            row.map(|row| row.values.clone()).unwrap_or_default()
        };
        let (before, after) = (of(then), of(now));
        let body = Some(code.as_str());
        rows.extend(changed(&name, body, (then, &before), (now, &after)));
    }
    if !rows.is_empty() {
        let lead = "有关数据重新计算如下，原通报的数据快照仍予保留：";
        parts.extend(said([words(lead)]));
        parts.push(Part::Table {
            table: Table {
                title: "更正前后对照表".to_owned(),
                columns: [("范围", 5), ("指标", 5), ("原通报", 4), ("更正后", 4)]
                    .map(|(head, share)| (head.to_owned(), share))
                    .to_vec(),
                rows,
            },
        });
    }
    if !scores.is_empty() {
        // Scores are told to those whom they are of, and published by whoever publishes scores.
        parts.push(Part::internal(words("有关评价结果重新计算如下：")));
        let told = scores
            .iter()
            .map(|one| Part::internal(words(re_stated(one))));
        parts.extend(told);
    }
    if *scores_left > 0 {
        let text = format!("有关评价结果另有{scores_left}项，未逐一列出，见随文留存的评分。");
        parts.push(Part::internal(words(text)));
    }
    if *moved > 0 {
        let text = format!("另有{moved}个单位的得分或者名次相应变动，以重新计算的评价结果为准。");
        parts.push(Part::internal(words(text)));
    }
    parts.extend(said([words(
        "原通报与本通报不一致的，以本通报为准；涉及的评价结果一并重新计算。",
    )]));
    Document {
        kind: Kind::Correction,
        title: format!("关于更正《{title}》的通报"),
        to: to.clone(),
        copies: copies.clone(),
        opening: vec![Span::words(format!(
            "{}印发的《{title}》（{number}）所依据的部分预警，经申诉复核予以撤销。现更正如下：",
            day(*published_on)
        ))],
        sections: vec![Section {
            id: SectionId::Corrections,
            heading: "更正事项".to_owned(),
            parts,
        }],
        closing: String::new(),
        annexes: Vec::new(),
        drafted_on: *on,
        named: Vec::new(),
    }
}

fn bodies(alerts: &[Corrected]) -> BTreeMap<String, String> {
    let named = alerts
        .iter()
        .map(|alert| (alert.body.clone(), alert.body_name.clone()));
    named.collect()
}

fn item(n: usize, alert: &Corrected) -> Clause {
    let number = Span {
        internal: true,
        ..Span::words(format!("（办件编号{}）", alert.case_no))
    };
    let named = match alert.named {
        true => "，原通报“典型问题”中对该单位的相应表述予以撤销",
        false => "",
    };
    let mut clause = words(format!(
        "（{}）{}“{}”{}",
        ordinal(n),
        alert.body_name,
        alert.point,
        alert.level
    ));
    clause.push(number);
    clause.extend(words(format!(
        "，申诉成立，{}予以撤销{named}",
        day(alert.decided_on)
    )));
    sentence([Some(joined([clause], ""))])
}

/// `市住房城乡建设局：按《月度考评》2026年10月得分由90分更正为100分，等次由良好更正为优秀，名次由第2名更正为第1名（共2个单位）。`
fn re_stated(one: &Restated) -> String {
    let Restated {
        body_name,
        model,
        period,
        then,
        now,
    } = one;
    let ranked = |rank: Option<(usize, usize)>| match rank {
        Some((rank, among)) => format!("第{rank}名（共{among}个单位）"),
        None => "不排名".to_owned(),
    };
    let Some(then) = then else {
        return format!(
            "{body_name}：按《{model}》{period}得分{}分，等次{}，名次{}；原通报签发时未留存评分。",
            now.total,
            now.grade,
            ranked(now.rank)
        );
    };
    if then == now {
        return format!(
            "{body_name}：按《{model}》{period}得分{}分，等次{}，名次{}，均不变。",
            now.total,
            now.grade,
            ranked(now.rank)
        );
    }
    let changed = |what: &str, then: &str, now: &str| match then == now {
        true => format!("{what}{now}不变"),
        false => format!("{what}由{then}更正为{now}"),
    };
    let points = |score: &Score| format!("{}分", score.total);
    let parts = [
        changed("得分", &points(then), &points(now)),
        changed("等次", &then.grade, &now.grade),
        changed("名次", &ranked(then.rank), &ranked(now.rank)),
    ];
    format!("{body_name}：按《{model}》{period}{}。", parts.join("，"))
}

/// A row for each number that became another.
fn changed(
    name: &str,
    body: Option<&str>,
    then: (&Figures, &Values),
    now: (&Figures, &Values),
) -> Vec<Vec<Span>> {
    let mut rows = Vec::new();
    for id in CHANGED {
        let Some(metric) = now.0.metric(id) else {
            continue;
        };
        let of = |values: &Values| {
            let value = values.get(*id).filter(|value| !value.hidden);
            value.and_then(|value| value.value)
        };
        let (before, after) = (of(then.1), of(now.1));
        let text = |number: Option<f64>| number.map_or("—".into(), |n| of_unit(metric.unit, n));
        if text(before) == text(after) {
            continue;
        }
        let row = Row {
            key: body.unwrap_or_default().to_owned(),
            name: name.to_owned(),
            class: String::new(),
            values: now.1.clone(),
        };
        let whose = match body {
            Some(code) => Whose::one(now.0, "org", code, &row.values),
            None => Whose::whole(now.0),
        };
        rows.push(vec![
            Span::words(name),
            Span::words(&metric.name),
            Span::words(text(before)),
            Span::figure(text(after), whose.query(id, Of::Value)),
        ]);
    }
    rows
}
