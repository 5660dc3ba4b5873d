#!/bin/sh
# The namespace of Cairn, once the server answers. Safe to repeat; keeps closed runs for the days given.
set -eu
: "${TEMPORAL_ADDRESS:?}" "${NAMESPACE:?}" "${RETENTION:?}"

attempts_left=60
until temporal operator namespace describe -n "$NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create -n "$NAMESPACE" --retention "$RETENTION" >/dev/null 2>&1; do
  attempts_left=$((attempts_left - 1))
  if [ "$attempts_left" -eq 0 ]; then
    # Once more, for its words.
    temporal operator namespace create -n "$NAMESPACE" --retention "$RETENTION"
    exit 1
  fi
  sleep 2
done
echo "the namespace $NAMESPACE is there"
