//! What several runs measured, and how it is shown.

use serde::Serialize;

/// The middle of several runs, and how far they lay apart.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Measured {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Measured {
    /// Of at least one run.
    pub fn of(runs: impl IntoIterator<Item = f64>) -> Self {
        let mut runs: Vec<f64> = runs.into_iter().collect();
        let median = median(&mut runs);
        Measured {
            median,
            min: runs[0],
            max: runs[runs.len() - 1],
        }
    }

    /// Like `212,000 events/s (198,000 to 220,000)`.
    pub fn told(&self, unit: &str) -> String {
        let Measured { median, min, max } = *self;
        format!(
            "{} {unit} ({} to {})",
            number(median),
            number(min),
            number(max)
        )
    }
}

/// The middle of the values, which are sorted. There is at least one.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The value below which this part of them lies; 0 where there are none. They are sorted.
pub fn percentile(values: &[f64], part: f64) -> f64 {
    let rank = (values.len() as f64 * part).ceil() as usize;
    values
        .get(rank.saturating_sub(1).min(values.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0.0)
}

/// With commas where it is large, with three digits after the point where it is small.
pub fn number(value: f64) -> String {
    if value.abs() < 100.0 {
        let decimals = if value.abs() < 10.0 { 3 } else { 1 };
        return format!("{value:.decimals$}");
    }
    let digits = format!("{:.0}", value.abs());
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if value < 0.0 { format!("-{out}") } else { out }
}

/// How a bench ends: its report as one JSON object, or what it measured with a title, a line each.
pub fn tell<R: Serialize>(
    report: &R,
    json: bool,
    said: impl FnOnce(&R) -> (String, Vec<(String, String)>),
) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    let (title, rows) = said(report);
    print(&title, &rows);
    Ok(())
}

/// The machine's load before a bench, for its title.
pub fn load_before(load_average: Option<f64>) -> String {
    let load = load_average.map_or("unknown".into(), number);
    format!("load average before: {load}")
}

/// Prints what was measured, a line each.
fn print(title: &str, rows: &[(String, String)]) {
    println!("{title}");
    let width = rows.iter().map(|(what, _)| what.chars().count()).max();
    for (what, value) in rows {
        println!("  {what:<width$}  {value}", width = width.unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable_and_percentiles_are_values_that_were_measured() {
        let told = [0.4567, 12.34, 999.4, 1_234_567.0, -2500.0].map(number);
        assert_eq!(told, ["0.457", "12.3", "999", "1,234,567", "-2,500"]);
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        let told = [0.5, 0.99, 1.0].map(|part| percentile(&values, part));
        assert_eq!(told, [50.0, 99.0, 100.0]);
        assert_eq!(percentile(&[], 0.5), 0.0);
        assert_eq!(Measured::of([3.0, 1.0, 2.0]).median, 2.0);
    }
}
