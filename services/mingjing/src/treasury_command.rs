//! `mingjing treasury`: the treasury's monthly totals of fines into a running platform.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::inspect_command::post;

/// The file and the platform.
#[derive(Debug, clap::Args)]
pub struct TreasuryArgs {
    /// A CSV file: 执收单位, 月份, 入库金额, 退库金额, 在途金额, 说明; amounts in yuan.
    file: PathBuf,
    /// The platform.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    to: String,
}

/// Runs the command.
pub async fn run(args: TreasuryArgs) -> anyhow::Result<()> {
    let bytes = std::fs::read(&args.file)
        .with_context(|| format!("cannot read {}", args.file.display()))?;
    let url = format!("{}/api/v1/treasury-totals", args.to.trim_end_matches('/'));
    let request = reqwest::Client::new().post(url).body(bytes);
    let said = post(request).await?;
    println!(
        "导入 {} 行（SHA-256 {}）；下一次巡检按 D8 对账",
        said["imported"],
        said["sha256"].as_str().unwrap_or_default()
    );
    Ok(())
}
