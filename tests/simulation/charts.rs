//! Definitions around the few lines that a script is about.

/// A licence item `XK-1` of the body `zjj` in Luzhou, with a flowchart that goes on with `rest`.
pub fn chart(rest: &str) -> String {
    format!("{BODY}---\n{ITEM}---\n{FLOWCHART}{rest}")
}

/// The same body and item with a flowchart that watches nothing, and general control points.
pub fn general(points: &str) -> String {
    format!(
        "{BODY}---\n{ITEM}---\n{FLOWCHART}---\nkind: general_points\nid: general\nversion: '1'\ncontrol_points:\n{points}"
    )
}

/// A body that acts in its city, and one that it entrusted.
pub const BODY: &str = "\
kind: body
code: zjj
name: 住房和城乡建设局
region: '510500'
---
kind: body
code: jyq
name: 江阳区行政审批局
region: '510502'
";

pub const ITEM: &str = "\
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
";

pub const FLOWCHART: &str = "\
kind: flowchart
id: licence
version: '1'
name: 施工许可流程
effective_from: 2015-07-01
";
