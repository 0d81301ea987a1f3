//! The console's files, compiled into the binary: it is served without a folder beside it. How they are answered is
//! the API's matter.

use mingjing_api::Asset;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! assets {
    ($($path:literal $file:literal $media_type:expr;)*) => {
        &[$(Asset {
            path: $path,
            media_type: $media_type,
            bytes: include_bytes!(concat!("../../../dashboards/console/", $file)),
        },)*]
    };
}

/// Every file of `dashboards/console`.
pub static ASSETS: &[Asset] = assets! {
    "/" "index.html" HTML;
    "/board.css" "board.css" CSS;
    "/panel.css" "panel.css" CSS;
    "/account-view.js" "account-view.js" SCRIPT;
    "/alert-list.js" "alert-list.js" SCRIPT;
    "/alert-panel.js" "alert-panel.js" SCRIPT;
    "/api.js" "api.js" SCRIPT;
    "/board.js" "board.js" SCRIPT;
    "/case-panel.js" "case-panel.js" SCRIPT;
    "/counts-view.js" "counts-view.js" SCRIPT;
    "/dom.js" "dom.js" SCRIPT;
    "/format.js" "format.js" SCRIPT;
    "/live.js" "live.js" SCRIPT;
    "/panel.js" "panel.js" SCRIPT;
    "/platform.js" "platform.js" SCRIPT;
    "/subject.js" "subject.js" SCRIPT;
    "/words.js" "words.js" SCRIPT;
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_console_is_served_under_its_name() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards/console");
        let files = std::fs::read_dir(folder).unwrap();
        let there: BTreeSet<String> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        let name = |asset: &Asset| match asset.path {
            "/" => "index.html".to_owned(),
            path => path.trim_start_matches('/').to_owned(),
        };
        assert_eq!(ASSETS.iter().map(name).collect::<BTreeSet<_>>(), there);
    }
}
