//! Definitions around the few lines that a rule is about.

/// A block that begins with `kind:` is complete; any other goes on where the flowchart of the licence item `XK-1` of the body
/// `zjj` in Luzhou stops.
pub fn around(block: &str) -> String {
    let first = block
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    if first.is_some_and(|line| line.starts_with("kind:")) {
        block.to_owned()
    } else {
        format!("{FRAME}{block}")
    }
}

/// A body that acts in its city, one that it entrusted, and an item with its flowchart.
const FRAME: &str = "\
kind: body
code: zjj
name: 住房和城乡建设局
region: '510500'
---
kind: body
code: jyq
name: 江阳区行政审批局
region: '510502'
---
kind: item
code: XK-1
name: 建筑工程施工许可
power_type: licence
level: city
region: '510500'
executing_body: zjj
entrusted_bodies: [jyq]
legal_basis: [建筑法第七条]
effective_from: 2015-07-01
flowchart: licence
---
kind: flowchart
id: licence
version: '1'
name: 施工许可流程
effective_from: 2015-07-01
";
