//! Installing whole folders: how a platform is set up before anything is reviewed there, and imported into. It asks no reviewer, so
//! that from the first reviewed publication on it may change nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::compose::FOLDER;
use super::{Actor, Kind, Refusal, Subject, changes, document_of, documents};
use crate::Timestamp;
use crate::definitions::{DefinitionFile, split_documents};

/// When a folder may be installed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Installing {
    /// Only where nothing is in force.
    First,
    /// Until the first publication that was reviewed is decided.
    #[default]
    Setup,
    /// At any time: rehearsals only.
    Always,
}

/// One installation, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// When.
    pub at: Timestamp,
    /// The local day of that.
    pub day: NaiveDate,
    /// Who.
    pub who: Actor,
    /// Why.
    pub why: String,
    /// SHA-256 of the set as it is from then on.
    pub set: String,
    /// For people.
    pub version: String,
    /// What it changed, in words.
    pub changes: Vec<String>,
}

/// A longer list of changes is not told whole.
const CHANGES_MAX: usize = 200;
/// More new definitions of a kind are counted, not named.
const NAMED_MAX: usize = 10;

/// The files in force with a folder among them, in the place of the one of its name: sets are told apart by their first folder.
///
/// # Errors
/// [`Refusal`]: the folder of published drafts takes nothing but drafts.
pub fn beside(
    in_force: &[DefinitionFile],
    folder: &[DefinitionFile],
) -> Result<Vec<DefinitionFile>, Refusal> {
    let set_of = |file: &DefinitionFile| -> String {
        let named = file.name.split_once('/');
        named.map_or("", |(set, _)| set).to_owned()
    };
    let replaced: Vec<String> = folder.iter().map(set_of).collect();
    if replaced.iter().any(|set| set == FOLDER) {
        return Err(Refusal::new(
            "reserved",
            "files",
            format!("目录 {FOLDER} 由平台存放审核后公布的定义"),
            "请换一个目录名",
        ));
    }
    let kept = in_force
        .iter()
        .filter(|file| !replaced.contains(&set_of(file)));
    Ok(kept.chain(folder).cloned().collect())
}

/// What putting `after` in the place of `before` changes, in words; empty where every definition stays as it is, in whatever file it stands.
pub fn installs(before: &[DefinitionFile], after: &[DefinitionFile]) -> Vec<String> {
    let gone: Vec<&DefinitionFile> = before.iter().filter(|f| !after.contains(f)).collect();
    let come: Vec<&DefinitionFile> = after.iter().filter(|f| !before.contains(f)).collect();
    let mut new: BTreeMap<Kind, Vec<Subject>> = BTreeMap::new();
    let mut told = Vec::new();
    for (subject, text) in come.iter().flat_map(|file| documents(&file.text)) {
        match document_of(before, &subject) {
            None => new.entry(subject.kind).or_default().push(subject),
            Some(old) => {
                let differing = changes(old, text).into_iter();
                told.extend(differing.map(|change| format!("{subject}：{change}")));
            }
        }
    }
    for (subject, _) in gone.iter().flat_map(|file| documents(&file.text)) {
        if document_of(after, &subject).is_none() {
            told.push(format!("删去{subject}"));
        }
    }
    // What has no life of its own, lists of regions say, is told by its being there.
    told.extend(nameless(&come, before).map(|head| format!("新增或者改动：{head}")));
    told.extend(nameless(&gone, after).map(|head| format!("不再有：{head}")));
    for (kind, mut subjects) in new {
        subjects.sort();
        subjects.dedup();
        match subjects.len() {
            0..=NAMED_MAX => told.extend(subjects.iter().map(|s| format!("新增{s}"))),
            count => told.push(format!("新增{} {count} 项", kind.name_zh())),
        }
    }
    if told.len() > CHANGES_MAX {
        let more = told.len() - CHANGES_MAX;
        told.truncate(CHANGES_MAX);
        told.push(format!("另有 {more} 处改动"));
    }
    told
}

/// The first lines of documents that are of no kind with a life, where `others` have them not.
fn nameless<'f>(
    files: &[&'f DefinitionFile],
    others: &[DefinitionFile],
) -> impl Iterator<Item = String> + use<'f> {
    let known = |text: &str| others.iter().any(|file| file.text.contains(text.trim()));
    let mut heads = Vec::new();
    for text in files.iter().flat_map(|file| split_documents(&file.text)) {
        if documents(text).is_empty() && !text.trim().is_empty() && !known(text) {
            let says = |line: &&str| !line.trim().is_empty() && !line.starts_with(['#', '-']);
            heads.extend(text.lines().find(says).map(str::to_owned));
        }
    }
    heads.into_iter()
}

