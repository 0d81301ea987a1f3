//! Workbooks there and back, and what is told of bad ones.

use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use proptest::prelude::*;

use super::*;

mod bounds;

/// Definitions of every kind with something in every column, and something that no column holds.
const ALL: &str = r#"
kind: body
code: "510500-zjj"
name: 泸州市住房和城乡建设局
region: "510500"
areas: ["510500"]
nature: entrusted
vertical: true
entrusted_by: ["510500-zf"]
since: 2015-01-01
register_from: 2026-01-01
posts:
  - {code: 受理岗, name: 窗口受理岗, steps: [accept, construction-permit/deliver], rank: authority_head}
offices:
  - code: window
    name: 政务服务窗口
    officers:
      - id: "510500-zjj-window-1"
        post: 受理岗
        from: 2019-05-01
        cert_no: "川泸E01-0001"
        cert_fields: [住房和城乡建设, "甲；乙"]
        stands_in: [{post: 审批岗, from: 2026-07-01, until: 2026-07-15, basis: 会议纪要}]
      - {id: "2"}
  - {code: empty, name: 空科室}
---
kind: item
code: "0123456789012345678901"
name: 建筑工程施工许可证核发
power_type: licence
level: city
region: "510500"
executing_body: "510500-zjj"
acting_bodies:
  - {body: "510502-jyq", ground: one_window, steps: [accept], basis: 泸府发〔2024〕1号}
legal_basis: [建筑法第七条, 行政许可法第四十二条]
effective_from: 2015-08-15
public: false
flowchart: construction-permit
responsibilities:
  - {duty: 受理, when: "a_x0041_b"}
  - duty: 依法决定
    basis: 行政许可法第四十二条
    body: "510500-zjj"
    accountability: 逾期不决定的，责令改正
    expectation: {id: decide, trigger: [accepted], owed: [decided, "step_end:review"], within: 20wd, falls_away_on: [withdrawn]}
---
kind: discretion
id: food-safety
name: 食品安全行政处罚裁量基准
version: "2"
effective_from: 2024-01-01
acts:
  - code: A122
    name: 无证经营
    tiers:
      - {code: light, name: 从轻, range: {from: 5000001, to: 6500000}}
      - {code: normal, name: 一般, fixed: 29}
      - {code: heavy, name: 从重, ratio: {of: goods_value, from: "10", to: 5%}}
---
kind: fees
id: road
name: 城市道路挖掘修复费
version: "1"
effective_from: 2020-01-01
items:
  - code: SF-01
    name: 沥青路面修复费
    standard: {rate: {fen: 42000, per: 平方米}}
    relief: [{ground: 抢险救灾, basis: 川发改〔2019〕1号}]
---
kind: inspection_plan
id: "2026-07"
name: 在建工程质量安全检查
body: "510500-zjj"
items: [JC-1, JC-2]
regions: ["510502"]
from: 2026-07-01
until: 2026-09-30
note: 联合检查
"#;

fn definitions(text: &str) -> Vec<Definition> {
    let documents = text.split("---\n").filter(|t| t.contains("kind:"));
    documents
        .map(|text| {
            let mut value = Datum::from_yaml(text).expect("YAML");
            let kind = value.take("kind").and_then(|k| match k {
                Datum::Text(kind) => Some(kind),
                _ => None,
            });
            Definition {
                kind: kind.expect("a kind"),
                value,
            }
        })
        .collect()
}

