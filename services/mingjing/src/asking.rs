//! What the commands share that change something on a running platform: keys, the hashes of proofs, cases by their names.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser};
use mingjing_domain::disposition::ObjectiveCause;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::life_command::ApiArgs;

/// The same words are the same request: a line that is repeated because its answer was not heard does nothing twice.
pub fn keyed(mut body: Value, about: &str) -> Value {
    if body["key"].is_null() {
        body["key"] = json!(hex(&Sha256::digest(format!("{about} {body}"))));
    }
    body
}

/// The code of a value as the platform knows it.
pub fn code(value: impl ValueEnum) -> String {
    let value = value.to_possible_value();
    value.map_or(String::new(), |value| value.get_name().to_owned())
}

/// Reads the code of an objective cause out of the closed list of them.
pub fn objective_causes() -> PossibleValuesParser {
    let causes = ObjectiveCause::ALL.map(|one| PossibleValue::new(one.code()).help(one.name_zh()));
    PossibleValuesParser::new(causes)
}

/// The SHA-256 of files that prove something; null where there is none, so that nothing is said of it.
pub fn hashes(files: &[PathBuf]) -> anyhow::Result<Value> {
    let hash = |file: &PathBuf| {
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(hex(&Sha256::digest(bytes)))
    };
    match files.is_empty() {
        true => Ok(Value::Null),
        false => Ok(json!(
            files
                .iter()
                .map(hash)
                .collect::<anyhow::Result<Vec<String>>>()?
        )),
    }
}

/// A case as it is written, `SOURCE/CASE`: its source, which may hold a `/` itself, and its number.
pub fn case(written: &str) -> anyhow::Result<(&str, &str)> {
    written
        .rsplit_once('/')
        .filter(|(source, number)| !source.is_empty() && !number.is_empty())
        .with_context(|| format!("“{written}”没有写明来源系统：请写成 来源系统/办件编号"))
}

/// Prints an answer: whole for programs, else as it is told.
pub fn print(
    api: &ApiArgs,
    answer: &Value,
    told: impl FnOnce(&Value) -> String,
) -> anyhow::Result<()> {
    match api.wants_json() {
        true => println!("{}", serde_json::to_string_pretty(answer)?),
        false => println!("{}", told(answer)),
    }
    Ok(())
}

/// The text of a field; a dash where there is none.
pub fn text<'v>(of: &'v Value, field: &str) -> &'v str {
    of[field]
        .as_str()
        .filter(|text| !text.is_empty())
        .unwrap_or("—")
}

/// The day of an instant.
pub fn day<'v>(of: &'v Value, field: &str) -> &'v str {
    let instant = text(of, field);
    instant.get(..10).unwrap_or(instant)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_have_the_same_key_and_a_given_key_stays() {
        let body = json!({ "why": "经核实" });
        let key = |body: Value, about: &str| keyed(body, about)["key"].clone();
        assert_eq!(key(body.clone(), "a"), key(body.clone(), "a"));
        assert_ne!(key(body.clone(), "a"), key(body, "b"));
        assert_eq!(key(json!({ "key": "own" }), "a"), "own");
    }

    #[test]
    fn a_case_is_written_with_its_source() {
        assert_eq!(case("zjj/permit/SG-1").unwrap(), ("zjj/permit", "SG-1"));
        for wrong in ["SG-1", "/SG-1", "zjj/"] {
            let told = case(wrong).unwrap_err().to_string();
            assert!(told.contains("来源系统/办件编号"), "{told}");
        }
    }
}
