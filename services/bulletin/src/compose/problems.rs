//! 八、典型问题: what was found to be a body's fault. Nobody else is named, and no person ever.

use std::collections::BTreeMap;

use super::Clause;
use crate::document::{Part, Span};
use crate::figures::{Figures, Problem};

/// So many are told.
const TOLD_MAX: usize = 10;

pub(super) fn parts(figures: &Figures) -> Vec<Part> {
    let told = figures.problems.iter().take(TOLD_MAX).enumerate();
    told.map(|(n, problem)| Part::paragraph(said(n + 1, problem)))
        .collect()
}

/// The bodies that are named, by code and name.
pub(super) fn named(figures: &Figures) -> Vec<(String, String)> {
    let told = figures.problems.iter().take(TOLD_MAX);
    let bodies: BTreeMap<&str, &str> = told
        .map(|problem| (problem.body.as_str(), problem.body_name.as_str()))
        .collect();
    let named = bodies
        .into_iter()
        .map(|(code, name)| (code.to_owned(), name.to_owned()));
    named.collect()
}

fn said(n: usize, problem: &Problem) -> Clause {
    let Problem {
        alert: _,
        source: _,
        case_no,
        body: _,
        body_name,
        item,
        level,
        point,
        facts,
        basis,
        conclusion,
    } = problem;
    let item = match item.is_empty() {
        true => String::new(),
        false => format!("办理的“{item}”一件"),
    };
    let number = Span {
        internal: true,
        ..Span::words(format!("（办件编号{case_no}）"))
    };
    let basis = match basis.is_empty() {
        true => String::new(),
        false => format!("，依据{basis}"),
    };
    vec![
        Span::words(format!("{n}. {body_name}{item}")),
        number,
        Span::words(format!(
            "，{facts}。监察内容为“{point}”，发{level}{basis}；经核查认定为{conclusion}。"
        )),
    ]
}