/// Maps in order of their names, since a workbook keeps no other.
fn sorted(datum: &Datum) -> Datum {
    match datum {
        Datum::Map(entries) => {
            let mut entries: Vec<(String, Datum)> = entries
                .iter()
                .map(|(k, v)| (k.clone(), sorted(v)))
                .collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Datum::Map(entries)
        }
        Datum::List(items) => Datum::List(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

fn goes_there_and_back(before: &[Definition]) -> Vec<Definition> {
    let bytes = write(before).expect("it can be written");
    let workbook = read(&bytes);
    assert_eq!((workbook.problems, workbook.remarks), (vec![], vec![]));
    let after: Vec<Definition> = workbook.definitions.into_iter().map(|(d, _)| d).collect();
    assert_eq!(write(&after).expect("again"), bytes);
    after
}

#[test]
fn every_kind_goes_there_and_back() {
    let before = definitions(ALL);
    let after = goes_there_and_back(&before);
    let plain = |of: &[Definition]| -> Vec<_> {
        of.iter()
            .map(|d| (d.kind.clone(), sorted(&d.value)))
            .collect()
    };
    assert_eq!(plain(&after), plain(&before));
}

#[test]
fn the_demos_power_list_and_register_go_there_and_back() {
    let of = |kind: &str| crate::demo::documents(kind).join("---\n");
    let (bodies, items) = (of("body"), of("item"));
    let typed = |text: String| {
        let name = "a.yaml".to_owned();
        let (set, problems) = DefinitionSet::read(vec![DefinitionFile { name, text }]);
        assert_eq!(problems, []);
        let bodies: Vec<_> = set.bodies.into_iter().map(|d| d.value).collect();
        let items: Vec<_> = set.items.into_iter().map(|d| d.value).collect();
        (bodies, items)
    };
    let before = format!("{bodies}---\n{items}");
    let after = goes_there_and_back(&definitions(&before));
    let text: Vec<String> = after
        .iter()
        .map(|d| format!("kind: {}\n{}", d.kind, d.value.to_yaml().expect("YAML")))
        .collect();
    assert_eq!(typed(text.join("---\n")), typed(before));
}

/// A workbook of sheets whose rows are written as SpreadsheetML, as other programs write it: shared strings, prefixes, styles
/// of their own.
fn book(sheets: &[(&str, String)]) -> Vec<u8> {
    let shared =
        "<si><t>zjj</t></si><si><r><t>许</t></r><r><t>可</t></r><rPh><t>xuke</t></rPh></si>";
    book_sharing(sheets, shared)
}

fn book_sharing(sheets: &[(&str, String)], shared: &str) -> Vec<u8> {
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut tabs = String::new();
    let mut relations = format!(
        "<Relationship Id=\"s\" Type=\"{rel}/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"t\" Type=\"{rel}/styles\" Target=\"styles.xml\"/>"
    );
    let mut parts = Vec::new();
    for (at, (name, data)) in sheets.iter().enumerate() {
        tabs += &format!("<sheet name=\"{name}\" sheetId=\"{at}\" r:id=\"r{at}\"/>");
        relations += &format!(
            "<Relationship Id=\"r{at}\" Type=\"{rel}/worksheet\" Target=\"/xl/worksheets/S{at}.xml\"/>"
        );
        parts.push((
            format!("xl/worksheets/s{at}.xml"),
            format!("<worksheet {main}>{data}</worksheet>"),
        ));
    }
    let package = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
    parts.push((
        "xl/workbook.xml".into(),
        format!("<workbook {main} xmlns:r=\"{rel}\"><sheets>{tabs}</sheets></workbook>"),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".into(),
        format!("<Relationships {package}>{relations}</Relationships>"),
    ));
    parts.push((
        "_rels/.rels".into(),
        format!("<Relationships {package}><Relationship Id=\"a\" Type=\"{rel}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
    ));
    parts.push((
        "xl/sharedStrings.xml".into(),
        format!("<sst {main} count=\"9000000000000\" uniqueCount=\"9000000000000\">{shared}</sst>"),
    ));
    parts.push((
        "xl/styles.xml".into(),
        format!("<styleSheet {main}><numFmts><numFmt numFmtId=\"200\" formatCode=\"yyyy&quot;年&quot;m\"/></numFmts><cellXfs><xf/><xf numFmtId=\"14\"/><xf numFmtId=\"200\"/></cellXfs></styleSheet>"),
    ));
    let packed = |text: &str| super::package::packed(text).expect("packed");
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, text): &(String, String)| (name.clone(), packed(text)))
        .collect();
    super::package::pack(&parts).expect("packed")
}

fn text(cell: &str, text: &str) -> String {
    format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn row(number: u32, cells: &[&str]) -> String {
    let named = (b'A'..).zip(cells).filter(|(_, t)| !t.is_empty());
    let cells: String = named
        .map(|(column, t)| text(&format!("{}{number}", char::from(column)), t))
        .collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

const HEADS: [&str; 9] = [
    "事项编码*",
    "事项 名称",
    "权力类型",
    "行使层级",
    "行政区划代码",
    "行使主体代码",
    "设定依据",
    "生效日期",
    "流程图",
];
const GOOD: [&str; 9] = [
    "XK-1",
    "许可",
    "行政许可",
    "市级",
    "510500",
    "zjj",
    "建筑法",
    "2026年1月2日",
    "f",
];

/// A sheet of items with these rows, below a title.
fn items(rows: &[[&str; 9]]) -> String {
    let mut data = row(1, &["泸州市权力清单"]) + &row(2, &HEADS);
    for (number, cells) in (3..).zip(rows) {
        data += &row(number, cells);
    }
    format!("<sheetData>{data}</sheetData>")
}

fn told(sheets: &[(&str, String)]) -> Vec<String> {
    let read = read(&book(sheets));
    read.problems
        .iter()
        .chain(&read.remarks)
        .map(|p| p.to_string())
        .collect()
}

#[test]
fn an_inspection_plan_is_told_by_its_cells() {
    let heads = [
        "计划编号",
        "计划名称",
        "检查机关代码",
        "检查事项编码",
        "起始日期",
        "截止日期",
    ];
    let plan = |number, cells: [&str; 6]| row(number, &cells);
    let rows = row(1, &heads)
        + &plan(
            2,
            [
                "1",
                "例行检查",
                "zjj",
                "JC-1；JC-2",
                "2026-07-01",
                "2026-09-30",
            ],
        )
        + &plan(3, ["2", "例行检查", "", "JC-1", "2026-13-01", "2026-09-30"])
        + &plan(
            4,
            ["1", "又一次", "zjj", "JC-1", "2026-07-01", "2026-09-30"],
        );
    let sheet = format!("<sheetData>{rows}</sheetData>");
    let read = read(&book(&[("检查计划", sheet)]));
    let told: Vec<String> = read.problems.iter().map(ToString::to_string).collect();
    begin(&told, &["检查计划!C3: ", "检查计划!E3: ", "检查计划!A4: "]);
    let (plan, _) = &read.definitions[0];
    assert_eq!(plan.kind, "inspection_plan");
    assert_eq!(
        plan.value.get("items"),
        Some(&Datum::texts(["JC-1", "JC-2"]))
    );
}

#[test]
fn a_problem_of_a_duty_is_blamed_on_the_cell_that_makes_it() {
    let heads = ["事项编码", "责任事项", "应为编号", "履责时限"];
    let duties = row(1, &heads)
        + &row(2, &["XK-1", "受理", "", ""])
        + &row(3, &["XK-1", "决定", "d", "20days"])
        + &row(4, &["XK-1", "送达", "", "5wd"]);
    let sheets = [
        ("权力事项", items(&[GOOD])),
        ("责任清单", format!("<sheetData>{duties}</sheetData>")),
    ];
    let read = read(&book(&sheets));
    assert_eq!((&read.problems[..], read.definitions.len()), (&[][..], 1));
    let (item, place) = &read.definitions[0];
    let duties = |of: &Datum| {
        of.get("responsibilities")
            .map(Datum::items)
            .unwrap_or_default()
            .to_vec()
    };
    assert_eq!(duties(&item.value).len(), 3);
    let within = |duty: &Datum, text: &str| {
        duty.get("expectation").and_then(|e| e.text_of("within")) == Some(text)
    };
    let wrong = |of: &Datum| duties(of).iter().any(|duty| within(duty, "20days"));
    assert_eq!(place.blames(&item.value, wrong), "责任清单!D3");
    // A term without a number: nothing that stands there makes it, the row does.
    let lacks = |of: &Datum| {
        duties(of).iter().any(|duty| {
            duty.text_of("duty") == Some("送达")
                || (duty.get("duty").is_none() && within(duty, "5wd"))
        })
    };
    assert_eq!(place.blames(&item.value, lacks), "责任清单!B4");
    assert_eq!(place.blames(&item.value, |_| true), "权力事项!A3");
    assert_eq!(
        place.blames(&item.value, |of| of.text_of("name") == Some("许可")),
        "权力事项!B3"
    );
}

#[test]
fn what_the_domain_objects_to_lies_in_the_cell_that_says_it() {
    let duty = |within: &str| {
        format!(
            "{{duty: d, expectation: {{id: {within}, trigger: [accepted], owed: [decided], within: {within}}}}}"
        )
    };
    let text = format!(
        "kind: item\ncode: XK-1\nname: 许可\npower_type: licence\nlevel: city\nregion: '510500'\nexecuting_body: zjj\nlegal_basis: [建筑法]\n\
         effective_from: 2020-01-01\nflowchart: f\nresponsibilities: [{{duty: 受理}}, {}, {}, {}]\n",
        duty("5wd"),
        duty("20days"),
        duty("30days")
    );
    let problems = |value: &Datum| -> Vec<String> {
        let text = format!("kind: item\n{}", value.to_yaml().expect("YAML"));
        let name = String::new();
        let (_, found) = DefinitionSet::read(vec![DefinitionFile { name, text }]);
        let told = found.iter().map(|p| p.message.split(" at line ").next());
        told.flatten().map(str::to_owned).collect()
    };
    let read = read(&write(&definitions(&text)).expect("written"));
    let (item, row) = &read.definitions[0];
    let found = problems(&item.value);
    assert!(found.len() == 1 && found[0].contains("20days"), "{found:?}");
    let place = row.blames(&item.value, |value| problems(value) == found);
    assert_eq!(place, "责任清单!I4");
}

fn begin(told: &[String], starts: &[&str]) {
    assert_eq!(told.len(), starts.len(), "{told:#?}");
    for (told, start) in told.iter().zip(starts) {
        assert!(told.starts_with(start), "{told}");
    }
}

#[test]
fn problems_are_told_by_cell_and_all_at_once() {
    let mut bad = GOOD;
    (bad[0], bad[2], bad[7]) = ("XK-2", "行政收费", "明天");
    let mut double = GOOD;
    double[1] = "又一";
    let mut empty = GOOD;
    (empty[0], empty[5]) = ("XK-4", "");
    begin(
        &told(&[("权力事项", items(&[GOOD, bad, double, empty]))]),
        &[
            "权力事项!C4: “行政收费”不在可选值中；请填：行政许可、",
            "权力事项!H4: “明天”不是日期",
            "权力事项!A5: “XK-1”在 A3 已有",
            "权力事项!F6: 未填；“行使主体代码”为必填项",
        ],
    );
}

#[test]
fn numbers_dates_formulas_and_merged_cells_are_taken_or_told() {
    let data = [
        row(2, &HEADS),
        // A code typed as a number, a name that a formula makes, shared strings, a date by its format.
        "<row r=\"3\"><c r=\"A3\"><v>510500</v></c><c t=\"str\"><f>CONCAT(1)</f><v>许可</v></c><c r=\"C3\" t=\"inlineStr\"><is><t>行政许可</t></is></c>".into(),
        text("D3", "市级") + "<c r=\"E3\"><v>510500</v></c><c r=\"F3\" t=\"s\"><v>0</v></c>" + &text("G3", "甲"),
        "<c r=\"H3\" s=\"2\"><v>46024</v></c><c r=\"I3\" t=\"s\"><v>1</v></c></row>".into(),
        // Digits lost, a formula without result, a number that is no date, an error.
        "<row r=\"4\"><c r=\"A4\"><v>9.135010000010019E+19</v></c><c r=\"B4\"><f>A1</f></c><c r=\"C4\" t=\"e\"><v>#REF!</v></c>".into(),
        text("D4", "市级") + &text("E4", "510500") + &text("G4", "甲") + "<c r=\"H4\"><v>46024</v></c>" + &text("I4", "f") + "</row>",
        // The body of the rows above, a cell across columns, a date with a time.
        row(5, &["XK-5", "许可", "行政许可", "市级", "", "", "甲"]).replace("</row>", "<c r=\"H5\" s=\"1\"><v>46024.5</v></c>") + &text("I5", "f") + "</row>",
    ];
    let merged = "<mergeCells><mergeCell ref=\"F3:F5\"/><mergeCell ref=\"D5:E5\"/></mergeCells>";
    let sheet = format!("<sheetData>{}</sheetData>{merged}", data.concat());
    let read = read(&book(&[("权力事项", sheet)]));
    let told: Vec<String> = read.problems.iter().map(ToString::to_string).collect();
    begin(
        &told,
        &[
            "权力事项!A4: 此处应为文本，单元格却是数字",
            "权力事项!B4: 公式没有计算结果",
            "权力事项!C4: 单元格显示错误值 #REF!",
            "权力事项!H4: “46024”不是日期",
            "权力事项!D5: 与其他列的单元格合并",
            "权力事项!E5: 与其他列的单元格合并",
            "权力事项!H5: 此处应为日期，单元格却含有时间",
        ],
    );
    let (first, place) = &read.definitions[0];
    let said = |name: &str| first.value.text_of(name).map(str::to_owned);
    assert_eq!((said("code").as_deref(), place.number), (Some("510500"), 3));
    assert_eq!(said("name").as_deref(), Some("许可"));
    assert_eq!(said("executing_body").as_deref(), Some("zjj"));
    assert_eq!(said("effective_from").as_deref(), Some("2026-01-02"));
    assert_eq!(said("flowchart").as_deref(), Some("许可"));
}

#[test]
fn amounts_and_days_that_cannot_be_are_told_by_their_cell() {
    let standard = row(1, &["基准编号", "版本", "基准名称", "生效日期", "失效日期"])
        + &row(2, &["d", "1", "基准", "2026-02-01", "2026-01-31"])
        + &row(3, &["e", "1", "基准", "2026-02-01", "2026-02-01"]);
    let acts = row(1, &["基准编号", "版本", "违法行为代码", "违法行为名称"])
        + &row(2, &["e", "1", "a", "甲"]);
    let heads = [
        "基准编号",
        "版本",
        "违法行为代码",
        "档次代码",
        "档次名称",
        "罚款下限（元）",
        "罚款上限（元）",
        "定额罚款（元）",
    ];
    let tier = |at: u32, amounts: [&str; 3]| {
        let code = format!("t{at}");
        let [from, to, fixed] = amounts;
        row(at, &["e", "1", "a", &code, "档", from, to, fixed])
    };
    let tiers = [
        row(1, &heads),
        tier(2, ["70000", "65000", ""]),
        tier(3, ["", "", "-1"]),
        tier(4, ["", "", "50000.005"]),
        tier(5, ["", "", "99999999.99"]),
        tier(6, ["650.10", "650.10", ""]),
    ];
    let sheet = |rows: String| format!("<sheetData>{rows}</sheetData>");
    let told = told(&[
        ("裁量基准", sheet(standard)),
        ("违法行为", sheet(acts)),
        ("裁量档次", sheet(tiers.concat())),
    ]);
    begin(
        &told,
        &[
            "裁量基准!E2: 截止日期 2026-01-31 早于起始日期 2026-02-01",
            "裁量档次!G2: 上限 65000.00 元低于下限 70000.00 元",
            "裁量档次!H3: 金额不能为负数",
            "裁量档次!H4: 不是最多两位小数的金额（元）",
        ],
    );
}

#[test]
fn sheets_and_columns_that_do_not_fit_are_told() {
    let sheet = items(&[GOOD]).replace("流程图", "流程").replace(
        "</row><row r=\"3\">",
        &format!("{}</row><row r=\"3\">", text("J2", "备注")),
    );
    let told = told(&[("权力事项", sheet), ("杂项", String::new())]);
    begin(
        &told,
        &[
            "权力事项!A2: 缺少列：流程图",
            "杂项: 不是本工作簿约定的工作表",
            "权力事项!I2: 不认识的列“流程”",
            "权力事项!J2: 不认识的列“备注”",
        ],
    );
    let orphan =
        row(1, &["机构代码", "内设机构代码", "内设机构名称"]) + &row(2, &["zjj", "w", "窗口"]);
    let told = self::told(&[("内设机构", format!("<sheetData>{orphan}</sheetData>"))]);
    begin(&told, &["内设机构!A2: “zjj”不在工作表“行政主体”中"]);
    begin(
        &self::told(&[(
            "权力事项",
            format!("<sheetData>{}</sheetData>", row(3, &["甲", "乙"])),
        )]),
        &["权力事项: 没有找到表头行"],
    );
}

#[test]
fn cells_are_named_as_people_do() {
    for (row, column, name) in [
        (0, 0, "A1"),
        (6, 1, "B7"),
        (0, 25, "Z1"),
        (0, 26, "AA1"),
        (9, 701, "ZZ10"),
        (0, 702, "AAA1"),
    ] {
        assert_eq!(cell_name(row, column), name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_comes_back(text in "[a-zA-Z_x0-9 \n\t;；\\[\\]\"=\\-+@受理許可\u{1}\u{85}]{0,24}", list in proptest::collection::vec("[a-z;\\[\n ]{0,6}", 0..4)) {
        let mut before = definitions(ALL);
        before[0].value.set("name_en", Datum::text(text));
        before[0].value.set("areas", Datum::texts(list));
        let after = goes_there_and_back(&before);
        prop_assert_eq!(sorted(&after[0].value), sorted(&before[0].value));
    }
}
