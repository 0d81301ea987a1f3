//! `/api/v1/drafts/{id}/bpmn`: a draft's flowchart as a drawing that people change, and the drawing as it comes back.
//!
//! What is judged by is the text. The drawing lies beside it, under the hash of the text, so that shapes stay where somebody put
//! them; a text without one is laid out anew. A drawing comes in by the import that files come in by, and what of it is not enforced is told to
//! whoever drew it. A drawing that says what the text says already is kept without a record: it is no change of the draft.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mingjing_domain::definitions::{Flowchart, Problem};
use mingjing_domain::life::{
    Act, Command, Content, Kind, Life, Refusal, State as Stands, Subject, document_of, documents,
};
use mingjing_wire::bpmn::{self, Coverage, Model, Note, Options, Unreadable};
use mingjing_wire::datum::Datum;
use serde::Deserialize;
use serde_json::{Value, json};

use super::drawing::{drawn, offices};
use super::said::{self, SaidFields};
use super::{Lives, drafts, sha256};
use crate::operator::Operator;
use crate::people::gate::Caller;
use crate::{ApiError, State, query};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The drawing, BPMN 2.0.
    xml: String,
}

/// What a drawing says.
struct Read {
    /// The flowchart as a definition's text.
    text: String,
    content: Content,
    /// The drawing with all that the definition says in it.
    drawing: String,
    notes: Vec<Note>,
}

/// `GET /api/v1/drafts/{id}/bpmn?body=`: BPMN 2.0 with its layout; offices are called as that body calls them.
pub async fn one(
    Here(state): Here<State>,
    Path(id): Path<String>,
    RawQuery(asked): RawQuery,
) -> Result<Response, ApiError> {
    let asked = query::pairs(asked.as_deref(), &["body"])?;
    let lives = &*state.lives;
    let life = lives.one(&id).await?;
    let text = lives.text(&life.text).await?;
    only_chart(&text)?;
    let kept = kept(lives, &life).await?;
    let in_force = lives.in_force().await?;
    let names = offices(&in_force.set, asked.get("body").map(String::as_str));
    let xml = drawn(&text, kept.as_deref(), &names);
    let xml = xml.map_err(|why| ApiError::Failed(why.into()))?;
    let kind = [(header::CONTENT_TYPE, "application/xml; charset=utf-8")];
    Ok((kind, xml).into_response())
}

/// `POST /api/v1/drafts/{id}/bpmn`: the draft's flowchart as it is drawn now; answers the draft and what is not enforced as drawn.
pub(crate) async fn save(
    Here(state): Here<State>,
    Path(id): Path<String>,
    _: Operator,
    caller: Caller,
    request: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, Asked { xml }): (SaidFields, Asked) = said::read(&request)?;
    let said = fields.by(&caller)?.said(&xml)?;
    let lives = &*state.lives;
    let mut life = lives.one(&id).await?;
    let before = lives.text(&life.text).await?;
    let read = read(&xml, &only_chart(&before)?)?;
    let key = said.key.as_deref();
    let same = says_the_same(&before, &read.content);
    if key.is_some_and(|key| life.record_of(key).is_some()) {
        // Done before.
    } else if same {
        may_be_revised(&life)?;
        lives.keep_drawing(&life.text, read.drawing).await?;
    } else {
        let text = lives.keep(&read.text).await?;
        lives.keep_drawing(&text, read.drawing).await?;
        let subjects = read.content.subjects;
        let known = life.text;
        let command = drafts::unless_changed(&known, Command::Revise { subjects, text });
        life = lives.act(&id, &said, (state.now)(), command).await?;
    }
    let draft = drafts::shown(&state, &life, &caller).await?;
    let notes: Vec<Value> = read.notes.iter().map(note).collect();
    Ok(Json(
        json!({ "draft": draft, "unchanged": same, "notes": notes }),
    ))
}

/// The one flowchart that a draft is about.
fn only_chart(text: &str) -> Result<Subject, ApiError> {
    let found = documents(text);
    match found.as_slice() {
        [(subject, _)] if subject.kind == Kind::Flowchart => Ok(subject.clone()),
        [(subject, _)] => Err(ApiError::bad(
            "id",
            format!(
                "{}没有图，只有流程图可以在画布上编辑",
                subject.kind.name_zh()
            ),
        )),
        _ => Err(ApiError::bad(
            "id",
            "草案里有几个流程图，请分开起草之后再在画布上编辑，或者直接修改文本",
        )),
    }
}

fn read(xml: &str, subject: &Subject) -> Result<Read, ApiError> {
    let model = Model::read(xml.as_bytes()).map_err(|error| unreadable(&error))?;
    let from = subject.effective_from.map(|day| day.to_string());
    let options = Options {
        process: None,
        id: Some(subject.id.clone()),
        effective_from: from.unwrap_or_default(),
    };
    let derived = model.flowcharts(&options);
    let [chart] = derived.flowcharts.as_slice() else {
        return Err(ApiError::bad(
            "xml",
            "图中应当有且只有一个流程，流程中至少有一个环节",
        ));
    };
    let failed = |why: String| ApiError::Failed(why.into());
    let yaml = chart.to_yaml().map_err(|error| failed(error.to_string()))?;
    let text = format!("kind: flowchart\n{yaml}");
    let content = Content::read("bpmn", &text).map_err(ApiError::Problems)?;
    let drawing = bpmn::companion(&model, &options, &derived.flowcharts);
    let drawing = drawing.map_err(|error| ApiError::bad("xml", error.to_string()))?;
    Ok(Read {
        text,
        content,
        drawing,
        notes: derived.notes,
    })
}

