#!/usr/bin/env bash
# stage.sh NAME COMMAND [ARGUMENT...]
# Runs one stage of a build between two lines that say what it is, when it began and how long it took.
set -uo pipefail

name=$1
shift
printf '\n== %s  %s\n' "$(date +%H:%M:%S)" "$name"
SECONDS=0
"$@"
status=$?
if [ "$status" = 0 ]; then
  printf '== %s  %s: done in %d s\n' "$(date +%H:%M:%S)" "$name" "$SECONDS"
else
  printf '== %s  %s: FAILED after %d s (exit %d)\n' "$(date +%H:%M:%S)" "$name" "$SECONDS" "$status" >&2
fi
exit "$status"
