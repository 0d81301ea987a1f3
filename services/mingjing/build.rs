//! Lists the console's built files for `src/assets.rs`, which compiles them into the binary.
//! The console is built by deploy/setup/console.sh (`make build` runs it); nothing here runs npm.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const DIST: &str = "../../dashboards/console/dist";

fn main() -> io::Result<()> {
    let dist = Path::new(&var("CARGO_MANIFEST_DIR")?).join(DIST);
    println!("cargo::rerun-if-changed={}", dist.display());
    if !dist.join("index.html").is_file() {
        println!(
            "cargo::error=the console is not built: {} has no index.html; run `bash deploy/setup/node.sh && bash deploy/setup/console.sh` \
             in the project's folder, or `make build`, which does that first",
            dist.display()
        );
        return Ok(());
    }
    let mut files = Vec::new();
    walk(&dist, "", &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for (path, file) in &files {
        let served = match path.as_str() {
            "/index.html" => "/",
            "/portal.html" => "/public",
            other => other,
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            list,
            "    Asset {{ path: {served:?}, media_type: media_type({path:?}), bytes: include_bytes!({file:?}) }},"
        );
    }
    list.push(']');
    fs::write(Path::new(&var("OUT_DIR")?).join("assets.rs"), list)
}

/// Every file under `folder` as its path in the address and on the disk; hidden ones are the set-up's own.
fn walk(folder: &Path, address: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let address = format!("{address}/{name}");
        if entry.file_type()?.is_dir() {
            println!("cargo::rerun-if-changed={}", entry.path().display());
            walk(&entry.path(), &address, files)?;
        } else {
            println!("cargo::rerun-if-changed={}", entry.path().display());
            files.push((address, entry.path()));
        }
    }
    Ok(())
}

fn var(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}
