//! The commands on files.

use std::fs;

use clap::Parser as _;

use super::*;
use crate::definitions_command;

#[derive(clap::Parser)]
enum Line {
    Import(ImportArgs),
    Export(ExportArgs),
}

fn run(line: &[&str]) -> anyhow::Result<()> {
    match Line::try_parse_from(std::iter::once("x").chain(line.iter().copied()))? {
        Line::Import(args) => import(&args),
        Line::Export(args) => export(&args),
    }
}

fn demo() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/demo/definitions").into()
}

#[test]
fn a_flowchart_is_exported_imported_and_judged_by_as_before() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).display().to_string();
    run(&[
        "export",
        "--bpmn",
        "construction-permit",
        "--definitions",
        &demo(),
        "--out",
        &path("a.bpmn"),
    ])
    .expect("exported");
    let charts = path("charts.yaml");
    run(&["import", "--bpmn", &path("a.bpmn"), "--out", &charts]).expect("imported");
    assert!(
        fs::read_to_string(&charts)
            .expect("written")
            .contains("construction-permit")
    );
    // The calendar it counts in and the demo's other definitions are needed to compile it.
    for file in definitions_command::read_folder(Path::new(&demo())).expect("the demo") {
        if !file.text.contains("\nid: construction-permit\n") {
            let name = file.name.replace('/', "-");
            fs::write(dir.path().join(name), file.text).expect("copied");
        }
    }
    definitions_command::load(dir.path()).expect("it compiles");
    // Once more, now into the drawing beside it.
    run(&[
        "export",
        "--bpmn",
        "construction-permit",
        "--definitions",
        &path(""),
        "--out",
        &path("b.bpmn"),
    ])
    .expect("again");
    assert_eq!(
        fs::read_to_string(path("b.bpmn")).expect("written"),
        fs::read_to_string(path("charts.bpmn")).expect("kept")
    );
    let unknown = run(&[
        "export",
        "--bpmn",
        "nothing",
        "--definitions",
        &path(""),
        "--out",
        &path("c.bpmn"),
    ]);
    let told = format!("{:#}", unknown.expect_err("there is none"));
    assert!(
        told.contains("no flowchart \"nothing\"") && told.contains("construction-permit@"),
        "{told}"
    );
}

#[test]
fn the_reference_models_import_to_flowcharts_that_compile() {
    let folder = std::env::var_os("MINGJING_REAL_LOGS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    for name in ["A.1.0", "A.2.0", "A.3.0", "A.4.0", "B.1.0", "C.1.0"] {
        let model = folder.join("bpmn-miwg").join(format!("{name}.bpmn"));
        if !model.exists() {
            eprintln!(
                "SKIPPED: {} is not there; set MINGJING_REAL_LOGS",
                model.display()
            );
            continue;
        }
        let dir = tempfile::tempdir().expect("a folder");
        let out = dir.path().join("a.yaml");
        run(&[
            "import",
            "--bpmn",
            &model.display().to_string(),
            "--out",
            &out.display().to_string(),
        ])
        .expect("imported");
        definitions_command::load(dir.path()).unwrap_or_else(|e| panic!("{name}: {e:#}"));
    }
}

#[test]
fn a_broken_model_is_told_with_file_line_and_column() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("a.bpmn");
    fs::write(&file, "<a>\n <b></a>").expect("written");
    let file = file.display().to_string();
    let told = run(&["import", "--bpmn", &file, "--out", "x.yaml"])
        .expect_err("it is broken")
        .to_string();
    assert!(
        told.starts_with(&format!("{file}:2:")) && told.contains("XML 格式不正确"),
        "{told}"
    );
    assert!(run(&["import", "--out", "x.yaml"]).is_err());
}

#[test]
fn the_power_list_goes_through_a_workbook() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).display().to_string();
    run(&["export", "--xlsx", &demo(), "--out", &path("a.xlsx")]).expect("exported");
    run(&["import", "--xlsx", &path("a.xlsx"), "--out", &path("in")]).expect("imported");
    let again = run(&["import", "--xlsx", &path("a.xlsx"), "--out", &path("in")]);
    assert!(format!("{:#}", again.expect_err("it is there")).contains("--overwrite"));
    run(&[
        "import",
        "--xlsx",
        &path("a.xlsx"),
        "--out",
        &path("in"),
        "--overwrite",
    ])
    .expect("again");
    run(&["export", "--xlsx", &path("in"), "--out", &path("b.xlsx")]).expect("exported");
    assert_eq!(
        fs::read(path("b.xlsx")).expect("b"),
        fs::read(path("a.xlsx")).expect("a")
    );
    fs::write(path("no.xlsx"), "no").expect("written");
    let told = run(&["import", "--xlsx", &path("no.xlsx"), "--out", &path("in")])
        .expect_err("it is none")
        .to_string();
    assert!(
        told.contains("no.xlsx: 不是可读取的 .xlsx 工作簿"),
        "{told}"
    );
}

#[test]
fn a_wrong_duty_is_told_by_its_cell() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).display().to_string();
    let item = "kind: item
code: XK-1
name: 许可
power_type: licence
level: city
region: '510500'
executing_body: zjj
legal_basis: [建筑法]
effective_from: 2020-01-01
flowchart: f
responsibilities:
  - {duty: 受理}
  - {duty: 决定, expectation: {id: d, trigger: [accepted], owed: [decided], within: WITHIN}}
";
    // Written by itself, since what cannot be read is not exported.
    let write = |within: &str| {
        let mut value =
            mingjing_wire::datum::Datum::from_yaml(&item.replace("WITHIN", within)).expect("YAML");
        value.take("kind");
        let kind = "item".to_owned();
        let workbook =
            mingjing_wire::xlsx::write(&[mingjing_wire::xlsx::Definition { kind, value }]);
        fs::write(path("a.xlsx"), workbook.expect("packed")).expect("written");
    };
    write("20days");
    let told = run(&["import", "--xlsx", &path("a.xlsx"), "--out", &path("in")])
        .expect_err("no unit is called days")
        .to_string();
    assert!(told.contains("责任清单!I3: "), "{told}");
    write("20wd");
    run(&["import", "--xlsx", &path("a.xlsx"), "--out", &path("in")]).expect("it is lawful");
    let text = fs::read_to_string(path("in/items.yaml")).expect("written");
    assert!(text.contains("within: 20wd"), "{text}");
}
