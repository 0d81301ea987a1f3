//! Who asks over HTTP to change what only the administrator may: the holder of the configured key; without a key, whoever asks from this machine.
//!
//! The words of a request are judged here, for every part that serves such requests; how they are got is each part's own.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

/// What a request says of whoever made it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asker<'a> {
    /// The header `Authorization`.
    pub authorization: Option<&'a str>,
    /// The other end of the connection.
    pub peer: Option<IpAddr>,
    /// The header `Host`.
    pub host: Option<&'a str>,
    /// Whether a proxy said that it passed the request on.
    pub proxied: bool,
}

/// Why somebody is not the administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAdministrator {
    /// A key is asked for, and there is none.
    NoKey,
    /// Another key than the configured one.
    WrongKey,
    /// No key is configured, and the request does not come from this machine.
    NotLocal,
}

/// Headers by which a proxy says that it is one.
pub const PROXIED: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

impl<'a> Asker<'a> {
    /// Whether this is the administrator.
    ///
    /// # Errors
    /// [`NoAdministrator`].
    pub fn is_administrator(&self, key: Option<&str>) -> Result<(), NoAdministrator> {
        match (key, self.bearer()) {
            (Some(key), Some(given)) if same_text(given, key) => Ok(()),
            (Some(_), Some(_)) => Err(NoAdministrator::WrongKey),
            (Some(_), None) => Err(NoAdministrator::NoKey),
            (None, _) if self.is_local() => Ok(()),
            (None, _) => Err(NoAdministrator::NotLocal),
        }
    }

    /// The key that came with the request.
    pub fn bearer(&self) -> Option<&'a str> {
        let (scheme, key) = self.authorization?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
    }

    /// Whether the request comes from this machine. A proxy here would make everyone local, so one that says it is a proxy is not
    /// believed; nor is a browser that was lured to us under another host's name.
    pub fn is_local(&self) -> bool {
        let near = self.peer.is_some_and(|ip| ip.to_canonical().is_loopback());
        near && !self.proxied && self.host.is_some_and(is_loopback_host)
    }
}

fn is_loopback_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let address = name.parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|ip| ip.is_loopback())
}

/// Whether two texts are the same. Takes as long whatever they are, for both are hashed first.
fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    let differing = a.iter().zip(&b).fold(0, |seen, (a, b)| seen | (a ^ b));
    std::hint::black_box(differing) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker<'a>(peer: Option<&str>, host: &'a str) -> Asker<'a> {
        Asker {
            peer: peer.map(|peer| peer.parse().expect("an address")),
            host: (!host.is_empty()).then_some(host),
            ..Asker::default()
        }
    }

    #[test]
    fn local_is_who_comes_from_here_asks_for_here_and_came_through_nothing() {
        assert!(asker(Some("127.0.0.1"), "localhost:8080").is_local());
        assert!(asker(Some("::ffff:127.0.0.1"), "127.0.0.1").is_local());
        assert!(asker(Some("::1"), "[::1]:8080").is_local());
        assert!(!asker(None, "localhost").is_local());
        assert!(!asker(Some("10.0.0.7"), "localhost").is_local());
        assert!(!asker(Some("127.0.0.1"), "evil.example:8080").is_local());
        assert!(!asker(Some("127.0.0.1"), "").is_local());
        let proxied = Asker {
            proxied: true,
            ..asker(Some("127.0.0.1"), "localhost")
        };
        assert!(!proxied.is_local());
    }

    #[test]
    fn where_a_key_is_configured_nothing_else_counts() {
        let here = asker(Some("127.0.0.1"), "localhost");
        let with = |authorization| Asker {
            authorization: Some(authorization),
            ..here
        };
        assert_eq!(here.is_administrator(None), Ok(()));
        assert_eq!(
            here.is_administrator(Some("k")),
            Err(NoAdministrator::NoKey)
        );
        assert_eq!(with("Bearer k").is_administrator(Some("k")), Ok(()));
        assert_eq!(with("bearer  k ").is_administrator(Some("k")), Ok(()));
        assert_eq!(
            with("Basic k").is_administrator(Some("k")),
            Err(NoAdministrator::NoKey)
        );
        assert_eq!(
            with("Bearer l").is_administrator(Some("k")),
            Err(NoAdministrator::WrongKey)
        );
        let far = asker(Some("10.0.0.7"), "localhost");
        assert_eq!(far.is_administrator(None), Err(NoAdministrator::NotLocal));
    }
}
