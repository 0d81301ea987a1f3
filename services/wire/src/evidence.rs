//! Evidence packages: one signed file that stands by itself.
//!
//! A package is one line of JSON: a manifest (itself a text, so that its bytes are what is signed), a signature, and the
//! parts as texts. The manifest names each part with its length and SHA-256; the Ed25519 signature is over [`DOMAIN`], a line
//! feed and the manifest. A file is only taken in the one form in which it is written ([`Package::to_bytes`]), so that no byte
//! of it can change without being noticed.
//!
//! Made once, a package needs nothing of the platform any more but the public key, which the platform publishes.

use std::fmt::Write as _;

use mingjing_domain::Timestamp;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What is signed begins with this, so that a signature means this and nothing else.
pub const DOMAIN: &str = "mingjing-evidence/1";

const ALGORITHM: &str = "Ed25519";

/// A part of a package before it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name, like `alert.json`.
    pub name: String,
    /// Like `application/json`.
    pub media_type: String,
    /// Its whole text.
    pub text: String,
}

/// What a package is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The alert.
    pub alert_id: String,
    /// When the package was made.
    pub made_at: Timestamp,
    /// The engine that explains in it.
    pub engine_version: String,
    /// The program that made it.
    pub program_version: String,
    /// The incarnation of the log that its positions count in.
    pub log_id: String,
}

/// What a manifest says of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its length in UTF-8.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`DOMAIN`].
    pub format: String,
    /// What it is about.
    pub about: About,
    /// The parts, in order.
    pub parts: Vec<Listed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    algorithm: String,
    public_key: String,
    value: String,
}

/// A signed package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    manifest: String,
    signature: Signature,
    parts: Vec<String>,
}

/// Signs packages.
pub struct Signer(Ed25519KeyPair);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.public_key())
    }
}

/// Why a package is not to be believed.
#[derive(Debug, thiserror::Error)]
pub enum Doubt {
    /// It is no package.
    #[error("不是证据包，或文件已损坏")]
    Unreadable(#[source] serde_json::Error),
    /// Not a byte may differ from the form that is written.
    #[error("文件的字节与证据包的规范形式不符：文件被改动过")]
    NotCanonical,
    /// It is of another kind.
    #[error("格式 {format:?} 不是本程序认识的 {DOMAIN}")]
    Format {
        /// What it says.
        format: String,
    },
    /// Another key than the one that was expected.
    #[error("签名所用的公钥 {found} 不是给定的公钥")]
    OtherKey {
        /// The package's own.
        found: String,
    },
    /// The key given is none.
    #[error("给定的公钥不是 64 位十六进制数字")]
    BadKey,
    /// The signature does not fit.
    #[error("签名与清单不符：清单被改动过，或不是由该公钥的持有者签署")]
    Signature,
    /// A part does not fit.
    #[error("{name} 与清单不符：内容被改动过")]
    Part {
        /// The part.
        name: String,
    },
    /// Parts are missing or there are more.
    #[error("部分的数目与清单不符")]
    Parts,
}

/// A key pair that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the key is no Ed25519 key pair in PKCS#8")]
pub struct BadKeyPair;

impl Signer {
    /// A signer from a key pair in PKCS#8.
    ///
    /// # Errors
    /// [`BadKeyPair`].
    pub fn from_pkcs8(document: &[u8]) -> Result<Self, BadKeyPair> {
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(document)
            .map(Signer)
            .map_err(|_| BadKeyPair)
    }

    /// The public key, 64 hexadecimal digits.
    pub fn public_key(&self) -> String {
        hex(self.0.public_key().as_ref())
    }

    /// Signs parts.
    pub fn sign(&self, about: About, parts: Vec<Part>) -> Package {
        let listed = parts.iter().map(|part| Listed {
            name: part.name.clone(),
            media_type: part.media_type.clone(),
            bytes: part.text.len() as u64,
            sha256: sha256_hex(part.text.as_bytes()),
        });
        let manifest = Manifest {
            format: DOMAIN.into(),
            about,
            parts: listed.collect(),
        };
        let manifest = serde_json::to_string(&manifest).expect("a manifest is text and numbers");
        let value = hex(self.0.sign(&signed(&manifest)).as_ref());
        Package {
            manifest,
            signature: Signature {
                algorithm: ALGORITHM.into(),
                public_key: self.public_key(),
                value,
            },
            parts: parts.into_iter().map(|part| part.text).collect(),
        }
    }
}

impl Package {
    /// The file, in the only form in which it is taken.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("a package is text");
        bytes.push(b'\n');
        bytes
    }

    /// Reads and verifies a file. `key` is the public key it must be signed with, 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`Doubt`]: why it is not to be believed.
    pub fn verify(bytes: &[u8], key: &str) -> Result<(Manifest, Vec<Part>), Doubt> {
        let package: Package = serde_json::from_slice(bytes).map_err(Doubt::Unreadable)?;
        if package.to_bytes() != bytes {
            return Err(Doubt::NotCanonical);
        }
        let key = key.trim().to_ascii_lowercase();
        let public = unhex(&key).filter(|k| k.len() == 32).ok_or(Doubt::BadKey)?;
        if package.signature.public_key != key || package.signature.algorithm != ALGORITHM {
            return Err(Doubt::OtherKey {
                found: package.signature.public_key,
            });
        }
        let value = unhex(&package.signature.value).ok_or(Doubt::Signature)?;
        // Written otherwise, the same signature would be another file.
        if hex(&value) != package.signature.value {
            return Err(Doubt::NotCanonical);
        }
        UnparsedPublicKey::new(&ED25519, &public)
            .verify(&signed(&package.manifest), &value)
            .map_err(|_| Doubt::Signature)?;
        let manifest: Manifest =
            serde_json::from_str(&package.manifest).map_err(Doubt::Unreadable)?;
        if manifest.format != DOMAIN {
            return Err(Doubt::Format {
                format: manifest.format,
            });
        }
        let parts = whole(&manifest, package.parts)?;
        Ok((manifest, parts))
    }
}

/// The parts, where each is the one listed.
fn whole(manifest: &Manifest, texts: Vec<String>) -> Result<Vec<Part>, Doubt> {
    if manifest.parts.len() != texts.len() {
        return Err(Doubt::Parts);
    }
    let mut parts = Vec::with_capacity(texts.len());
    for (listed, text) in manifest.parts.iter().zip(texts) {
        if listed.bytes != text.len() as u64 || listed.sha256 != sha256_hex(text.as_bytes()) {
            return Err(Doubt::Part {
                name: listed.name.clone(),
            });
        }
        parts.push(Part {
            name: listed.name.clone(),
            media_type: listed.media_type.clone(),
            text,
        });
    }
    Ok(parts)
}

fn signed(manifest: &str) -> Vec<u8> {
    format!("{DOMAIN}\n{manifest}").into_bytes()
}

/// SHA-256, hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len() / 2)
        .map(|n| u8::from_str_radix(text.get(n * 2..n * 2 + 2)?, 16).ok())
        .collect()
}
