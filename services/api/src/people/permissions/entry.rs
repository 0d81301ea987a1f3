//! What is public, and signing in and out.

use super::Key::{Opens, PersonOnly};
use super::Reach::{Public, Same};
use super::who::{ANYBODY, NOBODY};
use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("get", "/healthz", NOBODY, Public, Opens),
    row("get", "/readyz", NOBODY, Public, Opens),
    row("get", "/metrics", NOBODY, Public, Opens),
    row("get", "/api/v1/openapi.json", NOBODY, Public, Opens),
    row("get", "/api/v1/evidence-key", NOBODY, Public, Opens),
    row("get", "/api/public/v1/about", NOBODY, Public, Opens),
    row("get", "/api/public/v1/items", NOBODY, Public, Opens),
    row("get", "/api/public/v1/items/{code}", NOBODY, Public, Opens),
    row("post", "/api/public/v1/progress", NOBODY, Public, Opens),
    row("post", "/api/public/v1/complaints", NOBODY, Public, Opens),
    row(
        "post",
        "/api/public/v1/complaints/status",
        NOBODY,
        Public,
        Opens,
    ),
    // Signing in asks for no session, and who is not signed in is told so.
    row("get", "/api/v1/session", NOBODY, Public, PersonOnly),
    row("post", "/api/v1/session", NOBODY, Public, PersonOnly),
    row("get", "/api/v1/session/ways", NOBODY, Public, PersonOnly),
    row("get", "/api/v1/session/oidc", NOBODY, Public, PersonOnly),
    row(
        "get",
        "/api/v1/session/oidc/callback",
        NOBODY,
        Public,
        PersonOnly,
    ),
    row("delete", "/api/v1/session", ANYBODY, Same, PersonOnly),
    row(
        "post",
        "/api/v1/session/password",
        ANYBODY,
        Same,
        PersonOnly,
    ),
];
