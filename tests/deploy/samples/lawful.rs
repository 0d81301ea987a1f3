//! Scripts of lawful cases, run against the sample definitions as they are shipped.

use std::panic::catch_unwind;

use mingjing_domain::alert::Level;
use mingjing_testkit::script::check;

use super::Samples;

/// Every script that does not hold, or alleges a fault.
pub(super) fn failures(samples: &Samples, page: &str) -> Vec<String> {
    let texts: Vec<&str> = samples.set.files.iter().map(|f| f.text.as_str()).collect();
    let definitions = texts.join("\n---\n");
    let mut before = String::new();
    let mut failed = Vec::new();
    let mut count = 0;
    for (line, kind, text) in blocks(page) {
        if kind == "before" {
            before = text;
            continue;
        }
        count += 1;
        let script = format!("{before}{text}");
        match catch_unwind(|| check(&definitions, &script)) {
            Ok(alerts) => failed.extend(
                alerts
                    .iter()
                    .filter(|alert| !matches!(alert.level, Level::Review | Level::Notice))
                    .map(|alert| format!("lawful.md:{line}: {}", alert.message)),
            ),
            Err(why) => {
                let text = why.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| why.downcast_ref::<&str>().copied());
                failed.push(format!(
                    "lawful.md:{line}: {}",
                    text.unwrap_or("it panicked")
                ));
            }
        }
    }
    assert!(count > 15, "{count} scripts of lawful cases");
    failed
}

/// The fenced blocks: line, kind, text.
fn blocks(page: &str) -> Vec<(usize, &str, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        let inside = lines.by_ref().map(|(_, line)| line);
        let text: Vec<&str> = inside.take_while(|line| *line != "```").collect();
        blocks.push((at + 1, kind, text.join("\n") + "\n"));
    }
    blocks
}
