//! TLS to the database: whether, whom to trust, and what to tell when it does not come about.
//!
//! Whoever is reached over a network has to show a certificate of a trusted issuer that is made out for the name in the address; one setting
//! turns that off, and nothing in the address does. A socket of this machine needs none.

use std::error::Error;

use native_tls::Certificate;

use super::{Access, DatabaseError};
use crate::config::Tls;

/// Whom to trust besides the machine's own issuers.
pub(super) fn issuers(access: &Access) -> Result<Vec<Certificate>, DatabaseError> {
    let Some(path) = &access.ca_file else {
        return Ok(Vec::new());
    };
    let read = std::fs::read(path).map_err(|source| DatabaseError::Certificates {
        path: path.clone(),
        source,
    })?;
    let found = Certificate::stack_from_pem(&read).map_err(DatabaseError::Tls)?;
    match found.is_empty() {
        true => Err(DatabaseError::NoCertificate(path.clone())),
        false => Ok(found),
    }
}

/// An address without `sslmode`, which the driver does not know in full. One that asks for less than the setting does is refused.
pub(super) fn without_ssl_mode(url: &str, tls: Tls) -> Result<String, DatabaseError> {
    let Some((address, query)) = url.split_once('?') else {
        return Ok(url.to_owned());
    };
    let (modes, rest): (Vec<&str>, Vec<&str>) = query
        .split('&')
        .partition(|pair| pair.starts_with("sslmode="));
    let strict = [
        "sslmode=require",
        "sslmode=verify-ca",
        "sslmode=verify-full",
    ];
    if tls == Tls::VerifyFull && modes.iter().any(|mode| !strict.contains(mode)) {
        return Err(DatabaseError::LessTls);
    }
    Ok(match rest.is_empty() {
        true => address.to_owned(),
        false => format!("{address}?{}", rest.join("&")),
    })
}

/// What a failure to connect has to do with TLS, if anything, in words that say what to do.
pub(super) fn why(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut text = String::new();
    let mut cause = Some(error);
    while let Some(inner) = cause {
        text.push_str(&inner.to_string().to_lowercase());
        text.push('\n');
        cause = inner.source();
    }
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if says(&["does not support tls", "does not have this capability"]) {
        return Some(
            "it offers no TLS; let it be set up there, or set database.tls = \"off\" where the way to it is safe otherwise",
        );
    }
    if says(&["hostname mismatch", "ip address mismatch"]) {
        return Some(
            "its certificate is made out for another name; put the name that stands in it into the address",
        );
    }
    if says(&["certificate has expired", "certificate is not yet valid"]) {
        return Some("its certificate is not valid today; let it be renewed there");
    }
    let unknown = [
        "self-signed",
        "self signed",
        "unable to get local issuer",
        "unable to verify the first certificate",
        "unable to get issuer",
    ];
    if says(&unknown) {
        return Some(
            "nobody trusted has issued its certificate; name the issuer's certificate as database.ca_file",
        );
    }
    says(&["certificate verify failed", "tls handshake"]).then_some("TLS to it does not come about")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_ask_for_as_much_and_not_for_less() {
        let strict = |url: &str| without_ssl_mode(url, Tls::VerifyFull);
        let url = "postgres://r@h/d?sslmode=verify-full&connect_timeout=3";
        assert_eq!(strict(url).unwrap(), "postgres://r@h/d?connect_timeout=3");
        assert_eq!(
            strict("postgres://r@h/d?sslmode=require").unwrap(),
            "postgres://r@h/d"
        );
        assert_eq!(strict("postgres://r@h/d").unwrap(), "postgres://r@h/d");
        for less in ["disable", "prefer", "allow"] {
            let url = format!("postgres://r@h/d?sslmode={less}");
            assert!(
                matches!(strict(&url), Err(DatabaseError::LessTls)),
                "{less}"
            );
            assert!(without_ssl_mode(&url, Tls::Off).is_ok());
        }
    }
}
