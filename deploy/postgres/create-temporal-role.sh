#!/bin/sh
# Temporal gets a role of its own: it makes its two databases and cannot read Cairn's.
set -eu
: "${TEMPORAL_POSTGRES_PASSWORD:?}"
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres -v password="$TEMPORAL_POSTGRES_PASSWORD" <<'SQL'
create role temporal login createdb password :'password';
revoke connect on database cairn from public;
SQL
