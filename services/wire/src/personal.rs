//! Finds identity numbers and mobile numbers in text, and masks them (design decision 17).
//!
//! - Identity numbers (公民身份号码) by GB 11643-1999: 18 places, a region, a date, a check digit by ISO 7064 MOD 11-2.
//! - Mobile numbers of the mainland: 11 digits from 13 to 19, also after +86, also written 139-1234-5678.
//!
//! Full-width digits count as digits. Names are not looked for: nothing short of a person tells one from a place. So that
//! amounts, hashes and document numbers survive, a mobile number must stand free of letters, digits and decimal points.

use chrono::NaiveDate;

/// What stands in the place of a number.
const MASK: &str = "***";

/// How many numbers were masked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masked {
    /// Identity numbers.
    pub identity: u64,
    /// Mobile numbers.
    pub mobile: u64,
}

impl Masked {
    /// Adds another count.
    pub fn add(&mut self, other: Masked) {
        self.identity += other.identity;
        self.mobile += other.mobile;
    }
}

/// The text with its numbers masked; none if it holds none, which is the common case and copies nothing.
pub fn mask(text: &str) -> Option<(String, Masked)> {
    if text.chars().filter(|c| digit(*c).is_some()).count() < 11 {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let (mut masked, mut count) = (String::with_capacity(text.len()), Masked::default());
    let mut at = 0;
    while at < chars.len() {
        let found = identity_at(&chars, at, true)
            .inspect(|_| count.identity += 1)
            .or_else(|| mobile_at(&chars, at).inspect(|_| count.mobile += 1));
        match found {
            Some(end) => {
                masked.push_str(MASK);
                at = end;
            }
            None => {
                masked.push(chars[at]);
                at += 1;
            }
        }
    }
    (count != Masked::default()).then_some((masked, count))
}

/// Whether a whole number is an identity number.
pub fn is_identity(number: i64) -> bool {
    let chars: Vec<char> = number.to_string().chars().collect();
    identity_at(&chars, 0, true) == Some(chars.len())
}

/// Whether what should be a keyed hash of a party is the party's number or name: an identity number (a mistyped check digit
/// makes it no less one; also the 15 places of before 1999), a mobile number, or anything in Chinese characters.
pub fn names_a_person(reference: &str) -> bool {
    let chars: Vec<char> = reference.chars().collect();
    let numbered = (0..chars.len())
        .any(|at| identity_at(&chars, at, false).is_some() || mobile_at(&chars, at).is_some());
    let han = |c: &char| matches!(*c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
    numbered || chars.iter().any(han) || is_first_generation(&chars)
}

fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8 - b'0'),
        '０'..='９' => Some((c as u32 - '０' as u32) as u8),
        _ => None,
    }
}

/// The last place of an identity number: X stands for ten.
fn last_place(c: char) -> Option<u8> {
    digit(c).or(matches!(c, 'x' | 'X' | 'ｘ' | 'Ｘ').then_some(10))
}

/// Where an identity number that begins at `at` ends.
fn identity_at(chars: &[char], at: usize, check: bool) -> Option<usize> {
    if at > 0 && digit(chars[at - 1]).is_some() {
        return None;
    }
    let mut places = [0; 18];
    let mut end = at;
    for (index, place) in places.iter_mut().enumerate() {
        if matches!(index, 6 | 14) {
            end = skip_separator(chars, end);
        }
        let c = *chars.get(end)?;
        *place = if index == 17 {
            last_place(c)?
        } else {
            digit(c)?
        };
        end += 1;
    }
    let free = chars.get(end).is_none_or(|c| digit(*c).is_none());
    let year = number(&places[6..10]);
    let dated = is_date(year as i32, &places[10..14]) && (1900..2100).contains(&year);
    let sound = free && dated && is_region(&places) && (!check || checks(&places));
    sound.then_some(end)
}

/// ISO 7064 MOD 11-2, as GB 11643-1999 uses it: the weights are powers of two modulo 11.
fn checks(places: &[u8; 18]) -> bool {
    const WEIGHTS: [u32; 18] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
    let sum: u32 = places
        .iter()
        .zip(WEIGHTS)
        .map(|(place, weight)| u32::from(*place) * weight)
        .sum();
    sum % 11 == 1
}

/// GB/T 2260 numbers provinces from 11 (Beijing) to 82 (Macao); 83 is Taiwan's residents.
fn is_region(places: &[u8]) -> bool {
    (11..=83).contains(&number(&places[..2]))
}

fn is_date(year: i32, month_day: &[u8]) -> bool {
    NaiveDate::from_ymd_opt(year, number(&month_day[..2]), number(&month_day[2..])).is_some()
}

/// 15 places: no century, no check digit.
fn is_first_generation(chars: &[char]) -> bool {
    let places: Option<Vec<u8>> = chars.iter().map(|c| digit(*c)).collect();
    places.is_some_and(|places| {
        places.len() == 15
            && is_region(&places)
            && is_date(1900 + number(&places[6..8]) as i32, &places[8..12])
    })
}

