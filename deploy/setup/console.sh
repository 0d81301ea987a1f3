#!/usr/bin/env bash
# Builds the console (dashboards/console) into its folder dist, from which cargo takes it into the binary. Needs node.sh before it.
# It is built anew when one of its sources, its lock file or schemas/openapi.json is another than the last time.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/setup/lib.sh

console=dashboards/console
# Written last, so that half a build is never taken for a whole one; hidden, so that it is not served.
stamp=$console/dist/.sources

sources() {
  {
    find "$console/src" -type f ! -name schema.d.ts -print0
    printf '%s\0' "$console"/{index.html,package.json,package-lock.json,tsconfig.json,vite.config.ts} schemas/openapi.json
  } | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

# npm leaves .package-lock.json in node_modules when it has finished.
if [ ! "$console/node_modules/.package-lock.json" -nt "$console/package-lock.json" ]; then
  say "installing the console's packages"
  (cd "$console" && retry npm ci --no-audit --no-fund --loglevel=error </dev/null) ||
    fail "npm could not install $console/package-lock.json; is the npm registry reachable?"
fi

wanted=$(sources)
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  say "building the console"
  (cd "$console" && npm run --silent build </dev/null) || fail "the console does not build; what is wrong stands above"
  printf '%s\n' "$wanted" >"$stamp"
fi

say "console: $console/dist, $(find "$console/dist" -type f ! -name '.*' | wc -l) files"
