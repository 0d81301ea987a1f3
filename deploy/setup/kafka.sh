#!/usr/bin/env bash
# Gets the Apache Kafka broker that the tests of the log start: Java, Maven, and the jars that deploy/kafka/pom.xml names; and kcat,
# with which the tests write to it as departments do.
# The jars are copied once into the user's cache, where services/testkit/src/kafka.rs looks for them. Only tests
# need them; the program speaks to whatever cluster its configuration names.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/setup/lib.sh

pom=deploy/kafka/pom.xml
java_minimum=17
version=$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' "$pom")
[ -n "$version" ] || fail "$pom names no kafka.version"
folder=${MINGJING_CACHE:-$HOME/.cache/mingjing}/kafka/$version
libs=$folder/libs
# Written last, with the pom's own hash, so that half a folder or another list of jars is never taken for this one.
stamp=$folder/libs.stamp
wanted=$(sha256sum "$pom" | cut -d ' ' -f 1)

have java || apt_install "the tests need Java $java_minimum to start a Kafka broker" openjdk-17-jre-headless
java_found=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
at_least "${java_found:-0}" "$java_minimum" ||
  fail "Java ${java_found:-?} is too old for Kafka $version; install Java $java_minimum or newer and let it be the first java on the PATH"

have kcat || apt_install "kcat is missing (the tests write to Kafka with it, as departments do)" kcat

if [ -d "$libs" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  say "Kafka $version: $libs (Java $java_found)"
  exit 0
fi

have mvn || apt_install "Maven is missing (it brings the Kafka broker for the tests)" maven
mkdir -p "$folder"
# Beside its destination, so that the last step is a rename.
copy=$(mktemp -d "$folder/copy.XXXXXX")
trap 'rm -rf "$copy"' EXIT
say "copying Kafka $version with Maven (54 MB)"
retry mvn --batch-mode --quiet --file "$pom" dependency:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$copy/libs" </dev/null >"$copy/log" 2>&1 || {
  tail -n 30 "$copy/log" >&2
  fail "Maven could not get org.apache.kafka:kafka_2.13:$version; is Maven Central reachable? Without it the tests of the Kafka adapter cannot run"
}
[ -f "$copy/libs/kafka_2.13-$version.jar" ] || fail "Maven copied no kafka_2.13-$version.jar to $copy/libs"
rm -rf "$libs"
mv "$copy/libs" "$libs"
printf '%s\n' "$wanted" >"$stamp.new"
mv -f "$stamp.new" "$stamp"
say "Kafka $version: $libs (Java $java_found)"
