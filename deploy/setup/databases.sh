#!/usr/bin/env bash
# Gets what departments' front-end databases are in the tests: a real PostgreSQL and a real MariaDB, of which the tests start their own
# servers in temporary folders. No cluster is made and no service left running.
# MINGJING_POSTGRES and MINGJING_MARIADB name folders of programs that are there already.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/setup/lib.sh

postgres() {
  if [ -n "${MINGJING_POSTGRES:-}" ]; then
    [ -x "$MINGJING_POSTGRES/initdb" ] && printf '%s\n' "$MINGJING_POSTGRES"
  else
    find /usr/lib/postgresql -maxdepth 3 -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1
  fi
}

if [ -z "$(postgres)" ]; then
  if [ -d /etc ] && [ "$(id -u)" = 0 ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common
    # The tests make clusters of their own; the package's would only take time.
    printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.conf
  fi
  apt_install "PostgreSQL is missing (the tests poll one)" postgresql
fi
[ -n "$(postgres)" ] || fail "there is no initdb under /usr/lib/postgresql; set MINGJING_POSTGRES to a folder that holds it"

mariadb=${MINGJING_MARIADB:-/usr/sbin}
if [ ! -x "$mariadb/mariadbd" ]; then
  # Where a package's service would be started, it is not: the tests start their own.
  policy=/usr/sbin/policy-rc.d
  if [ "$(id -u)" = 0 ] && [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  apt_install "MariaDB is missing (the tests poll one)" mariadb-server
fi
[ -x "$mariadb/mariadbd" ] || fail "there is no mariadbd in $mariadb; set MINGJING_MARIADB to a folder that holds it"

# The tests make certificates of their own, for databases that are read over TLS.
command -v openssl >/dev/null || apt_install "openssl is missing (the tests make certificates)" openssl

# Both servers refuse to be root, and cannot do without it as anybody else.
if [ "$(stat -c %a /dev/null)" != 666 ]; then
  [ "$(id -u)" = 0 ] || fail "/dev/null cannot be written by every user; run: sudo chmod 666 /dev/null"
  chmod 666 /dev/null
fi

say "$("$(postgres)/postgres" --version), $("$mariadb/mariadbd" --version 2>/dev/null | sed 's/ for .*//')"
