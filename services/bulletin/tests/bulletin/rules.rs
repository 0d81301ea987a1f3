//! What a bulletin may not say.

use mingjing_bulletin::{Document, Edition, Figures, Kind, Part, SectionId, Span, compose};

use crate::city;

fn made(figures: &Figures) -> Document {
    compose(figures, &city::asked(Kind::Bulletin))
}

fn said(document: &Document, edition: Edition) -> String {
    serde_json::to_string(&document.edition(edition)).unwrap()
}

fn words(document: &Document, id: SectionId) -> String {
    let section = document.sections.iter().find(|section| section.id == id);
    let parts = section
        .map(|section| section.parts.as_slice())
        .unwrap_or_default();
    let of = |part: &Part| match part {
        Part::Paragraph { spans, .. } => spans.iter().map(|span| span.text.as_str()).collect(),
        _ => String::new(),
    };
    parts.iter().map(of).collect()
}

fn table<'d>(document: &'d Document, title: &str) -> Vec<&'d Vec<Span>> {
    let parts = document.annexes.iter().flat_map(|annex| &annex.parts);
    let tables = parts.filter_map(|part| match part {
        Part::Table { table } if table.title == title => Some(&table.rows),
        _ => None,
    });
    tables.flatten().collect()
}

#[test]
fn a_small_base_has_neither_rate_nor_rank_and_is_told() {
    let document = made(&city::figures());
    let bodies = words(&document, SectionId::Bodies);
    assert!(
        bodies.contains("市文化广播电视和旅游局应比办件不足5件，不计算比率、不参加排名"),
        "{bodies}"
    );
    let rows = table(&document, "部门运行情况表");
    let small = rows
        .iter()
        .find(|row| row[0].text.starts_with("市文化"))
        .unwrap();
    assert_eq!(small[3].text, "基数小");
    assert_eq!(small.last().unwrap().text, "不排名");
    // Three of four answered: no 75 %.
    assert!(words(&document, SectionId::Voices).contains("按期答复率因基数过小（仅4件）不计算"));
}

#[test]
fn nobody_is_ranked_against_what_is_unlike() {
    let figures = city::figures();
    let document = made(&figures);
    let rows = table(&document, "部门运行情况表");
    let of = |name: &str| {
        let row = rows.iter().find(|row| row[0].text == name).unwrap();
        row.last().unwrap().text.clone()
    };
    assert_eq!(of("市人力资源和社会保障局"), "1/6");
    assert_eq!(of("市住房和城乡建设局"), "6/6");
    // Alone in its class.
    assert_eq!(of("国家税务总局泸州市税务局"), "不排名");
    assert!(!words(&document, SectionId::Bodies).contains("税务局"));
    // Equal to a tenth of a percent: one place, and the next is left out.
    let mut equal = figures;
    let class = "市级部门";
    equal.departments = vec![
        city::body("a", "甲", class, [1000.0, 1000.0, 990.0, 0.0]),
        city::body("b", "乙", class, [100.0, 100.0, 99.0, 0.0]),
        city::body("c", "丙", class, [100.0, 100.0, 98.0, 0.0]),
    ];
    let document = made(&equal);
    let places: Vec<&str> = table(&document, "部门运行情况表")
        .iter()
        .map(|row| row.last().unwrap().text.as_str())
        .collect();
    assert_eq!(places, ["1/3", "1/3", "3/3"]);
}

#[test]
fn an_on_time_rate_stands_beside_what_was_entered_afterwards() {
    let mut figures = city::figures();
    for document in [made(&figures), {
        figures.total.remove("late_case_share");
        for row in &mut figures.departments {
            row.values.remove("late_case_share");
        }
        made(&figures)
    }] {
        let spans: Vec<&Span> = document
            .sections
            .iter()
            .flat_map(|section| &section.parts)
            .filter_map(|part| match part {
                Part::Paragraph { spans, .. } => Some(spans),
                _ => None,
            })
            .filter(|spans| {
                let rate = |span: &Span| {
                    span.query
                        .as_ref()
                        .is_some_and(|q| q.starts_with("on_time_rate?"))
                };
                spans.iter().any(rate)
            })
            .flatten()
            .collect();
        let text: String = spans.iter().map(|span| span.text.as_str()).collect();
        assert!(!text.is_empty());
        assert!(text.contains("补录"), "{text}");
        let rates = spans.iter().filter(|s| {
            s.query
                .as_ref()
                .is_some_and(|q| q.starts_with("on_time_rate?") && q.ends_with("#value"))
        });
        assert!(text.matches("补录").count() >= rates.count(), "{text}");
    }
}

