//! An ID token: whether it was signed by one of the provider's keys, and whether it is meant for us and for this sign-in. Pure.
//!
//! The signatures are verified by `ring`. A key fits an algorithm or it does not: the token says which algorithm it was signed with, but
//! only one that takes a public key of that very kind is tried, so that neither `none` nor a public key used as a shared secret opens
//! anything.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mingjing_domain::Timestamp;
use ring::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::secret::same;

/// A token is no longer than this; what is longer is none of a sane provider.
const TOKEN_BYTES_MAX: usize = 32 * 1024;
/// A subject has at most so many characters (OpenID Connect Core 1.0, 2).
const SUBJECT_CHARS_MAX: usize = 255;

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Wrong {
    /// It is none.
    #[error("it is no signed token")]
    Shape,
    /// It asks to be understood in a way that we do not.
    #[error("its header has an extension that has to be understood, or another type")]
    Header,
    /// None of the provider's keys has its id, or fits its algorithm.
    #[error("none of the provider's keys fits it")]
    UnknownKey,
    /// The signature is another's.
    #[error("its signature is not the provider's")]
    Signature,
    /// A claim is missing or is not as it has to be.
    #[error("its claim `{0}` is missing or is not as it has to be")]
    Claim(&'static str),
}

impl Wrong {
    /// Whether it may be that the provider has changed its keys.
    pub(super) fn may_be_new_keys(self) -> bool {
        matches!(self, Wrong::UnknownKey | Wrong::Signature)
    }
}

/// What a token is held against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    /// Who has to have issued it.
    pub issuer: &'a str,
    /// For whom.
    pub client_id: &'a str,
    /// For which sign-in.
    pub nonce: &'a str,
    /// What our clock says.
    pub now: Timestamp,
    /// By how many milliseconds the provider's may differ.
    pub skew_ms: i64,
}

/// A public key of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    id: Option<String>,
    /// The one algorithm that it is for, where the provider says so.
    algorithm: Option<String>,
    public: Public,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Public {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// Uncompressed points.
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// As a key set lists it (RFC 7517, RFC 7518 6, RFC 8037).
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Key {
    /// The keys of a set that signatures can be held against. What is of another kind is left out, as the standard wants it.
    pub(super) fn of_set(set: &Value) -> Vec<Self> {
        let listed = set["keys"].as_array().into_iter().flatten();
        listed
            .filter_map(|key| Self::of(Jwk::deserialize(key).ok()?))
            .collect()
    }

    fn of(jwk: Jwk) -> Option<Self> {
        if jwk.usage.is_some_and(|usage| usage != "sig") {
            return None;
        }
        let part = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let point = |x: Option<String>, y: Option<String>, bytes: usize| {
            let (x, y) = (part(x)?, part(y)?);
            let shaped = x.len() == bytes && y.len() == bytes;
            shaped.then(|| [&[4][..], &x, &y].concat())
        };
        let public = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => Public::Rsa {
                modulus: without_zeros(part(jwk.n)?),
                exponent: without_zeros(part(jwk.e)?),
            },
            ("EC", Some("P-256")) => Public::P256(point(jwk.x, jwk.y, 32)?),
            ("EC", Some("P-384")) => Public::P384(point(jwk.x, jwk.y, 48)?),
            ("OKP", Some("Ed25519")) => Public::Ed25519(part(jwk.x)?),
            _ => return None,
        };
        Some(Self {
            id: jwk.kid,
            algorithm: jwk.alg,
            public,
        })
    }

    fn fits(&self, header: &Header) -> bool {
        let named = header.kid.is_none() || self.id == header.kid;
        let meant = self.algorithm.as_ref().is_none_or(|of| *of == header.alg);
        named && meant && self.takes(&header.alg)
    }

    fn takes(&self, algorithm: &str) -> bool {
        match self.public {
            Public::Rsa { .. } => rsa(algorithm).is_some(),
            Public::P256(_) => algorithm == "ES256",
            Public::P384(_) => algorithm == "ES384",
            Public::Ed25519(_) => matches!(algorithm, "EdDSA" | "Ed25519"),
        }
    }

    fn verifies(&self, algorithm: &str, text: &[u8], signed: &[u8]) -> bool {
        let verified = match &self.public {
            Public::Rsa { modulus, exponent } => match rsa(algorithm) {
                Some(parameters) => RsaPublicKeyComponents {
                    n: modulus.as_slice(),
                    e: exponent.as_slice(),
                }
                .verify(parameters, text, signed),
                None => return false,
            },
            Public::P256(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point)
                    .verify(text, signed)
            }
            Public::P384(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point)
                    .verify(text, signed)
            }
            Public::Ed25519(point) => {
                UnparsedPublicKey::new(&signature::ED25519, point).verify(text, signed)
            }
        };
        self.takes(algorithm) && verified.is_ok()
    }
}

