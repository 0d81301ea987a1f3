//! Sheets are drawn with the fonts of this machine: what is said stands in both files, and nothing that is said becomes markup.

use std::path::{Path, PathBuf};

use mingjing_papers::pdf::{DrawError, FontFile, Fonts, draw};
use mingjing_papers::{Block, Column, Sheet, Stamp, docx};

/// Debian's fonts-noto-cjk.
const FONTS: &str = "/usr/share/fonts/opentype/noto";

fn fonts() -> Fonts {
    let entries = std::fs::read_dir(FONTS).expect("fonts-noto-cjk is installed");
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    let files = paths.into_iter().map(|path| FontFile {
        name: path.display().to_string(),
        open: Box::new(move || std::fs::read(&path).ok()),
    });
    Fonts::new(files.collect()).expect("they have Chinese characters")
}

/// Texts that would do something if they were read as markup, by either writer or by who opens the file.
const NASTY: &str = "#panic(\"x\") $x$ *b* _e_ `r` @ref <label> // c /* d */ \\u{41} </w:t></w:r><w:br/> <!-- & &amp; ]]> #image(\"/etc/passwd\") = 标题";

fn sheet(text: &str) -> Sheet {
    let sheet = Sheet {
        head: "泸州市司法局".into(),
        title: "督办通知书".into(),
        to: "市住房和城乡建设局".into(),
        body: vec![
            Block::paragraph("经行政权力运行电子监察，你单位办理的办件有以下情形。"),
            Block::heading("一、基本情况"),
            Block::paragraph(text),
            Block::Table {
                columns: vec![Column::new("材料", 4), Column::digest("SHA-256", 7)],
                rows: vec![vec![text.to_owned(), "0123456789abcdef".repeat(4)]],
            },
            Block::note(text),
        ],
        signed: "泸州市司法局".into(),
        on: "2026-11-28".parse().expect("a date"),
        mark: Some("演示数据".into()),
        annexes: Vec::new(),
        foot: None,
    };
    sheet.cleaned()
}

const STAMP: Stamp<'_> = Stamp {
    number: "泸司监督〔2026〕1号",
    digest: "feedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeed",
};

/// The text parts of a DOCX, which the library stores uncompressed.
fn xml_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn nothing_that_is_said_becomes_markup() {
    let bytes = docx::write(&sheet(NASTY), STAMP).unwrap();
    let xml = xml_of(&bytes);
    assert!(xml.contains("&lt;/w:t&gt;&lt;/w:r&gt;&lt;w:br/&gt;"));
    assert!(!xml.contains("</w:t></w:r><w:br/>"));
    // Typst stops at `#panic` and at a file it may not read, if it evaluates them.
    let drawn = draw(&sheet(NASTY), STAMP, &fonts()).unwrap();
    assert!(drawn.starts_with(b"%PDF-"));
    let text = text_of(&drawn, "nasty");
    let squeezed: String = text.split_whitespace().collect();
    for part in [
        "#panic(\"x\")",
        "*b*",
        "#image(\"/etc/passwd\")",
        "<!--&&amp;]]>",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ] {
        assert!(squeezed.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn the_same_sheet_is_the_same_file_and_another_number_another() {
    let fonts = fonts();
    let sheet = sheet("同一份");
    let first = draw(&sheet, STAMP, &fonts).unwrap();
    assert_eq!(first, draw(&sheet, STAMP, &fonts).unwrap());
    let second = Stamp {
        number: "泸司监督〔2026〕2号",
        ..STAMP
    };
    assert_ne!(first, draw(&sheet, second, &fonts).unwrap());
    let first = docx::write(&sheet, STAMP).unwrap();
    assert_eq!(first, docx::write(&sheet, STAMP).unwrap());
}

#[test]
fn a_character_that_no_font_has_is_told_and_not_printed_as_a_box() {
    let refused = draw(&sheet("张\u{e123}三"), STAMP, &fonts()).unwrap_err();
    let DrawError::Missing(missing) = refused else {
        panic!("{refused}");
    };
    assert_eq!(missing, ['\u{e123}']);
}

#[test]
fn rare_characters_of_names_are_set() {
    draw(&sheet("龘靐齉爩𠮷㑇犇骉"), STAMP, &fonts()).unwrap();
}

#[test]
fn a_page_holds_twenty_two_lines_of_twenty_eight_characters() {
    let long = "国".repeat(28 * 60);
    let sheet = Sheet {
        body: vec![Block::paragraph(long)],
        mark: None,
        ..sheet("")
    };
    let drawn = draw(&sheet, STAMP, &fonts()).unwrap();
    let text = text_of(&drawn, "lines");
    let pages: Vec<&str> = text.split('\u{c}').collect();
    let lines = |page: &str| {
        let full = page.lines().map(str::trim);
        full.filter(|line| line.chars().filter(|c| *c == '国').count() == 28)
            .count()
    };
    assert_eq!(lines(pages[1]), 22, "{text}");
}

#[test]
fn a_long_table_goes_over_pages_under_its_heads() {
    let columns = ["日期", "星期", "计算", "累计", "说明"];
    let shares = [5, 2, 4, 3, 6];
    let columns = columns
        .iter()
        .zip(shares)
        .map(|(name, share)| Column::new(name, share));
    let rows = (1..=60).map(|n| {
        let cells = [
            &format!("2026年{}月{}日", 1 + n / 30, 1 + n % 28),
            "周一",
            "计入",
            &format!("第{n}日"),
            "",
        ];
        cells.map(str::to_owned).to_vec()
    });
    let table = Block::Table {
        columns: columns.collect(),
        rows: rows.collect(),
    };
    let whole = sheet("审查环节超过法定时限。");
    let sheet = Sheet {
        body: [
            whole.body.clone(),
            vec![Block::heading("二、期限的逐日计算"), table],
        ]
        .concat(),
        ..whole
    };
    let drawn = draw(&sheet, STAMP, &fonts()).unwrap();
    let written = docx::write(&sheet, STAMP).unwrap();
    assert_eq!(xml_of(&written).matches("<w:tblHeader />").count(), 2);
    std::fs::write(
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("table.docx"),
        written,
    )
    .unwrap();
    let text = text_of(&drawn, "table");
    let pages: Vec<&str> = text
        .split('\u{c}')
        .filter(|page| page.contains("第"))
        .collect();
    assert!(pages.len() >= 3, "{text}");
    for page in pages.iter().filter(|page| page.contains("计入")) {
        assert!(page.contains("星期"), "{page}");
    }
    assert!(
        text.contains("第60日") && text.contains("2026年11月28日"),
        "{text}"
    );
}

/// The text of a PDF by poppler, which `deploy/setup/browser.sh` installs.
fn text_of(pdf: &[u8], name: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{name}.pdf"));
    std::fs::write(&path, pdf).expect("the folder of tests is there");
    let told = std::process::Command::new("pdftotext")
        .args(["-layout", &path.display().to_string(), "-"])
        .output()
        .expect("poppler-utils are installed");
    assert!(told.status.success(), "{told:?}");
    String::from_utf8_lossy(&told.stdout).into_owned()
}
