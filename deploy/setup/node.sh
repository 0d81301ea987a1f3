#!/usr/bin/env bash
# Checks for Node.js and npm. npm brings libchdb (the ClickHouse engine as a library) and playwright-core.
# A Node.js that is already there is kept.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/setup/lib.sh

# The oldest Node.js with the test runner's options that `make test` uses, and Debian 12's own release line.
node_minimum=18.19.0

if ! have node; then
  apt_install "Node.js and npm are missing" nodejs npm
elif ! have npm; then
  apt_install "npm is missing" npm
fi
node_found=$(node --version | tr -d v)
at_least "$node_found" "$node_minimum" ||
  fail "Node.js $node_found is too old; install $node_minimum or newer"

say "Node.js $node_found, npm $(npm --version 2>/dev/null)"
