//! Cases, what the public says of them, samples of them, and what is done beside them.

use super::Key::{Opens, PersonOnly};
use super::Reach::Narrowed;
use super::who::{
    CASES, DEPARTMENT, LEDGER, LEDGER_ENTERED, LEDGER_WORKED, SAMPLES, SUPERVISION, VOICES,
    VOICES_ANSWERED, VOICES_TAKEN,
};
use super::{Row, act, row};

const SAMPLE_ACT: &str = "/api/v1/samples/{id}/{act}";
pub(super) const VOICE_ACT: &str = "/api/v1/complaints/{source}/{case_no}/{event_id}/{act}";

pub(super) const ROWS: &[Row] = &[
    row("get", "/api/v1/cases", CASES, Narrowed, Opens),
    row(
        "get",
        "/api/v1/cases/{source}/{case_no}",
        CASES,
        Narrowed,
        Opens,
    ),
    row(
        "get",
        "/api/v1/cases/{source}/{case_no}/explain",
        CASES,
        Narrowed,
        Opens,
    ),
    row(
        "get",
        "/api/v1/cases/{source}/{case_no}/query-code",
        DEPARTMENT,
        Narrowed,
        Opens,
    ),
    row("get", "/api/v1/counts", CASES, Narrowed, Opens),
    row("get", "/api/v1/complaints", CASES, Narrowed, Opens),
    row("post", "/api/v1/complaints", VOICES, Narrowed, Opens),
    row(
        "get",
        "/api/v1/complaints/{source}/{case_no}/{event_id}",
        CASES,
        Narrowed,
        Opens,
    ),
    act(
        "post",
        VOICE_ACT,
        "accept",
        VOICES_TAKEN,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        VOICE_ACT,
        "refuse",
        VOICES_TAKEN,
        Narrowed,
        PersonOnly,
    ),
    act("post", VOICE_ACT, "transfer", VOICES, Narrowed, PersonOnly),
    act(
        "post",
        VOICE_ACT,
        "answer",
        VOICES_ANSWERED,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        VOICE_ACT,
        "call_back",
        VOICES_TAKEN,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post", VOICE_ACT, "rectify", DEPARTMENT, Narrowed, PersonOnly,
    ),
    act("post", VOICE_ACT, "review", VOICES, Narrowed, PersonOnly),
    act("post", VOICE_ACT, "withdraw", VOICES, Narrowed, PersonOnly),
    row("get", "/api/v1/events/export", SUPERVISION, Narrowed, Opens),
    row("get", "/api/v1/samples", SAMPLES, Narrowed, Opens),
    row("post", "/api/v1/samples", SUPERVISION, Narrowed, PersonOnly),
    row("get", "/api/v1/samples/{id}", SAMPLES, Narrowed, Opens),
    row(
        "get",
        "/api/v1/samples/{id}/redraw",
        SAMPLES,
        Narrowed,
        Opens,
    ),
    act(
        "post",
        SAMPLE_ACT,
        "find",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        SAMPLE_ACT,
        "close",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    row("get", "/api/v1/ledger", LEDGER, Narrowed, PersonOnly),
    row(
        "post",
        "/api/v1/ledger",
        LEDGER_ENTERED,
        Narrowed,
        PersonOnly,
    ),
    row("get", "/api/v1/ledger/{id}", LEDGER, Narrowed, PersonOnly),
    row(
        "post",
        "/api/v1/ledger/{id}/{act}",
        LEDGER_WORKED,
        Narrowed,
        PersonOnly,
    ),
    row("get", "/api/v1/foresight", CASES, Narrowed, Opens),
];
