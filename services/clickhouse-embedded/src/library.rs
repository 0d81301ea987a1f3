//! Where libchdb is looked for.
//!
//! The order is fixed and an explicit name is never second-guessed: when `MINGJING_LIBCHDB` or `--library` names a
//! file that is not there, that is an error, not a reason to look further. This module downloads nothing; that is
//! `deploy/setup/libchdb.sh`.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The version that `deploy/setup/libchdb.sh` downloads and that this crate is tested with.
pub const VERSION: &str = "26.7.3-stable.1";

/// The environment variable that names a libchdb.so and goes before everything else.
pub const LIBRARY_VARIABLE: &str = "MINGJING_LIBCHDB";

/// The environment variable that names the cache folder; without it `~/.cache/mingjing` is meant.
pub const CACHE_VARIABLE: &str = "MINGJING_CACHE";

const FILE_NAME: &str = "libchdb.so";
const SETUP_COMMAND: &str = "bash deploy/setup/libchdb.sh";

/// The library was not at any of the places looked at.
#[derive(Debug, thiserror::Error)]
#[error(
    "libchdb, the ClickHouse engine, was not found; looked at {}. Run `{SETUP_COMMAND}`, or set {LIBRARY_VARIABLE} to a libchdb.so",
    .looked_at.join(", then ")
)]
pub struct NotFound {
    /// Each place with where its name came from, in the order of looking.
    pub looked_at: Vec<String>,
}

/// Finds libchdb: `MINGJING_LIBCHDB`, then `library` (the `--library` option), then the cache.
///
/// # Errors
/// [`NotFound`] with every place that was looked at.
pub fn find(library: Option<&Path>) -> Result<PathBuf, NotFound> {
    find_in(&Environment::read(), library)
}

/// The environment as an argument, so that the order can be tested without changing the process.
struct Environment {
    library: Option<OsString>,
    cache: Option<OsString>,
    home: Option<OsString>,
}

impl Environment {
    fn read() -> Self {
        let value = |name| env::var_os(name).filter(|value| !value.is_empty());
        Self {
            library: value(LIBRARY_VARIABLE),
            cache: value(CACHE_VARIABLE),
            home: value("HOME"),
        }
    }

    fn cache_folder(&self) -> Option<PathBuf> {
        match (&self.cache, &self.home) {
            (Some(cache), _) => Some(PathBuf::from(cache)),
            (None, Some(home)) => Some(Path::new(home).join(".cache").join("mingjing")),
            (None, None) => None,
        }
    }
}

fn find_in(environment: &Environment, library: Option<&Path>) -> Result<PathBuf, NotFound> {
    let named = [
        (
            environment.library.as_deref().map(Path::new),
            LIBRARY_VARIABLE,
        ),
        (library, "--library"),
    ];
    let (candidate, origin) = match named
        .into_iter()
        .find_map(|(path, origin)| Some((path?.to_path_buf(), origin)))
    {
        Some(named) => named,
        None => match environment.cache_folder() {
            Some(cache) => (
                cache.join("libchdb").join(VERSION).join(FILE_NAME),
                "the cache",
            ),
            None => {
                return Err(NotFound {
                    looked_at: vec![format!(
                        "no cache folder ({CACHE_VARIABLE} and HOME are unset)"
                    )],
                });
            }
        },
    };
    if candidate.is_file() {
        return Ok(candidate);
    }
    let mut looked_at = vec![format!("{} ({origin})", candidate.display())];
    if origin == "the cache" {
        looked_at.insert(0, format!("{LIBRARY_VARIABLE} (unset)"));
        looked_at.insert(1, "--library (not given)".to_owned());
    }
    Err(NotFound { looked_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(library: Option<&Path>, cache: Option<&Path>) -> Environment {
        let owned = |path: &Path| path.as_os_str().to_owned();
        Environment {
            library: library.map(owned),
            cache: cache.map(owned),
            home: None,
        }
    }

    fn file(path: PathBuf) -> PathBuf {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, b"").unwrap();
        path
    }

    #[test]
    fn the_variable_goes_before_the_option_and_the_option_before_the_cache() {
        let folder = tempfile::tempdir().unwrap();
        let variable = file(folder.path().join("variable.so"));
        let option = file(folder.path().join("option.so"));
        let cached = file(folder.path().join("libchdb").join(VERSION).join(FILE_NAME));

        let both = environment(Some(&variable), Some(folder.path()));
        assert_eq!(find_in(&both, Some(&option)).unwrap(), variable);
        let cache_only = environment(None, Some(folder.path()));
        assert_eq!(find_in(&cache_only, Some(&option)).unwrap(), option);
        assert_eq!(find_in(&cache_only, None).unwrap(), cached);
    }

    #[test]
    fn a_name_that_leads_nowhere_is_an_error_even_when_the_cache_has_the_library() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path().join("libchdb").join(VERSION).join(FILE_NAME));
        let wrong = folder.path().join("wrong.so");

        let error = find_in(&environment(Some(&wrong), Some(folder.path())), None).unwrap_err();

        assert_eq!(
            error.looked_at,
            [format!("{} (MINGJING_LIBCHDB)", wrong.display())]
        );
    }

    #[test]
    fn the_error_names_every_place_and_the_command_to_run() {
        let folder = tempfile::tempdir().unwrap();
        let text = find_in(&environment(None, Some(folder.path())), None)
            .unwrap_err()
            .to_string();
        for part in [
            "MINGJING_LIBCHDB (unset)",
            "--library (not given)",
            VERSION,
            "bash deploy/setup/libchdb.sh",
        ] {
            assert!(text.contains(part), "{part:?} is missing in {text:?}");
        }
    }

    #[test]
    fn the_setup_script_downloads_the_version_that_is_looked_for() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/setup/libchdb.sh");
        let script = std::fs::read_to_string(script).unwrap();
        assert!(
            script
                .lines()
                .any(|line| line == format!("version={VERSION}"))
        );
    }
}
