//! Who asks: a source by its key, the administrator by his. A handler without one of these gets nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use mingjing_domain::source::Source;
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};

use crate::answer::EventsError;
use crate::config::AdminKey;
use crate::error::ApiError;
use crate::intake::Intake;
use crate::keys;

/// The source whose key came with the request.
pub(crate) struct Speaker(pub Source);

impl FromRequestParts<Arc<Intake>> for Speaker {
    type Rejection = EventsError;

    async fn from_request_parts(
        parts: &mut Parts,
        intake: &Arc<Intake>,
    ) -> Result<Self, Self::Rejection> {
        let found = match bearer(&parts.headers) {
            None => Err(bad_key("no key", "没有密钥")),
            Some(key) => match intake.sources.of_key(key).await {
                Ok(Some(source)) => return Ok(Speaker(source)),
                Ok(None) => Err(bad_key("a key that opens nothing", "无效的密钥")),
                Err(error) => Err(ApiError::from(error)),
            },
        };
        found.map_err(|error| {
            intake.metrics.turned_away(error.refusal.reason);
            EventsError(error)
        })
    }
}

/// Whether a request is the administrator's: it carries his key, or, where none is set, comes from this machine.
pub fn is_administrator(key: Option<&AdminKey>, parts: &Parts) -> bool {
    match key {
        Some(key) => bearer(&parts.headers).is_some_and(|given| keys::same_text(given, key.text())),
        None => is_local(parts),
    }
}

/// Someone who may register sources and publish definitions.
pub(crate) struct Admin;

impl FromRequestParts<Arc<Intake>> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        intake: &Arc<Intake>,
    ) -> Result<Self, Self::Rejection> {
        let allowed = match &intake.config.admin_key {
            Some(key) => match bearer(&parts.headers) {
                Some(given) if keys::same_text(given, key.text()) => Ok(Admin),
                Some(_) => Err(bad_key(
                    "another key than the administrator's",
                    "不是管理员密钥",
                )),
                None => Err(bad_key("no key", "没有密钥")),
            },
            None if is_local(parts) => Ok(Admin),
            None => {
                let detail = Words::new("a request from another machine", "来自其他机器的请求");
                Err(Refusal::new(ReasonCode::NotAllowed, detail).into())
            }
        };
        allowed.inspect_err(|error| intake.metrics.turned_away(error.refusal.reason))
    }
}

fn bad_key(en: &str, zh: &str) -> ApiError {
    Refusal::new(ReasonCode::BadKey, Words::new(en, zh)).into()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// Whether the request comes from this machine. A proxy here would make everyone local, so one that says it is a proxy is not
/// believed; nor is a browser that was lured to us under another host's name.
fn is_local(parts: &Parts) -> bool {
    const PROXIED: [HeaderName; 3] = [
        header::FORWARDED,
        HeaderName::from_static("x-forwarded-for"),
        HeaderName::from_static("x-real-ip"),
    ];
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let near = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    let direct = !PROXIED.iter().any(|name| parts.headers.contains_key(name));
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    near && direct && host.is_some_and(is_loopback_host)
}

fn is_loopback_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let address = name.parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(peer: Option<&str>, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        if let Some(peer) = peer {
            parts
                .extensions
                .insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        }
        parts
    }

    #[test]
    fn local_is_who_comes_from_here_asks_for_here_and_came_through_nothing() {
        let here = ("host", "localhost:8080");
        let local = |peer, headers: &[_]| is_local(&parts(peer, headers));
        assert!(local(Some("127.0.0.1:5"), &[here]));
        assert!(local(
            Some("[::ffff:127.0.0.1]:5"),
            &[("host", "127.0.0.1")]
        ));
        assert!(local(Some("[::1]:5"), &[("host", "[::1]:8080")]));
        assert!(!local(None, &[here]));
        assert!(!local(Some("10.0.0.7:5"), &[here]));
        assert!(!local(
            Some("127.0.0.1:5"),
            &[here, ("x-forwarded-for", "10.0.0.7")]
        ));
        assert!(!local(
            Some("127.0.0.1:5"),
            &[("host", "evil.example:8080")]
        ));
        assert!(!local(Some("127.0.0.1:5"), &[]));
    }

    #[test]
    fn a_bearer_key_is_read_from_its_header_only() {
        let key =
            |value| bearer(&parts(None, &[("authorization", value)]).headers).map(str::to_owned);
        assert_eq!(key("Bearer mjk_1"), Some("mjk_1".to_owned()));
        assert_eq!(key("bearer  mjk_1 "), Some("mjk_1".to_owned()));
        assert_eq!(key("Basic mjk_1"), None);
        assert_eq!(key("mjk_1"), None);
    }
}
