//! `mingjing evidence`: the signed file of one alert, fetched from a running platform; and verifying such a file anywhere.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use mingjing_wire::evidence::{Package, Part};

use crate::console::Console;

/// The signed evidence of one alert, or the verification of such a file.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct EvidenceArgs {
    #[command(subcommand)]
    command: Option<EvidenceCommand>,
    /// The alert's id.
    alert: Option<String>,
    /// Where to write the file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The platform's API.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    api: String,
}

/// What can be done with a file.
#[derive(Debug, clap::Subcommand)]
pub enum EvidenceCommand {
    /// Whether a file is what was signed, to the byte; ends with 1 if not.
    Verify {
        /// The file.
        file: PathBuf,
        /// The public key, 64 hexadecimal digits or a file that holds them; the platform publishes it at /api/v1/evidence-key.
        #[arg(long, value_name = "KEY")]
        key: String,
        /// Write the parts, once verified, below this folder.
        #[arg(long, value_name = "DIR")]
        extract: Option<PathBuf>,
    },
}

/// Runs the command.
pub async fn run(args: EvidenceArgs) -> anyhow::Result<()> {
    match args.command {
        Some(EvidenceCommand::Verify { file, key, extract }) => {
            verify(&file, &key, extract.as_deref())
        }
        None => {
            let alert = args.alert.context("which alert? Give its id")?;
            let out = args.out.context("where to? Give --out FILE")?;
            fetch(&args.api, &alert, &out).await
        }
    }
}

async fn fetch(api: &str, alert: &str, out: &Path) -> anyhow::Result<()> {
    let console = Console::new(api)?;
    let text = console
        .text(&["api", "v1", "alerts", alert, "evidence"], &[])
        .await?;
    let key = console.get(&["api", "v1", "evidence-key"], &[]).await?;
    let key = key["public_key"]
        .as_str()
        .context("the platform's answer is of another version")?;
    // What does not verify here would not verify in an appeal.
    let (manifest, _) =
        Package::verify(text.as_bytes(), key).map_err(|doubt| anyhow::anyhow!("{doubt}"))?;
    std::fs::write(out, &text).with_context(|| format!("cannot write {}", out.display()))?;
    println!(
        "{}：预警 {}，{} 个部分，{} 字节，公钥 {key}",
        out.display(),
        manifest.about.alert_id,
        manifest.parts.len(),
        text.len()
    );
    Ok(())
}

fn verify(file: &Path, key: &str, extract: Option<&Path>) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let key = key_of(key)?;
    let (manifest, parts) = match Package::verify(&bytes, &key) {
        Ok(verified) => verified,
        Err(doubt) => bail!("核验未通过：{doubt}"),
    };
    println!("核验通过：{}", file.display());
    println!("预警 {}", manifest.about.alert_id);
    println!(
        "制作于 {}（UTC），引擎版本 {}，程序版本 {}，日志 {}",
        manifest.about.made_at,
        manifest.about.engine_version,
        manifest.about.program_version,
        manifest.about.log_id
    );
    for listed in &manifest.parts {
        println!(
            "{}  {:>9} 字节  {}",
            listed.sha256, listed.bytes, listed.name
        );
    }
    if let Some(folder) = extract {
        for part in &parts {
            write_part(folder, part)?;
        }
        println!("各部分已写入 {}", folder.display());
    }
    Ok(())
}

/// A key as given, or as a file holds it.
fn key_of(key: &str) -> anyhow::Result<String> {
    let is_key = key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit());
    match is_key {
        true => Ok(key.to_owned()),
        false => std::fs::read_to_string(key)
            .map(|text| text.trim().to_owned())
            .with_context(|| format!("--key: {key} is neither 64 hexadecimal digits nor a file")),
    }
}

fn write_part(folder: &Path, part: &Part) -> anyhow::Result<()> {
    let relative = Path::new(&part.name);
    let plain = relative
        .components()
        .all(|c| matches!(c, std::path::Component::Normal(_)));
    ensure!(
        plain,
        "a part has the name {:?}, which is no place below a folder",
        part.name
    );
    let path = folder.join(relative);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)
            .with_context(|| format!("cannot make {}", parent.display()))?;
    }
    std::fs::write(&path, &part.text).with_context(|| format!("cannot write {}", path.display()))
}
