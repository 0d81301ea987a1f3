//! What bulletins say, word for word. `UPDATE_GOLDEN=1` writes what is expected anew: read it before it is kept.

use std::fmt::Write as _;
use std::path::Path;

use mingjing_bulletin::{
    Corrected, Correction, Document, Edition, Kind, Part, Query, Restated, Score, Span, compose,
    correct,
};

use crate::city;

fn words(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

fn text(document: &Document, edition: Edition) -> String {
    let document = document.edition(edition);
    let mut out = format!(
        "# {}\n\n{}：\n{}\n",
        document.title,
        document.to,
        words(&document.opening)
    );
    let sections = document
        .sections
        .iter()
        .map(|s| (s.heading.clone(), &s.parts));
    let annexes = document
        .annexes
        .iter()
        .map(|a| (format!("附件 {}", a.title), &a.parts));
    for (heading, parts) in sections.chain(annexes) {
        write!(out, "\n## {heading}\n").unwrap();
        for part in parts {
            match part {
                Part::Heading { text } => writeln!(out, "### {text}"),
                Part::Paragraph { spans, internal } => {
                    let mark = if *internal { "（内部）" } else { "" };
                    writeln!(out, "{mark}{}", words(spans))
                }
                Part::Note { text } => writeln!(out, "-- {text}"),
                Part::Table { table } => {
                    let heads: Vec<&str> = table.columns.iter().map(|c| c.0.as_str()).collect();
                    writeln!(out, "[{}] {}", table.title, heads.join(" | ")).unwrap();
                    for row in &table.rows {
                        let cells: Vec<&str> = row.iter().map(|span| span.text.as_str()).collect();
                        writeln!(out, "  {}", cells.join(" | ")).unwrap();
                    }
                    Ok(())
                }
                Part::Chart { chart } => {
                    writeln!(out, "[图 {}] {}", chart.title, chart.unit).unwrap();
                    for (label, length, number) in &chart.bars {
                        writeln!(out, "  {label} {length} {}", number.text).unwrap();
                    }
                    Ok(())
                }
            }
            .unwrap();
        }
    }
    write!(out, "\n{}\n", document.closing).unwrap();
    out
}

fn holds(name: &str, said: &str) {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/bulletin/expected/{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, said).unwrap();
    }
    let expected = std::fs::read_to_string(&file).expect("UPDATE_GOLDEN=1 writes it");
    assert_eq!(said, expected, "{name} differs");
}

#[test]
fn a_monthly_bulletin_reads_so() {
    let document = compose(&city::figures(), &city::asked(Kind::Bulletin));
    holds("month-internal", &text(&document, Edition::Internal));
    holds("month-public", &text(&document, Edition::Public));
}

#[test]
fn a_report_reads_so() {
    let mut figures = city::figures();
    figures.period = "2026-H1".parse().unwrap();
    figures.problems.clear();
    figures.owing.clear();
    figures.zero_volume.clear();
    let document = compose(&figures, &city::asked(Kind::Report));
    holds("half-report", &text(&document, Edition::Internal));
}

fn score(total: &str, grade: &str, rank: Option<(usize, usize)>) -> Score {
    Score {
        total: total.into(),
        grade: grade.into(),
        rank,
    }
}

#[test]
fn a_correction_reads_so_and_tells_what_changed_alone() {
    let then = city::figures();
    let mut now = city::figures();
    for (id, number) in [
        ("alerts_net", 87.0),
        ("alerts_withdrawn", 7.0),
        ("red", 17.0),
    ] {
        now.total.get_mut(id).unwrap().value = Some(number);
    }
    now.departments[0]
        .values
        .get_mut("alerts_net")
        .unwrap()
        .value = Some(39.0);
    let correction = Correction {
        title: "关于2026年10月泸州市行政权力依法规范公开运行电子监察和行政效能情况的通报",
        number: "泸府办函〔2026〕31号",
        published_on: "2026-11-20".parse().unwrap(),
        then: &then,
        now: &now,
        alerts: vec![Corrected {
            body: "zjj".into(),
            body_name: "市住房和城乡建设局".into(),
            case_no: "ZJ-2026-000123".into(),
            level: "红牌".into(),
            point: "全程超过法定时限".into(),
            decided_on: "2026-11-25".parse().unwrap(),
            named: true,
        }],
        scores: vec![Restated {
            body_name: "市住房和城乡建设局".into(),
            model: "月度考评办法".into(),
            period: "2026年10月".into(),
            then: Some(score("90", "良好", Some((5, 6)))),
            now: score("95.5", "优秀", Some((3, 6))),
        }],
        scores_left: 0,
        moved: 2,
        to: String::new(),
        copies: String::new(),
        on: "2026-11-26".parse().unwrap(),
    };
    let document = correct(&correction);
    holds("correction", &text(&document, Edition::Internal));
    let public = text(&document, Edition::Public);
    assert!(!public.contains("ZJ-2026") && !public.contains("得分"));

    let many = correct(&Correction {
        scores_left: 5,
        ..correction
    });
    let left = "有关评价结果另有5项，未逐一列出";
    assert!(text(&many, Edition::Internal).contains(left));
    assert!(!text(&many, Edition::Public).contains(left));
}

#[test]
fn the_same_figures_are_the_same_bytes_and_survive_being_kept() {
    let figures = city::figures();
    let kept = serde_json::to_vec(&figures).unwrap();
    let again = serde_json::from_slice(&kept).unwrap();
    assert_eq!(figures, again);
    assert_eq!(kept, serde_json::to_vec(&again).unwrap());
    let made =
        |figures| serde_json::to_vec(&compose(figures, &city::asked(Kind::Bulletin))).unwrap();
    assert_eq!(made(&figures), made(&again));
    let document: Document = serde_json::from_slice(&made(&figures)).unwrap();
    assert_eq!(document, compose(&figures, &city::asked(Kind::Bulletin)));
}

/// Digits in the text belong to a figure, or to what is no count of cases: days, the period, an ordinal, a case's facts.
#[test]
fn every_number_in_the_text_says_where_it_comes_from() {
    let document = compose(&city::figures(), &city::asked(Kind::Bulletin));
    let mut figures = 0;
    for span in document.spans() {
        if let Some(id) = &span.query {
            let query = Query::parse(id).expect("an id is a query");
            assert_eq!(query.filters["period"], "2026-10", "{id}");
            assert!(query.filters["region"].starts_with("5105"), "{id}");
            figures += 1;
        } else {
            for word in ["%", "百分点"] {
                assert!(
                    !span.text.contains(word),
                    "a rate without its query: {}",
                    span.text
                );
            }
        }
    }
    assert!(figures > 100, "{figures}");
}