#[test]
fn speed_up_is_in_no_table_text_or_rank_and_zero_is_a_notice() {
    let document = made(&city::figures());
    let shown = document.sections.iter().flat_map(|section| &section.parts);
    let shown = serde_json::to_string(&shown.collect::<Vec<_>>()).unwrap();
    assert!(!shown.contains("speedup?"));
    let zero = words(&document, SectionId::ZeroVolume);
    assert!(
        zero.contains("市地震局、市档案局") && zero.contains("只作提示，不作评价"),
        "{zero}"
    );
}

#[test]
fn what_is_pending_is_counted_apart_and_stays_inside() {
    let document = made(&city::figures());
    let inside = said(&document, Edition::Internal);
    let outside = said(&document, Edition::Public);
    for pending in [
        "尚未作出结论的预警",
        "申诉尚未办结的预警2件",
        "逾期未反馈的督办",
        "ZJ-2026-000123",
    ] {
        assert!(inside.contains(pending), "{pending}");
        assert!(!outside.contains(pending), "{pending}");
    }
    assert!(words(&document, SectionId::Alerts).contains("单独列出，不计入任何单位的评价"));
    // The public edition's demands are numbered without gaps.
    let demands = document.edition(Edition::Public);
    let demands = words(&demands, SectionId::Demands);
    let numbers = ["（一）", "（二）", "（三）", "（四）", "（五）"];
    assert!(
        numbers.iter().all(|number| demands.contains(number)),
        "{demands}"
    );
    assert!(!demands.contains("（六）"), "{demands}");
}

#[test]
fn whom_it_names_for_a_fault_is_known_so_that_they_are_heard() {
    let document = made(&city::figures());
    assert_eq!(
        document.named,
        [("zjj".to_owned(), "市住房和城乡建设局".to_owned())]
    );
    let mut figures = city::figures();
    figures.problems.clear();
    assert!(made(&figures).named.is_empty());
}

#[test]
fn what_was_not_taken_is_not_spoken_of() {
    let mut figures = city::figures();
    figures
        .total
        .retain(|id, _| id == "received" || id == "closed");
    figures.power_types.clear();
    figures.departments.clear();
    figures.regions.clear();
    figures.rules.clear();
    figures.months.clear();
    figures.problems.clear();
    figures.zero_volume.clear();
    figures.owing.clear();
    figures.appealed = None;
    let document = made(&figures);
    let ids: Vec<SectionId> = document.sections.iter().map(|section| section.id).collect();
    assert_eq!(ids, [SectionId::Overall, SectionId::Demands]);
}

#[test]
fn who_shares_the_first_place_is_told_with_all_and_is_not_last() {
    let class = "市级部门";
    let mut figures = city::figures();
    figures.departments = (0..7)
        .map(|n| {
            let timely = if n == 6 { 90.0 } else { 100.0 };
            city::body(
                &format!("b{n}"),
                &format!("第{n}局"),
                class,
                [100.0, 100.0, timely, 1.0],
            )
        })
        .collect();
    let bodies = words(&made(&figures), SectionId::Bodies);
    assert!(
        bodies.contains("居首的6个相同：第0局100.0%") && bodies.contains("第5局100.0%"),
        "{bodies}"
    );
    assert!(bodies.contains("居后的是：第6局90.0%"), "{bodies}");
    figures.departments.pop();
    let bodies = words(&made(&figures), SectionId::Bodies);
    assert_eq!(bodies.matches("居后的是").count(), 0, "{bodies}");
}

#[test]
fn a_period_in_which_the_platform_did_not_run_is_compared_with_nothing() {
    let mut figures = city::figures();
    if let Some(then) = &mut figures.total.get_mut("received").unwrap().last_year {
        then.value = Some(0.0);
    }
    let overall = words(&made(&figures), SectionId::Overall);
    assert!(
        overall.contains("环比") && !overall.contains("同比") && !overall.contains("上年同期"),
        "{overall}"
    );
}
