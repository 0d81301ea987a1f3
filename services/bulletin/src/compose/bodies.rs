//! 三、部门和县（区）情况: each among its like.

use std::collections::BTreeMap;

use super::{Clause, Whose, joined, said, sentence, words};
use crate::document::Part;
use crate::figures::{Figures, Row};
use crate::rank::{RANKED_BY, places};

/// So many stand at either end.
const ENDS: usize = 3;
/// Of so many that are equal all are told.
const EQUAL_MAX: usize = 10;
/// From so many on the ends are told; of fewer the annex tells all.
const ENDS_FROM: usize = 2 * ENDS;

pub(super) fn parts(figures: &Figures) -> Vec<Part> {
    let mut parts = Vec::new();
    let groups = [
        ("（一）部门情况", "org", &figures.departments),
        ("（二）", "region", &figures.regions),
    ];
    for (heading, by, rows) in groups {
        if rows.is_empty() {
            continue;
        }
        let text = match by {
            "region" => format!("{heading}{}情况", figures.scope.parts),
            _ => heading.to_owned(),
        };
        parts.push(Part::Heading { text });
        parts.extend(said(group(figures, by, rows)));
    }
    if !parts.is_empty() {
        let rule = format!(
            "排名只在同一类别单位之间按按时办结率进行，并列的名次相同；可比单位不足3个或者基数不足{}件的不排名。办件量、提速率、零预警、督办件数不作为排名和评价依据。各单位情况见附件。",
            figures.min_base
        );
        parts.extend(said([words(rule)]));
    }
    parts
}

fn group(figures: &Figures, by: &'static str, rows: &[Row]) -> Vec<Clause> {
    let places = places(figures, rows);
    let mut classes: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows
        .iter()
        .filter(|row| places.contains_key(row.key.as_str()))
    {
        classes.entry(&row.class).or_default().push(row);
    }
    let mut said = Vec::new();
    for (class, mut ranked) in classes {
        ranked.sort_by_key(|row| (places[row.key.as_str()].rank, row.key.as_str()));
        said.push(ends(figures, by, class, &ranked));
    }
    let small: Vec<&Row> = rows
        .iter()
        .filter(|row| row.values.get(RANKED_BY).is_some_and(|value| value.hidden))
        .collect();
    if !small.is_empty() {
        let text = format!(
            "{}应比办件不足{}件，不计算比率、不参加排名",
            super::names(small.iter().map(|row| row.name.as_str()), 10),
            figures.min_base
        );
        said.push(sentence([Some(words(text))]));
    }
    said
}

/// Who stands first and last in a class, each with its base and what was entered afterwards.
fn ends(figures: &Figures, by: &'static str, class: &str, ranked: &[&Row]) -> Clause {
    let of = |row: &&Row| -> Clause {
        let whose = Whose::one(figures, by, &row.key, &row.values);
        let mut clause = words(&row.name);
        clause.extend(whose.rate(RANKED_BY, "").unwrap_or_default());
        let late = whose.rate("late_case_share", "，补录占");
        clause.extend(late.unwrap_or_else(|| words("，补录占比无数据")));
        clause
    };
    let among = format!("{class}参加比较的{}个", ranked.len());
    if ranked.len() < ENDS_FROM {
        let mut clause = words(format!("{among}，按时办结率依次为："));
        clause.extend(joined(ranked.iter().map(of), "；"));
        return sentence([Some(clause)]);
    }
    // Whoever shares the first place with more than are told stands there with all of them, and nobody of them is last.
    let shown = |row: &Row| {
        Whose::one(figures, by, &row.key, &row.values)
            .cell(RANKED_BY)
            .text
    };
    let first = shown(ranked[0]);
    let equal = ranked.iter().take_while(|row| shown(row) == first).count();
    let (lead, told) = match equal > ENDS {
        true => (
            format!("{among}，按时办结率居首的{equal}个相同："),
            equal.min(EQUAL_MAX),
        ),
        false => (format!("{among}，按时办结率居前的是："), ENDS),
    };
    let mut clause = words(lead);
    clause.extend(joined(ranked[..told].iter().map(of), "；"));
    if told < equal {
        clause.extend(words("等"));
    }
    let mut said = sentence([Some(clause)]);
    let last = ranked.len().saturating_sub(ENDS).max(told).max(equal);
    if last < ranked.len() {
        let mut clause = words("居后的是：");
        clause.extend(joined(ranked[last..].iter().map(of), "；"));
        said.extend(sentence([Some(clause)]));
    }
    said
}
