//! `mingjing preset`: the kinds of exchange tables that are known, as files to start one's own from.

use anyhow::Context as _;
use mingjing_wire::import::{PRESETS, Preset};

/// Lists the presets of exchange tables, or prints one.
#[derive(Debug, clap::Args)]
pub struct PresetArgs {
    /// The preset to print; without it all are listed.
    name: Option<String>,
}

/// Runs the command.
pub fn run(args: &PresetArgs) -> anyhow::Result<()> {
    let Some(name) = &args.name else {
        for (_, text) in PRESETS {
            let preset = Preset::from_yaml(text)?;
            println!("{:<10} {}", preset.name, preset.name_zh);
            for table in preset.tables() {
                let required = if table.required { "*" } else { " " };
                println!("  {required} {} {}", table.name, table.aka.join(" "));
            }
        }
        println!("* cannot be missing");
        return Ok(());
    };
    let (_, text) = PRESETS
        .iter()
        .find(|(known, _)| known == name)
        .with_context(|| format!("no preset {name:?}; `mingjing preset` lists them"))?;
    print!("{text}");
    Ok(())
}
