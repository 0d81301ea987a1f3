//! Editing a draft: words are the editor's, numbers the platform's.

use mingjing_bulletin::{BadEdit, Document, Kind, Part, Span, compose, rewritten};

use crate::city;

fn draft() -> Document {
    compose(&city::figures(), &city::asked(Kind::Bulletin))
}

fn first_figure(document: &mut Document) -> &mut Span {
    let parts = &mut document.sections[0].parts;
    let Part::Paragraph { spans, .. } = &mut parts[0] else {
        panic!("a paragraph");
    };
    let found = spans.iter_mut().find(|span| span.query.is_some());
    found.expect("a figure")
}

#[test]
fn words_may_change_and_numbers_may_go_or_move() {
    let draft = draft();
    let mut edited = draft.clone();
    edited.title = "关于10月情况的通报".into();
    edited.sections[0]
        .parts
        .push(Part::paragraph(vec![Span::words(
            "另有3件系系统故障所致。",
        )]));
    let moved = first_figure(&mut edited).clone();
    edited.sections[1]
        .parts
        .insert(0, Part::paragraph(vec![moved]));
    edited.sections.remove(2);
    let kept = rewritten(&draft, edited.clone()).unwrap();
    assert_eq!(kept, edited);
}

#[test]
fn a_number_that_names_its_query_is_what_the_figures_say() {
    let draft = draft();
    let mut edited = draft.clone();
    first_figure(&mut edited).text = "9999件".into();
    let refused = rewritten(&draft, edited).unwrap_err();
    assert_eq!(
        refused,
        BadEdit::Number {
            said: "9999件".into(),
            found: "3120件".into()
        }
    );
    let mut edited = draft.clone();
    let unknown = "received?period=2025-01&region=510500#value";
    first_figure(&mut edited).query = Some(unknown.into());
    assert!(matches!(
        rewritten(&draft, edited),
        Err(BadEdit::Unknown(_))
    ));
}

#[test]
fn annexes_kind_and_who_is_named_are_the_drafts() {
    let draft = draft();
    let mut edited = draft.clone();
    edited.kind = Kind::Report;
    edited.annexes.clear();
    edited.named.clear();
    assert_eq!(rewritten(&draft, edited).unwrap(), draft);
}

#[test]
fn sections_keep_their_order_and_texts_their_bounds() {
    let draft = draft();
    let mut edited = draft.clone();
    edited.sections.swap(0, 1);
    assert_eq!(rewritten(&draft, edited).unwrap_err(), BadEdit::Order);
    let mut edited = draft.clone();
    edited.sections.clear();
    assert_eq!(rewritten(&draft, edited).unwrap_err(), BadEdit::Empty);
    let mut edited = draft.clone();
    edited.sections[0].parts[0] = Part::paragraph(vec![Span::words("长".repeat(4001))]);
    assert!(matches!(
        rewritten(&draft, edited),
        Err(BadEdit::TooLong(_))
    ));
}
