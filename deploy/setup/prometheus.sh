#!/usr/bin/env bash
# Gets Prometheus and its promtool for the tests of dashboards/: the two programs alone, out of Debian's package, into the user's
# cache. Nothing is installed and no service is started; MINGJING_PROMETHEUS names a folder that holds both already.
# tests/common/prometheus.rs looks in the same places.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/setup/lib.sh

# As old as Debian 12's. A newer one on the PATH or from a newer Debian does as well.
minimum=2.42.0

version_of() {
  "$1" --version 2>&1 | sed -n 's/^[a-z]*, version \([0-9.]*\).*/\1/p' | head -n 1
}

found() {
  local program
  for program in prometheus promtool; do
    [ -x "$1/$program" ] && at_least "$(version_of "$1/$program")" "$minimum" || return 1
  done
}

if [ -n "${MINGJING_PROMETHEUS:-}" ]; then
  found "$MINGJING_PROMETHEUS" ||
    fail "MINGJING_PROMETHEUS names $MINGJING_PROMETHEUS, which has no prometheus and promtool of $minimum or newer"
  say "Prometheus $(version_of "$MINGJING_PROMETHEUS/prometheus"): $MINGJING_PROMETHEUS (MINGJING_PROMETHEUS)"
  exit 0
fi

folder=${MINGJING_CACHE:-$HOME/.cache/mingjing}/prometheus
if ! found "$folder"; then
  have apt-get && have dpkg-deb ||
    fail "the tests of dashboards/ need Prometheus; set MINGJING_PROMETHEUS to a folder that holds prometheus and promtool"
  mkdir -p "$folder"
  # Beside its destination, so that the last step is a rename.
  download=$(mktemp -d "$folder/download.XXXXXX")
  trap 'rm -rf "$download"' EXIT
  say "downloading Debian's package prometheus (19 MB)"
  # Only root may refresh the lists; those there are often do.
  [ "$(id -u)" != 0 ] || retry apt_get update >/dev/null 2>&1 || true
  # Not as apt's own user, who may not write here.
  (cd "$download" && retry apt_get -o APT::Sandbox::User=root download prometheus >log 2>&1) || {
    tail -n 5 "$download/log" >&2
    fail "apt-get could not download prometheus; run apt-get update as root, or set MINGJING_PROMETHEUS to a folder that holds prometheus and promtool"
  }
  dpkg-deb -x "$download"/prometheus_*.deb "$download/package"
  mv -f "$download/package/usr/bin/prometheus" "$download/package/usr/bin/promtool" "$folder/"
  found "$folder" || fail "Debian's prometheus is older than $minimum or does not run here"
fi
say "Prometheus $(version_of "$folder/prometheus"): $folder"
