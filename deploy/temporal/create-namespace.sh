#!/bin/sh
# The namespace of Cairn, once the server answers and knows it. Safe to repeat; keeps closed runs for the days given.
set -eu
: "${TEMPORAL_ADDRESS:?}" "${NAMESPACE:?}" "${RETENTION:?}"

# For two minutes; the last time its words are heard.
patiently() {
  attempts_left=60
  until "$@" >/dev/null 2>&1; do
    attempts_left=$((attempts_left - 1))
    if [ "$attempts_left" -eq 0 ]; then
      "$@"
      exit 1
    fi
    sleep 2
  done
}

be_there() {
  temporal operator namespace describe -n "$NAMESPACE" ||
    temporal operator namespace create -n "$NAMESPACE" --retention "$RETENTION"
}

patiently be_there
# The server reads its list of namespaces every ten seconds; until then whoever uses a new one is told that there is none.
patiently temporal workflow list -n "$NAMESPACE" --limit 1
echo "the namespace $NAMESPACE is there"
