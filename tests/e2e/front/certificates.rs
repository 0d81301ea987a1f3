//! A certificate for `localhost`, and the issuer that nobody but the tests trusts.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Makes `tls/issuer.pem`, `tls/server.pem` and `tls/server.key`; the key is its owner's alone.
pub fn make(folder: &Path, owner: Option<(u32, u32)>) -> Result<()> {
    let tls = folder.join("tls");
    fs::create_dir(&tls)?;
    let openssl = |arguments: &[&str]| -> Result<()> {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(&tls)
            .output()
            .context("start openssl; run `make setup`")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "openssl {arguments:?}: {said}");
        Ok(())
    };
    let key = ["-newkey", "rsa:2048", "-nodes"];
    let issuer = [
        "-keyout",
        "issuer.key",
        "-out",
        "issuer.pem",
        "-subj",
        "/CN=front issuer",
    ];
    openssl(&[&["req", "-x509", "-days", "2"], &key[..], &issuer[..]].concat())?;
    let server = [
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
        "-subj",
        "/CN=localhost",
    ];
    openssl(&[&["req"], &key[..], &server[..]].concat())?;
    fs::write(tls.join("names"), "subjectAltName=DNS:localhost\n")?;
    let signed = [
        "-CA",
        "issuer.pem",
        "-CAkey",
        "issuer.key",
        "-CAcreateserial",
        "-extfile",
        "names",
    ];
    let files = ["-in", "server.csr", "-out", "server.pem", "-days", "2"];
    openssl(&[&["x509", "-req"], &files[..], &signed[..]].concat())?;
    let key = tls.join("server.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
    if let Some((uid, gid)) = owner {
        chown(&key, Some(uid), Some(gid))?;
    }
    Ok(())
}
