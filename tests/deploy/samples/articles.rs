//! Which articles the definitions cite, and whether each may be cited.

use std::collections::BTreeSet;

use super::Samples;

/// What an article bears that has still to be read.
const TO_BE_CHECKED: &str = "「条文待核」";

/// Every article that is cited by its number though the page does not know it.
pub(super) fn findings(samples: &Samples, page: &str) -> Vec<String> {
    let known = known(page);
    let mut findings = BTreeSet::new();
    for basis in bases(samples) {
        for (law, article) in articles(&basis) {
            if !known.contains(&(law.clone(), article.clone())) {
                findings.insert(format!(
                    "{law}第{article}条, in {basis:?}: not on the page; check it, or say {TO_BE_CHECKED}"
                ));
            }
        }
    }
    findings.into_iter().collect()
}

/// The page's laws with their articles.
fn known(page: &str) -> BTreeSet<(String, String)> {
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line
            .strip_prefix('|')?
            .strip_suffix('|')?
            .split('|')
            .map(str::trim)
            .collect();
        match cells[..] {
            [law, read, known] if law != "law" && !law.starts_with("--") => {
                Some((law, read, known))
            }
            _ => None,
        }
    });
    let mut all = BTreeSet::new();
    for (law, read, known) in rows {
        for article in read.split('、').chain(known.split('、')) {
            if !article.is_empty() {
                all.insert((law.to_owned(), article.to_owned()));
            }
        }
    }
    assert!(all.len() > 50, "the page of articles was not read");
    all
}

/// The articles that a text cites as certain: `行政许可法第三十二条第一款、第四十四条` are two of one law.
fn articles(basis: &str) -> Vec<(String, String)> {
    let mut law = "";
    let mut found = Vec::new();
    for part in basis.split(['；', '、']) {
        let Some((before, rest)) = part.split_once('第') else {
            law = "";
            continue;
        };
        if !before.is_empty() {
            law = before;
        }
        let Some((number, _)) = rest.split_once('条') else {
            continue;
        };
        let is_number = number
            .chars()
            .all(|c| "零一二三四五六七八九十百".contains(c));
        if is_number && !part.contains(TO_BE_CHECKED) {
            found.push((law.to_owned(), number.to_owned()));
        }
    }
    found
}

/// Every basis that the definitions give.
fn bases(samples: &Samples) -> Vec<String> {
    let set = &samples.set;
    let mut bases: Vec<String> = Vec::new();
    for item in samples.items() {
        bases.extend(item.legal_basis.iter().cloned());
        let duties = item.responsibilities.iter();
        bases.extend(duties.filter_map(|duty| duty.basis.clone()));
    }
    for flowchart in samples.flowcharts() {
        let limits = flowchart.limits.iter().map(|limit| &limit.legal_basis);
        let specials = flowchart.special_procedures.iter();
        let points = flowchart.control_points.iter();
        let all = limits
            .chain(specials.map(|special| &special.legal_basis))
            .chain(points.map(|point| &point.legal_basis));
        bases.extend(all.flatten().cloned());
    }
    bases.extend(
        samples
            .general_points()
            .filter_map(|p| p.legal_basis.clone()),
    );
    for table in &set.discretions {
        bases.extend(table.value.legal_basis.iter().cloned());
        let acts = table.value.acts.iter();
        bases.extend(acts.filter_map(|act| act.legal_basis.clone()));
    }
    for fees in &set.fees {
        bases.extend(fees.value.items.iter().map(|item| item.basis.clone()));
    }
    bases
}

#[test]
fn articles_of_one_law_after_another_are_told_apart() {
    let told = |basis| -> Vec<String> {
        let told = articles(basis).into_iter();
        told.map(|(law, article)| format!("{law} {article}"))
            .collect()
    };
    assert_eq!(
        told("行政许可法第三十二条第一款第四项、第四十四条；建筑法第八条（七日）"),
        ["行政许可法 三十二", "行政许可法 四十四", "建筑法 八"]
    );
    assert_eq!(
        told("国办发〔2018〕118号；某办法第三条「条文待核」"),
        [""; 0]
    );
}