fn unreadable(error: &Unreadable) -> ApiError {
    let problems = error.problems.iter().map(|problem| Problem {
        file: "bpmn".into(),
        line: problem.at.line,
        message: problem.what.zh.to_string(),
    });
    ApiError::Problems(problems.collect())
}

/// Whether a draft's text says what a drawing says. Limits stand with their steps in a drawing: their order says nothing.
fn says_the_same(text: &str, drawn: &Content) -> bool {
    let charts = |content: &Content| -> Vec<Flowchart> {
        let charts = content.set.flowcharts.iter().map(|d| d.value.clone());
        let mut charts: Vec<Flowchart> = charts.collect();
        for chart in &mut charts {
            chart.limits.sort_by(|a, b| a.id.text.cmp(&b.id.text));
        }
        charts
    };
    Content::read("text", text).is_ok_and(|content| charts(&content) == charts(drawn))
}

fn may_be_revised(life: &Life) -> Result<(), ApiError> {
    match life.state {
        Stands::Drafting | Stands::InReview { .. } | Stands::Returned { .. } | Stands::Approved => {
            Ok(())
        }
        _ => Err(ApiError::Refused(vec![Refusal::new(
            "wrong_state",
            "",
            format!("草案现在是{}，图不得再改动", life.state.name_zh()),
            "请以在用的版本另起一份草案",
        )])),
    }
}

/// The drawing that a draft's text came with, else that of its text before, and so on to that of the version which it follows. Where it no
/// longer fits, whoever draws lays out anew.
pub(super) async fn kept(lives: &Lives, life: &Life) -> Result<Option<Vec<u8>>, ApiError> {
    let texts = life
        .records
        .iter()
        .rev()
        .filter_map(|record| match &record.act {
            Act::Drafted { text, .. } | Act::Revised { text, .. } => Some(text),
            _ => None,
        });
    for text in texts {
        if let Some(drawing) = lives.drawing(text).await? {
            return Ok(Some(drawing));
        }
    }
    let in_force = lives.in_force().await?;
    let Some(subject) = life.subjects.first() else {
        return Ok(None);
    };
    let before = drafts::latest(&in_force.files, subject);
    let before = before.and_then(|old| document_of(&in_force.files, &old).map(sha256));
    match before {
        Some(hash) => lives.drawing(&hash).await,
        None => Ok(None),
    }
}

fn note(note: &Note) -> Value {
    let coverage = match note.coverage {
        Coverage::Partly => "partly",
        Coverage::NotEnforced => "not_enforced",
        Coverage::Kept => "kept",
    };
    json!({
        "element": note.element,
        "id": note.id,
        "name": note.name,
        "coverage": coverage,
        "coverage_zh": note.coverage.name_zh(),
        "meaning_zh": note.meaning.zh,
        "meaning_en": note.meaning.en,
    })
}

/// A flowchart's document as plain data.
pub(super) fn plain(text: &str) -> Result<Datum, String> {
    let mut chart = Datum::from_yaml(text).map_err(|error| error.to_string())?;
    chart.take("kind");
    Ok(chart)
}

#[cfg(test)]
mod tests {
    use mingjing_wire::bpmn::Offices;

    use super::*;

    const CHART: &str = "# 施工许可\nkind: flowchart\nid: permit\nversion: \"2\"\nname: 许可\neffective_from: 2026-01-01\n\
        steps:\n- {code: accept, name: 受理, first: true, next: [approve]}\n- {code: approve, name: 审批, next: []}\n\
        limits:\n- {id: whole, name: 决定, kind: case, from: [accepted], to: [decided], statutory: 20wd}\n\
        - {id: own, name: 受理, kind: step, step: accept, promised: 1wd}\n";

    #[test]
    fn what_is_drawn_and_comes_back_untouched_says_the_same() {
        let subject = only_chart(CHART).unwrap();
        let xml = drawn(CHART, None, &Offices::new()).unwrap();
        let read = read(&xml, &subject).unwrap();
        assert!(says_the_same(CHART, &read.content), "{}", read.text);
        assert_eq!(read.content.subjects, [subject]);
    }

    #[test]
    fn a_step_that_is_renamed_in_the_drawing_is_renamed_in_the_text() {
        let subject = only_chart(CHART).unwrap();
        let xml = drawn(CHART, None, &Offices::new()).unwrap();
        let xml = xml.replace("name=\"审批\"", "name=\"审批决定\"");
        let read = read(&xml, &subject).unwrap();
        assert!(!says_the_same(CHART, &read.content));
        assert!(read.text.contains("审批决定") && read.text.contains("approve"));
        // Drawn again upon its own drawing, every shape is where it was.
        let again = drawn(&read.text, Some(read.drawing.as_bytes()), &Offices::new()).unwrap();
        let bounds = |xml: &str| -> Vec<String> {
            let lines = xml.lines().filter(|line| line.contains("Bounds"));
            lines.map(|line| line.trim().to_owned()).collect()
        };
        assert_eq!(bounds(&again), bounds(&xml));
    }

    #[test]
    fn what_is_no_drawing_is_refused_with_its_line_and_other_kinds_have_none() {
        let subject = only_chart(CHART).unwrap();
        let Err(ApiError::Problems(problems)) = read("<definitions", &subject) else {
            panic!("it was read");
        };
        assert!(problems[0].line >= 1);
        let body = "kind: body\ncode: b1\nname: 甲局\nregion: \"510502\"\n";
        assert!(only_chart(body).is_err());
        assert!(only_chart(&format!("{CHART}---\n{body}")).is_err());
    }
}