/// RSA of less than 2,048 bits is not taken.
fn rsa(algorithm: &str) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
        "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
        "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

/// Some providers write the number with zeros before it.
fn without_zeros(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// What a token says of whoever signed in, once it is believed.
pub(super) type Claims = Map<String, Value>;

/// The claims of a token that one of these keys signed and that is meant for this sign-in.
pub(super) fn claims(text: &str, keys: &[Key], expected: Expected<'_>) -> Result<Claims, Wrong> {
    if text.len() > TOKEN_BYTES_MAX {
        return Err(Wrong::Shape);
    }
    let (signed, signature) = text.rsplit_once('.').ok_or(Wrong::Shape)?;
    let (header, payload) = signed.split_once('.').ok_or(Wrong::Shape)?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Wrong::Shape);
    let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| Wrong::Shape)?;
    // A token for another purpose has another type (`at+jwt`, `logout+jwt`).
    let typed = header.typ.as_deref();
    if header.crit.is_some() || typed.is_some_and(|typ| !typ.eq_ignore_ascii_case("jwt")) {
        return Err(Wrong::Header);
    }
    let signature = decoded(signature)?;
    let mut fitting = keys.iter().filter(|key| key.fits(&header)).peekable();
    if fitting.peek().is_none() {
        return Err(Wrong::UnknownKey);
    }
    if !fitting.any(|key| key.verifies(&header.alg, signed.as_bytes(), &signature)) {
        return Err(Wrong::Signature);
    }
    let claims: Claims = serde_json::from_slice(&decoded(payload)?).map_err(|_| Wrong::Shape)?;
    meant(&claims, expected)?;
    Ok(claims)
}

/// OpenID Connect Core 1.0, 3.1.3.7.
fn meant(claims: &Claims, expected: Expected<'_>) -> Result<(), Wrong> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(Wrong::Claim("iss"));
    }
    let (ours, others) = match claims.get("aud") {
        Some(Value::String(one)) => (one == expected.client_id, false),
        Some(Value::Array(several)) => (
            several.iter().any(|one| *one == expected.client_id),
            several.iter().any(|one| *one != expected.client_id),
        ),
        _ => (false, false),
    };
    if !ours {
        return Err(Wrong::Claim("aud"));
    }
    let party = claims.get("azp").map(|party| *party == expected.client_id);
    if party == Some(false) || (others && party.is_none()) {
        return Err(Wrong::Claim("azp"));
    }
    let (now, skew) = (expected.now.millis(), expected.skew_ms);
    let ends = instant(claims, "exp").ok_or(Wrong::Claim("exp"))?;
    if now >= ends.saturating_add(skew) {
        return Err(Wrong::Claim("exp"));
    }
    let issued = instant(claims, "iat").ok_or(Wrong::Claim("iat"))?;
    if issued > now.saturating_add(skew) {
        return Err(Wrong::Claim("iat"));
    }
    if claims.contains_key("nbf")
        && instant(claims, "nbf").is_none_or(|begins| begins > now.saturating_add(skew))
    {
        return Err(Wrong::Claim("nbf"));
    }
    let nonce = text("nonce").unwrap_or_default();
    if !same(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err(Wrong::Claim("nonce"));
    }
    let subject = text("sub").map_or(0, |subject| subject.chars().count());
    if !(1..=SUBJECT_CHARS_MAX).contains(&subject) {
        return Err(Wrong::Claim("sub"));
    }
    Ok(())
}

