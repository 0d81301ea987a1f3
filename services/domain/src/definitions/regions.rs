//! 行政区划: which codes a code stands for.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pairs_of_zeros_are_left_off() {
        assert!(covers("510500", "510502") && covers("510000", "510502"));
        assert!(!covers("500000", "510000") && !covers("510502", "510500"));
        assert!(covers("510500", "510500") && covers("510502", "510502001"));
    }
}
