//! Whether something refused may be secret. Errs on the side of keeping nothing (domain study 11.3).
//!
//! An item that was read says so in its fields. What could not be read is searched as text here, because a broken secret item is
//! secret all the same.

/// The mark's name in our format.
const FIELD: &str = "secrecy";

/// What departments write on secret papers. "商业秘密" is found too; then an excerpt is missing that might have been kept.
const WORDS: [&str; 5] = ["涉密", "密级", "绝密", "机密", "秘密"];

/// Whether the text has a secrecy mark that is not `none`.
pub(crate) fn marked(raw: &[u8]) -> bool {
    let text = plain(raw);
    text.match_indices(FIELD).any(|(at, _)| {
        let rest = text[at + FIELD.len()..]
            .trim_start_matches(['"', '\\'])
            .trim_start();
        let Some(value) = rest.strip_prefix(':') else {
            return false;
        };
        let value = value.trim_start();
        let quoted = value.trim_start_matches(['"', '\\']);
        let harmless = value.starts_with("null")
            || (quoted.len() < value.len()
                && (is_whole(quoted, "none") || value.starts_with("\"\"")));
        !harmless
    })
}

/// Whether anything about it says that it may be secret. What is not even UTF-8 cannot be searched, so it may be.
pub(crate) fn suspected(raw: &[u8]) -> bool {
    if std::str::from_utf8(raw).is_err() || marked(raw) {
        return true;
    }
    let text = plain(raw);
    WORDS.iter().any(|word| text.contains(word))
}

/// Whether an attribute of this name and value is a secrecy mark that departments add on their own.
pub(crate) fn is_mark(name: &str, value: &str) -> bool {
    let named = name == "密级" || name.eq_ignore_ascii_case(FIELD);
    named
        && !matches!(
            value.trim(),
            "" | "none" | "无" | "公开" | "非密" | "非涉密"
        )
}

fn is_whole(text: &str, word: &str) -> bool {
    text.strip_prefix(word)
        .is_some_and(|rest| rest.starts_with(['"', '\\']))
}

/// Lower case, JSON's `\uXXXX` written out, without the zero bytes of UTF-16.
fn plain(raw: &[u8]) -> String {
    let lossy = String::from_utf8_lossy(raw).replace('\0', "");
    let mut text = String::with_capacity(lossy.len());
    let mut parts = lossy.split("\\u");
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let code = part
            .get(..4)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => {
                text.push(c);
                text.push_str(&part[4..]);
            }
            None => text.push_str(part),
        }
    }
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_however_broken_the_item_is() {
        for text in [
            r#"{"data":{"secrecy":"top"}}"#,
            r#"{"data":{"Secrecy" : "机密""#,
            r#""secrecy": 3"#,
            r#"{"\u0073ecrecy":"x"}"#,
            r#"{"data":"{\"secrecy\":\"top\"}"}"#,
            r#"{"secrecy":"none so far"}"#,
            r#"{"secrecy":"none"}{"secrecy":"top"}"#,
        ] {
            assert!(marked(text.as_bytes()), "{text}");
        }
        let utf16: Vec<u8> =
            r#"{"secrecy":"top"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(marked(&utf16));
    }

    #[test]
    fn an_item_that_says_none_is_not_secret_and_a_doubtful_one_is_suspected() {
        for text in [
            r#"{"data":{"secrecy":"none"}}"#,
            r#"{"secrecy":null}"#,
            r#"{"secrecy": "" }"#,
            r#"{"reason":"no secrecy here"}"#,
            "{}",
        ] {
            assert!(!suspected(text.as_bytes()), "{text}");
        }
        for text in ["事项密级：一般", r#"{"a":"\u6d89\u5bc6"}"#] {
            assert!(
                !marked(text.as_bytes()) && suspected(text.as_bytes()),
                "{text}"
            );
        }
        assert!(suspected(b"\xC3\xDC\xBC\xB6"));
        assert!(is_mark("密级", "秘密") && is_mark("Secrecy", "1") && !is_mark("密级", "公开"));
        assert!(!is_mark("level", "秘密"));
    }
}
