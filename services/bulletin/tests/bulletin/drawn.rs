//! A bulletin as files: PDF, DOCX, XLSX.

use std::path::{Path, PathBuf};
use std::process::Command;

use mingjing_bulletin::{Edition, Head, Kind, compose, sheet, workbook};
use mingjing_papers::pdf::{FontFile, Fonts, draw};
use mingjing_papers::{Sheet, Stamp, docx};

use crate::city;

/// Debian's fonts-noto-cjk.
const FONTS: &str = "/usr/share/fonts/opentype/noto";
const STAMP: Stamp<'_> = Stamp {
    number: "泸府办函〔2026〕31号",
    digest: "",
};

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

fn laid(edition: Edition) -> Sheet {
    let mut document = compose(&city::figures(), &city::asked(Kind::Bulletin));
    document.copies = "市委办公室，市人大常委会办公室，市政协办公室，市纪委监委".into();
    let head = Head {
        head: "泸州市人民政府办公室".into(),
        signed: "泸州市人民政府办公室".into(),
        on: "2026-11-18".parse().unwrap(),
        printed_by: "泸州市人民政府办公室".into(),
        mark: None,
    };
    sheet(&document, edition, &head)
}

fn kept(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The pages' texts by poppler; none where that is not installed.
fn pages(pdf: &Path) -> Option<Vec<String>> {
    let told = Command::new("pdftotext")
        .args(["-layout", pdf.to_str()?, "-"])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    let pages = text.split('\u{c}').filter(|page| !page.trim().is_empty());
    Some(pages.map(str::to_owned).collect())
}

#[test]
fn both_editions_are_set_without_a_missing_glyph_and_the_same_twice() {
    let fonts = fonts();
    for edition in Edition::ALL {
        let sheet = laid(edition);
        let pdf = draw(&sheet, STAMP, &fonts).unwrap();
        assert_eq!(pdf, draw(&sheet, STAMP, &fonts).unwrap());
        let path = kept(&format!("bulletin-{}.pdf", edition.code()), &pdf);
        let written = docx::write(&sheet, STAMP).unwrap();
        assert_eq!(written, docx::write(&sheet, STAMP).unwrap());
        kept(&format!("bulletin-{}.docx", edition.code()), &written);
        let Some(pages) = pages(&path) else {
            return;
        };
        let squeezed = |page: &String| {
            page.chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
        };
        let first = squeezed(&pages[0]);
        assert!(first.contains("泸府办函〔2026〕31号"), "{first}");
        // The first page shows text (7.3.3).
        assert!(first.contains("现将2026年10月泸州市"), "{first}");
        for (n, page) in pages.iter().enumerate() {
            let number = format!("—{}—", n + 1);
            assert!(squeezed(page).ends_with(&number), "page {}: {page}", n + 1);
        }
        let all: String = pages.iter().map(squeezed).collect();
        for said in [
            "一、总体情况",
            "十、下一步工作要求",
            "附件：1.图表",
            "附件1",
            "指标定义",
            "抄送：市委办公室",
            "2026年11月18日印发",
        ] {
            assert!(all.contains(said), "{said}");
        }
        assert_eq!(all.contains("ZJ-2026-000123"), edition == Edition::Internal);
    }
}

#[test]
fn a_workbook_has_every_table_and_every_figure_as_a_number() {
    let figures = city::figures();
    let document = compose(&figures, &city::asked(Kind::Bulletin));
    let bytes = workbook(&document, &figures, Edition::Internal).unwrap();
    assert_eq!(
        bytes,
        workbook(&document, &figures, Edition::Internal).unwrap()
    );
    let path = kept("bulletin.xlsx", &bytes);
    kept(
        "bulletin-public.xlsx",
        &workbook(&document, &figures, Edition::Public).unwrap(),
    );
    let Ok(told) = Command::new("unzip")
        .args(["-p", path.to_str().unwrap(), "xl/workbook.xml"])
        .output()
    else {
        return;
    };
    let names = String::from_utf8_lossy(&told.stdout).into_owned();
    for name in [
        "分权力类别运行情况",
        "部门运行情况表",
        "县（区）运行情况表",
        "各月办结量",
        "指标定义",
        "全部数据",
    ] {
        assert!(names.contains(&format!("\"{name}\"")), "{name}: {names}");
    }
}
