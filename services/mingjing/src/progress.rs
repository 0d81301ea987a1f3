//! Progress bars on stderr; none where stderr is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over bytes of a file.
pub fn bytes(total: u64, doing: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let style = ProgressStyle::with_template(
        "{prefix} [{bar:40}] {percent:>3}% {bytes}/{total_bytes} {eta}",
    );
    // The template is fixed; where it should not parse, the default style serves.
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(doing);
    bar
}

/// A bar over records, whose number is told later.
pub fn records(doing: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template(
        "{prefix} [{bar:40}] {percent:>3}% {human_pos}/{human_len} {eta}",
    );
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(doing);
    bar
}

/// A count of cases whose number nobody knows.
pub fn cases(doing: &'static str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    let style = ProgressStyle::with_template("{prefix} {human_pos} cases, {per_sec}, {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.set_prefix(doing);
    bar
}
