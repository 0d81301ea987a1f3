//! Sums and shares in words.

use mingjing_domain::definitions::{Range, RatioOf, Standard, Tier};

/// Fen as yuan: `12,345 元`, `0.50 元`.
pub(super) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let (whole, part) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
    let digits = whole.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match part {
        0 => format!("{sign}{grouped} 元"),
        part => format!("{sign}{grouped}.{part:02} 元"),
    }
}

fn range(range: Range) -> String {
    match range.from == range.to {
        true => yuan(range.from),
        false => format!("{} 至 {}", yuan(range.from), yuan(range.to)),
    }
}

fn ratio(ratio: &RatioOf) -> String {
    let (from, to) = (ratio.from.to_string(), ratio.to.to_string());
    let of = amount(&ratio.of);
    match from == to {
        true => format!("{of}的 {from} 倍"),
        false => format!("{of}的 {from} 至 {to} 倍"),
    }
}

/// What the amounts are called that laws measure by; one that a place named itself is shown as it is written.
fn amount(code: &str) -> &str {
    match code {
        "goods_value" => "货值金额",
        "contract_price" => "合同价款",
        "illegal_gains" => "违法所得",
        other => other,
    }
}

/// What a tier asks for; none of what carries no money.
pub(super) fn tier(tier: &Tier) -> Option<String> {
    let fixed = tier.fixed.map(yuan);
    fixed
        .or_else(|| tier.range.map(range))
        .or_else(|| tier.ratio.as_ref().map(ratio))
}

/// What a fee is.
pub(super) fn standard(standard: &Standard) -> String {
    match standard {
        Standard::Fixed(fen) => format!("每件 {}", yuan(*fen)),
        Standard::Range(of) => range(*of),
        Standard::Rate(rate) => format!("每{} {}", rate.per, yuan(rate.fen)),
        Standard::Ratio(of) => ratio(of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fen_are_told_as_yuan() {
        let told: Vec<String> = [0, 50, 100_000, 123_456_789, -5].map(yuan).into();
        assert_eq!(
            told,
            ["0 元", "0.50 元", "1,000 元", "1,234,567.89 元", "-0.05 元"]
        );
    }
}