/// Whether a folder that makes these changes may be installed.
///
/// # Errors
/// [`Refusal`]: nothing is to be written then.
pub fn may_install(
    installing: Installing,
    empty: bool,
    reviewed: bool,
    who: &Actor,
    why: &str,
    changes: &[String],
) -> Result<(), Refusal> {
    if changes.is_empty() {
        return Ok(());
    }
    let open = match installing {
        Installing::First => empty,
        Installing::Setup => !reviewed,
        Installing::Always => true,
    };
    if !open {
        let told: Vec<&str> = changes.iter().take(5).map(String::as_str).collect();
        let more = if changes.len() > 5 { "……" } else { "" };
        return Err(Refusal::new(
            "needs_review",
            "files",
            format!(
                "本平台的定义已经按审核程序公布，整目录发布会绕过审核：{}{more}",
                told.join("；")
            ),
            "请逐类起草（mingjing definitions draft）、送审、公布；与在用定义一致的目录可以照常发布",
        ));
    }
    // Of the very first folder the platform's operator is the only one there is.
    if empty {
        return Ok(());
    }
    for (field, given) in [("who.person", who.person.as_str()), ("why", why)] {
        if given.trim().is_empty() {
            return Err(Refusal::new(
                "incomplete",
                field,
                "改动在用的定义须写明由谁作出、为什么",
                "请在请求中写明 who（如 {\"person\": \"op-1\"}）与 why（文号、事由）",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> DefinitionFile {
        DefinitionFile {
            name: name.into(),
            text: text.into(),
        }
    }

    fn body(code: &str, name: &str) -> String {
        format!("kind: body\ncode: {code}\nname: {name}\nregion: '510500'\n")
    }

    #[test]
    fn what_a_folder_changes_is_told_whichever_file_it_stands_in() {
        let before = [file(
            "a/x.yaml",
            &(body("b", "甲局") + "---\n" + &body("c", "乙局")),
        )];
        // The same in another folder and in two files, one of them in other words.
        let after = [
            file("b/1.yaml", &body("c", "乙局")),
            file(
                "b/2.yaml",
                "code: b\nkind: body\nname: 甲局\nregion: \"510500\"\n",
            ),
        ];
        assert_eq!(installs(&before, &after), [""; 0]);
        let after = [
            file("a/x.yaml", &body("b", "丙局")),
            file("a/y.yaml", &body("d", "丁局")),
        ];
        assert_eq!(
            installs(&before, &after),
            [
                "行使主体“丙局”（b）：名称由“甲局”改为“丙局”",
                "删去行使主体“乙局”（c）",
                "新增行使主体“丁局”（d）",
            ]
        );
        let many: Vec<DefinitionFile> = (0..12)
            .map(|n| file(&format!("a/{n}.yaml"), &body(&format!("n{n}"), "局")))
            .collect();
        assert_eq!(installs(&[], &many), ["新增行使主体 12 项"]);
    }

    #[test]
    fn a_list_of_regions_is_no_way_around() {
        let regions = |name: &str| {
            file(
                "r.yaml",
                &format!(
                    "kind: regions\nid: r\nversion: '1'\nwithin: '5105'\nregions: [{{code: '510502', name: {name}}}]\n"
                ),
            )
        };
        let told = installs(&[regions("江阳区")], &[regions("龙马潭区")]);
        assert_eq!(
            told,
            ["新增或者改动：kind: regions", "不再有：kind: regions"]
        );
        assert_eq!(installs(&[regions("甲")], &[regions("甲")]), [""; 0]);
    }

    #[test]
    fn from_the_first_reviewed_publication_on_a_folder_changes_nothing() {
        let who = Actor {
            person: "op".into(),
            ..Actor::default()
        };
        let some = ["新增行使主体 12 项".to_owned()];
        let may = |installing, empty, reviewed, who: &Actor, changes: &[String]| {
            may_install(installing, empty, reviewed, who, "设立", changes)
                .map_err(|refusal| refusal.reason)
        };
        let nobody = Actor::default();
        use Installing::{Always, First, Setup};
        for (installing, empty, reviewed, who, changes, expected) in [
            (Setup, true, false, &nobody, &some[..], Ok(())),
            (Setup, false, false, &nobody, &some[..], Err("incomplete")),
            (Setup, false, false, &who, &some[..], Ok(())),
            (Setup, false, true, &who, &some[..], Err("needs_review")),
            (Setup, false, true, &nobody, &[], Ok(())),
            (First, true, false, &nobody, &some[..], Ok(())),
            (First, false, false, &who, &some[..], Err("needs_review")),
            (Always, false, true, &who, &some[..], Ok(())),
            (Always, false, true, &nobody, &some[..], Err("incomplete")),
        ] {
            let found = may(installing, empty, reviewed, who, changes);
            assert_eq!(
                found, expected,
                "{installing:?} {empty} {reviewed} {changes:?}"
            );
        }
    }
}
