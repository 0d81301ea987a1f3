//! What is judged by: drafts, what is in force, the register of bodies, and how far each has come.

use super::Key::{Opens, PersonOnly};
use super::Reach::{Same, Whole};
use super::who::{ANYBODY, DRAFTS, MILESTONES, REGISTER, REVIEWERS};
use super::{Row, act, row};
use crate::people::account::Role::{Establishment, Leadership};

pub(super) const DRAFT_ACT: &str = "/api/v1/drafts/{id}/{act}";
const BACKTESTS: &str = "/api/v1/drafts/{id}/backtests";
const BACKTEST_CANCEL: &str = "/api/v1/drafts/{id}/backtests/cancel";

pub(super) const ROWS: &[Row] = &[
    row("get", "/api/v1/drafts", DRAFTS, Same, Opens),
    row("get", "/api/v1/drafts/{id}", DRAFTS, Same, Opens),
    row("get", "/api/v1/drafts/{id}/text", DRAFTS, Same, Opens),
    row("get", "/api/v1/drafts/{id}/shadow", REVIEWERS, Whole, Opens),
    row("get", "/api/v1/drafts/{id}/bpmn", DRAFTS, Same, Opens),
    row("get", "/api/v1/drafts/{id}/check", DRAFTS, Same, Opens),
    row("get", BACKTESTS, REVIEWERS, Whole, Opens),
    row("post", BACKTESTS, REVIEWERS, Whole, PersonOnly),
    row("post", BACKTEST_CANCEL, REVIEWERS, Whole, PersonOnly),
    row(
        "post",
        "/api/v1/drafts/{id}/bpmn",
        REVIEWERS,
        Whole,
        PersonOnly,
    ),
    row("post", "/api/v1/drafts", REVIEWERS, Whole, PersonOnly),
    row(
        "post",
        "/api/v1/drafts/{id}/shadow",
        REVIEWERS,
        Whole,
        PersonOnly,
    ),
    act(
        "post",
        DRAFT_ACT,
        "approve",
        &[Leadership],
        Whole,
        PersonOnly,
    ),
    act("post", DRAFT_ACT, "revise", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "submit", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "review", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "publish", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "notice", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "retire", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "withdraw", REVIEWERS, Whole, PersonOnly),
    act(
        "post",
        DRAFT_ACT,
        "end_shadow",
        REVIEWERS,
        Whole,
        PersonOnly,
    ),
    row("get", "/api/v1/definitions", ANYBODY, Same, Opens),
    row("get", "/api/v1/definitions/unused", DRAFTS, Whole, Opens),
    row("get", "/api/v1/definitions/shadows", DRAFTS, Whole, Opens),
    row(
        "get",
        "/api/v1/definitions/{kind}/{id}",
        ANYBODY,
        Same,
        Opens,
    ),
    row(
        "get",
        "/api/v1/definitions/{kind}/{id}/diff",
        ANYBODY,
        Same,
        Opens,
    ),
    row(
        "get",
        "/api/v1/definitions/{kind}/{id}/bpmn",
        ANYBODY,
        Same,
        Opens,
    ),
    row(
        "get",
        "/api/v1/definitions/{kind}/{id}/text",
        ANYBODY,
        Same,
        Opens,
    ),
    row("get", "/api/v1/items", ANYBODY, Same, Opens),
    row("get", "/api/v1/items/{code}", ANYBODY, Same, Opens),
    row("get", "/api/v1/rules", ANYBODY, Same, Opens),
    row("get", "/api/v1/calendars", ANYBODY, Same, Opens),
    row("get", "/api/v1/calendars/{id}", ANYBODY, Same, Opens),
    row("get", "/api/v1/publications", ANYBODY, Same, Opens),
    row("get", "/api/v1/installations", DRAFTS, Same, Opens),
    row("get", "/api/v1/responsibilities", ANYBODY, Same, Opens),
    row("get", "/api/v1/register", REGISTER, Whole, Opens),
    row("get", "/api/v1/register/{body}", REGISTER, Whole, Opens),
    row(
        "put",
        "/api/v1/register/{body}",
        &[Establishment],
        Whole,
        PersonOnly,
    ),
    row(
        "post",
        "/api/v1/register/{body}/change",
        &[Establishment],
        Whole,
        PersonOnly,
    ),
    row(
        "get",
        "/api/v1/register/{body}/history",
        REGISTER,
        Whole,
        Opens,
    ),
    row("get", "/api/v1/milestones", DRAFTS, Same, Opens),
    row(
        "post",
        "/api/v1/milestones/{body}",
        MILESTONES,
        Whole,
        PersonOnly,
    ),
];
