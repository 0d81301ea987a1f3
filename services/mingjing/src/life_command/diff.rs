//! `mingjing definitions diff`: what differs, in words.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::life::{Kind, Subject, changes, documents};

use super::{ApiArgs, asked, tell};
use crate::definitions_command::read_folder;

/// What is held against what.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// The older folder; or, with --from and --to, a definition of a running platform like `flowchart/construction-permit`.
    old: PathBuf,
    /// The newer folder.
    new: Option<PathBuf>,
    /// The older version; `draft:ID` for a draft.
    #[arg(long, requires = "to", conflicts_with = "new")]
    from: Option<String>,
    /// The newer version; `draft:ID` for a draft.
    #[arg(long, requires = "from", conflicts_with = "new")]
    to: Option<String>,
    #[command(flatten)]
    api: ApiArgs,
}

/// Runs the command.
pub async fn run(args: &DiffArgs) -> anyhow::Result<()> {
    match (&args.new, &args.from, &args.to) {
        (Some(new), _, _) => {
            let told = folders(&read_folder(&args.old)?, &read_folder(new)?);
            for line in &told {
                println!("{line}");
            }
            if told.is_empty() {
                println!("没有差异：{} 与 {}", args.old.display(), new.display());
            }
            Ok(())
        }
        (None, Some(from), Some(to)) => {
            let (kind, id) = definition(&args.old)?;
            let path = ["definitions", kind, id, "diff"];
            asked(
                &args.api,
                &path,
                &[("from", from.as_str()), ("to", to.as_str())],
                tell::changes,
            )
            .await
        }
        _ => bail!("give a second folder, or --from and --to for versions of a running platform"),
    }
}

fn definition(name: &Path) -> anyhow::Result<(&str, &str)> {
    let name = name
        .to_str()
        .context("the definition's name is no UTF-8 text")?;
    name.split_once('/')
        .with_context(|| format!("{name}: write kind and id, like flowchart/construction-permit"))
}

/// Every difference of two folders, by definition. A version that only the newer one has is held against the one it follows.
fn folders(old: &[DefinitionFile], new: &[DefinitionFile]) -> Vec<String> {
    let (old, new) = (by_subject(old), by_subject(new));
    let mut told = Vec::new();
    let mut say = |subject: &Subject, lines: Vec<String>| {
        told.extend(lines.into_iter().map(|line| format!("{subject}：{line}")));
    };
    for (key, (subject, text)) in &new {
        if let Some((_, before)) = old.get(key) {
            say(subject, changes(before, text));
            continue;
        }
        let earlier = old
            .values()
            .filter(|(other, _)| (other.kind, &other.id) == (subject.kind, &subject.id))
            .max_by_key(|(other, _)| other.effective_from);
        match earlier {
            Some((_, before)) => say(subject, changes(before, text)),
            None => say(subject, vec!["新设".into()]),
        }
    }
    for (key, (subject, _)) in &old {
        if !new.contains_key(key) {
            say(subject, vec!["删去".into()]);
        }
    }
    told
}

type Key = (Kind, String, Option<String>);

fn by_subject(files: &[DefinitionFile]) -> BTreeMap<Key, (Subject, &str)> {
    let found = files.iter().flat_map(|file| documents(&file.text));
    found
        .map(|(subject, text)| {
            let (kind, id, version) = subject.key();
            let key = (kind, id.to_owned(), version.map(Into::into));
            (key, (subject, text))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(text: &str) -> Vec<DefinitionFile> {
        vec![DefinitionFile {
            name: "a.yaml".into(),
            text: text.into(),
        }]
    }

    #[test]
    fn folders_differ_in_words_and_a_new_version_is_held_against_the_one_it_follows() {
        let chart = "kind: flowchart\nid: f\nversion: '1'\nname: 施工许可\neffective_from: 2026-01-01\n\
                     limits: [{id: d, name: 决定, kind: case, from: [accepted], to: [decided], promised: 20wd}]\n";
        let body = "---\nkind: body\ncode: b\nname: 住建局\nregion: '510500'\n";
        let next = chart
            .replace("'1'", "'2'")
            .replace("2026-01-01", "2026-09-01")
            .replace("20wd", "15wd");
        let old = folder(&format!("{chart}{body}"));
        let new = folder(&format!("{chart}---\n{next}"));
        assert_eq!(
            folders(&old, &new),
            [
                "流程图“施工许可”（f，版本 2）：版本由1改为2",
                "流程图“施工许可”（f，版本 2）：生效日期由2026-01-01改为2026-09-01",
                "流程图“施工许可”（f，版本 2）：时限“决定”的承诺时限由20个工作日改为15个工作日",
                "行使主体“住建局”（b）：删去",
            ]
        );
        assert_eq!(folders(&old, &old), [""; 0]);
    }
}
