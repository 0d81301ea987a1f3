//! Codes that carry their own check: whether a text can be one at all.

/// The characters of a unified social credit code, in order of their values (GB 32100-2015: no I, O, S, V, Z).
const CHARACTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The two digits that a region code begins with (GB/T 2260: provinces, and what stands beside them).
const PROVINCES: [u8; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82,
];

/// What is wrong with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Malformed {
    /// Too short or too long.
    Length,
    /// A character that no such code has.
    Character,
    /// The last character does not fit the others.
    Check,
    /// No province has these first digits.
    Province,
    /// Not among the regions that are listed.
    Unlisted,
}

impl Malformed {
    /// Every kind.
    pub const ALL: [Malformed; 5] = [
        Malformed::Length,
        Malformed::Character,
        Malformed::Check,
        Malformed::Province,
        Malformed::Unlisted,
    ];

    /// For people.
    pub const fn text_zh(self) -> &'static str {
        match self {
            Malformed::Length => "位数不符",
            Malformed::Character => "含有编码规则以外的字符",
            Malformed::Check => "校验码不符",
            Malformed::Province => "没有这样的省级代码",
            Malformed::Unlisted => "不在登记的行政区划之内",
        }
    }
}

/// Whether a text can be a unified social credit code (统一社会信用代码): 18 characters, of which the last checks the others. The
/// weights are the powers of 3 modulo 31 (GB 32100-2015; domain study 4.7).
pub fn credit_code(text: &str) -> Result<(), Malformed> {
    if text.chars().count() != 18 {
        return Err(Malformed::Length);
    }
    let mut values = Vec::with_capacity(18);
    for byte in text.bytes() {
        let value = CHARACTERS.iter().position(|known| *known == byte);
        values.push(value.ok_or(Malformed::Character)?);
    }
    let (mut weight, mut sum) = (1, 0);
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    match (31 - sum % 31) % 31 == values[17] {
        true => Ok(()),
        false => Err(Malformed::Check),
    }
}

/// Whether a text has the form of a region code (行政区划代码): six digits (GB/T 2260), nine of a township or twelve of a village, the
/// first two a province's.
pub fn region_code(text: &str) -> Result<(), Malformed> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Malformed::Character);
    }
    if !matches!(text.len(), 6 | 9 | 12) {
        return Err(Malformed::Length);
    }
    let province = text[..2].parse().unwrap_or(0);
    match PROVINCES.contains(&province) {
        true => Ok(()),
        false => Err(Malformed::Province),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the domain study, 4.7.
    const CREDIT_CODES: [&str; 2] = ["91350100M000100Y43", "91330106673959654P"];

    #[test]
    fn a_credit_code_checks_itself() {
        for code in CREDIT_CODES {
            assert_eq!(credit_code(code), Ok(()), "{code}");
        }
        assert_eq!(credit_code("91350100M000100Y4"), Err(Malformed::Length));
        assert_eq!(credit_code("91350100M000100Y433"), Err(Malformed::Length));
        assert_eq!(credit_code("9135O100M000100Y43"), Err(Malformed::Character));
        assert_eq!(credit_code("91350100m000100Y43"), Err(Malformed::Character));
        assert_eq!(
            credit_code("统一社会信用代码统一社会信用代码代码"),
            Err(Malformed::Character)
        );
        assert_eq!(credit_code(""), Err(Malformed::Length));
    }

    #[test]
    fn any_one_character_mistaken_for_another_is_found() {
        for code in CREDIT_CODES {
            for place in 0..18 {
                for other in CHARACTERS {
                    let mut wrong = code.as_bytes().to_vec();
                    if wrong[place] == *other {
                        continue;
                    }
                    wrong[place] = *other;
                    let wrong = String::from_utf8(wrong).expect("ASCII");
                    assert_eq!(credit_code(&wrong), Err(Malformed::Check), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn a_region_code_has_six_nine_or_twelve_digits_of_a_province() {
        for code in ["510500", "510502001", "510502001002", "820000"] {
            assert_eq!(region_code(code), Ok(()), "{code}");
        }
        assert_eq!(region_code("51050"), Err(Malformed::Length));
        assert_eq!(region_code("51050a"), Err(Malformed::Character));
        assert_eq!(region_code("990500"), Err(Malformed::Province));
        assert_eq!(region_code(""), Err(Malformed::Length));
    }
}
