//! A bulletin as files: PDF, DOCX, XLSX. They are read and looked at by poppler and LibreOffice (`deploy/setup/browser.sh`).

use std::path::{Path, PathBuf};
use std::process::Command;

use mingjing_bulletin::{Edition, Head, Kind, compose, sheet, workbook};
use mingjing_papers::pdf::{FontFile, Fonts, draw};
use mingjing_papers::{Block, Sheet, Stamp, docx};

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

/// What a program says that the machine was set up with.
fn said(program: &str, args: &[&str]) -> Vec<u8> {
    // None of them takes that long, but one that hangs would keep the tests for ever.
    let mut timed = Command::new("timeout");
    let ran = timed.arg("120").arg(program).args(args).output();
    let ran = ran.expect("coreutils are installed");
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(
        ran.status.success(),
        "{program}: {} {told}; deploy/setup/browser.sh installs it",
        ran.status
    );
    ran.stdout
}

/// The pages' texts.
fn pages(pdf: &Path) -> Vec<String> {
    let text = said("pdftotext", &["-layout", &pdf.display().to_string(), "-"]);
    let text = String::from_utf8_lossy(&text).into_owned();
    let pages = text.split('\u{c}').filter(|page| !page.trim().is_empty());
    pages.map(str::to_owned).collect()
}

fn squeezed(page: &str) -> String {
    page.chars().filter(|c| !c.is_whitespace()).collect()
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
        let pages = pages(&path);
        let first = squeezed(&pages[0]);
        assert!(first.contains("泸府办函〔2026〕31号"), "{first}");
        // The first page shows text (7.3.3).
        assert!(first.contains("现将2026年10月泸州市"), "{first}");
        numbered(&pages);
        let all: String = pages.iter().map(|page| squeezed(page)).collect();
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

fn numbered(pages: &[String]) {
    for (n, page) in pages.iter().enumerate() {
        let number = format!("—{}—", n + 1);
        assert!(squeezed(page).ends_with(&number), "page {}: {page}", n + 1);
    }
}

/// The DOCX is what a secretary goes on writing in, and it is printed from there: by LibreOffice it has to come out as the PDF does. Not glyph
/// by glyph: where Chinese stands beside figures the two leave other gaps, so lines of such text break elsewhere and the last page has another
/// number. What the standard says of a page holds for both, and lines of nothing but Chinese are alike.
#[test]
fn the_docx_comes_out_of_libreoffice_as_the_pdf_does() {
    let mut sheet = laid(Edition::Public);
    sheet.body.insert(1, Block::paragraph("国".repeat(28 * 60)));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let pdf = kept("layout-pdf.pdf", &draw(&sheet, STAMP, &fonts()).unwrap());
    let written = kept("layout-docx.docx", &docx::write(&sheet, STAMP).unwrap());
    let opened = folder.join("layout-docx.pdf");
    // One of before would be taken for this one.
    let _ = std::fs::remove_file(&opened);
    let profile = folder.join("libreoffice");
    said(
        "soffice",
        &[
            // Of its own: one that is open on this machine would be asked instead.
            &format!("-env:UserInstallation=file://{}", profile.display()),
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            &folder.display().to_string(),
            &written.display().to_string(),
        ],
    );
    let (drawn, opened) = (Page::first(&pdf), Page::first(&opened));
    // The head stands 35 mm below the upper edge of the type area (7.2.4), and a red line under it (7.2.7). A millimetre or two hang on where a
    // line's characters stand in it, which each program decides by itself; a blank line more or less would be ten.
    for (one, other) in [(drawn.head, opened.head), (drawn.line, opened.line)] {
        let apart = (one.0 - other.0).abs().max((one.1 - other.1).abs());
        assert!(apart < 4.0, "{drawn:?} {opened:?}");
    }
}

/// The first page of a file: from so many mm below its upper edge to so many.
#[derive(Debug)]
struct Page {
    head: (f64, f64),
    /// The red one under it.
    line: (f64, f64),
}

impl Page {
    /// Of a file that is laid out as the standard says.
    fn first(pdf: &Path) -> Page {
        let pages = pages(pdf);
        numbered(&pages);
        let first = squeezed(&pages[0]);
        for said in ["泸州市人民政府办公室", STAMP.number] {
            assert!(first.contains(said), "{said}: {first}");
        }
        // Two pages of text alone: 22 lines of 28 characters (5.2.3).
        for page in &pages[1..3] {
            let lines: Vec<usize> = page
                .lines()
                .map(|line| line.chars().filter(|c| *c == '国').count())
                .filter(|count| *count > 0)
                .collect();
            assert_eq!(lines, [28_usize; 22], "{page}");
        }
        let red_mm = red(pdf, "1");
        // Head and line, and nothing else on the page is red; and nothing at all on the next.
        let [head, line] = red_mm[..] else {
            panic!("{}: red at {red_mm:?} mm", pdf.display());
        };
        assert!((head.0 - 72.0).abs() < 3.0 && head.1 < 90.0, "{head:?}");
        assert!(line.0 > head.1 && line.1 - line.0 < 2.0, "{line:?}");
        assert!(red(pdf, "2").is_empty(), "{}", pdf.display());
        let told = said("pdfinfo", &[&pdf.display().to_string()]);
        let told = String::from_utf8_lossy(&told).into_owned();
        let size = told
            .lines()
            .find_map(|line| line.strip_prefix("Page size:"));
        let size = size.expect("a size").split_whitespace();
        let size_pt: Vec<f64> = size.filter_map(|word| word.parse().ok()).collect();
        let [wide, high] = size_pt[..] else {
            panic!("{told}");
        };
        // A4; a DOCX counts in twentieths of a point.
        let a4 = |pt: f64, mm: f64| (pt - mm * 72.0 / 25.4).abs() < 0.1;
        assert!(a4(wide, 210.0) && a4(high, 297.0), "{size_pt:?}");
        Page { head, line }
    }
}

/// Where a page is red, as a picture of it shows: bands from so many mm below its upper edge to so many.
fn red(pdf: &Path, page: &str) -> Vec<(f64, f64)> {
    const A4_HIGH_MM: f64 = 297.0;
    /// Between rows of a line of characters there is less.
    const APART_MM: f64 = 5.0;
    let file = pdf.display().to_string();
    let picture = said("pdftoppm", &["-r", "72", "-f", page, "-l", page, &file]);
    // P6, width and height, 255, then three bytes a pixel.
    let mut parts = picture.splitn(4, |byte| *byte == b'\n');
    let (kind, size, most) = (parts.next(), parts.next(), parts.next());
    assert_eq!((kind, most), (Some(&b"P6"[..]), Some(&b"255"[..])));
    let size = String::from_utf8_lossy(size.unwrap()).into_owned();
    let (wide, high) = size.split_once(' ').expect("width and height");
    let (wide, high): (usize, usize) = (wide.parse().unwrap(), high.parse().unwrap());
    let pixels = parts.next().expect("pixels");
    assert_eq!(pixels.len(), 3 * wide * high);
    let mut bands: Vec<(f64, f64)> = Vec::new();
    for (y, row) in pixels.chunks(3 * wide).enumerate() {
        let is_red = |pixel: &[u8]| pixel[0] > 150 && pixel[1] < 100 && pixel[2] < 100;
        if !row.chunks(3).any(is_red) {
            continue;
        }
        let at = |y: usize| y as f64 * A4_HIGH_MM / high as f64;
        match bands.last_mut() {
            Some(band) if at(y) - band.1 < APART_MM => band.1 = at(y + 1),
            _ => bands.push((at(y), at(y + 1))),
        }
    }
    bands
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
