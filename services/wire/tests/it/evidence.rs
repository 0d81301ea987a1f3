//! Evidence packages: what was signed verifies, and no byte of a file can change unnoticed.

use mingjing_domain::Timestamp;
use mingjing_wire::evidence::{About, Doubt, Package, Part, Signer};
use proptest::prelude::*;

/// A key pair made for these tests (RFC 8410, without its public half).
const KEY: [u8; 48] = {
    let mut key = [7u8; 48];
    let head = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    let mut at = 0;
    while at < head.len() {
        key[at] = head[at];
        at += 1;
    }
    key
};

fn signer() -> Signer {
    Signer::from_pkcs8(&KEY).expect("a key pair")
}

fn part(name: &str, text: &str) -> Part {
    Part {
        name: name.into(),
        media_type: "text/plain".into(),
        text: text.into(),
    }
}

fn about() -> About {
    About {
        alert_id: "a-1".into(),
        made_at: Timestamp::from_millis(1_764_000_000_000),
        engine_version: "1".into(),
        program_version: "0".into(),
        log_id: "0".repeat(32),
    }
}

fn package() -> Vec<u8> {
    let parts = vec![
        part("alert.json", "{\"级别\":\"红牌\"}"),
        part("events.ndjson", "1\n2\n"),
        part("empty", ""),
    ];
    signer().sign(about(), parts).to_bytes()
}

#[test]
fn what_was_signed_reads_back() {
    let (manifest, parts) = Package::verify(&package(), &signer().public_key()).unwrap();
    assert_eq!(manifest.about, about());
    let names: Vec<&str> = parts.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["alert.json", "events.ndjson", "empty"]);
    assert_eq!(parts[0].text, "{\"级别\":\"红牌\"}");
    let again = signer().sign(about(), parts).to_bytes();
    assert_eq!(again, package(), "the same parts make the same bytes");
}

#[test]
fn another_key_is_told() {
    let other = "0".repeat(64);
    assert!(matches!(
        Package::verify(&package(), &other),
        Err(Doubt::OtherKey { .. })
    ));
    assert!(matches!(
        Package::verify(&package(), "key"),
        Err(Doubt::BadKey)
    ));
}

#[test]
fn every_single_byte_counts() {
    let (bytes, key) = (package(), signer().public_key());
    for at in 0..bytes.len() {
        for other in [bytes[at] ^ 1, bytes[at] ^ 0x20, b' ', b'"'] {
            let mut changed = bytes.clone();
            changed[at] = other;
            let believed = Package::verify(&changed, &key).is_ok();
            assert_eq!(believed, changed == bytes, "byte {at} turned to {other}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_can_be_put_in_or_left_out(
        at in any::<prop::sample::Index>(),
        length in 0usize..40,
        new in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let (bytes, key) = (package(), signer().public_key());
        let from = at.index(bytes.len() + 1);
        let to = (from + length).min(bytes.len());
        let mut changed = bytes.clone();
        changed.splice(from..to, new);
        prop_assert_eq!(Package::verify(&changed, &key).is_ok(), changed == bytes);
    }

    #[test]
    fn texts_of_any_kind_read_back(texts in prop::collection::vec(any::<String>(), 0..5)) {
        let parts: Vec<Part> = texts.iter().map(|text| part("a", text)).collect();
        let bytes = signer().sign(about(), parts.clone()).to_bytes();
        let read = Package::verify(&bytes, &signer().public_key());
        prop_assert_eq!(read.unwrap().1, parts);
    }
}
