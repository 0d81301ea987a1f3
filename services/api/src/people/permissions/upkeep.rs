//! Who may do what here, what they did, and how the platform is.

use super::Key::{Opens, PersonOnly};
use super::Reach::{Narrowed, Same, Whole};
use super::who::{ACCOUNT_READERS, ACCOUNTS, ANYBODY, LOG, SOURCES, UPKEEP};
use super::{Row, row};
use crate::people::account::Role::Auditor;

pub(super) const ROWS: &[Row] = &[
    row("get", "/api/v1/audit", &[Auditor], Whole, PersonOnly),
    row("get", "/api/v1/audit/export", &[Auditor], Whole, PersonOnly),
    row("get", "/api/v1/accounts", ACCOUNT_READERS, Whole, Opens),
    row("post", "/api/v1/accounts", ACCOUNTS, Whole, Opens),
    row(
        "get",
        "/api/v1/accounts/{account}",
        ACCOUNT_READERS,
        Whole,
        Opens,
    ),
    row(
        "post",
        "/api/v1/accounts/{account}/{act}",
        ACCOUNTS,
        Whole,
        Opens,
    ),
    row("get", "/api/v1/sources", SOURCES, Narrowed, Opens),
    row("get", "/api/v1/sources/{source}", SOURCES, Narrowed, Opens),
    row("get", "/api/v1/sources/{source}/keys", UPKEEP, Whole, Opens),
    row(
        "post",
        "/api/v1/sources/{source}/keys",
        UPKEEP,
        Whole,
        Opens,
    ),
    row(
        "post",
        "/api/v1/sources/{source}/keys/{key}/retire",
        UPKEEP,
        Whole,
        Opens,
    ),
    row("get", "/api/v1/notifications", UPKEEP, Whole, Opens),
    row("get", "/api/v1/dead-letters", UPKEEP, Whole, Opens),
    row("post", "/api/v1/dead-letters/replay", UPKEEP, Whole, Opens),
    row("post", "/api/v1/dead-letters/forget", UPKEEP, Whole, Opens),
    row("get", "/api/v1/log/heads", LOG, Whole, Opens),
    row("post", "/api/v1/log/verify", LOG, Whole, Opens),
    row("get", "/api/v1/platform", ANYBODY, Same, Opens),
];
