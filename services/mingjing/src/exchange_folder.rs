//! A folder of exchange tables where a log is asked for (`--preset`): its events go through a file in our own format, so that
//! what follows is the same as for any log.

use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use mingjing_domain::source::Lacks;
use mingjing_wire::cloudevents::encode_event;
use mingjing_wire::import::{self, LogReader, PRESETS, Preset};

/// The log is a folder of exchange tables.
#[derive(Debug, clap::Args)]
pub struct FolderArgs {
    /// The log is a folder of CSV dumps of exchange tables, of this kind: national (国家政务服务平台), guangdong (广东), shandong
    /// (山东), jiangsu (江苏), or a file like those that `mingjing preset NAME` prints.
    #[arg(
        long,
        value_name = "PRESET",
        requires = "source",
        conflicts_with = "mapping"
    )]
    pub preset: Option<String>,
    /// The source that the folder speaks for.
    #[arg(long, value_name = "SOURCE", requires = "preset")]
    pub source: Option<String>,
    /// The tables' encoding, like gb18030; told by their content where nothing is said.
    #[arg(long, value_name = "ENCODING", requires = "preset")]
    pub encoding: Option<String>,
}

impl FolderArgs {
    /// What the tables that are asked for have no place for; nothing where the log is none of tables.
    pub fn lacks(&self) -> anyhow::Result<Lacks> {
        let name = self.preset.as_deref();
        name.map_or(Ok(Lacks::default()), |name| {
            Ok(preset(name)?.lacks().clone())
        })
    }
}

/// Problems shown one by one; the rest are counted.
const SHOWN_PROBLEMS: usize = 20;

/// The preset that is named: a shipped one, or a file of one's own.
pub fn preset(name: &str) -> anyhow::Result<Preset> {
    if let Some(shipped) = Preset::named(name) {
        return Ok(shipped?);
    }
    let path = Path::new(name);
    if path.extension().is_none() {
        let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
        anyhow::bail!(
            "no preset {name:?}; there are {}, or name a file",
            names.join(", ")
        );
    }
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the preset {}", path.display()))?;
    Preset::from_yaml(&text).with_context(|| format!("the preset {}", path.display()))
}

/// Opens a folder as a log. Rows that cannot be taken are told on stderr.
pub fn open(folder: &Path, args: &FolderArgs, name: &str) -> anyhow::Result<LogReader> {
    let preset = preset(name)?;
    let source = args.source.as_deref().context("--preset needs --source")?;
    let read = preset.read(folder, source, args.encoding.as_deref())?;
    for (file, problem) in read.problems.iter().take(SHOWN_PROBLEMS) {
        eprintln!("{}: {problem}", file.display());
    }
    if !read.problems.is_empty() {
        eprintln!(
            "{} rows were refused; correct them, or have their codes mapped",
            read.problems.len()
        );
    }
    if !read.held_back.is_empty() {
        eprintln!(
            "{} cases are held back whole until all their rows can be taken",
            read.held_back.len()
        );
    }
    for table in &read.absent {
        eprintln!(
            "{} has no {table}.csv: nothing of it is in the cases",
            folder.display()
        );
    }
    let mut file = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    let mut out = BufWriter::new(&mut file);
    for event in &read.events {
        out.write_all(&encode_event(event))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    drop(out);
    // The reader holds the file open; its name is not needed any more.
    import::open(file.path(), None)
        .with_context(|| format!("{} holds no event that could be read", folder.display()))
}
