#!/usr/bin/env bash
# toolchain.sh [test]
# Checks for what building needs: a C compiler, OpenSSL's headers (the Kafka client's TLS) and Rust; with `test` also rustfmt, clippy and git.
# Debian packages are installed when possible. Rust is only asked for: its installer changes a person's
# home folder, and Debian 12's own Rust is too old.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/setup/lib.sh

purpose=${1:-build}

if ! have cc || ! have make; then
  apt_install "a C compiler is missing" build-essential
fi

have pkg-config || apt_install "pkg-config is missing (it finds OpenSSL for the Kafka client)" pkg-config
pkg-config --exists openssl ||
  apt_install "OpenSSL's headers are missing (the Kafka client speaks TLS with them)" libssl-dev

rust_minimum=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
rust_help="install Rust $rust_minimum or newer with rustup (see https://rustup.rs), then run this again"
have cargo || fail "cargo is missing; $rust_help"
rust_found=$(rustc --version 2>/dev/null | cut -d ' ' -f 2) || true
[ -n "$rust_found" ] || fail "rustc does not run (rustup without a toolchain?); run: rustup default stable"
at_least "$rust_found" "$rust_minimum" || fail "Rust $rust_found is too old; $rust_help"

if [ "$purpose" = test ]; then
  for component in rustfmt clippy; do
    cargo "${component/rustfmt/fmt}" --version >/dev/null 2>&1 ||
      fail "cargo has no $component; run: rustup component add $component"
  done
  have git || apt_install "git is missing (the house test lists the project's files with it)" git
fi

say "Rust $rust_found, $(cc --version | head -n 1)"
