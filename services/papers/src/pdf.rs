//! Sheets as PDF, set by Typst in this process. The layout is a text of ours (`pdf/sheet.typ`); what a sheet says comes to it as values of a JSON file and is
//! never read as markup. Neither clock nor network nor any other file is there for it to ask.
//!
//! The same sheet, number and fonts give the same bytes.

mod fonts;

use std::sync::OnceLock;

use serde_json::json;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::layout::{Frame, FrameItem};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::sheet::{Sheet, Stamp, day_zh};

pub use fonts::{FontFile, Fonts, NoFonts};

/// The layout.
const LAYOUT: &str = include_str!("pdf/sheet.typ");
/// Drawings whose intermediate results are kept: those of the one before.
const KEPT: usize = 1;

/// Why a sheet could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The fonts lack characters of it.
    #[error("the fonts lack {}", .0.iter().collect::<String>())]
    Missing(Vec<char>),
    /// The layout does not go through, which is a fault of ours.
    #[error("the layout fails: {0}")]
    Layout(String),
}

/// Draws a sheet under its stamp.
///
/// # Errors
/// As [`DrawError`] says. It takes a second or so at first, and is no work for a thread that serves.
pub fn draw(sheet: &Sheet, stamp: Stamp<'_>, fonts: &Fonts) -> Result<Vec<u8>, DrawError> {
    let said = json!({
        "sheet": sheet,
        "number": stamp.number,
        "digest": stamp.digest,
        "on": day_zh(sheet.on),
        "printed_on": sheet.foot.as_ref().map(|foot| day_zh(foot.on)),
        "fonts": fonts.families(),
    });
    let shop = Shop {
        fonts,
        said: Bytes::from_string(said.to_string()),
    };
    let drawn = typst::compile::<PagedDocument>(&shop);
    let document = drawn.output.map_err(|errors| failed(&errors))?;
    let mut missing = Vec::new();
    for page in document.pages() {
        missing_in(&page.frame, &mut missing);
    }
    missing.sort_unstable();
    missing.dedup();
    if !missing.is_empty() {
        return Err(DrawError::Missing(missing));
    }
    let options = PdfOptions {
        // Neither program nor machine is named: the file follows from what it says.
        ident: Smart::Custom(said.to_string()),
        creator: Smart::Custom(None),
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| failed(&errors));
    typst::comemo::evict(KEPT);
    bytes
}

fn failed(errors: &[SourceDiagnostic]) -> DrawError {
    let told = errors.iter().map(|error| error.message.to_string());
    DrawError::Layout(told.collect::<Vec<_>>().join("; "))
}

/// Characters that no font has a glyph for.
fn missing_in(frame: &Frame, missing: &mut Vec<char>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => missing_in(&group.frame, missing),
            FrameItem::Text(text) => {
                let lacking = text.glyphs.iter().filter(|glyph| glyph.id == 0);
                for glyph in lacking {
                    missing.extend(text.text[glyph.range()].chars());
                }
            }
            _ => {}
        }
    }
}

/// What Typst may ask: the layout, what the sheet says, the fonts.
struct Shop<'a> {
    fonts: &'a Fonts,
    said: Bytes,
}

/// What does not change from one drawing to the next.
struct Fixtures {
    library: LazyHash<Library>,
    layout: Source,
    said: FileId,
}

fn fixtures() -> &'static Fixtures {
    static FIXTURES: OnceLock<Fixtures> = OnceLock::new();
    FIXTURES.get_or_init(|| {
        let id = |name: &str| {
            let path = VirtualPath::new(name).expect("a plain name is a path");
            RootedPath::new(VirtualRoot::Project, path).intern()
        };
        Fixtures {
            library: LazyHash::new(Library::default()),
            layout: Source::new(id("sheet.typ"), LAYOUT.to_owned()),
            said: id("said.json"),
        }
    })
}

impl World for Shop<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &fixtures().library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        fixtures().layout.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        match id == fixtures().layout.id() {
            true => Ok(fixtures().layout.clone()),
            false => Err(FileError::AccessDenied),
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id == fixtures().said {
            true => Ok(self.said.clone()),
            false => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
