# shellcheck shell=bash
# What the set-up scripts share: how they speak, and how they install a Debian package.
# Sourced by its neighbours, never run. It installs nothing by itself.

say() {
  printf '   %s\n' "$*"
}

# Ends the script. The text must tell a person what to do next.
fail() {
  printf '   cannot go on: %s\n' "$*" >&2
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# Succeeds when dotted version $1 is at least $2.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# Runs a command up to three times: package mirrors and package locks fail for a moment and then work.
retry() {
  local attempt
  for attempt in 1 2 3; do
    "$@" && return 0
    [ "$attempt" = 3 ] || sleep $((attempt * 5))
  done
  return 1
}

# apt-get that never asks a question and waits for another package manager to finish.
apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -q \
    -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    "$@" </dev/null
}

# apt_install REASON PACKAGE...
# Installs Debian packages when it may; otherwise ends the script with the exact command to type.
apt_install() {
  local reason=$1 log
  shift
  have apt-get || fail "$reason; install what Debian calls: $*"
  [ "$(id -u)" = 0 ] ||
    fail "$reason; run: sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
  say "$reason: installing $*"
  log=$(mktemp)
  # One unreachable list among several is common and harmless, so a failed update is not the end.
  retry apt_get update >"$log" 2>&1 ||
    say "not all package lists could be refreshed; going on with those there are"
  if ! retry apt_get install -y --no-install-recommends "$@" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    fail "apt-get could not install: $*"
  fi
  rm -f "$log"
}
