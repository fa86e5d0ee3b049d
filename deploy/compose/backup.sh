#!/bin/sh
# Copies all data of an installation with deploy/compose.yaml into a folder, while it runs:
# `deploy/compose/backup.sh FOLDER`. COMPOSE_PROJECT_NAME names the installation, if not `parley`.
set -e
umask 077
mkdir -p "$1" && folder=$(cd "$1" && pwd)
# In this folder, Compose also reads COMPOSE_FILE from .env.
compose() { (cd "$(dirname "$0")/.." && docker compose "$@"); }
project=$(compose config --format json | sed -n 's/^  "name": "\(.*\)",$/\1/p')
api=$(docker inspect --format '{{.Config.Image}}' "$(compose ps --all --quiet api-1)")

began=$(date +%s)

# Redis before PostgreSQL: a message that both copies contain is recorded once, and a message that
# neither contains would be lost.
compose exec -T redis sh -c 'redis-cli --rdb /tmp/backup.rdb >&2 && cat /tmp/backup.rdb && rm /tmp/backup.rdb' >"$folder/redis.rdb"
compose exec -T postgres pg_dump --username parley --format custom parley >"$folder/postgres.dump"
for volume in secrets media; do
  docker run --rm --user root --entrypoint tar --volume "${project}_$volume:/from:ro" "$api" -C /from -c . >"$folder/$volume.tar"
done
# The metric `parley_backup_timestamp_seconds` shows this time.
compose exec -T redis redis-cli HSET backups redis "$began" postgresql "$began" media "$began" >/dev/null
