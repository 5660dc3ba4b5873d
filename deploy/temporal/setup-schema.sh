#!/bin/sh
# Temporal's two databases, at the schema of this admin-tools image. Safe to repeat (what is
# there stays), and due before every new server version.
set -eu
: "${SQL_HOST:?}" "${SQL_USER:?}" "${SQL_PASSWORD:?}"

setup() {
  database=$1
  schema=/etc/temporal/schema/postgresql/v12/$2/versioned
  tool() { temporal-sql-tool --plugin postgres12 --ep "$SQL_HOST" -p 5432 -u "$SQL_USER" --db "$database" "$@"; }
  tool create
  tool setup-schema -v 0.0
  tool update-schema -d "$schema"
}

setup temporal temporal
setup temporal_visibility visibility
