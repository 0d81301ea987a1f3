//! A published flowchart as a drawing.

use axum::extract::{Path, RawQuery, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::life::Kind;
use mingjing_wire::bpmn::{self, ExportError, Offices};

use super::drafts::kind_of;
use super::publications::published_text;
use super::{Lives, canvas, sha256};
use crate::{ApiError, State, query};

/// `GET /api/v1/definitions/{kind}/{id}/bpmn?version=&body=`: BPMN 2.0 with its layout. The offices of its lanes are called as that body
/// calls them.
pub async fn bpmn(
    Here(state): Here<State>,
    Path((kind, id)): Path<(String, String)>,
    RawQuery(asked): RawQuery,
) -> Result<Response, ApiError> {
    let kind = kind_of(&kind)?;
    if kind != Kind::Flowchart {
        return Err(ApiError::bad("kind", "只有流程图（flowchart）可以绘制"));
    }
    let asked = query::pairs(asked.as_deref(), &["version", "body"])?;
    let version = asked
        .get("version")
        .ok_or_else(|| ApiError::bad("version", "请给出流程图的版本号"))?;
    let text = published_text(&state, kind, &id, version).await?;
    let in_force = state.lives.in_force().await?;
    let body = asked.get("body").map(String::as_str);
    let kept = kept(&state.lives, &sha256(&text)).await?;
    let drawn = drawn(&text, kept.as_deref(), &offices(&in_force.set, body));
    let xml = drawn.map_err(|why| ApiError::Failed(why.into()))?;
    let kind = [(header::CONTENT_TYPE, "application/xml; charset=utf-8")];
    Ok((kind, xml).into_response())
}

/// The drawing of a published text: its own, else that of the draft it was, which may have been drawn before its text was changed once more.
async fn kept(lives: &Lives, text: &str) -> Result<Option<Vec<u8>>, ApiError> {
    if let Some(drawing) = lives.drawing(text).await? {
        return Ok(Some(drawing));
    }
    let drafts = lives.all().await?;
    match drafts.iter().find(|life| life.text == text) {
        Some(life) => canvas::kept(lives, life).await,
        None => Ok(None),
    }
}

/// Why it cannot be drawn is the platform's own fault: it was read before it was published.
///
/// `kept` is the drawing that somebody made of it, or of an earlier text; where it does not fit, it is laid out anew.
pub(super) fn drawn(text: &str, kept: Option<&[u8]>, offices: &Offices) -> Result<String, String> {
    let chart = canvas::plain(text)?;
    let exported = bpmn::export(std::slice::from_ref(&chart), kept, offices);
    let exported = match exported {
        Err(ExportError::Drawing(_)) => bpmn::export(&[chart], None, offices),
        other => other,
    };
    exported
        .map(|exported| exported.xml)
        .map_err(|error| error.to_string())
}

/// Names of offices: a body's own, and for what it does not have those of the others.
pub(super) fn offices(set: &DefinitionSet, body: Option<&str>) -> Offices {
    let bodies = || set.bodies.iter().map(|document| &document.value);
    let own = bodies().filter(|one| Some(one.code.text.as_str()) == body);
    let mut names = Offices::new();
    for office in own.chain(bodies()).flat_map(|one| &one.offices) {
        let name = names.entry(office.code.text.clone());
        name.or_insert_with(|| office.name.clone());
    }
    names
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::DefinitionFile;

    use super::*;

    const CHART: &str = "kind: flowchart\nid: permit\nversion: \"2\"\nname: 许可\neffective_from: 2026-01-01\n\
        steps:\n- {code: accept, name: 受理, office: window, next: [approve]}\n- {code: approve, name: 审批, next: []}\n";
    const BODIES: &str = "kind: body\ncode: b1\nname: 甲局\nregion: \"510502\"\noffices:\n- {code: window, name: 甲局窗口}\n\
        ---\nkind: body\ncode: b2\nname: 乙局\nregion: \"510503\"\noffices:\n- {code: window, name: 乙局窗口}\n";

    #[test]
    fn a_flowchart_is_drawn_with_its_layout_and_offices_as_the_body_calls_them() {
        let file = DefinitionFile {
            name: "bodies.yaml".into(),
            text: BODIES.into(),
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert_eq!(set.bodies.len(), 2, "{problems:?}");
        for (body, called) in [
            (None, "甲局窗口"),
            (Some("b2"), "乙局窗口"),
            (Some("b9"), "甲局窗口"),
        ] {
            let xml = drawn(CHART, None, &offices(&set, body)).unwrap();
            assert!(xml.contains(called), "{body:?}: {xml}");
            assert!(xml.contains("BPMNShape") && xml.contains("BPMNEdge"));
            assert!(xml.contains("code=\"approve\"") && xml.contains("审批"));
        }
        assert!(drawn("[", None, &Offices::new()).is_err());
        assert!(drawn(CHART, Some(b"<no model>"), &Offices::new()).is_ok());
    }
}