/// Where a mobile number that begins at `at`, with or without the country's code, ends.
fn mobile_at(chars: &[char], at: usize) -> Option<usize> {
    let before = |back: usize| at.checked_sub(back).map(|index| chars[index]);
    let joined = |c: char| c.is_ascii_alphanumeric() || digit(c).is_some();
    if before(1).is_some_and(joined) {
        return None;
    }
    if before(1) == Some('.') && before(2).is_some_and(|c| digit(c).is_some()) {
        return None;
    }
    let (first, separated) = national(chars, at)?;
    // Groups that go on a longer chain of groups are some other number.
    if separated && before(1) == Some('-') {
        return None;
    }
    let after = |on: usize| chars.get(first + on).copied();
    let decimal = after(0) == Some('.') && after(1).is_some_and(|c| digit(c).is_some());
    let chained = separated && after(0) == Some('-');
    let taken = after(0).is_some_and(joined) || decimal || chained;
    (!taken).then_some(first)
}

/// The end of a mobile number and whether its groups were separated.
fn national(chars: &[char], at: usize) -> Option<(usize, bool)> {
    let mut end = at;
    for code in ["+86", "0086", "86"] {
        let stands = code
            .chars()
            .enumerate()
            .all(|(i, c)| chars.get(at + i) == Some(&c));
        if stands {
            end = skip_separator(chars, at + code.len());
            break;
        }
    }
    let mut separated = false;
    let mut places = [0; 11];
    for (index, place) in places.iter_mut().enumerate() {
        if matches!(index, 3 | 7) {
            let next = skip_separator(chars, end);
            separated |= next > end;
            end = next;
        }
        *place = digit(*chars.get(end)?)?;
        end += 1;
    }
    (places[0] == 1 && places[1] >= 3).then_some((end, separated))
}

fn skip_separator(chars: &[char], at: usize) -> usize {
    at + usize::from(matches!(chars.get(at), Some(' ' | '-')))
}

fn number(places: &[u8]) -> u32 {
    places.iter().fold(0, |n, place| n * 10 + u32::from(*place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, wanted: &str, identity: u64, mobile: u64) {
        let (masked, count) = mask(text).unwrap_or_else(|| (text.to_owned(), Masked::default()));
        assert_eq!(
            (masked.as_str(), count),
            (wanted, Masked { identity, mobile }),
            "{text}"
        );
    }

    // The numbers are made up; 11010519491231002X is the standard's own example.
    #[test]
    fn identity_numbers_are_masked_wherever_they_stand() {
        check("11010519491231002X", "***", 1, 0);
        check(
            "当事人身份证11010519491231002x，住址不详",
            "当事人身份证***，住址不详",
            1,
            0,
        );
        check(
            "身份证号：440524188001010014。",
            "身份证号：440524188001010014。",
            0,
            0,
        );
        check("id510502199001011256;", "id***;", 1, 0);
        check("１１０１０５１９４９１２３１００２Ｘ", "***", 1, 0);
        check(
            "110105 19491231 002X 与 110105-19491231-002X",
            "*** 与 ***",
            2,
            0,
        );
    }

    #[test]
    fn what_only_looks_like_an_identity_number_stays() {
        for text in [
            "110105194912310021",
            "110105194913310021",
            "1101051949123100211",
            "991105194912310026",
            "91510500MA62W1234X",
            "川泸许可〔2026〕第110105号",
        ] {
            check(text, text, 0, 0);
        }
    }

    #[test]
    fn mobile_numbers_are_masked_in_their_usual_writings() {
        check("电话13912345678转张某", "电话***转张某", 0, 1);
        check("13912345678", "***", 0, 1);
        check(
            "+8613912345678,8613912345678,0086 13912345678",
            "***,***,***",
            0,
            3,
        );
        check("+86 139 1234 5678；139-1234-5678。", "***；***。", 0, 2);
        check("19912345678/13012345678", "***/***", 0, 2);
    }

    #[test]
    fn amounts_hashes_and_document_numbers_are_no_mobile_numbers() {
        for text in [
            "12912345678",
            "金额13912345678.50元",
            "3.13912345678",
            "139123456789",
            "a13912345678f",
            "2026-139-1234-5678",
            "139-1234-5678-9",
            "0830-3190000 400-123-4567",
            "0af7651916cd43dd8448eb211c80319c",
        ] {
            check(text, text, 0, 0);
        }
    }

    #[test]
    fn a_number_may_be_an_identity_number_and_seldom_is() {
        assert!(is_identity(510_502_199_001_011_256));
        assert!(!is_identity(510_502_199_001_011_257));
        assert!(!is_identity(13_912_345_678) && !is_identity(-5) && !is_identity(i64::MIN));
    }

    #[test]
    fn a_party_is_a_hash_and_neither_number_nor_name() {
        for person in [
            "510502199001011257",
            "510502900101123",
            "13912345678",
            "id:11010519491231002X",
            "张三",
            "hash-of-张",
        ] {
            assert!(names_a_person(person), "{person}");
        }
        for hash in [
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "hmac-sha256:3q2+7w==",
            "91510500MA62W1234X",
            "p-000123",
            "",
        ] {
            assert!(!names_a_person(hash), "{hash}");
        }
    }
}
