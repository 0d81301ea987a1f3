#!/usr/bin/env bash
# acls.sh department USER SOURCE_TOPIC...   a department writes to its own topics, and does nothing else
# acls.sh intake|supervise|archive|api|inspect|notify USER  a role of the platform does what it has to, and nothing else
#
# Says to a Kafka cluster with an authorizer who may do what. May be run again. What a department's topic is called stands
# under `topic` in the answer to GET /v1/sources; the user's name is what it logs in with (SCRAM, PLAIN), or the name in its certificate.
#
#   BROKERS       host:port of a broker (default localhost:9092)
#   ADMIN_CONFIG  a client's properties with the administrator's credentials (default none)
#   PREFIX        the setting kafka.prefix (default "mingjing.")
#   KAFKA_ACLS    the command (default kafka-acls.sh, which comes with Kafka)
#
# The log's own topics are created by whoever opens the log first: let that be a process with the administrator's credentials.
# tests/e2e/access.rs runs all lists.
set -euo pipefail

brokers=${BROKERS:-localhost:9092}
prefix=${PREFIX-mingjing.}
read -r -a command <<<"${KAFKA_ACLS:-kafka-acls.sh}"

fail() {
  printf 'acls.sh: %s\n' "$*" >&2
  exit 1
}

# allow OPERATIONS KIND NAME...: operations separated by commas; KIND is topic, topics-from (a prefix) or group.
allow() {
  local operations=$1 kind=$2 arguments=() operation name
  shift 2
  for operation in ${operations//,/ }; do arguments+=(--operation "$operation"); done
  case $kind in
    topic) for name in "$@"; do arguments+=(--topic "$name"); done ;;
    topics-from) arguments+=(--topic "$1" --resource-pattern-type prefixed) ;;
    group) arguments+=(--group "$1") ;;
  esac
  "${command[@]}" --bootstrap-server "$brokers" ${ADMIN_CONFIG:+--command-config "$ADMIN_CONFIG"} \
    --add --force --allow-principal "User:$user" "${arguments[@]}" >/dev/null
  printf '%s may %s: %s %s\n' "$user" "$operations" "$kind" "$*"
}

# What every role does with the log: look whether its topics are as they must be, and follow the tables.
opens_the_log() {
  allow Describe,DescribeConfigs topics-from "${prefix}mj."
  allow Read topic "${prefix}mj.tables"
  allow Describe group "${prefix}mingjing"
}

[ $# -ge 2 ] || fail "usage: acls.sh department USER TOPIC... | acls.sh intake|supervise|archive|api|inspect|notify USER"
role=$1 user=$2
shift 2
case $role in
  department)
    [ $# -ge 1 ] || fail "name the topic of the department's source"
    allow Write,Describe topic "$@"
    ;;
  intake)
    opens_the_log
    allow Write topic "${prefix}mj.log" "${prefix}mj.rejects" "${prefix}mj.tables"
    # Create is needed with kafka.create = "true" only; DescribeConfigs shows a topic that is compacted, which must not be.
    allow Read,Describe,DescribeConfigs,Create topics-from "${prefix}in."
    allow Read group "${prefix}mingjing.intake"
    ;;
  supervise)
    opens_the_log
    allow Read,Write topic "${prefix}mj.log" "${prefix}mj.facts" "${prefix}mj.tables"
    allow Read group "${prefix}mingjing.supervise"
    ;;
  archive)
    opens_the_log
    allow Read topic "${prefix}mj.log" "${prefix}mj.facts" "${prefix}mj.rejects"
    allow Read group "${prefix}mingjing.archive"
    ;;
  api)
    opens_the_log
    allow Read topic "${prefix}mj.facts"
    # Drafts of definitions lie in the tables; a published one is put in force by a record in the log.
    allow Write topic "${prefix}mj.log" "${prefix}mj.tables"
    ;;
  inspect)
    opens_the_log
    # What an inspection finds it says in the log; for which periods it ran lies in the tables.
    allow Write topic "${prefix}mj.log" "${prefix}mj.tables"
    ;;
  notify)
    opens_the_log
    allow Read topic "${prefix}mj.facts"
    # What is to be sent, and how far it has come, lie in the tables.
    allow Write topic "${prefix}mj.tables"
    allow Read group "${prefix}mingjing.notify"
    ;;
  *) fail "there is no role $role" ;;
esac
