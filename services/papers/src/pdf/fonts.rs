//! Fonts: what families there are is read once, and a file is opened again when something is first set in it.

use std::sync::OnceLock;

use serde_json::{Value, json};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;

/// The families that papers are set in, the best first: what GB/T 9704-2012 asks for where a site has it, else what is free.
const TITLE: &[&str] = &[
    "方正小标宋简体",
    "FZXiaoBiaoSong-B05S",
    "FZXiaoBiaoSong-B05",
    "方正小标宋_GBK",
    "Source Han Serif SC Heavy",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
];
const TEXT: &[&str] = &[
    "仿宋_GB2312",
    "FangSong_GB2312",
    "仿宋",
    "FangSong",
    "STFangsong",
    "方正仿宋_GBK",
    "FandolFang",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
];
const HEADING: &[&str] = &[
    "黑体",
    "SimHei",
    "方正黑体_GBK",
    "FandolHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
];
/// Headings of the second level.
const SUBHEADING: &[&str] = &[
    "楷体_GB2312",
    "KaiTi_GB2312",
    "楷体",
    "KaiTi",
    "STKaiti",
    "方正楷体_GBK",
    "FandolKai",
    "AR PL UKai CN",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
];
/// Numbers of pages.
const PAGE: &[&str] = &[
    "宋体",
    "SimSun",
    "方正书宋_GBK",
    "FandolSong",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
];
/// What every paper has to be able to say.
const NEEDED: &str = "督办通知书〔〕号年月日预警申诉鉴";

/// A file that may hold fonts.
pub struct FontFile {
    /// What it is called, for messages.
    pub name: String,
    /// Opens it; none where it cannot be read.
    pub open: Box<dyn Fn() -> Option<Vec<u8>> + Send + Sync>,
}

/// No font has Chinese characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("none of {files} font file(s) has the Chinese characters that papers are written in")]
pub struct NoFonts {
    /// How many files were looked at.
    pub files: usize,
}

/// The fonts there are.
pub struct Fonts {
    book: LazyHash<FontBook>,
    slots: Vec<Slot>,
    files: Vec<FontFile>,
    families: Value,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.files.iter().map(|file| &file.name);
        f.debug_list().entries(names).finish()
    }
}

/// A face, loaded when it is first asked for and then kept.
struct Slot {
    file: usize,
    index: u32,
    font: OnceLock<Option<Font>>,
}

impl Fonts {
    /// Looks into files; what is no font is passed over.
    ///
    /// # Errors
    /// [`NoFonts`].
    pub fn new(files: Vec<FontFile>) -> Result<Self, NoFonts> {
        let (mut book, mut slots) = (FontBook::new(), Vec::new());
        let mut chinese = Vec::new();
        for (file, entry) in files.iter().enumerate() {
            let Some(bytes) = (entry.open)() else {
                continue;
            };
            for (index, info) in FontInfo::iter(&bytes).enumerate() {
                let has = |c: char| info.coverage.contains(u32::from(c));
                if NEEDED.chars().all(has) && !chinese.contains(&info.family) {
                    chinese.push(info.family.clone());
                }
                slots.push(Slot {
                    file,
                    index: u32::try_from(index).unwrap_or(u32::MAX),
                    font: OnceLock::new(),
                });
                book.push(info);
            }
        }
        if chinese.is_empty() {
            return Err(NoFonts { files: files.len() });
        }
        let families = json!({
            "title": in_order(TITLE, &chinese),
            "text": in_order(TEXT, &chinese),
            "heading": in_order(HEADING, &chinese),
            "subheading": in_order(SUBHEADING, &chinese),
            "page": in_order(PAGE, &chinese),
        });
        Ok(Self {
            book: LazyHash::new(book),
            slots,
            files,
            families,
        })
    }

    pub(super) fn families(&self) -> &Value {
        &self.families
    }

    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(super) fn font(&self, index: usize) -> Option<Font> {
        let slot = self.slots.get(index)?;
        let font = slot.font.get_or_init(|| {
            let bytes = (self.files.get(slot.file)?.open)()?;
            Font::new(Bytes::new(bytes), slot.index)
        });
        font.clone()
    }
}

/// The wanted families that there are, then every other one: a rare character is looked for everywhere.
fn in_order<'f>(wanted: &[&str], there: &'f [String]) -> Vec<&'f str> {
    let is = |want: &&str, family: &&String| family.eq_ignore_ascii_case(want);
    let mut found: Vec<&str> = wanted
        .iter()
        .filter_map(|want| there.iter().find(|family| is(want, family)))
        .map(String::as_str)
        .collect();
    let others = there.iter().map(String::as_str);
    let others: Vec<&str> = others.filter(|family| !found.contains(family)).collect();
    found.extend(others);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_chinese_characters_there_are_no_fonts() {
        let file = |bytes: Option<Vec<u8>>| FontFile {
            name: "x".into(),
            open: Box::new(move || bytes.clone()),
        };
        let refused = Fonts::new(vec![file(None), file(Some(b"no font".to_vec()))]);
        assert_eq!(refused.unwrap_err(), NoFonts { files: 2 });
    }

    #[test]
    fn what_the_standard_asks_for_goes_before_what_is_free() {
        let there = ["Noto Serif CJK SC", "Other", "仿宋"].map(str::to_owned);
        assert_eq!(
            in_order(TEXT, &there),
            ["仿宋", "Noto Serif CJK SC", "Other"]
        );
    }
}
