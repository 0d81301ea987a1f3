//! Files that are no workbooks, or are made to do harm: each is refused in words, and none takes more than its share.

use proptest::prelude::*;

use super::{ALL, GOOD, HEADS, begin, book, book_sharing, definitions, items, row, text, told};
use crate::xlsx::{Definition, read, write};

#[test]
fn what_is_no_workbook_or_too_large_is_refused() {
    let whole = book(&[("权力事项", items(&[GOOD]))]);
    // What begins an OLE file: an .xls, or a workbook with a password.
    let ole = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 4_096]].concat();
    for bytes in [&b"PK\x03\x04 no"[..], &whole[..whole.len() / 2], &ole[..]] {
        let told = &read(bytes).problems[0];
        assert!(told.to_string().starts_with("不是可读取的 .xlsx"), "{told}");
    }
    // An error of whatever program is the cell's, not the sheet's.
    let error = items(&[GOOD]).replace(
        &text("C3", GOOD[2]),
        "<c r=\"C3\" t=\"e\"><v>#SPILL!</v></c>",
    );
    begin(
        &told(&[("权力事项", error)]),
        &["权力事项!C3: 单元格显示错误值 #SPILL!"],
    );
    let far = items(&[GOOD]).replace("</sheetData>", &(row(1_000_001, &["x"]) + "</sheetData>"));
    begin(&told(&[("权力事项", far)]), &["权力事项: A1000001 有内容"]);
    let entity = items(&[GOOD]).replace("XK-1", "&x;");
    begin(
        &told(&[("权力事项", entity)]),
        &["权力事项: 不是可读取的 .xlsx"],
    );
}

/// A small file must not become a large one in memory, whatever of it is read.
#[test]
fn what_grows_beyond_the_bound_when_it_is_read_is_refused() {
    let refused = |data: String, shared: &str| {
        let bytes = book_sharing(&[("权力事项", data)], shared);
        assert!(bytes.len() < 1 << 20, "{}", bytes.len());
        let told = read(&bytes).problems;
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        begin(&told, &["权力事项: 解压并逐格展开后超过 134217728 字节"]);
    };
    let head = row(2, &HEADS);
    // One long text that many cells share.
    let text = format!("<si><t>{}</t></si>", "甲".repeat(400_000));
    let cells = "<c t=\"s\"><v>0</v></c>".repeat(200);
    refused(
        format!("<sheetData>{head}<row r=\"3\">{cells}</row></sheetData>"),
        &text,
    );
    // Cells without end.
    let cells = "<row><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c></row>".repeat(190_000);
    let sheet = format!("<sheetData>{cells}</sheetData>");
    let many: Vec<(&str, String)> = ["a", "b", "c", "d"].map(|s| (s, sheet.clone())).into();
    let told = read(&book(&many)).problems;
    assert!(
        told[0].to_string().contains("解压并逐格展开后超过"),
        "{told:?}"
    );
    // Areas of the whole width, whose cells would each have to be looked up among all.
    let areas: String = (3..12_000)
        .map(|row| format!("<mergeCell ref=\"A{row}:XFD{row}\"/>"))
        .collect();
    refused(
        format!("<sheetData>{head}</sheetData><mergeCells>{areas}</mergeCells>"),
        "",
    );
}

#[test]
fn cells_find_their_area_among_many() {
    let mut data = row(2, &HEADS);
    let mut areas = String::new();
    // Of each pair of rows the second has the body of the first.
    for at in (0..40_000u32).map(|pair| 3 + pair * 2) {
        for (row, body) in [(at, "zjj"), (at + 1, "")] {
            let mut cells = GOOD;
            let code = format!("XK-{row}");
            (cells[0], cells[5]) = (&*code, body);
            data += &self::row(row, &cells);
        }
        areas += &format!("<mergeCell ref=\"F{at}:F{}\"/>", at + 1);
    }
    let sheet = format!("<sheetData>{data}</sheetData><mergeCells>{areas}</mergeCells>");
    let read = read(&book(&[("权力事项", sheet)]));
    assert_eq!(
        (&read.problems[..], read.definitions.len()),
        (&[][..], 80_000)
    );
    let of_zjj = |d: &Definition| d.value.text_of("executing_body") == Some("zjj");
    assert!(read.definitions.iter().all(|(d, _)| of_zjj(d)));
}

#[test]
fn of_many_problems_the_first_are_told() {
    let rows: String = (3..2_000).map(|at| row(at, &["XK"])).collect();
    let sheet = format!("<sheetData>{}{rows}</sheetData>", row(2, &HEADS));
    let read = read(&book(&[("权力事项", sheet)]));
    assert_eq!((read.problems.len(), read.definitions.len()), (1_001, 0));
    let last = read.problems[1_000].to_string();
    assert!(last.starts_with("权力事项: 问题超过 1000 个"), "{last}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_damage_makes_it_panic(at in any::<prop::sample::Index>(), with in any::<u8>()) {
        let mut bytes = write(&definitions(ALL)).expect("it can be written");
        let at = at.index(bytes.len());
        bytes[at] = with;
        let _ = read(&bytes);
    }
}
