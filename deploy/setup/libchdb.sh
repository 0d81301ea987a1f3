#!/usr/bin/env bash
# Gets libchdb, the ClickHouse engine as a library, which `mingjing clickhouse` loads when it starts.
# It is downloaded once into the user's cache; MINGJING_LIBCHDB names a libchdb.so to use instead.
# The version is repeated in services/clickhouse-embedded/src/library.rs, and a test there compares the two.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/setup/lib.sh

package=@chdb/lib-linux-x64-gnu
version=26.7.3-stable.1
sha256=36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5 # of libchdb.so inside the package
elsewhere='or set MINGJING_LIBCHDB to a libchdb.so that you have'

if [ -n "${MINGJING_LIBCHDB:-}" ]; then
  [ -f "$MINGJING_LIBCHDB" ] || fail "MINGJING_LIBCHDB names $MINGJING_LIBCHDB, which is not a file"
  say "libchdb: using $MINGJING_LIBCHDB (MINGJING_LIBCHDB)"
  exit 0
fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) ;;
  Linux-aarch64 | Linux-arm64)
    fail "only the x86_64 library is pinned here; get libchdb.so from the npm package @chdb/lib-linux-arm64-gnu, version $version, and set MINGJING_LIBCHDB to it" ;;
  *) fail "there is no libchdb package for $(uname -s) on $(uname -m); set MINGJING_LIBCHDB to a libchdb.so built for it" ;;
esac

folder=${MINGJING_CACHE:-$HOME/.cache/mingjing}/libchdb/$version
library=$folder/libchdb.so
# The stamp saves hashing 566 MB on every run; it is written only after the hash was found right.
stamp=$folder/libchdb.so.sha256

if [ -f "$library" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sha256" ]; then
  say "libchdb $version: $library"
  exit 0
fi

is_right() {
  [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$sha256" ]
}

if ! is_right "$library"; then
  have npm || fail "npm is needed to download $package; run deploy/setup/node.sh, $elsewhere"
  mkdir -p "$folder"
  # Beside its destination, so that the last step is a rename and a half-written library is never found.
  download=$(mktemp -d "$folder/download.XXXXXX")
  trap 'rm -rf "$download"' EXIT
  say "downloading $package $version (178 MB, 566 MB unpacked)"
  retry npm pack --silent --ignore-scripts --pack-destination "$download" "$package@$version" </dev/null >/dev/null ||
    fail "npm could not download $package@$version; is the npm registry reachable? Try again, $elsewhere"
  tar -xzf "$download"/*.tgz -C "$download" package/libchdb.so ||
    fail "$package@$version could not be unpacked; is the disk full? $folder needs 750 MB for a moment"
  is_right "$download/package/libchdb.so" ||
    fail "the libchdb.so in $package@$version is not the one recorded in deploy/setup/libchdb.sh (sha256 differs)"
  mv -f "$download/package/libchdb.so" "$library"
fi

printf '%s\n' "$sha256" >"$stamp.new"
mv -f "$stamp.new" "$stamp"
say "libchdb $version: $library"
