//! The files in force with a draft's documents among them.
//!
//! A published draft is a file of its own. What its documents take the place of is taken out of the file it stood in, whoever
//! published that; everything else stays to the letter. Composing again changes nothing, so that whoever dies half-way is
//! followed by somebody who does the same.

use super::subject::{Content, Kind, subjects};
use super::{Life, Subject};
use crate::definitions::{DefinitionFile, DefinitionSet, split_documents};

/// The folder of published drafts within a set; no other folder that is published takes its place.
pub(super) const FOLDER: &str = "published";

/// The file of a draft.
pub fn published_name(kind: Kind, draft: &str) -> String {
    format!("{FOLDER}/{}/{draft}.yaml", kind.code())
}

/// The files with the draft's text among them.
pub fn compose(files: &[DefinitionFile], life: &Life, text: &str) -> Vec<DefinitionFile> {
    let name = published_name(life.kind, &life.id);
    let mut composed: Vec<DefinitionFile> = files
        .iter()
        .filter(|file| file.name != name)
        .filter_map(|file| without(file, &life.subjects))
        .collect();
    composed.push(DefinitionFile {
        name,
        text: text.to_owned(),
    });
    composed.sort_by(|a, b| a.name.cmp(&b.name));
    composed
}

/// The file without the documents that these take the place of; none where nothing is left of it.
fn without(file: &DefinitionFile, replacing: &[Subject]) -> Option<DefinitionFile> {
    // A name that does not occur names nothing: most files need no reading.
    if !replacing.iter().any(|s| file.text.contains(s.id.as_str())) {
        return Some(file.clone());
    }
    let documents = split_documents(&file.text);
    let kept: Vec<&str> = documents
        .iter()
        .copied()
        .filter(|text| !replaced(text, replacing))
        .collect();
    if kept.len() == documents.len() {
        return Some(file.clone());
    }
    (!kept.is_empty()).then(|| DefinitionFile {
        name: file.name.clone(),
        text: kept.join("---\n"),
    })
}

fn replaced(text: &str, replacing: &[Subject]) -> bool {
    let file = DefinitionFile {
        name: String::new(),
        text: text.to_owned(),
    };
    let (set, _) = DefinitionSet::read(vec![file]);
    let found = subjects(&set);
    found
        .iter()
        .any(|old| replacing.iter().any(|new| new.key() == old.key()))
}

/// The document of a subject among files, as it is written; of a kind with versions, the one with that version.
pub fn document_of<'f>(files: &'f [DefinitionFile], subject: &Subject) -> Option<&'f str> {
    let candidates = files
        .iter()
        .filter(|f| f.text.contains(subject.id.as_str()));
    candidates
        .flat_map(|file| split_documents(&file.text))
        .find(|text| replaced(text, std::slice::from_ref(subject)))
}

/// The texts of a draft's documents, each with its subject.
pub fn documents(text: &str) -> Vec<(Subject, &str)> {
    let read = |text: &'_ str| {
        let content = Content::read("", text).ok()?;
        content.subjects.into_iter().next()
    };
    split_documents(text)
        .into_iter()
        .filter_map(|document| Some((read(document)?, document)))
        .collect()
}
