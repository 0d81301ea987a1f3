//! The console's files, compiled into the binary: it is served without a folder beside it. `build.rs` lists what
//! dashboards/console/dist holds. How they are answered is the API's matter.

use mingjing_api::Asset;

/// Every file of the built console.
pub static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// By the name's ending.
const fn media_type(path: &str) -> &'static str {
    let path = path.as_bytes();
    if ends_with(path, b".html") {
        "text/html; charset=utf-8"
    } else if ends_with(path, b".css") {
        "text/css; charset=utf-8"
    } else if ends_with(path, b".js") {
        "text/javascript; charset=utf-8"
    } else if ends_with(path, b".svg") {
        "image/svg+xml"
    } else if ends_with(path, b".woff2") {
        "font/woff2"
    } else {
        "application/octet-stream"
    }
}

const fn ends_with(text: &[u8], end: &[u8]) -> bool {
    if text.len() < end.len() {
        return false;
    }
    let mut place = 0;
    while place < end.len() {
        if text[text.len() - end.len() + place] != end[place] {
            return false;
        }
        place += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_is_there_and_so_is_everything_that_it_names() {
        let page = ASSETS.iter().find(|asset| asset.path == "/").unwrap();
        assert_eq!(page.media_type, "text/html; charset=utf-8");
        let text = std::str::from_utf8(page.bytes).unwrap();
        let named: Vec<&str> = text
            .split('"')
            .filter(|part| part.starts_with("/assets/"))
            .collect();
        assert!(!named.is_empty(), "{text}");
        for name in named {
            let asset = ASSETS.iter().find(|asset| asset.path == name);
            let asset = asset.unwrap_or_else(|| panic!("{name} is not compiled in"));
            assert!(!asset.bytes.is_empty(), "{name}");
        }
    }

    #[test]
    fn every_file_has_a_media_type_that_browsers_take() {
        for asset in ASSETS {
            assert_ne!(
                asset.media_type, "application/octet-stream",
                "{}",
                asset.path
            );
        }
        assert_eq!(media_type("/a.js"), "text/javascript; charset=utf-8");
        assert_eq!(media_type("js"), "application/octet-stream");
    }
}
