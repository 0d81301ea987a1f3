//! The fonts of papers: which files there are. They are opened when the first PDF is drawn.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use mingjing_papers::pdf::{FontFile, Fonts, NoFonts};

/// Where Debian's fonts-noto-cjk and other packages put fonts.
const USUAL: &str = "/usr/share/fonts";
/// Files that are looked into at most, and folders below one another.
const FILES_MAX: usize = 2_000;
const DEPTH_MAX: usize = 8;

/// The font files that settings name, else those of the machine; those named have to be there.
pub fn files(named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if named.is_empty() {
        // A machine without fonts is told about where a PDF is asked for.
        let _ = within(Path::new(USUAL), 0, &mut found);
    }
    for path in named {
        let before = found.len();
        within(path, 0, &mut found).with_context(|| {
            format!(
                "`papers.fonts`：不能读取 {}；请写明存在的字体文件（ttf、otf、ttc）或者文件夹",
                path.display()
            )
        })?;
        ensure!(
            found.len() > before,
            "`papers.fonts`：{} 不是字体文件（ttf、otf、ttc），或者文件夹中没有字体文件",
            path.display()
        );
    }
    found.sort();
    found.dedup();
    found.truncate(FILES_MAX);
    if found.is_empty() {
        tracing::warn!(
            "there are no fonts: papers cannot be had as PDF; install fonts-noto-cjk or set papers.fonts"
        );
    }
    Ok(found)
}

fn within(path: &Path, depth: usize, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if std::fs::metadata(path)?.is_dir() {
        if depth < DEPTH_MAX {
            for entry in std::fs::read_dir(path)? {
                // A link that leads nowhere is no font.
                let _ = within(&entry?.path(), depth + 1, found);
            }
        }
        return Ok(());
    }
    let ending = path.extension().and_then(|ending| ending.to_str());
    let ending = ending.map(str::to_ascii_lowercase).unwrap_or_default();
    if matches!(ending.as_str(), "ttf" | "otf" | "ttc" | "otc") {
        found.push(path.to_owned());
    }
    Ok(())
}

/// Opens them.
pub fn open(files: &[PathBuf]) -> Result<Fonts, NoFonts> {
    let files = files.iter().cloned().map(|path| FontFile {
        name: path.display().to_string(),
        open: Box::new(move || match std::fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "a font cannot be read");
                None
            }
        }),
    });
    Fonts::new(files.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_has_to_be_there_and_folders_are_looked_through() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a/b");
        std::fs::create_dir_all(&below).unwrap();
        std::fs::write(below.join("x.TTF"), b"").unwrap();
        std::fs::write(below.join("readme.txt"), b"").unwrap();
        let found = files(&[folder.path().to_owned()]).unwrap();
        assert_eq!(found, [below.join("x.TTF")]);
        assert!(open(&found).is_err(), "an empty file is no font");
        for wrong in [below.join("readme.txt"), below.join("none")] {
            let refused = files(&[wrong]).unwrap_err();
            assert!(
                format!("{refused:#}").contains("papers.fonts"),
                "{refused:#}"
            );
        }
    }
}