/// Seconds since 1970, which may have a fraction, in milliseconds.
fn instant(claims: &Claims, name: &str) -> Option<i64> {
    let seconds = claims.get(name)?.as_f64()?;
    Some((seconds * 1000.0) as i64)
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    };
    use serde_json::json;

    use super::*;

    const NOW_S: i64 = 1_795_000_000;

    fn expected() -> Expected<'static> {
        Expected {
            issuer: "https://id.example.gov.cn",
            client_id: "mingjing",
            nonce: "n-1",
            now: Timestamp::from_millis(NOW_S * 1000),
            skew_ms: 60_000,
        }
    }

    fn good() -> Value {
        json!({
            "iss": "https://id.example.gov.cn", "aud": "mingjing", "sub": "u-1", "nonce": "n-1",
            "iat": NOW_S, "exp": NOW_S + 300,
        })
    }

    /// A provider with a key on the curve P-256.
    struct Provider {
        pair: EcdsaKeyPair,
        random: SystemRandom,
    }

    impl Provider {
        fn new() -> Self {
            let random = SystemRandom::new();
            let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
            Self { pair, random }
        }

        fn key(&self, id: &str) -> Value {
            let point = self.pair.public_key().as_ref();
            json!({
                "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id,
                "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]),
            })
        }

        fn token(&self, header: &Value, claims: &Value) -> String {
            let signed = unsigned(header, claims);
            let signature = self.pair.sign(&self.random, signed.as_bytes()).unwrap();
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
        }
    }

    fn unsigned(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(header), part(claims))
    }

    fn es256(id: &str) -> Value {
        json!({ "alg": "ES256", "kid": id, "typ": "JWT" })
    }

    #[test]
    fn a_token_of_the_providers_own_is_believed_and_nobody_elses() {
        let (provider, other) = (Provider::new(), Provider::new());
        let keys = Key::of_set(&json!({ "keys": [provider.key("a")] }));
        assert_eq!(keys.len(), 1);
        let token = provider.token(&es256("a"), &good());
        let claimed = claims(&token, &keys, expected()).unwrap();
        assert_eq!(claimed["sub"], "u-1");
        let forged = other.token(&es256("a"), &good());
        assert_eq!(claims(&forged, &keys, expected()), Err(Wrong::Signature));
        let rotated = provider.token(&es256("b"), &good());
        assert_eq!(claims(&rotated, &keys, expected()), Err(Wrong::UnknownKey));
        // Another payload under the same signature.
        let (head, rest) = token.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let mut another = good();
        another["sub"] = json!("u-2");
        let payload = URL_SAFE_NO_PAD.encode(another.to_string());
        let changed = format!("{head}.{payload}.{signature}");
        assert_eq!(claims(&changed, &keys, expected()), Err(Wrong::Signature));
    }

    #[test]
    fn no_algorithm_and_a_public_key_as_a_secret_open_nothing() {
        let provider = Provider::new();
        let mut of_any = provider.key("a");
        of_any.as_object_mut().unwrap().remove("alg");
        let keys = Key::of_set(&json!({ "keys": [provider.key("a"), of_any] }));
        for algorithm in ["none", "None", "HS256", "RS256", "ES384", "EdDSA", ""] {
            let header = json!({ "alg": algorithm, "kid": "a" });
            let bare = format!("{}.", unsigned(&header, &good()));
            assert_eq!(
                claims(&bare, &keys, expected()),
                Err(Wrong::UnknownKey),
                "{algorithm}"
            );
            let signed = provider.token(&header, &good());
            assert_eq!(
                claims(&signed, &keys, expected()),
                Err(Wrong::UnknownKey),
                "{algorithm}"
            );
        }
    }

    #[test]
    fn a_claim_that_is_missing_or_another_is_refused() {
        let provider = Provider::new();
        let keys = Key::of_set(&json!({ "keys": [provider.key("a")] }));
        for (name, value) in [
            ("iss", json!("https://id.example.gov.cn/")),
            ("iss", Value::Null),
            ("aud", json!("another")),
            ("aud", json!(["another"])),
            ("aud", json!([])),
            ("azp", json!("another")),
            ("exp", json!(NOW_S - 60)),
            ("exp", json!("tomorrow")),
            ("exp", Value::Null),
            ("iat", json!(NOW_S + 61)),
            ("iat", Value::Null),
            ("nbf", json!(NOW_S + 61)),
            ("nonce", json!("n-2")),
            ("nonce", Value::Null),
            ("sub", json!("")),
            ("sub", json!(7)),
            ("sub", json!("x".repeat(256))),
        ] {
            let mut wrong = good();
            match value {
                Value::Null => drop(wrong.as_object_mut().unwrap().remove(name)),
                value => wrong[name] = value,
            }
            let token = provider.token(&es256("a"), &wrong);
            assert_eq!(
                claims(&token, &keys, expected()),
                Err(Wrong::Claim(name)),
                "{wrong}"
            );
        }
        // A token for several needs to say for whom it was made out.
        let mut several = good();
        several["aud"] = json!(["another", "mingjing"]);
        let token = provider.token(&es256("a"), &several);
        assert_eq!(claims(&token, &keys, expected()), Err(Wrong::Claim("azp")));
        several["azp"] = json!("mingjing");
        let token = provider.token(&es256("a"), &several);
        assert!(claims(&token, &keys, expected()).is_ok());
    }

    #[test]
    fn clocks_may_differ_by_the_skew_and_no_more() {
        let provider = Provider::new();
        let keys = Key::of_set(&json!({ "keys": [provider.key("a")] }));
        for (name, seconds, taken) in [
            ("exp", -59, true),
            ("exp", -60, false),
            ("iat", 60, true),
            ("iat", 61, false),
            ("nbf", 60, true),
            ("nbf", 61, false),
        ] {
            let mut claimed = good();
            claimed[name] = json!(NOW_S + seconds);
            let token = provider.token(&es256("a"), &claimed);
            let read = claims(&token, &keys, expected());
            assert_eq!(read.is_ok(), taken, "{name} {seconds}");
        }
    }

    #[test]
    fn what_is_no_token_or_one_for_another_purpose_is_refused() {
        let provider = Provider::new();
        let keys = Key::of_set(&json!({ "keys": [provider.key("a")] }));
        let long = "x".repeat(TOKEN_BYTES_MAX + 1);
        for text in ["", "a.b", "a.b.c", "....", long.as_str()] {
            assert_eq!(claims(text, &keys, expected()), Err(Wrong::Shape));
        }
        for header in [
            json!({ "alg": "ES256", "kid": "a", "typ": "at+jwt" }),
            json!({ "alg": "ES256", "kid": "a", "crit": ["b64"] }),
        ] {
            let token = provider.token(&header, &good());
            assert_eq!(claims(&token, &keys, expected()), Err(Wrong::Header));
        }
    }

    #[test]
    fn keys_for_other_things_are_left_out_and_a_token_without_an_id_finds_its_own() {
        let (one, two) = (Provider::new(), Provider::new());
        let random = SystemRandom::new();
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let edwards = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        let mut encrypting = one.key("enc");
        encrypting["use"] = json!("enc");
        let keys = Key::of_set(&json!({ "keys": [
            encrypting,
            { "kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "s" },
            { "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA" },
            { "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" },
            "nonsense",
            one.key("1"),
            two.key("2"),
            { "kty": "OKP", "crv": "Ed25519", "kid": "3", "x": URL_SAFE_NO_PAD.encode(edwards.public_key().as_ref()) },
        ] }));
        assert_eq!(keys.len(), 3);
        let token = two.token(&json!({ "alg": "ES256" }), &good());
        assert!(claims(&token, &keys, expected()).is_ok());
        let signed = unsigned(&json!({ "alg": "EdDSA", "kid": "3" }), &good());
        let signature = edwards.sign(signed.as_bytes());
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
        assert!(claims(&token, &keys, expected()).is_ok());
        assert!(Key::of_set(&json!({})).is_empty());
    }
}
