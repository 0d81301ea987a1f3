#!/usr/bin/env bash
# run.sh [CARGO ARGUMENT...]
# Every Rust test, built before: the end-to-end tests, which mostly wait for brokers and deaths, beside all the others.
# What the end-to-end tests say comes with [e2e] before it. Fails where any test does, after all have run;
# what failed and what it said stands again at the very end, where one looks first and where a cut record still has it.
set -uo pipefail
cd "$(dirname "$0")/.."

test_targets() {
  cargo metadata --no-deps --format-version 1 | node -e '
    const { packages } = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const tests = packages.flatMap((p) => p.targets.filter((t) => t.kind.includes("test")).map((t) => t.name));
    console.log([...new Set(tests)].sort().join("\n"));'
}

cargo_test=(cargo test --release --workspace --no-fail-fast "$@")

mapfile -t others < <(test_targets | grep -vx e2e)
[ "${#others[@]}" -gt 0 ] || { echo 'cargo metadata lists no test targets' >&2; exit 1; }

# Once, before both sides need the same files of the build.
"${cargo_test[@]}" --no-run || exit 1

said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT

( "${cargo_test[@]}" --test e2e 2>&1 | tee "$said/e2e" | sed -u 's/^/[e2e] /' ) &
e2e=$!

failed=0
{ "${cargo_test[@]}" --lib --bins "${others[@]/#/--test=}" 2>&1 | tee "$said/others"; } || failed=1
{ "${cargo_test[@]}" --doc 2>&1 | tee "$said/doc"; } || failed=1
wait "$e2e" || failed=1

if [ "$failed" -ne 0 ]; then
  printf '\n== what failed\n'
  # A failed binary repeats what its failed tests said between the first "failures:" and its result.
  awk '/^failures:$/ { on = 1 } on { print } /^test result:/ { on = 0 } /^error(\[|:)/ { print }' "$said"/* \
    | cut -c1-2000 | tail -n 400
  grep -h '^test .*FAILED$' "$said"/*
fi
exit "$failed"
