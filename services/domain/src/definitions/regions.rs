//! 行政区划: which codes a code stands for, and which there are.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Name;

/// 行政区划名录: every region within an area, as GB/T 2260 or the civil affairs department lists them.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    /// Its id.
    pub id: Name,
    /// Its version.
    pub version: String,
    /// 名称.
    #[serde(default)]
    pub name: Option<String>,
    /// The area that it lists whole: a code of it that is not listed is none. Elsewhere it says nothing.
    pub within: Name,
    /// The regions.
    pub regions: Vec<Region>,
}

/// One region.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// 代码: six digits.
    pub code: Name,
    /// 名称.
    pub name: String,
}

impl Regions {
    /// Whether a code is none of the area's: it lies in it, and its first six digits are not listed.
    pub fn misses(&self, code: &str) -> bool {
        let county = code.get(..6).unwrap_or(code);
        covers(&self.within, code) && !self.regions.iter().any(|r| *r.code == *county)
    }
}

/// Whether a region lies in an area: a code covers those that begin with it up to its trailing pairs of zeros (GB/T 2260: two
/// digits a level), so that `510500` covers `510502`, and `500000` (重庆) does not cover `510000`.
pub fn covers(area: &str, region: &str) -> bool {
    region.starts_with(head(area))
}

/// A code without its trailing pairs of zeros.
pub fn head(code: &str) -> &str {
    let mut code = code;
    while code.len() > 2 && code.ends_with("00") && code.len().is_multiple_of(2) {
        code = &code[..code.len() - 2];
    }
    code
}

/// 直辖市: their districts and counties have no city above them.
const MUNICIPALITIES: [&str; 4] = ["11", "12", "31", "50"];
/// 省直辖县级行政区划, where a code has its city: nor have these.
const OF_THE_PROVINCE: &str = "90";

/// The region whose offices are those of one: of a township (nine digits, or twelve) its county, the first six. What is no code stays.
pub fn county(code: &str) -> &str {
    let is_code = code.bytes().all(|byte| byte.is_ascii_digit());
    code.get(..6).filter(|_| is_code).unwrap_or(code)
}

/// The region above one: the city of a county, the province of a city, of a municipality's district and of a county that it governs itself.
/// None above a province, and of what is no code.
pub fn above(code: &str) -> Option<String> {
    let code = county(code);
    let head = head(code);
    let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code || head.len() <= 2 {
        return None;
    }
    let (province, city) = (&code[..2], &code[2..4]);
    let direct = MUNICIPALITIES.contains(&province) || city == OF_THE_PROVINCE;
    let above = match direct {
        true => province,
        false => &head[..head.len() - 2],
    };
    Some(format!("{above:0<6}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pairs_of_zeros_are_left_off() {
        assert!(covers("510500", "510502") && covers("510000", "510502"));
        assert!(!covers("500000", "510000") && !covers("510502", "510500"));
        assert!(covers("510500", "510500") && covers("510502", "510502001"));
    }

    #[test]
    fn a_city_is_above_its_county_and_nothing_above_a_province() {
        let all = ["510502", "510502001", "510500", "510000", "cn"].map(above);
        let wanted = [Some("510500"), Some("510500"), Some("510000"), None, None];
        assert_eq!(all, wanted.map(|code| code.map(str::to_owned)));
    }

    #[test]
    fn the_province_is_above_what_no_city_governs() {
        let all = ["110101", "500229", "429004", "659001", "310100", "429000"].map(above);
        let wanted = ["110000", "500000", "420000", "650000", "310000", "420000"];
        assert_eq!(all, wanted.map(|code| Some(code.to_owned())));
        assert_eq!(above("500000"), None);
    }

    #[test]
    fn the_offices_of_a_township_are_those_of_its_county() {
        let all = ["510502001", "510502001003", "510502", "51", "cn-sichuan"].map(county);
        assert_eq!(all, ["510502", "510502", "510502", "51", "cn-sichuan"]);
        assert_eq!(above("510502001003").as_deref(), Some("510500"));
        assert_eq!(above("429004101").as_deref(), Some("420000"));
    }
}
